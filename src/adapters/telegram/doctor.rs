//! What `colega doctor` finds out about Telegram.

use std::time::Duration;

use reqwest::Url;
use serde::Deserialize;
use teloxide::payloads::GetChatMember;
use teloxide::types::{ChatId, UserId};

use super::api::{Api, Fault};
use super::failure::words;
use super::start::{Identity, Webhook, identity, webhook};
use super::webhook::trouble;
use super::{TelegramSettings, failure};
use crate::adapters::finding::Finding;
use crate::adapters::token::Token;

/// How long a request may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Of a member, whether it is an administrator (<https://core.telegram.org/bots/api#chatmember>).
#[derive(Deserialize)]
struct Member {
    status: String,
}

/// Looks at the token, the network, privacy mode, a webhook in the way and the rights in each group that the settings
/// name. Changes nothing.
pub async fn doctor(settings: &TelegramSettings, token: &Token) -> Vec<Finding> {
    let api = match Api::new(&settings.api_url, token) {
        Ok(api) => api,
        Err(error) => return vec![Finding::bad(format!("{error:#}"), "set telegram.api_url to an address")],
    };
    let me = match identity(&api).await {
        Ok(me) => me,
        Err(fault) => return vec![login(&fault, settings)],
    };
    let mut findings =
        vec![Finding::good(format!("logged in as @{}", me.username)), groups(&me), privacy(&me, settings)];
    if let Ok(known) = webhook(&api).await {
        findings.extend(arrival(&known, settings));
    }
    let mut chats: Vec<i64> = settings
        .chats
        .iter()
        .chain(settings.chat.iter().map(|chat| &chat.id))
        .filter_map(|id| id.parse().ok())
        .collect();
    chats.sort_unstable();
    chats.dedup();
    for chat in chats.into_iter().filter(|chat| *chat < 0) {
        findings.push(rights(&api, &me, chat).await);
    }
    findings
}

/// How updates come, where there is something to say about it.
fn arrival(known: &Webhook, settings: &TelegramSettings) -> Option<Finding> {
    match &settings.webhook {
        Some(own) if own.parse::<Url>().is_ok_and(|own| own.as_str() == known.url) => Some(match trouble(known) {
            None => Finding::good("Telegram brings updates to telegram.webhook"),
            Some(words) => {
                Finding::bad(words, "open the address in a browser: the proxy must answer, with a certificate")
            }
        }),
        Some(_) => Some(Finding::absent(
            "Telegram has not been told yet to bring updates to telegram.webhook",
            "`colega serve` tells it when it starts",
        )),
        None if known.url.is_empty() => None,
        None => Some(Finding::absent(
            "a webhook is set, so another program may be using this bot",
            "`colega serve` removes it when it starts; if the other program is needed, give Colega a bot of its own",
        )),
    }
}

fn login(fault: &Fault, settings: &TelegramSettings) -> Finding {
    if failure::is_bad_token(fault) {
        return Finding::bad(
            "Telegram does not know the token",
            "take it from @BotFather (/mybots, API Token) and set TELEGRAM_TOKEN or telegram.token_file",
        );
    }
    match fault {
        Fault::NoConnection(reason) => Finding::bad(
            format!("{} cannot be reached: {reason}", settings.api_url),
            "look at the network, a proxy (HTTPS_PROXY) and telegram.api_url",
        ),
        _ => Finding::bad(words(fault), "try again in a minute; if it stays, look at telegram.api_url"),
    }
}

fn groups(me: &Identity) -> Finding {
    if me.joins_groups {
        Finding::good("it may be added to groups")
    } else {
        Finding::absent(
            "it may not be added to groups",
            "tell @BotFather /setjoingroups, then Enable; DMs work without",
        )
    }
}

/// What privacy mode keeps away. With it on, the server passes on commands and replies to the bot, and, whatever the
/// bot that makes bots says, no mentions; a change holds only for groups that the bot is added to afterwards.
fn privacy(me: &Identity, settings: &TelegramSettings) -> Finding {
    let eager = settings.chat.iter().find(|chat| chat.always);
    let mend = "tell @BotFather /setprivacy, then Disable, and add the bot to its groups anew; or make it an administrator \
                there";
    match (me.reads_everything, eager) {
        (true, _) => Finding::good(
            "privacy mode is off: it is told of every message in its groups, and answers those that address it",
        ),
        (false, None) => Finding::absent(
            "privacy mode is on: in groups, commands (/ask …) and replies to it arrive, mentions (@…) do not",
            format!("if people are to mention it, {mend}"),
        ),
        (false, Some(chat)) => Finding::bad(
            format!(
                "privacy mode is on, so what is written in {} never arrives, although `always` is set for it",
                chat.id
            ),
            mend,
        ),
    }
}

async fn rights(api: &Api, me: &Identity, chat: i64) -> Finding {
    let request = GetChatMember::new(ChatId(chat), UserId(me.id));
    let member = api.call_for::<_, Member>(&request, TIMEOUT).await;
    match member.as_ref().map(|member| member.status.as_str()) {
        Ok("administrator" | "creator") => {
            Finding::good(format!("{chat}: an administrator, so reactions count as votes"))
        }
        Ok("left" | "kicked") => Finding::bad(format!("{chat}: not a member"), "add the bot to the group"),
        Ok(_) => Finding::absent(
            format!("{chat}: a member, so Telegram does not tell it of reactions; buttons below answers work"),
            "make the bot an administrator of the group (no right beyond that is needed)",
        ),
        Err(Fault::Refusal(_)) => Finding::bad(
            format!("{chat}: there is no such group, or the bot is not in it"),
            "add the bot to the group, and look at the number: it begins with -, and changes when a group becomes a \
             supergroup",
        ),
        Err(fault) => Finding::bad(format!("{chat}: {}", words(fault)), "try again in a minute"),
    }
}
