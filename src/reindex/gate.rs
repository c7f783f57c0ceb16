//! The gate in front of every new generation, as far as a re-index knows it.

use std::fmt;
use std::sync::Arc;

use anyhow::Result;

use super::generation::Manifest;

/// Whether a generation may take the place of the live one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// It holds up.
    Open,
    /// It does not; what is worse, line by line.
    Shut(Vec<String>),
}

/// Judges the second generation by the first, which is live; both can be opened by their names. What judges lies above this
/// layer, since it asks whole questions.
#[derive(Clone)]
pub struct Gate(Arc<Judge>);

type Judge = dyn Fn(&Manifest, &Manifest) -> Result<Judgement> + Send + Sync;

impl Gate {
    /// A gate that `judge` keeps.
    pub fn new(judge: impl Fn(&Manifest, &Manifest) -> Result<Judgement> + Send + Sync + 'static) -> Self {
        Self(Arc::new(judge))
    }

    /// Whether `new` may take the place of `live`.
    pub fn judge(&self, live: &Manifest, new: &Manifest) -> Result<Judgement> {
        (self.0)(live, new)
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gate(…)")
    }
}
