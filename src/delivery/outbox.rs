//! What was sent. Beside each entry stand rows that lead to it: by its messages, its time, its person and its conversation.
//! Of an entry that was forgotten, it stays known that its messages are Colega's, and nothing of whom they are for: a message
//! that nobody knows is taken for one that was lost on the way.

use std::collections::BTreeSet;

use anyhow::Result;

use super::store::{Change, Store, below, key, sorted, split};
use super::{ConversationId, OutKey, Outgoing, Role, State};
use crate::place::{MessageId, Pseudonym};
use crate::question::{ChatId, Origin};

/// The platforms that something is sent to.
const PLATFORMS: [Origin; 2] = [Origin::Discord, Origin::Telegram];

/// An entry with its key.
pub(super) type Found = Option<(OutKey, Outgoing)>;

impl Store {
    pub(super) fn outgoing(&self, of: &OutKey) -> Result<Option<Outgoing>> {
        self.read(&entry(of))
    }

    pub(super) fn save(&self, of: &OutKey, outgoing: &Outgoing) -> Result<()> {
        let mut change = self.change();
        let earlier: Option<Outgoing> = self.read_if_sound(&entry(of))?;
        if earlier.as_ref() == Some(outgoing) {
            return Ok(());
        }
        let before = earlier.map(|earlier| leads(of, &earlier)).unwrap_or_default();
        let now = leads(of, outgoing);
        for stale in before.difference(&now) {
            change.remove(stale);
        }
        // Rows that stand already are not written again: the database appends whatever it is given.
        for new in now.difference(&before) {
            change.put(new, of)?;
        }
        change.put(&entry(of), outgoing)?;
        change.apply()
    }

    pub(super) fn by_message(&self, origin: Origin, chat: &ChatId, message: &MessageId) -> Result<Found> {
        self.behind(&message_key(origin.name(), chat, message))
    }

    pub(super) fn last_answer(&self, conversation: &ConversationId) -> Result<Found> {
        match self.last_key(&below(&["answer", &conversation.0]))? {
            Some(lead) => self.behind(&lead),
            None => Ok(None),
        }
    }

    pub(super) fn recent(&self, origin: Origin, since_ms: u64) -> Result<Vec<(OutKey, Outgoing)>> {
        let mut recent = Vec::new();
        for row in self.rows_from(below(&["time", origin.name()]), &sorted(since_ms)) {
            let (_, Some(of)) = row? else { continue };
            if let Some(outgoing) = self.read_if_sound(&entry(&of))? {
                recent.push((of, outgoing));
            }
        }
        Ok(recent)
    }

    /// Removes what was sent to a person; the messages stay on the platform.
    pub(super) fn forget_outgoing(&self, person: &Pseudonym) -> Result<u64> {
        self.remove_behind(
            &below(&["by", &person.0]),
            |_| true,
            |change, of, outgoing| {
                let at = sorted(outgoing.at_ms);
                for message in outgoing.slots.iter().filter_map(|slot| slot.message.as_ref()) {
                    change.put(&key(&["nobodys", origin_of(of), &outgoing.place.chat.0, &at, &message.0]), message)?;
                }
                Ok(())
            },
        )
    }

    /// Messages in a chat that were sent for questions of `since_ms` or later, of people who were forgotten.
    pub(super) fn nobodys(&self, origin: Origin, chat: &ChatId, since_ms: u64) -> Result<Vec<MessageId>> {
        let since = sorted(since_ms);
        let rows = self.rows_from(below(&["nobodys", origin.name(), &chat.0]), &since);
        rows.filter_map(|row| row.map(|(_, message)| message).transpose()).collect()
    }

    /// Forgets what was asked for before `before_ms`.
    pub(super) fn prune_outbox(&self, before_ms: u64) -> Result<u64> {
        let before = sorted(before_ms);
        let mut removed = 0;
        for origin in PLATFORMS {
            let is_old = |rest: &str| *split(rest).0 < *before;
            removed += self.remove_behind(&below(&["time", origin.name()]), is_old, |_, _, _| Ok(()))?;
        }
        let mut change = self.change();
        let nobodys = below(&["nobodys"]);
        for row in self.rows::<MessageId>(nobodys.clone()) {
            let (rest, _) = row?;
            // <origin> <chat> <time> <message>
            if split(split(split(rest.as_str()).1).1).0 < before.as_str() {
                change.remove(&format!("{nobodys}{rest}"));
            }
        }
        change.apply()?;
        Ok(removed)
    }

    /// Removes the entries to which the rows below `prefix` lead, until one whose key `is_meant` does not take; `instead` puts
    /// what is to be known afterwards.
    fn remove_behind(
        &self,
        prefix: &str,
        is_meant: impl Fn(&str) -> bool,
        instead: impl Fn(&mut Change<'_>, &OutKey, &Outgoing) -> Result<()>,
    ) -> Result<u64> {
        let mut removed = 0;
        for row in self.rows::<OutKey>(prefix.to_owned()) {
            let (rest, of) = row?;
            if !is_meant(&rest) {
                break;
            }
            let mut change = self.change();
            if let Some(of) = of {
                let outgoing: Option<Outgoing> = self.read_if_sound(&entry(&of))?;
                if let Some(outgoing) = &outgoing {
                    for lead in leads(&of, outgoing) {
                        change.remove(&lead);
                    }
                    instead(&mut change, &of, outgoing)?;
                }
                change.remove(&entry(&of));
                removed += 1;
            }
            change.remove(&format!("{prefix}{rest}"));
            change.apply()?;
        }
        Ok(removed)
    }

    fn behind(&self, lead: &str) -> Result<Found> {
        let Some(of) = self.read::<OutKey>(lead)? else { return Ok(None) };
        Ok(self.outgoing(&of)?.map(|outgoing| (of, outgoing)))
    }
}

fn entry(of: &OutKey) -> String {
    key(&["out", &of.0])
}

/// The keys of the rows that lead to an entry; each holds the entry's key.
fn leads(of: &OutKey, outgoing: &Outgoing) -> BTreeSet<String> {
    let origin = origin_of(of);
    let at = sorted(outgoing.at_ms);
    let messages = outgoing.slots.iter().filter_map(|slot| slot.message.as_ref());
    let mut leads: BTreeSet<String> =
        messages.map(|message| message_key(origin, &outgoing.place.chat, message)).collect();
    leads.insert(key(&["time", origin, &at, &of.0]));
    leads.insert(key(&["by", &outgoing.asker.0, &of.0]));
    if outgoing.role == Role::Reply && outgoing.answer.is_some() && outgoing.state != State::Withdrawn {
        leads.insert(key(&["answer", &outgoing.conversation.0, &at, &of.0]));
    }
    leads
}

/// Keys begin with the name of their platform.
fn origin_of(of: &OutKey) -> &str {
    of.0.split('.').next().unwrap_or_default()
}

fn message_key(origin: &str, chat: &ChatId, message: &MessageId) -> String {
    key(&["message", origin, &chat.0, &message.0])
}
