//! Interactions: commands, presses of buttons, and the form that follows 👎.

use serenity::all::{
    ActionRowComponent, ChannelId, CommandData, CommandInteraction, CommandType, ComponentInteraction, GuildId,
    Interaction as DiscordInteraction, InteractionId, Member, ModalInteraction, PartialChannel, User,
};

use super::super::messenger::body::{FORM, RIGHT, WRONG};
use super::message::words;
use crate::answer::AnswerId;
use crate::desk::{Button, Command, Event};
use crate::place::{Interaction, MessageId, Person};
use crate::question::UserId;

/// What an interaction asks for.
pub struct Asked<'a> {
    /// Who.
    pub from: Person,
    /// The channel, where Discord tells about it.
    pub channel: Option<&'a PartialChannel>,
    /// Its number.
    pub channel_id: ChannelId,
    /// The server.
    pub guild: Option<GuildId>,
    /// What.
    pub event: Event,
}

/// `None` for what Colega never offered: a button of another version, say.
pub fn asked(interaction: &DiscordInteraction) -> Option<Asked<'_>> {
    match interaction {
        DiscordInteraction::Command(it) => Some(Asked {
            from: person(&it.user, it.member.as_deref(), &it.locale),
            channel: it.channel.as_ref(),
            channel_id: it.channel_id,
            guild: it.guild_id,
            event: commanded(it)?,
        }),
        DiscordInteraction::Component(it) => Some(Asked {
            from: person(&it.user, it.member.as_ref(), &it.locale),
            channel: it.channel.as_ref(),
            channel_id: it.channel_id,
            guild: it.guild_id,
            event: pressed(it)?,
        }),
        DiscordInteraction::Modal(it) => Some(Asked {
            from: person(&it.user, it.member.as_ref(), &it.locale),
            channel: it.channel.as_ref(),
            channel_id: it.channel_id,
            guild: it.guild_id,
            event: explained(it)?,
        }),
        _ => None,
    }
}

fn person(user: &User, member: Option<&Member>, locale: &str) -> Person {
    let roles = member.map(|member| member.roles.iter().map(ToString::to_string).collect());
    Person { id: UserId(user.id.to_string()), roles: roles.unwrap_or_default(), language: locale.parse().ok() }
}

fn to_acknowledge(id: InteractionId, token: &str) -> Interaction {
    Interaction { id: id.to_string(), token: token.to_owned() }
}

fn commanded(it: &CommandInteraction) -> Option<Event> {
    let data = &it.data;
    let (command, target) = match data.kind {
        CommandType::ChatInput => (typed(data)?, None),
        CommandType::Message => {
            let target = data.target_id?.to_message_id();
            let text = data.resolved.messages.get(&target).map(|message| words(&message.content));
            (Command::Ask { text: text.unwrap_or_default() }, Some(MessageId(target.to_string())))
        }
        _ => return None,
    };
    let interaction = Some(to_acknowledge(it.id, &it.token));
    Some(Event::Commanded { command, message: None, target, interaction })
}

fn typed(data: &CommandData) -> Option<Command> {
    let option = |name: &str| {
        let given = data.options.iter().find(|option| option.name == name);
        words(given.and_then(|option| option.value.as_str()).unwrap_or_default())
    };
    Some(match data.name.as_str() {
        "ask" => Command::Ask { text: option("question") },
        "sources" => Command::Sources,
        "why" => Command::Why,
        "reindex" => Command::Reindex,
        "stats" => Command::Stats,
        "gaps" => Command::Gaps,
        "forget" => Command::Forget,
        "help" => Command::Help,
        "pair" => Command::Pair { code: option("code") },
        _ => return None,
    })
}

fn pressed(it: &ComponentInteraction) -> Option<Event> {
    let button = Button::from_data(&it.data.custom_id)?;
    let message = MessageId(it.message.id.to_string());
    Some(Event::Pressed { message, button, interaction: to_acknowledge(it.id, &it.token) })
}

