//! What the desk says, as requests to the Bot API.

use std::time::Duration;

use serde::Deserialize;
use teloxide::payloads::{
    AnswerCallbackQuery, AnswerCallbackQuerySetters as _, DeleteMessage, EditMessageText, SendChatAction,
    SendChatActionSetters as _, SendMessage, SendMessageSetters as _,
};
use teloxide::requests::Payload;
use teloxide::types::{CallbackQueryId, ChatAction, ForceReply, MessageId as Number};
use tokio::join;
use tracing::{debug, error};

use super::api::{Api, Fault};
use super::failure::says;
use super::lost::{candidates, is_own};
use super::plain::plain;
use super::request::{chat_id, edit_of, keyboard, mention_of, new_message, number, topic};
use crate::answer::AnswerId;
use crate::desk::{Failure, Message, Messenger};
use crate::place::{Interaction, MessageId, Place, PlaceKind, Sequence};
use crate::question::{ChatId, Language, Origin};
use crate::render::chat::labels;
use crate::render::document::Document;
use crate::render::telegram;

/// How long a request may take.
const TIMEOUT: Duration = Duration::from_secs(15);
/// How long a request may take that only shows something for a moment.
const SHORT_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest notification, in characters (<https://core.telegram.org/bots/api#answercallbackquery>).
const MAX_NOTIFICATION: usize = 200;
/// How the identifiers of supergroups and channels begin (<https://core.telegram.org/api/bots/ids>).
const OF_SUPERGROUPS: &str = "-100";

/// Telegram, as the desk sees it.
pub struct Telegram {
    api: Api,
}

/// Of a sent message, what is needed.
#[derive(Debug, Deserialize)]
struct Shown {
    message_id: i32,
}

impl Telegram {
    /// Telegram by way of `api`.
    pub fn new(api: Api) -> Self {
        Self { api }
    }

    /// Sends `request`, and once more without markup where the server cannot read the markup: plain words are better
    /// than silence.
    async fn post(&self, mut request: SendMessage) -> Result<MessageId, Failure> {
        let mut outcome = self.api.call_for::<_, Shown>(&request, TIMEOUT).await;
        if outcome.as_ref().is_err_and(is_bad_markup) {
            error!("Telegram cannot read the markup of a message; it is sent without");
            request.parse_mode = None;
            request.text = plain(&request.text);
            outcome = self.api.call_for::<_, Shown>(&request, TIMEOUT).await;
        }
        Ok(MessageId(outcome?.message_id.to_string()))
    }

    async fn change(&self, mut request: EditMessageText) -> Result<(), Fault> {
        let mut outcome = self.api.call_for::<_, Shown>(&request, TIMEOUT).await;
        if outcome.as_ref().is_err_and(is_bad_markup) {
            error!("Telegram cannot read the markup of a message; it is shown without");
            request.parse_mode = None;
            request.text = plain(&request.text);
            outcome = self.api.call_for::<_, Shown>(&request, TIMEOUT).await;
        }
        match outcome {
            Ok(_) => Ok(()),
            Err(Fault::Refusal(refusal)) if says(&refusal, "message is not modified") => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    /// Removes a lost message, so that its text is sent anew. One that the server does not remove any more (it is too
    /// old) is given back: it shows what it should.
    async fn remove_lost(&self, place: &Place, id: MessageId) -> Result<Option<MessageId>, Failure> {
        match self.delete(place, &id).await {
            Ok(()) => Ok(None),
            Err(failure) if failure.is_passing() => Err(failure),
            Err(failure) => {
                debug!(%failure, "a lost message stays");
                Ok(Some(id))
            }
        }
    }

    /// Sends a message that asks who pressed a button below `about` for a reply.
    async fn ask_for_reply(
        &self,
        place: &Place,
        person: &str,
        about: &MessageId,
        text: &str,
    ) -> Result<MessageId, Failure> {
        let request = match place.kind {
            PlaceKind::Direct => new_message(place, text, Some(about))?.reply_markup(ForceReply::new()),
            // A selective request opens the reply of those whom its text mentions; an empty mention does.
            PlaceKind::Group | PlaceKind::Thread => {
                let text = format!("{}{text}", mention_of(person));
                new_message(place, &text, Some(about))?.reply_markup(ForceReply::new().selective())
            }
        };
        self.post(request).await
    }

    /// Sends a request whose result does not matter. `harmless`: what the server says where nothing is left to do.
    async fn tell<P>(&self, request: &P, timeout: Duration, harmless: &[&str]) -> Result<(), Failure>
    where
        P: Payload + serde::Serialize + Sync,
    {
        match self.api.call_for::<P, bool>(request, timeout).await {
            Ok(_) => Ok(()),
            Err(Fault::Refusal(refusal)) if harmless.iter().any(|words| says(&refusal, words)) => Ok(()),
            Err(fault) => Err(fault.into()),
        }
    }
}

impl Messenger for Telegram {
    const ORIGIN: Origin = Origin::Telegram;
    /// The server shows it for five seconds (<https://core.telegram.org/bots/api#sendchataction>).
    const TYPING: Duration = Duration::from_secs(4);

    /// Supergroups and channels count for themselves; DMs and basic groups share the numbers of the bot's own account.
    fn sequence(&self, chat: &ChatId) -> Sequence {
        Sequence(if chat.0.starts_with(OF_SUPERGROUPS) { chat.0.clone() } else { String::new() })
    }

    fn parts(&self, document: &Document) -> Vec<String> {
        telegram::parts(document)
    }

    /// One message a second to a person, twenty a minute to a group
    /// (<https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this>); edits count, too.
    fn pace(&self, place: &Place) -> Duration {
        match place.kind {
            PlaceKind::Direct => Duration::from_millis(1_100),
            PlaceKind::Group | PlaceKind::Thread => Duration::from_millis(3_100),
        }
    }

    async fn acknowledge(
        &self,
        place: &Place,
        _interaction: Option<&Interaction>,
        _private: bool,
    ) -> Result<(), Failure> {
        let mut request = SendChatAction::new(chat_id(place)?, ChatAction::Typing);
        if let Some(topic) = topic(place)? {
            request = request.message_thread_id(topic);
        }
        self.tell(&request, SHORT_TIMEOUT, &[]).await
    }

    async fn send(&self, message: &Message) -> Result<MessageId, Failure> {
        let mut request = new_message(&message.place, &message.text, message.reply_to.as_ref())?;
        if let Some(keyboard) = keyboard(&message.keyboard) {
            request = request.reply_markup(keyboard);
        }
        self.post(request).await
    }

    async fn edit(&self, id: &MessageId, message: &Message) -> Result<(), Failure> {
        self.change(edit_of(number(id)?, message)?).await.map_err(Failure::from)
    }

    async fn delete(&self, place: &Place, id: &MessageId) -> Result<(), Failure> {
        let request = DeleteMessage::new(chat_id(place)?, number(id)?);
        self.tell(&request, TIMEOUT, &["message to delete not found", "message_id_invalid"]).await
    }

    async fn find_lost(&self, message: &Message, known: &[MessageId]) -> Result<Option<MessageId>, Failure> {
        let Some(question) = &message.reply_to else { return Ok(None) };
        let since = message.after.as_ref().filter(|after| after.is_after(question)).unwrap_or(question);
        let since = number(since)?.0;
        let known: Vec<i32> = known.iter().map(|id| number(id).map(|id| id.0)).collect::<Result<_, _>>()?;
        for candidate in candidates(since, &known) {
            let probe = self.change(edit_of(Number(candidate), message)?).await;
            if is_own(probe)? {
                return self.remove_lost(&message.place, MessageId(candidate.to_string())).await;
            }
        }
        Ok(None)
    }

    async fn notify(&self, interaction: &Interaction, words: &str) -> Result<(), Failure> {
        let words: String = words.chars().take(MAX_NOTIFICATION).collect();
        let request = AnswerCallbackQuery::new(CallbackQueryId(interaction.id.clone())).text(words);
        self.tell(&request, SHORT_TIMEOUT, &["query is too old", "query id is invalid", "query_id_invalid"]).await
    }

    async fn ask_what_was_wrong(
        &self,
        place: &Place,
        interaction: &Interaction,
        _answer: &AnswerId,
        about: &MessageId,
        language: Language,
    ) -> Result<Option<MessageId>, Failure> {
        let words = labels(language);
        // The message is not the word for which the button waits.
        let (thanked, asked) = join!(
            self.notify(interaction, words.thanks),
            self.ask_for_reply(place, &interaction.token, about, words.what_was_wrong),
        );
        if let Err(failure) = thanked {
            debug!(%failure, "a press could not be acknowledged");
        }
        asked.map(Some)
    }

    async fn respond(&self, _interaction: &Interaction, _parts: &[String]) -> Result<(), Failure> {
        // A command on Telegram is a message and is replied to like one; it brings no interaction.
        Err(Failure::Refused("Telegram has no private responses".to_owned()))
    }
}

fn is_bad_markup(fault: &Fault) -> bool {
    matches!(fault, Fault::Refusal(refusal) if refusal.code == 400 && says(refusal, "can't parse entities"))
}
