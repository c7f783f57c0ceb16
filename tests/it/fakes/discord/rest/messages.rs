//! Messages in channels (<https://discord.com/developers/docs/resources/message>).

use serde_json::{Value, json};

use super::super::ids::{ChannelId, MessageId};
use super::super::message::Message;
use super::super::refusal::Refusal;
use super::super::settings::{self, permission};
use super::super::state::{ChannelKind, State};
use super::super::{form, wire};
use super::Call;
use super::draft::{self, Draft};

/// Edits of a message older than an hour, and the time that they are counted in.
const LATE_EDITS: (u32, u64) = (3, 10 * 60 * 1_000);
const HOUR_MS: u64 = 60 * 60 * 1_000;

/// The channel of a call, if the bot may do there what needs `permission`.
pub fn channel(state: &State, call: &Call, needed: u64) -> Result<ChannelId, Refusal> {
    let id = ChannelId(call.id(0, "channel_id")?);
    let channel = state.channels.get(&id).ok_or_else(Refusal::unknown_channel)?;
    if channel.permissions & permission::VIEW_CHANNEL == 0 {
        return Err(Refusal::missing_access());
    }
    if let ChannelKind::Direct { with } = channel.kind {
        let is_open = state.users.get(&with).is_some_and(|user| user.takes_direct);
        let writes = needed & permission::SEND_MESSAGES != 0;
        return if writes && !is_open { Err(Refusal::cannot_send_to_user()) } else { Ok(id) };
    }
    let is_thread = matches!(channel.kind, ChannelKind::Thread { .. });
    let needed = match needed {
        permission::SEND_MESSAGES if is_thread => permission::SEND_MESSAGES_IN_THREADS,
        needed => needed,
    };
    if channel.permissions & needed == needed { Ok(id) } else { Err(Refusal::missing_permissions()) }
}

/// The message of a call, if everybody in `channel` sees it.
pub fn message(state: &State, call: &Call, channel: ChannelId) -> Result<MessageId, Refusal> {
    let id = MessageId(call.id(1, "message_id")?);
    let is_there = state.message(id).is_some_and(|own| own.channel == channel && own.private_to.is_none());
    if is_there { Ok(id) } else { Err(Refusal::unknown_message()) }
}

fn shown(state: &State, id: MessageId) -> Result<Value, Refusal> {
    let message = state.message(id).ok_or_else(Refusal::unknown_message)?;
    Ok(wire::message(state, message, state.settings.portal_intents & settings::MESSAGE_CONTENT != 0))
}

/// POST: a new message.
pub fn create(state: &mut State, call: &Call) -> Result<Value, Refusal> {
    let channel = channel(state, call, permission::SEND_MESSAGES)?;
    let besides = ["nonce", "tts", "message_reference", "enforce_nonce", "sticker_ids"];
    let draft = Draft::read(&call.body, "", &besides)?;
    if draft.is_private {
        return Err(Refusal::form("flags", "MESSAGE_FLAGS", "only responses to interactions are private"));
    }
    let fields = call.body.as_object().ok_or_else(Refusal::not_json)?;
    let nonce = match fields.get("nonce") {
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => form::text(fields, "nonce", "", 0..=25)?.map(str::to_owned),
    };
    form::flag(fields, "tts", "")?;
    let reply_to = draft::reply_to(state, &call.body, channel)?;
    let now = state.now_ms();
    if form::flag(fields, "enforce_nonce", "")? == Some(true)
        && let Some(known) = nonce.as_ref().and_then(|nonce| known_nonce(state, nonce, now))
    {
        if state.place(known) != channel {
            state.ledger.violation("a nonce that was used in another channel: this message is lost".to_owned());
        }
        return shown(state, known);
    }
    let id = MessageId(state.next_id());
    let kind = if reply_to.is_some() { 19 } else { 0 };
    let mut message = Message { reply_to, kind, nonce: nonce.clone(), ..Message::new(id, channel, state.bot, "") };
    draft.fill(state, &mut message)?;
    if let Some(nonce) = nonce {
        let lasts = u64::try_from(state.settings.nonce_lasts.as_millis()).unwrap_or(u64::MAX);
        state.nonces.retain(|_, (_, at)| *at + lasts > now);
        state.nonces.insert(nonce, (id, now));
    }
    state.send(message);
    shown(state, id)
}

fn known_nonce(state: &State, nonce: &str, now: u64) -> Option<MessageId> {
    let lasts = u64::try_from(state.settings.nonce_lasts.as_millis()).unwrap_or(u64::MAX);
    let &(id, at) = state.nonces.get(nonce)?;
    (at + lasts > now && state.message(id).is_some()).then_some(id)
}

