//! What people do with buttons, commands and forms.

use serde_json::{Value, json};

use super::ids::{ChannelId, InteractionId, MessageId, UserId};
use super::interactions::{self, Interaction, Kind, Saw, Stage};
use super::sessions::{Event, Scope};
use super::settings::permission;
use super::state::{ChannelKind, State};
use super::{Discord, wire};

impl Discord {
    /// Presses the button of `message` whose `custom_id` begins with `start`.
    ///
    /// # Panics
    /// There is no such button, or it is switched off.
    pub fn press(&self, user: UserId, message: MessageId, start: &str) -> InteractionId {
        self.server.change(|state| {
            let own = state.message(message).unwrap_or_else(|| panic!("no message {message}"));
            let button = own.button(start).unwrap_or_else(|| panic!("no button {start:?} below {:?}", own.buttons()));
            assert!(!button.is_disabled, "{} is switched off", button.label);
            let data = json!({ "custom_id": button.custom_id, "component_type": 2, "id": 1 });
            let place = (own.channel, Some(message));
            state.interact(user, place, Kind::Press(button.custom_id), 3, &data, None)
        })
    }

    /// Gives a slash command in a channel, with a client in the language `locale`; without one, in the person's.
    ///
    /// # Panics
    /// There is no such command, or the options are not those that it was registered with.
    pub fn slash(
        &self,
        user: UserId,
        channel: ChannelId,
        name: &str,
        options: &[(&str, Value)],
        locale: Option<&str>,
    ) -> InteractionId {
        self.server.change(|state| {
            let (id, given) = state.given(channel, name, options);
            let guild = state.guild_of(channel);
            let mut data = json!({ "id": id, "name": name, "type": 1, "options": given });
            if let Some(guild) = guild {
                data["guild_id"] = json!(guild);
            }
            let question = state.interact(user, (channel, None), Kind::Slash(name.to_owned()), 2, &data, locale);
            state.ledger.asked(question.0, channel);
            question
        })
    }

    /// Chooses `name` in the menu of a message.
    ///
    /// # Panics
    /// There is no such command.
    pub fn context_menu(&self, user: UserId, message: MessageId, name: &str) -> InteractionId {
        self.server.change(|state| {
            let channel = state.place(message);
            let command = state.registered(channel, 3, name);
            let target = state.message(message).map(|message| wire::message(state, message, true));
            let resolved = json!({ "messages": { message.to_string(): target } });
            let data = json!({ "id": command, "name": name, "type": 3, "target_id": message, "resolved": resolved });
            let question = state.interact(user, (channel, None), Kind::Menu(name.to_owned()), 2, &data, None);
            state.ledger.asked(question.0, channel);
            question
        })
    }

    /// Fills in the form that `opened` opened and sends it: `fields` are the names on the wire and texts; others stay empty.
    ///
    /// # Panics
    /// No form was opened, it has no such field, or the client would not let that text through.
    pub fn submit_modal(&self, user: UserId, opened: InteractionId, fields: &[(&str, &str)]) -> InteractionId {
        self.server.change(|state| {
            let origin = state.interactions.of(opened).cloned().expect("an interaction");
            let Stage::Asking(modal) = origin.stage else { panic!("no form, but {:?}", origin.stage) };
            for (name, _) in fields {
                assert!(modal.inputs.iter().any(|input| input.custom_id == *name), "no field {name} in {modal:?}");
            }
            let rows = modal.inputs.iter().map(|input| {
                let text = fields.iter().find(|(name, _)| *name == input.custom_id).map_or("", |(_, text)| *text);
                let length = text.encode_utf16().count();
                let is_good =
                    if text.is_empty() { !input.is_required } else { (input.least..=input.most).contains(&length) };
                assert!(is_good, "the client does not send {text:?} as {}", input.label);
                json!({ "type": 1, "components": [{ "type": 4, "custom_id": input.custom_id, "value": text }] })
            });
            let data = json!({ "custom_id": modal.custom_id, "components": rows.collect::<Vec<_>>() });
            state.interact(user, (origin.channel, origin.on), Kind::Form(modal.custom_id.clone()), 5, &data, None)
        })
    }

