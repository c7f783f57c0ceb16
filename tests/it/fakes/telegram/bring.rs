//! Updates that the server brings to a webhook: one at a time, and again until they are taken.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::{FakeTelegram, Shared};

/// Before an update that was not taken is brought again.
const AGAIN: Duration = Duration::from_millis(200);

impl FakeTelegram {
    /// A proxy stands at the address of the webhook, and hands on to `listener`. Ends with the server.
    pub fn bring_to(&self, listener: SocketAddr) {
        let shared = Arc::clone(&self.shared);
        let down = self.shared.down.lock().expect("unpoisoned").clone();
        tokio::spawn(down.run_until_cancelled_owned(async move { bring(&shared, listener).await }));
    }
}

async fn bring(shared: &Shared, listener: SocketAddr) {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let mut changes = shared.changes.subscribe();
    loop {
        changes.borrow_and_update();
        let next = {
            let world = shared.world();
            let path = world.webhook.splitn(4, '/').nth(3).unwrap_or_default();
            let address = format!("http://{listener}/{path}");
            let is_set = !world.webhook.is_empty();
            let next = world.updates.front().filter(|_| is_set).cloned();
            next.map(|(id, update)| (id, update, address, world.webhook_secret.clone()))
        };
        let Some((id, update, address, secret)) = next else {
            if changes.changed().await.is_err() {
                return;
            }
            continue;
        };
        let request = client.post(address).header("X-Telegram-Bot-Api-Secret-Token", secret).json(&update);
        let failure = match request.timeout(Duration::from_secs(10)).send().await {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => Some(format!("Wrong response from the webhook: {}", response.status())),
            Err(error) => Some(format!("Connection failed: {}", error.without_url())),
        };
        shared.change(|world| {
            if failure.is_none() {
                world.updates.retain(|(other, _)| *other != id);
            }
            world.webhook_error.clone_from(&failure);
        });
        if failure.is_some() {
            tokio::time::sleep(AGAIN).await;
        }
    }
}
