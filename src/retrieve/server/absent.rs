//! A program built without the client of Qdrant servers.

use std::convert::Infallible;
use std::sync::Arc;

use anyhow::{Result, bail};

use super::super::statistics::Statistics;
use super::super::{Index, Point};
use super::{ServerError, ServerSettings, Snapshot};

/// There are none.
#[derive(Clone)]
pub struct Collections(Infallible);

/// There is none.
pub struct Lease(Infallible);

#[expect(missing_docs, reason = "as in `collections.rs`, and never called")]
impl Collections {
    pub fn new(_settings: &ServerSettings, _key: Option<&str>) -> Result<Self> {
        bail!("index.engine is \"server\", and this program was built without it (feature `server`)")
    }

    pub fn live(&self) -> Result<Option<String>, ServerError> {
        match self.0 {}
    }

    pub fn live_for_sure(&self) -> Result<Option<String>, ServerError> {
        match self.0 {}
    }

    pub fn names(&self) -> Result<Vec<String>, ServerError> {
        match self.0 {}
    }

    pub fn note(&self, _generation: &str) -> Result<Option<String>, ServerError> {
        match self.0 {}
    }

    pub fn is_whole(&self, _generation: &str) -> Result<bool, ServerError> {
        match self.0 {}
    }

    pub fn write(&self, _generation: &str, _note: &str, _points: &[Point]) -> Result<()> {
        match self.0 {}
    }

    pub fn read(&self, _generation: &str) -> Result<Vec<Point>> {
        match self.0 {}
    }

    pub fn make_live(&self, _generation: &str) -> Result<(), ServerError> {
        match self.0 {}
    }

    pub fn remove(&self, _generation: &str) -> Result<(), ServerError> {
        match self.0 {}
    }

    pub fn open(&self, _generation: &str, _statistics: Arc<Statistics>, _snapshot: Option<Snapshot>) -> Index {
        match self.0 {}
    }

    pub fn lease(&self, _holder: &str) -> Result<Option<Lease>> {
        match self.0 {}
    }
}

impl Lease {
    #[expect(missing_docs, reason = "never called")]
    pub fn check(&self) -> Result<()> {
        match self.0 {}
    }
}
