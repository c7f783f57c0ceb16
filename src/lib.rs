//! Colega: a chat-bot daemon that answers backend questions from a team's own knowledge base, every sentence cited.
//!
//! ```text
//!  data/raw ──knowledge::ingest──▶ passages ──retrieve::build──▶ reindex::generation ──▶ live (swapped whole)
//!                                                                                          │
//!  Discord ──┐                                                                             ▼
//!  Telegram ─┼▶ desk ─▶ Question ─▶ agent::Agent::ask: screen → limit → wait in turn → retrieve → rerank → gather
//!            │   ▲ │ inbox and outbox: delivery                        → generate → verify → release ─▶ Reply
//!  page ─────┤   │ │                                                                                     │
//!  terminal ─┘   │ ▼                                                                                     ▼
//!            votes, corrections: feedback ─▶ goldset (reviewed by people)           render ─▶ whoever asked
//! ```
//!
//! # The way of one question
//! [`agent::Agent::ask`] reads top to bottom. [`guard`] screens the question and takes secrets out of it; [`limit`] holds
//! back who asks too much; [`retrieve`] finds passages (in the embedded Qdrant or on a server, by BM25 and, where there is a model, by
//! meaning; then a rerank) and judges whether they are enough evidence; [`generate`] writes a draft; [`agent::citations`] keeps
//! what the cited passages support; [`guard`] looks once more at what goes out. What cannot be answered is an
//! [`answer::Reply`] too, not an error. Where there is a chat model, [`generate::refine`] puts the draft, which is shown
//! meanwhile, into fluent words, and those go through the same checks.
//!
//! # The way of one message
//! An adapter translates what its platform says into a [`desk::Incoming`] and nothing more. [`desk::Desk::take`] puts it on disk
//! ([`delivery`]) before the platform is told that it arrived, and deals with it in the order of its lane: a question is
//! answered as above and shown part by part, a thumb or a correction goes to [`feedback`], a command is done. What a crash
//! interrupts is finished after the next start, in the same messages.
//!
//! # What must never be
//! - A sentence without a passage that holds it: only [`agent::citations::Cited::check`] makes what can be sent.
//! - A question that was not screened: only [`guard::Guard::screen`] makes a [`guard::Screened`].
//! - A half-built index that answers: a generation is whole before the one step that makes it live
//!   ([`reindex::generation`]).
//! - A question that is answered twice, or an answer that is lost on the way: the outbox knows what was sent, and what may
//!   have been.
//! - People's words in logs: spans and errors carry identifiers and counts.
//!
//! # Layers
//! Imports run downwards only, and a test holds the tree to it: `cli` → `app` → `config` → `bench` → `adapters`, `eval` →
//! `desk` → `reindex`, `dataset` → `agent`, `knowledge`, `goldset` → `generate` → `render` → `guard`, `limit`, `retrieve`,
//! `support`, `feedback`, `delivery` → `reading` → `embed` → the small types below. Everything is put together in [`app`].

pub mod adapters;
pub mod agent;
pub mod answer;
pub mod app;
pub mod backup;
pub mod bench;
pub mod cli;
mod comma_list;
pub mod commit;
pub mod config;
pub mod dataset;
pub mod delivery;
pub mod desk;
mod dump;
pub mod durable;
pub mod embed;
mod endpoints;
pub mod eval;
pub mod feedback;
pub mod generate;
pub mod goldset;
pub mod guard;
mod heap;
pub mod jsonl;
pub mod knowledge;
pub mod language;
pub mod limit;
pub mod models;
pub mod passage;
pub mod place;
pub mod question;
pub mod reading;
pub mod reindex;
pub mod render;
pub mod retrieve;
pub mod rule_policy;
pub mod sentence;
pub mod shutdown;
pub mod support;
pub mod telemetry;
pub mod trace;
pub mod words;
