//! Colega: a chat-bot daemon that answers backend questions from a team's own knowledge base.

pub mod answer;
pub mod guard;
pub mod knowledge;
pub mod limit;
pub mod passage;
pub mod question;
pub mod sentence;
