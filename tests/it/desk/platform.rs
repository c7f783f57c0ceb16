//! A chat platform in memory: what the desk sent is there, and faults come on demand.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use colega::answer::AnswerId;
use colega::desk::{Button, Failure, Keyboard, Message, Messenger};
use colega::place::{Interaction, MessageId, Place};
use colega::question::{Language, Origin};
use colega::render::document::Document;
use colega::render::telegram;
use tokio::sync::Notify;

/// What happens to the next request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is not accepted.
    Unreachable,
    /// It is accepted and its answer is lost.
    Lost,
    /// It is to be repeated later.
    TooMany,
    /// The chat is closed to Colega.
    Gone,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    pub text: String,
    pub keyboard: Keyboard,
    pub reply_to: Option<MessageId>,
    pub edits: usize,
}

#[derive(Default)]
pub struct State {
    pub messages: BTreeMap<u64, Sent>,
    pub deleted: usize,
    pub faults: VecDeque<Fault>,
    pub typed: usize,
    pub notices: Vec<String>,
    pub responses: Vec<Vec<String>>,
    next: u64,
}

/// Clones share the platform, which outlives a desk as a real one outlives a crash.
#[derive(Clone, Default)]
pub struct Platform {
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
}

impl Platform {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn fail(&self, faults: &[Fault]) {
        self.state().faults.extend(faults);
    }

    /// Waits until what is there is as `wanted` says.
    pub async fn until(&self, what: &str, wanted: impl Fn(&State) -> bool) {
        let wait = async {
            loop {
                let changed = self.changed.notified();
                if wanted(&self.state()) {
                    return;
                }
                let _ = tokio::time::timeout(Duration::from_millis(50), changed).await;
            }
        };
        if tokio::time::timeout(Duration::from_secs(20), wait).await.is_err() {
            let state = self.state();
            panic!("{what} did not come about: {:?}, notices {:?}", state.messages, state.notices);
        }
    }

    pub fn texts(&self) -> Vec<String> {
        self.state().messages.values().map(|sent| sent.text.clone()).collect()
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> Result<T, Failure>) -> Result<T, Failure> {
        let mut state = self.state();
        let fault = state.faults.pop_front();
        let result = match fault {
            None => change(&mut state),
            Some(Fault::Unreachable) => Err(Failure::Unreachable("no connection".into())),
            Some(Fault::TooMany) => Err(Failure::RetryAfter(Duration::from_millis(10))),
            Some(Fault::Gone) => Err(Failure::Gone("closed".into())),
            Some(Fault::Lost) => {
                change(&mut state)?;
                Err(Failure::Unknown("the answer was lost".into()))
            }
        };
        drop(state);
        self.changed.notify_waiters();
        result
    }
}

impl Messenger for Platform {
    const ORIGIN: Origin = Origin::Telegram;
    const TYPING: Duration = Duration::from_secs(4);

    fn parts(&self, document: &Document) -> Vec<String> {
        telegram::parts(document)
    }

    fn pace(&self, _: &Place) -> Duration {
        Duration::from_millis(20)
    }

    async fn acknowledge(&self, _: &Place, _: Option<&Interaction>, _: bool) -> Result<(), Failure> {
        self.state().typed += 1;
        self.changed.notify_waiters();
        Ok(())
    }

    async fn send(&self, message: &Message) -> Result<MessageId, Failure> {
        self.change(|state| {
            // Numbers of messages begin above those of the people in the tests.
            state.next += 1;
            let id = 1_000 + state.next;
            let sent = Sent {
                text: message.text.clone(),
                keyboard: message.keyboard.clone(),
                reply_to: message.reply_to.clone(),
                edits: 0,
            };
            state.messages.insert(id, sent);
            Ok(MessageId(id.to_string()))
        })
    }

    async fn edit(&self, id: &MessageId, message: &Message) -> Result<(), Failure> {
        self.change(|state| {
            let sent = state.messages.get_mut(&number(id)).ok_or_else(|| Failure::Gone("no such message".into()))?;
            sent.text.clone_from(&message.text);
            sent.keyboard.clone_from(&message.keyboard);
            sent.edits += 1;
            Ok(())
        })
    }

    async fn delete(&self, _: &Place, id: &MessageId) -> Result<(), Failure> {
        self.change(|state| {
            state.deleted += usize::from(state.messages.remove(&number(id)).is_some());
            Ok(())
        })
    }

    async fn find_lost(&self, message: &Message, known: &[MessageId]) -> Result<Option<MessageId>, Failure> {
        self.change(|state| {
            let lost = state.messages.iter_mut().find(|(id, sent)| {
                sent.reply_to == message.reply_to && !known.iter().any(|known| number(known) == **id)
            });
            Ok(lost.map(|(id, sent)| {
                sent.text.clone_from(&message.text);
                sent.keyboard.clone_from(&message.keyboard);
                MessageId(id.to_string())
            }))
        })
    }

    async fn notify(&self, _: &Interaction, words: &str) -> Result<(), Failure> {
        self.change(|state| {
            state.notices.push(words.to_owned());
            Ok(())
        })
    }

    async fn ask_what_was_wrong(
        &self,
        place: &Place,
        _: &Interaction,
        _: &AnswerId,
        about: &MessageId,
        _: Language,
    ) -> Result<Option<MessageId>, Failure> {
        let message = Message {
            place: place.clone(),
            reply_to: Some(about.clone()),
            interaction: None,
            text: "what was wrong?".into(),
            keyboard: Keyboard::None,
            after: None,
            nonce: String::new(),
        };
        self.send(&message).await.map(Some)
    }

    async fn respond(&self, _: &Interaction, parts: &[String]) -> Result<(), Failure> {
        self.change(|state| {
            state.responses.push(parts.to_vec());
            Ok(())
        })
    }
}

/// The answer that the buttons of a message vote on.
pub fn answer_of(sent: &Sent) -> Option<AnswerId> {
    let Keyboard::Row(buttons) = &sent.keyboard else { return None };
    buttons.iter().find_map(|(button, _)| match button {
        Button::Up(answer) => Some(answer.clone()),
        _ => None,
    })
}

fn number(id: &MessageId) -> u64 {
    id.0.parse().expect("a number")
}
