//! People on Telegram who ask, edit and vote, whatever happens to the bot.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use colega::feedback::Vote;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio_util::sync::CancellationToken;

use super::story::{self, Fate, Votes};
use crate::fakes::telegram::{FakeTelegram, World};

/// The people, and what they remember.
pub struct People {
    pub fake: FakeTelegram,
    asked: Mutex<Vec<(i64, i32, Fate)>>,
    votes: Mutex<Votes>,
    /// The name of each answer that was voted on, its chat and its message.
    voted: Mutex<Vec<(String, i64, i32)>>,
}

impl People {
    pub fn new(fake: FakeTelegram) -> Self {
        Self { fake, asked: Mutex::default(), votes: Mutex::default(), voted: Mutex::default() }
    }

    pub fn votes(&self) -> MutexGuard<'_, Votes> {
        self.votes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asked(&self) -> MutexGuard<'_, Vec<(i64, i32, Fate)>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn questions(&self) -> usize {
        self.asked().len()
    }

    /// Asks in `group`, or directly without one, until `stop`.
    pub async fn live(&self, person: u64, group: Option<i64>, seed: u64, stop: CancellationToken) {
        let mut chance = StdRng::seed_from_u64(seed);
        let chat = group.unwrap_or_else(|| self.fake.direct(person));
        let written = |question: &str| match group {
            Some(_) => format!("/ask@colega_bot {question}"),
            None => question.to_owned(),
        };
        while !stop.is_cancelled() {
            let question = self.fake.say(chat, person, &written(story::question(&mut chance)));
            self.asked().push((chat, question, Fate::Answered));
            let turn = chance.random_range(0..10);
            if turn == 0 {
                tokio::time::sleep(Duration::from_millis(chance.random_range(0..1_500))).await;
                self.fake.edit(chat, question, &written(story::question(&mut chance)));
                let mut asked = self.asked();
                asked
                    .iter_mut()
                    .filter(|asked| (asked.0, asked.1) == (chat, question))
                    .for_each(|own| own.2 = Fate::Edited);
            }
            let answer = stop.run_until_cancelled(self.answer(chat, question)).await;
            if let (Some(answer), true) = (answer, turn > 4) {
                self.vote(chat, person, answer, &mut chance);
            }
            tokio::time::sleep(Duration::from_millis(chance.random_range(500..6_000))).await;
        }
    }

    /// Nobody asks anew before they have their answer, so that each question must get one.
    async fn answer(&self, chat: i64, question: i32) -> i32 {
        loop {
            if let Some(answer) = self.fake.look(|world| world.answer_to(chat, question)) {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Votes by reaction or with the buttons, and perhaps turns their mind. Telegram keeps what happens while the bot is
    /// away, so that every vote counts.
    fn vote(&self, chat: i64, person: u64, answer: i32, chance: &mut StdRng) {
        let Some(name) = self.fake.look(|world| name_of(world, chat, answer)) else { return };
        let (emoji, label, vote) =
            if chance.random_bool(0.6) { ("👍", "👍", Vote::Up) } else { ("👎", "👎", Vote::Down) };
        let takes_back = chance.random_bool(0.3);
        let by_reaction = chance.random_bool(0.5);
        if by_reaction {
            self.fake.react(chat, answer, person, &[emoji]);
            if takes_back {
                self.fake.react(chat, answer, person, &[]);
            }
        } else {
            self.fake.press(chat, answer, person, label);
            if takes_back {
                self.fake.press(chat, answer, person, label);
            }
        }
        let deed = if by_reaction { "reacted" } else { "pressed" };
        self.votes().cast(&name, person, (!takes_back).then_some(vote), deed.to_owned());
        self.voted.lock().unwrap_or_else(PoisonError::into_inner).push((name, chat, answer));
    }

    /// A message whose number was lost on the way back is removed and sent anew, and with it go the reactions to it: such
    /// votes are not compared.
    pub fn leave_out_removed(&self) {
        for (name, chat, message) in self.voted.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            if self.fake.look(|world| world.message(*chat, *message).is_none()) {
                self.votes().is_unsure(name);
            }
        }
    }

    /// What is not as it should be with the questions.
    pub fn wrong(&self) -> Vec<String> {
        let asked = self.asked().clone();
        self.fake.look(|world| {
            asked.iter().filter_map(|(chat, question, fate)| wrong(world, *chat, *question, *fate)).collect()
        })
    }
}

fn name_of(world: &World, chat: i64, answer: i32) -> Option<String> {
    let buttons = world.message(chat, answer)?.buttons.iter().flatten();
    buttons.map(|(_, data)| data).find_map(|data| data.strip_prefix("up:")).map(str::to_owned)
}

fn wrong(world: &World, chat: i64, question: i32, fate: Fate) -> Option<String> {
    let replies = world.replies(chat, question);
    let with = |start: &str| {
        let has = |reply: &&&_| has_button(reply, start);
        replies.iter().filter(has).count()
    };
    let (whole, unfinished) = (with("up:"), with("cancel:"));
    let mut texts: Vec<&str> = replies.iter().map(|reply| reply.text.as_str()).collect();
    texts.sort_unstable();
    let doubled = texts.windows(2).filter(|pair| pair[0] == pair[1]).count();
    let is_right = fate.is_met(whole, &texts) && unfinished == 0 && doubled == 0;
    (!is_right).then(|| {
        let asked = world.message(chat, question).map(|message| message.text.clone());
        let ids: Vec<_> = replies.iter().map(|reply| reply.id).collect();
        format!(
            "{question} ({asked:?}) in {chat}: {whole} whole, {unfinished} unfinished, {doubled} doubled, {ids:?}: {texts:#?}"
        )
    })
}

fn has_button(message: &crate::fakes::telegram::world::Message, start: &str) -> bool {
    message.buttons.iter().flatten().any(|(_, data)| data.starts_with(start))
}
