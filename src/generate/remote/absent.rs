//! What stands in for servers in a program that is built without them.

use anyhow::{Result, bail};

use super::{Fault, Message, RemoteSettings};

/// There is none.
pub(super) enum Client {}

impl Client {
    pub(super) fn new(_url: &str, _settings: &RemoteSettings) -> Result<Self> {
        bail!("this program was built without remote models; leave generate.remote out, or build it with them")
    }

    #[expect(clippy::unused_async, reason = "it stands in for one that waits")]
    pub(super) async fn write(
        &self,
        _messages: &[Message],
        _max_tokens: u32,
        _settings: &RemoteSettings,
        _goes_on: &(impl Fn(&str) -> bool + Sync),
    ) -> Result<String, Fault> {
        match *self {}
    }
}
