//! Qdrant on a server or a cluster, which several daemons share.
//!
//! The same points as in the embedded engine, a collection a generation; see [`collections`]. Unlike there, how rare a word is
//! is not left to the engine, which counts each shard by itself: it is taken from the statistics of the generation, so scores
//! do not depend on how many shards there are.

#[cfg(feature = "server")]
pub mod collections;
#[cfg(not(feature = "server"))]
#[path = "server/absent.rs"]
pub mod collections;
#[cfg(feature = "server")]
mod connection;
#[cfg(feature = "server")]
mod convert;
#[cfg(feature = "server")]
mod index;
#[cfg(feature = "server")]
mod lease;

use std::time::Duration;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use super::Index;
use crate::comma_list;

#[cfg(feature = "server")]
pub use self::index::ServerIndex;

/// Which servers hold the index, and how, section `[index.server]` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerSettings {
    /// Addresses of their gRPC side, such as `http://10.0.0.5:6334`. Of one cluster: any of them can answer for all.
    #[serde(deserialize_with = "comma_list::texts")]
    pub urls: Vec<String>,
    /// The alias that names the live generation; generations are collections that begin with it.
    pub collection: String,
    /// Into how many shards a collection is cut.
    pub shards: u32,
    /// On how many machines of a cluster each shard lies.
    pub replicas: u32,
    /// How many of them must agree on what is read.
    pub consistency: Consistency,
    /// How long a question waits for a server, in milliseconds.
    pub timeout_ms: u64,
    /// Whether this Colega only answers from what others index, whatever documents it has.
    pub follow: bool,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            urls: Vec::new(),
            collection: "colega".to_owned(),
            shards: 1,
            replicas: 1,
            consistency: Consistency::default(),
            timeout_ms: 2_000,
            follow: false,
        }
    }
}

/// How many replicas must agree (<https://qdrant.tech/documentation/guides/distributed_deployment/#consistency-guarantees>).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consistency {
    /// Whichever answers: a generation never changes, so there is nothing to disagree on once it is whole.
    #[default]
    One,
    /// Points that most replicas have.
    Majority,
    /// Points that all of half of the replicas and one more have.
    Quorum,
    /// Points that all replicas have.
    All,
}

impl ServerSettings {
    /// # Errors
    /// An address is none, or a number makes no sense; the message names the key.
    pub fn validate(&self) -> Result<()> {
        for url in &self.urls {
            let is_address = url.starts_with("http://") || url.starts_with("https://");
            ensure!(
                is_address && !url.contains('@'),
                "index.server.urls holds something that is no address such as \"http://10.0.0.5:6334\"; a key belongs into \
                 the variable QDRANT_API_KEY"
            );
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        ensure!(
            !self.collection.is_empty() && self.collection.chars().all(is_name),
            "index.server.collection is “{}”; use letters, digits, _ and -",
            self.collection
        );
        ensure!(self.shards > 0 && self.replicas > 0, "index.server.shards and index.server.replicas are at least 1");
        ensure!(self.timeout_ms > 0, "index.server.timeout_ms is 0; 2000 is a good value");
        Ok(())
    }

    /// How long a question waits for a server.
    pub const fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

/// Opens what is searched while no server answers.
pub type Snapshot = Box<dyn Fn() -> Result<Index> + Send + Sync>;

/// Why a server gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServerError {
    /// None can be reached, or none answers in time.
    #[error("no Qdrant server answers: {0}")]
    Away(String),
    /// It answers, and does not do it.
    #[error("the Qdrant server refuses: {0}")]
    Refused(String),
    /// What is asked for is not there.
    #[error("the Qdrant server does not have it: {0}")]
    Missing(String),
}
