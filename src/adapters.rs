//! Where questions come from and answers go: each translates in and out, and nothing else.

pub mod web;