/// PATCH: other text for an own message.
pub fn edit(state: &mut State, call: &Call) -> Result<Value, Refusal> {
    let channel = channel(state, call, 0)?;
    let id = message(state, call, channel)?;
    let mut message = state.message(id).cloned().ok_or_else(Refusal::unknown_message)?;
    if message.author != state.bot {
        return Err(Refusal::not_the_author());
    }
    let draft = Draft::read(&call.body, "", &[])?;
    let now = state.now_ms();
    if now > id.at_ms() + HOUR_MS {
        let (most, within) = LATE_EDITS;
        state.late_edits.retain(|_, (_, since)| *since + within > now);
        let (edits, _) = state.late_edits.entry(id).or_insert((0, now));
        *edits += 1;
        if *edits > most {
            return Err(Refusal::too_many_late_edits());
        }
    }
    draft.fill(state, &mut message)?;
    (message.edited_ms, message.edits) = (Some(now), message.edits + 1);
    state.keep(message);
    state.announce("MESSAGE_UPDATE", id);
    shown(state, id)
}

/// DELETE: an own message.
pub fn delete(state: &mut State, call: &Call) -> Result<Value, Refusal> {
    let channel = channel(state, call, 0)?;
    let id = message(state, call, channel)?;
    let is_own = state.message(id).is_some_and(|message| message.author == state.bot);
    if !is_own {
        return Err(Refusal::missing_permissions());
    }
    state.remove(id);
    Ok(Value::Null)
}

/// GET: one message.
pub fn one(state: &State, call: &Call) -> Result<Value, Refusal> {
    let channel = channel(state, call, permission::READ_MESSAGE_HISTORY)?;
    shown(state, message(state, call, channel)?)
}

/// GET: messages, the newest first.
pub fn list(state: &State, call: &Call) -> Result<Value, Refusal> {
    let channel = channel(state, call, 0)?;
    let limit = limit(call, 50)?;
    let bounds = [call.query_id("before")?, call.query_id("after")?, call.query_id("around")?];
    if bounds.iter().flatten().count() > 1 {
        return Err(Refusal::form("_query", "MUTUALLY_EXCLUSIVE", "before, after and around are mutually exclusive"));
    }
    let channel = &state.channels[&channel];
    let is_direct = channel.guild.is_none();
    if !is_direct && channel.permissions & permission::READ_MESSAGE_HISTORY == 0 {
        return Ok(json!([]));
    }
    let public = || channel.messages.values().filter(|message| message.private_to.is_none());
    let before = |id: u64, count| public().rev().filter(move |message| message.id.0 < id).take(count);
    let mut found: Vec<&Message> = match bounds {
        [_, Some(after), _] => public().filter(|message| message.id.0 > after).take(limit).collect(),
        [_, _, Some(around)] => {
            let behind = public().filter(|message| message.id.0 >= around).take(limit.div_ceil(2));
            before(around, limit / 2).chain(behind).collect()
        }
        [earlier, ..] => before(earlier.unwrap_or(u64::MAX), limit).collect(),
    };
    found.sort_by_key(|message| std::cmp::Reverse(message.id));
    let with_content = state.settings.portal_intents & settings::MESSAGE_CONTENT != 0;
    Ok(found.into_iter().map(|message| wire::message(state, message, with_content)).collect())
}

/// The parameter `limit`, 1 to 100.
pub fn limit(call: &Call, usual: usize) -> Result<usize, Refusal> {
    let Some(text) = call.query.get("limit") else { return Ok(usual) };
    let wrong = || Refusal::form("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.");
    text.parse().ok().filter(|limit| (1..=100).contains(limit)).ok_or_else(wrong)
}

/// POST: "is typing" for ten seconds.
pub fn typing(state: &mut State, call: &Call) -> Result<Value, Refusal> {
    let channel = channel(state, call, permission::SEND_MESSAGES)?;
    state.ledger.typed(channel);
    Ok(Value::Null)
}

/// POST: a thread at a message.
pub fn start_thread(state: &mut State, call: &Call) -> Result<Value, Refusal> {
    let channel = channel(state, call, permission::CREATE_PUBLIC_THREADS)?;
    let id = message(state, call, channel)?;
    let fields = form::object(&call.body, "", &["name", "auto_archive_duration", "rate_limit_per_user"])?;
    let name = form::required_text(fields, "name", "", 1..=100)?.to_owned();
    if !matches!(form::integer(fields, "auto_archive_duration", "")?, None | Some(60 | 1_440 | 4_320 | 10_080)) {
        let message = "Value must be one of (60, 1440, 4320, 10080).";
        return Err(Refusal::form("auto_archive_duration", "BASE_TYPE_CHOICES", message));
    }
    if state.message(id).is_some_and(|message| message.thread.is_some()) {
        return Err(Refusal::thread_exists());
    }
    if state.channels[&channel].kind != ChannelKind::Text {
        return Err(Refusal { is_fault: true, ..Refusal::missing_permissions() });
    }
    let thread = state.begin_thread(state.bot, id, &name);
    Ok(wire::channel(state, thread))
}
