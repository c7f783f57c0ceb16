//! The Telegram adapter against a Bot API server on loopback.

mod doctor;
mod hearing;
mod polling;
mod speaking;
// The daemon of these tests has a bot on each platform.
#[cfg(feature = "discord")]
mod webhook;

use std::time::Duration;

use colega::adapters::telegram::api::Api;
use colega::adapters::telegram::translate::incoming;
use colega::adapters::telegram::updates::Updates;
use colega::adapters::telegram::{Arrival, Identity, prepare};
use colega::adapters::token::Token;
use colega::desk::Incoming;
use colega::desk::health::Health;

use crate::fakes::telegram::{FakeTelegram, TOKEN};

/// The adapter without a desk: it polls and translates.
struct Ears {
    me: Identity,
    updates: Updates,
    health: Health,
}

fn api(telegram: &FakeTelegram) -> Api {
    Api::new(&telegram.url(), &Token::new(TOKEN)).expect("an address")
}

impl Ears {
    async fn open(telegram: &FakeTelegram) -> Self {
        let (api, health) = (api(telegram), Health::default());
        let me = prepare(&api, &health, Arrival::Fetched).await;
        Self { me, updates: Updates::new(&api, Duration::from_secs(1), None), health }
    }

    /// What was heard next.
    async fn hear(&mut self) -> Vec<Incoming> {
        let batch = self.updates.next(&self.health).await;
        self.updates.confirm(&batch);
        batch.iter().filter_map(|update| incoming(update, &self.me, 1_000)).collect()
    }

    /// What was heard, as soon as there is something.
    async fn hear_something(&mut self) -> Vec<Incoming> {
        loop {
            let heard = self.hear().await;
            if !heard.is_empty() {
                return heard;
            }
        }
    }
}
