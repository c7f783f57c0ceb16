//! Presses that mean nothing to Colega, such as those of buttons that an earlier version made. The desk is not told of
//! them, and until somebody answers, clients show that they wait.

use std::time::Duration;

use teloxide::payloads::AnswerCallbackQuery;
use teloxide::types::Update;
use tokio::time::timeout;
use tracing::debug;

use crate::adapters::telegram::api::Api;
use crate::adapters::telegram::translate::unknown_press;

/// How long the presses of a batch may hold up the next one.
const MOMENT: Duration = Duration::from_secs(2);

/// Answers the unknown presses of `batch` without a word. Those for which there is no time end by themselves.
pub async fn let_go(api: &Api, batch: &[Update]) {
    let answers = async {
        for press in batch.iter().filter_map(unknown_press) {
            if let Err(fault) = api.call(&AnswerCallbackQuery::new(press.clone())).await {
                debug!("an unknown press could not be acknowledged: {fault}");
            }
        }
    };
    if timeout(MOMENT, answers).await.is_err() {
        debug!("unknown presses are left to themselves");
    }
}
