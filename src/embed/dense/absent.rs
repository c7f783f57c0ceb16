//! What stands in for models in a program that is built without them.

use anyhow::{Result, bail};

use super::files::ModelFiles;

/// There is none.
pub(super) enum Bert {}

impl Bert {
    pub(super) fn load(_files: &ModelFiles, _max_tokens: usize) -> Result<Self> {
        bail!("this program was built without local models; leave embed.model out, or build it with them")
    }

    pub(super) fn embed(&self, _texts: &[&str]) -> Result<Vec<Vec<f32>>> {
        match *self {}
    }
}
