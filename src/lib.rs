//! Colega: a chat-bot daemon that answers backend questions from a team's own knowledge base, every sentence cited.
//!
//! ```text
//!  data/raw ──knowledge::ingest──▶ passages ──retrieve::build──▶ reindex::generation ──▶ live (swapped whole)
//!                                                                                          │
//!  page ─────┐                                                                             ▼
//!  terminal ─┴▶ Question ─▶ agent::Agent::ask: screen → limit → retrieve → rerank → gather → generate → verify → release
//!                                                                                          │
//!                 page, terminal ◀── render ◀── Reply ◀────────────────────────────────────┘
//! ```
//!
//! # The way of one question
//! [`agent::Agent::ask`] reads top to bottom. [`guard`] screens the question and takes secrets out of it; [`limit`] holds
//! back who asks too much; [`retrieve`] finds passages (BM25 in the embedded Qdrant, then a rerank) and judges whether
//! they are enough evidence; [`generate`] writes a draft; [`agent::citations`] keeps what the cited passages support;
//! [`guard`] looks once more at what goes out. What cannot be answered is an [`answer::Reply`] too, not an error.
//!
//! # What must never be
//! - A sentence without a passage that holds it: only [`agent::citations::Cited::check`] makes what can be sent.
//! - A question that was not screened: only [`guard::Guard::screen`] makes a [`guard::Screened`].
//! - A half-built index that answers: a generation is whole before the one step that makes it live
//!   ([`reindex::generation`]).
//! - People's words in logs: spans and errors carry identifiers and counts.
//!
//! # Layers
//! Imports run downwards only, and a test holds the tree to it: `cli` → `app` → `config` → `bench` → `adapters`, `reindex`,
//! `eval` → `agent`, `knowledge` → `generate` → `guard`, `limit`, `retrieve`, `support`, `feedback`, `render` → `reading` →
//! `embed` → the small types below. Everything is put together in [`app`].

pub mod adapters;
pub mod agent;
pub mod answer;
pub mod app;
pub mod bench;
pub mod cli;
pub mod config;
pub mod durable;
pub mod embed;
pub mod eval;
pub mod feedback;
pub mod generate;
pub mod guard;
pub mod jsonl;
pub mod knowledge;
pub mod language;
pub mod limit;
pub mod passage;
pub mod question;
pub mod reading;
pub mod reindex;
pub mod render;
pub mod retrieve;
pub mod sentence;
pub mod shutdown;
pub mod support;
pub mod telemetry;
pub mod words;
