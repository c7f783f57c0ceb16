//! Long polling: updates are told until the bot asks for those after them, and to one program alone.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::Shared;
use super::refusal::Refusal;

/// Answers getUpdates.
pub async fn poll(shared: &Arc<Shared>, request: &Value) -> Result<Value, Refusal> {
    if !shared.world().webhook.is_empty() {
        let words =
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
        return Err(Refusal::conflict(words));
    }
    let offset = request["offset"].as_i64();
    let limit = usize::try_from(request["limit"].as_u64().unwrap_or(100).clamp(1, 100)).unwrap_or(100);
    let deadline = Instant::now() + Duration::from_secs(request["timeout"].as_u64().unwrap_or(0).min(50));
    let mut changes = shared.changes.subscribe();
    let own = shared.change(|world| {
        if let Some(allowed) = request["allowed_updates"].as_array() {
            world.allowed = allowed.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        }
        if let Some(offset) = offset {
            // An offset beyond everything is as good as none.
            let is_known = offset <= i64::from(world.next_update) + 1;
            world.updates.retain(|(id, _)| !is_known || i64::from(*id) >= offset);
        }
        world.poll += 1;
        world.poll
    });
    loop {
        changes.borrow_and_update();
        {
            let world = shared.world();
            if !world.webhook.is_empty() {
                return Err(Refusal::conflict("terminated by setWebhook request"));
            }
            if world.poll != own {
                let words = "terminated by other getUpdates request; make sure that only one bot instance is running";
                return Err(Refusal::conflict(words));
            }
            let batch: Vec<&Value> = world.updates.iter().take(limit).map(|(_, update)| update).collect();
            if !batch.is_empty() || Instant::now() >= deadline {
                return Ok(json!(batch));
            }
        }
        // Whether something changed or the time is up is looked at above.
        let _ = timeout_at(deadline, changes.changed()).await;
    }
}