fn explained(it: &ModalInteraction) -> Option<Event> {
    let answer = AnswerId(it.data.custom_id.strip_prefix(FORM)?.to_owned());
    let field = |name: &str| {
        let filled = it.data.components.iter().flat_map(|row| &row.components).find_map(|component| match component {
            ActionRowComponent::InputText(input) if input.custom_id == name => input.value.clone(),
            _ => None,
        });
        words(&filled.unwrap_or_default())
    };
    let (wrong, right) = (field(WRONG), field(RIGHT));
    Some(Event::Explained { answer, wrong, right, interaction: to_acknowledge(it.id, &it.token) })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::question::Language;

    fn interaction(kind: u8, data: &Value) -> DiscordInteraction {
        let user = json!({ "id": "2", "username": "ana", "discriminator": "0", "avatar": null });
        let interaction = json!({
            "id": "500", "application_id": "1", "type": kind, "token": "letters", "version": 1, "channel_id": "20",
            "guild_id": "30", "locale": "es-419", "entitlements": [], "attachment_size_limit": 1, "data": data,
            "member": { "user": user, "roles": ["40"], "deaf": false, "mute": false, "flags": 0, "joined_at": null },
        });
        serde_json::from_value(interaction).expect("an interaction")
    }

    fn command(name: &str, options: &[Value]) -> Option<Command> {
        let data = json!({ "id": "7", "name": name, "type": 1, "options": options });
        match asked(&interaction(2, &data))?.event {
            Event::Commanded { command, message: None, target: None, interaction: Some(_) } => Some(command),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_command_that_is_registered_is_understood() {
        for words in crate::render::application::COMMANDS {
            let options: Vec<Value> =
                words.option.iter().map(|(name, ..)| json!({ "name": name, "type": 3, "value": " typed " })).collect();
            let command = command(words.name, &options).unwrap_or_else(|| panic!("{}", words.name));
            match command {
                Command::Ask { text } => assert_eq!(text, "typed"),
                Command::Pair { code } => assert_eq!(code, "typed"),
                _ => assert!(options.is_empty(), "{}", words.name),
            }
        }
        assert_eq!(command("imagine", &[]), None);
    }

    #[test]
    fn the_asker_has_a_language_and_roles_and_no_name() {
        let data = json!({ "id": "7", "name": "help", "type": 1 });
        let interaction = interaction(2, &data);
        let asked = asked(&interaction).expect("known");
        let expected = Person { id: UserId("2".into()), roles: vec!["40".into()], language: Some(Language::Spanish) };
        assert_eq!(asked.from, expected);
    }

    #[test]
    fn the_menu_of_a_message_asks_what_stands_in_it() {
        let message = json!({
            "id": "100", "channel_id": "20", "author": { "id": "3", "username": "ben", "discriminator": "0", "avatar": null },
            "content": " What is JWT? ", "timestamp": "2026-01-01T00:00:00Z", "edited_timestamp": null, "tts": false,
            "mention_everyone": false, "mentions": [], "mention_roles": [], "attachments": [], "embeds": [],
            "pinned": false, "type": 0,
        });
        let data = json!({
            "id": "7", "name": "Ask Colega about this message", "type": 3, "target_id": "100",
            "resolved": { "messages": { "100": message } },
        });
        let event = asked(&interaction(2, &data)).expect("known").event;
        let Event::Commanded { command, target, .. } = event else { panic!("{event:?}") };
        assert_eq!(command, Command::Ask { text: "What is JWT?".into() });
        assert_eq!(target, Some(MessageId("100".into())));
    }

    #[test]
    fn forms_carry_the_answer_that_they_are_about() {
        let field = |id: &str, value: &str| json!({ "type": 1, "components": [{ "type": 4, "custom_id": id, "value": value }] });
        let form = |custom_id: &str| {
            let components = [field("wrong", " too old "), field("right", "")];
            let data = json!({ "custom_id": custom_id, "components": components });
            asked(&interaction(5, &data)).map(|asked| asked.event)
        };
        let Some(Event::Explained { answer, wrong, right, .. }) = form("wrong:00aa") else { panic!("a form") };
        assert_eq!((answer.0.as_str(), wrong.as_str(), right.as_str()), ("00aa", "too old", ""));
        assert_eq!(form("settings"), None);
    }
}
