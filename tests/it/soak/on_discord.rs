//! People on Discord who ask, edit, delete and vote, whatever happens to the bot.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use colega::feedback::Vote;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio_util::sync::CancellationToken;

use super::story::{self, Fate, Votes};
use crate::fakes::discord::{ChannelId, Discord, MessageId, Saw, State, Storm, UserId};

/// What goes wrong while people talk.
pub const STORM: Storm = Storm {
    seed: 11,
    throttled: 0.03,
    unavailable: 0.03,
    lost: 0.03,
    cut: 0.02,
    slow: 0.1,
    duplicate: 0.03,
    drop_gateway: 0.01,
    reconnect: 0.005,
    invalidate: 0.005,
};

/// The people, and what they remember.
pub struct People {
    pub fake: Discord,
    asked: Mutex<Vec<(MessageId, Fate)>>,
    votes: Mutex<Votes>,
}

impl People {
    pub fn new(fake: Discord) -> Self {
        Self { fake, asked: Mutex::default(), votes: Mutex::default() }
    }

    pub fn votes(&self) -> MutexGuard<'_, Votes> {
        self.votes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asked(&self) -> MutexGuard<'_, Vec<(MessageId, Fate)>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn questions(&self) -> usize {
        self.asked().len()
    }

    /// Asks in `channel`, or directly without one, until `stop`.
    pub async fn live(&self, name: &str, channel: Option<&str>, seed: u64, stop: CancellationToken) {
        let (user, mut chance) = (self.fake.person(name), StdRng::seed_from_u64(seed));
        let channel = channel.map(|name| self.fake.channel(name));
        while !stop.is_cancelled() {
            let question = self.say(user, channel, story::question(&mut chance));
            self.asked().push((question, Fate::Answered));
            let turn = chance.random_range(0..10);
            if turn < 2 {
                tokio::time::sleep(Duration::from_millis(chance.random_range(0..1_500))).await;
                if turn == 0 {
                    self.fake.delete(question);
                    self.is_now(question, Fate::Withdrawn);
                    continue;
                }
                let other = story::question(&mut chance);
                let text = if channel.is_some() { format!("@Colega {other}") } else { other.to_owned() };
                self.fake.edit(user, question, &text);
                self.is_now(question, Fate::Edited);
            }
            let answer = stop.run_until_cancelled(self.answer(question)).await;
            if let (Some(answer), true) = (answer, turn > 4) {
                self.vote(user, answer, &mut chance).await;
            }
            tokio::time::sleep(Duration::from_millis(chance.random_range(100..2_000))).await;
        }
    }

    fn is_now(&self, question: MessageId, fate: Fate) {
        self.asked().iter_mut().filter(|(own, _)| *own == question).for_each(|asked| asked.1 = fate);
    }

    fn say(&self, user: UserId, channel: Option<ChannelId>, question: &str) -> MessageId {
        match channel {
            Some(channel) => self.fake.say(user, channel, &format!("@Colega {question}")),
            None => self.fake.dm(user, question),
        }
    }

    /// Nobody asks anew before they have their answer, so that each question must get one.
    async fn answer(&self, question: MessageId) -> MessageId {
        loop {
            if let Some(answer) = self.fake.look(|state| whole(state, question).first().copied()) {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Votes by reaction, or with the buttons and then perhaps changes their mind.
    async fn vote(&self, user: UserId, answer: MessageId, chance: &mut StdRng) {
        let Some(name) = self.fake.look(|state| name_of(state, answer)) else { return };
        let is_good = chance.random_bool(0.6);
        let vote = if is_good { Vote::Up } else { Vote::Down };
        if chance.random_bool(0.5) {
            self.fake.react(user, answer, if is_good { "👍" } else { "👎" });
            self.votes().cast(&name, user.0, Some(vote), "reacted".to_owned());
            return;
        }
        let steps = match chance.random_range(0..3) {
            0 => vec![(vote, Some(vote)), (vote, None)],
            1 => vec![(Vote::Up, Some(Vote::Up)), (Vote::Down, Some(Vote::Down))],
            _ => vec![(vote, Some(vote))],
        };
        for (pressed, counts) in steps {
            let start = if pressed == Vote::Up { "up:" } else { "down:" };
            if self.fake.look(|state| name_of(state, answer)).as_deref() != Some(name.as_str()) {
                return;
            }
            let press = self.fake.press(user, answer, start);
            let saw = self.fake.wait_for("sight of a press", |state| state.saw(press)).await;
            if saw == Saw::Failed {
                self.votes().is_unsure(&name);
                return;
            }
            self.votes().cast(&name, user.0, counts, format!("pressed and saw {saw:?}"));
        }
    }

    /// What is not as it should be with the questions.
    pub fn wrong(&self) -> Vec<String> {
        let asked = self.asked().clone();
        self.fake.look(|state| asked.iter().filter_map(|(question, fate)| wrong(state, *question, *fate)).collect())
    }
}

/// The messages that end a whole answer to `question`.
pub fn whole(state: &State, question: MessageId) -> Vec<MessageId> {
    state.replies(question).iter().filter(|reply| reply.button("up:").is_some()).map(|reply| reply.id).collect()
}

fn name_of(state: &State, answer: MessageId) -> Option<String> {
    Some(state.message(answer)?.button("up:")?.custom_id.strip_prefix("up:")?.to_owned())
}

fn wrong(state: &State, question: MessageId, fate: Fate) -> Option<String> {
    if fate == Fate::Withdrawn {
        // Whose question is gone stands in no channel any more; its answer is looked for everywhere.
        let left = state.channels.keys().flat_map(|channel| state.from_bot(*channel));
        let left: Vec<_> = left.filter(|reply| reply.reply_to == Some(question)).map(|reply| &reply.content).collect();
        let whole = left.len();
        return (whole > 2).then(|| format!("the deleted question {question} has {left:?}"));
    }
    let replies = state.replies(question);
    let unfinished = replies.iter().filter(|reply| reply.button("cancel:").is_some()).count();
    let mut texts: Vec<&str> = replies.iter().map(|reply| reply.content.as_str()).collect();
    texts.sort_unstable();
    let doubled = texts.windows(2).filter(|pair| pair[0] == pair[1]).count();
    let whole = whole(state, question).len();
    let is_right = fate.is_met(whole, &texts) && unfinished == 0 && doubled == 0;
    (!is_right).then(|| {
        let asked = state.message(question).map(|message| message.content.clone());
        format!("{question} ({asked:?}): {whole} whole, {unfinished} unfinished, {doubled} doubled: {texts:#?}")
    })
}
