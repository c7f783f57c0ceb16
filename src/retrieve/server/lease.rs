//! Who may re-index: one daemon at a time, among all that share the servers.
//!
//! Qdrant has no locks, but of all who create one collection only the first succeeds. The lease is the collection
//! `<alias>-lease-<n>` with the highest `n`. Its holder writes the time into it now and then; a lease whose time is long past
//! is taken over by creating a higher one, which again only one can. Clocks may differ by less than [`ABANDONED`]. Who finds a
//! lease of their own has died with it, and takes it over at once.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use qdrant_client::qdrant::{CreateCollectionBuilder, SparseVectorParamsBuilder, SparseVectorsConfigBuilder, Value};
use serde_json::json;
use tokio::task::AbortHandle;
use tracing::warn;

use super::super::qdrant::BM25;
use super::ServerError;
use super::collections::{Collections, hidden_point};
use super::connection;

/// How often the holder says that it is still there.
const BEAT: Duration = Duration::from_secs(20);
/// After how long a silent holder is taken to be dead.
const ABANDONED: Duration = Duration::from_mins(5);
/// The point with the time.
const SIGN: u64 = 1;

/// The right to re-index. Dropping it gives it back.
pub struct Lease {
    collections: Collections,
    number: u64,
    beat: AbortHandle,
}

impl Collections {
    /// Takes the lease for `holder`, which names one daemon among all; `None` while another one has it.
    ///
    /// # Errors
    /// No server answers.
    pub fn lease(&self, holder: &str) -> Result<Option<Lease>> {
        let last = self.last_lease()?;
        if let Some(last) = last
            && !self.is_free(last, holder)?
        {
            return Ok(None);
        }
        // Never one that somebody had before: who wakes from a long sleep must not take another's for its own.
        let number = last.map_or(0, |last| last + 1).max(now_ms());
        if !self.create_lease(number)? {
            return Ok(None);
        }
        if let Err(error) = self.sign(number, holder) {
            // Nobody must wait for a lease that nobody holds.
            let _ = self.remove_collection(&self.lease_name(number));
            return Err(error);
        }
        for before in self.leases()?.into_iter().filter(|&before| before < number) {
            self.remove_collection(&self.lease_name(before))?;
        }
        let (own, holder) = (self.clone(), holder.to_owned());
        let beat = connection::spawn(async move {
            loop {
                tokio::time::sleep(BEAT).await;
                let (own, holder) = (own.clone(), holder.clone());
                // The call blocks.
                let signed = tokio::task::spawn_blocking(move || own.sign(number, &holder)).await;
                if !matches!(signed, Ok(Ok(()))) {
                    warn!("the right to re-index could not be renewed on the Qdrant server");
                }
            }
        });
        Ok(Some(Lease { collections: self.clone(), number, beat: beat.abort_handle() }))
    }

    fn lease_name(&self, number: u64) -> String {
        format!("{}-lease-{number}", self.settings.collection)
    }

    fn last_lease(&self) -> Result<Option<u64>, ServerError> {
        Ok(self.leases()?.into_iter().max())
    }

    fn leases(&self) -> Result<Vec<u64>, ServerError> {
        let collections =
            self.connection.work((), |client, ()| async move { client.list_collections().await })?.collections;
        let begin = format!("{}-lease-", self.settings.collection);
        Ok(collections.iter().filter_map(|collection| collection.name.strip_prefix(&begin)?.parse().ok()).collect())
    }

    /// Whether it was this call that created it.
    fn create_lease(&self, number: u64) -> Result<bool, ServerError> {
        let mut sparse = SparseVectorsConfigBuilder::default();
        sparse.add_named_vector_params(BM25, SparseVectorParamsBuilder::default());
        let request = CreateCollectionBuilder::new(self.lease_name(number)).sparse_vectors_config(sparse).build();
        self.create_collection(request)
    }

    fn sign(&self, number: u64, holder: &str) -> Result<()> {
        let point = hidden_point(SIGN, json!({ "at": now_ms(), "holder": holder }))?;
        Ok(self.upsert(&self.lease_name(number), vec![point])?)
    }

    /// Whether `holder` may take over the lease: it is an own one, or abandoned.
    fn is_free(&self, number: u64, holder: &str) -> Result<bool, ServerError> {
        // Given back meanwhile; whoever asks again gets it.
        let Some(points) = self.points(&self.lease_name(number), &[SIGN])? else { return Ok(false) };
        let field = |name: &str| points.first().and_then(|point| point.payload.get(name));
        if field("holder").and_then(Value::as_str).is_some_and(|of| of == holder) {
            return Ok(true);
        }
        let signed = field("at").and_then(Value::as_integer);
        // Created a moment ago, or by one who died in that moment: a second look tells.
        let Some(signed) = signed.and_then(|at| u64::try_from(at).ok()) else { return self.is_left_unsigned(number) };
        Ok(Duration::from_millis(now_ms().saturating_sub(signed)) > ABANDONED)
    }

    fn is_left_unsigned(&self, number: u64) -> Result<bool, ServerError> {
        warn!(number, "the right to re-index was taken and never used; it is taken over if that stays so");
        std::thread::sleep(BEAT);
        Ok(self.points(&self.lease_name(number), &[SIGN])?.is_some_and(|points| points.is_empty()))
    }
}

fn now_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or(u64::MAX)
}

impl Lease {
    /// Whether nobody has taken it over.
    ///
    /// # Errors
    /// Somebody has, or no server says.
    pub fn check(&self) -> Result<()> {
        let last = self.collections.last_lease().context("whether another daemon re-indexes cannot be told")?;
        if last != Some(self.number) {
            bail!("another daemon has taken over the re-index, since this one was silent for long");
        }
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.beat.abort();
        if let Err(error) = self.collections.remove_collection(&self.collections.lease_name(self.number)) {
            warn!("the right to re-index could not be given back, and runs out in some minutes: {error}");
        }
    }
}
