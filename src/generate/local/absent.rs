//! What stands in for chat models in a program that is built without them.

use std::path::Path;

use anyhow::{Result, bail};

use super::LocalSettings;
use super::gguf::GgufModel;

/// There is none.
pub(super) enum Llama {}

/// Nor a conversation with it.
pub enum Memory {}

pub(super) fn can_run(_file: &GgufModel) -> Result<()> {
    bail!("this program was built without local models; leave generate.model out, or build it with them")
}

impl Llama {
    #[expect(clippy::unused_async, reason = "it stands in for one that waits")]
    pub(super) async fn load(_path: &Path, file: &GgufModel) -> Result<Self> {
        can_run(file).map(|()| unreachable!("it cannot be run"))
    }

    #[expect(clippy::unused_async, reason = "it stands in for one that waits")]
    pub(super) async fn begin(&self, _system: &str) -> Result<Memory> {
        match *self {}
    }

    #[expect(clippy::unused_async, reason = "it stands in for one that waits")]
    pub(super) async fn say(
        &self,
        _memory: &mut Memory,
        _text: &str,
        _most_tokens: u32,
        _settings: &LocalSettings,
        _goes_on: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Result<String> {
        match *self {}
    }

    pub(super) fn is_alive(&self) -> bool {
        match *self {}
    }

    pub(super) fn has_written(&self) -> bool {
        match *self {}
    }

    #[expect(clippy::unused_async, reason = "it stands in for one that waits")]
    pub(super) async fn kill(&self) {
        match *self {}
    }
}