    /// Waits for what the person saw first.
    pub async fn saw(&self, interaction: InteractionId) -> Saw {
        self.wait_for("response to an interaction", |state| state.saw(interaction)).await
    }

    /// Waits for the message that answers `interaction`, once it has a text.
    pub async fn response(&self, interaction: InteractionId) -> MessageId {
        self.wait_for("message for an interaction", |state| state.responses(interaction).first().copied()).await
    }
}

impl State {
    #[track_caller]
    fn registered(&self, channel: ChannelId, kind: u64, name: &str) -> super::ids::CommandId {
        let guild = self.guild_of(channel);
        let command = self.registry.find(guild, kind, name);
        command
            .unwrap_or_else(|| {
                panic!("no command {name:?} among {:?} and {:?}", self.registry.names(None), self.registry.names(guild))
            })
            .id
    }

    /// The number of a command, and the options as they go over the wire.
    #[track_caller]
    fn given(&self, channel: ChannelId, name: &str, options: &[(&str, Value)]) -> (super::ids::CommandId, Vec<Value>) {
        let id = self.registered(channel, 1, name);
        let command = self.registry.find(self.guild_of(channel), 1, name).expect("registered");
        let known = command.body["options"].as_array().map_or(&[][..], Vec::as_slice);
        for option in known.iter().filter(|option| option["required"] == true) {
            assert!(options.iter().any(|(name, _)| option["name"] == *name), "/{name} needs {}", option["name"]);
        }
        let given = options.iter().map(|(option, value)| {
            let known = known.iter().find(|known| known["name"] == *option);
            let known = known.unwrap_or_else(|| panic!("/{name} has no option {option}"));
            json!({ "name": option, "type": known["type"], "value": value })
        });
        (id, given.collect())
    }

    /// Tells the bot of an interaction in a channel, and on a message, of the wire's `number` of kind.
    fn interact(
        &mut self,
        user: UserId,
        (channel, on): (ChannelId, Option<MessageId>),
        kind: Kind,
        number: u8,
        data: &Value,
        locale: Option<&str>,
    ) -> InteractionId {
        let id = InteractionId(self.next_id());
        let token = interactions::token(id);
        let guild = self.guild_of(channel);
        let locale = locale.unwrap_or_else(|| self.users.get(&user).map_or("en-US", |user| user.locale.as_str()));
        let mut shown = wire::channel(self, channel);
        shown["permissions"] = json!(permission::INVITED.to_string());
        let owners = guild.map_or_else(|| json!({ "0": "0" }), |guild| json!({ "0": guild }));
        let is_direct = matches!(self.channels[&channel].kind, ChannelKind::Direct { .. });
        let mut event = json!({
            "id": id, "application_id": self.bot, "type": number, "data": data, "channel_id": channel, "channel": shown,
            "token": token, "version": 1, "app_permissions": self.channels[&channel].permissions.to_string(),
            "locale": locale, "entitlements": [], "authorizing_integration_owners": owners,
            "context": u8::from(is_direct), "attachment_size_limit": 10_485_760,
        });
        if let Some(guild) = guild {
            event["guild_id"] = json!(guild);
            event["guild_locale"] = json!("en-US");
            event["member"] = wire::member(self, guild, user, true);
            event["member"]["permissions"] = json!(permission::INVITED.to_string());
        } else {
            event["user"] = wire::user(self, user);
        }
        if let Some(message) = on.and_then(|on| self.message(on)) {
            event["message"] = wire::message(self, message, true);
        }
        let at_ms = self.now_ms();
        let (stage, follow_ups) = (Stage::Waiting, Vec::new());
        self.interactions.keep(Interaction {
            id,
            token,
            user,
            channel,
            on,
            kind,
            stage,
            response: None,
            follow_ups,
            at_ms,
        });
        self.dispatch(&Event {
            name: "INTERACTION_CREATE",
            data: event,
            scope: Scope::default(),
            hides_content: false,
        });
        id
    }
}
