//! Commands, buttons and forms.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use serenity::all::{
    ActionRowComponent, ButtonStyle, Command, CommandOptionType, CommandType, CreateActionRow, CreateButton,
    CreateCommand, CreateCommandOption, CreateInputText, CreateInteractionResponse, CreateInteractionResponseFollowup,
    CreateInteractionResponseMessage, CreateMessage, CreateModal, EditInteractionResponse, InputTextStyle, Interaction,
};

use super::super::discord::{Discord, MessageId, Saw};
use super::{Bot, request};

fn ask() -> CreateCommand {
    let question = CreateCommandOption::new(CommandOptionType::String, "question", "What you want to know")
        .description_localized("es-ES", "Lo que quieres saber")
        .required(true);
    CreateCommand::new("ask")
        .description("Ask a question")
        .description_localized("es-ES", "Pregunta")
        .add_option(question)
}

#[tokio::test]
async fn a_command_is_deferred_answered_and_followed_up() {
    let discord = Discord::start().await;
    let (ana, backend) = (discord.person_with_locale("ana", "es-ES"), discord.channel("backend"));
    let bot = Bot::start(&discord).await;
    let menu = CreateCommand::new("Ask Colega about this message").kind(CommandType::Message);
    let registered = Command::set_global_commands(&bot.http, vec![ask(), menu]).await.expect("registered");
    assert_eq!(registered.len(), 2);
    let given = discord.slash(ana, backend, "ask", &[("question", json!("What is REST?"))], None);
    let Interaction::Command(command) = bot.hears_interaction().await else { panic!("no command") };
    assert_eq!((command.locale.as_str(), command.data.options[0].value.as_str()), ("es-ES", Some("What is REST?")));
    let deferred = CreateInteractionResponse::Defer(CreateInteractionResponseMessage::new());
    command.create_response(&bot.http, deferred).await.expect("deferred");
    assert_eq!(discord.saw(given).await, Saw::Thinking { private: false });
    let answer = EditInteractionResponse::new().content("A style.");
    command.edit_response(&bot.http, answer).await.expect("answered");
    let more = CreateInteractionResponseFollowup::new().content("And more.").ephemeral(true);
    command.create_followup(&bot.http, more).await.expect("followed up");
    let original = discord.response(given).await;
    assert_eq!(discord.text(original), "A style.");
    insta::assert_snapshot!(discord.transcript(backend), @"
    #backend

    Colega (for ana):
        A style.

    Colega (replying to Colega, for ana, only ana sees this):
        And more.
    ");
    let said = discord.say(ana, backend, "What about gRPC?");
    discord.context_menu(ana, said, "Ask Colega about this message");
    let Interaction::Command(menu) = bot.hears_interaction().await else { panic!("no command") };
    assert_eq!(
        menu.data.resolved.messages.values().next().map(|message| message.content.as_str()),
        Some("What about gRPC?")
    );
    discord.advance(Duration::from_secs(901));
    let late = EditInteractionResponse::new().content("Too late.");
    let refused = command.edit_response(&bot.http, late).await.expect_err("the token is old");
    assert!(refused.to_string().contains("Invalid Webhook Token"), "{refused}");
    assert_eq!(discord.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn a_button_opens_a_form_that_is_answered_privately() {
    let discord = Discord::start().await;
    let (ana, backend) = (discord.person("ana"), discord.channel("backend"));
    let bot = Bot::start(&discord).await;
    let button = CreateButton::new("down:1").label("Not helpful").style(ButtonStyle::Secondary);
    let message = CreateMessage::new().content("Answer").components(vec![CreateActionRow::Buttons(vec![button])]);
    let channel = serenity::all::ChannelId::new(backend.0);
    let sent = MessageId(channel.send_message(&bot.http, message).await.expect("sent").id.get());
    let pressed = discord.press(ana, sent, "down:");
    let Interaction::Component(component) = bot.hears_interaction().await else { panic!("no press") };
    assert_eq!((component.data.custom_id.as_str(), component.message.id.get()), ("down:1", sent.0));
    let input = CreateInputText::new(InputTextStyle::Paragraph, "What was wrong?", "wrong").required(false);
    let modal = CreateModal::new("wrong:1", "What was wrong?").components(vec![CreateActionRow::InputText(input)]);
    component.create_response(&bot.http, CreateInteractionResponse::Modal(modal)).await.expect("a form");
    assert!(matches!(discord.saw(pressed).await, Saw::Form(modal) if modal.title == "What was wrong?"));
    let filled = discord.submit_modal(ana, pressed, &[("wrong", "everything")]);
    let Interaction::Modal(form) = bot.hears_interaction().await else { panic!("no form") };
    let ActionRowComponent::InputText(field) = &form.data.components[0].components[0] else { panic!("no field") };
    assert_eq!((form.data.custom_id.as_str(), field.value.as_deref()), ("wrong:1", Some("everything")));
    let thanks = CreateInteractionResponseMessage::new().content("Thank you.").ephemeral(true);
    form.create_response(&bot.http, CreateInteractionResponse::Message(thanks)).await.expect("answered");
    let Saw::Message { id, text, private: true } = discord.saw(filled).await else { panic!("nothing private") };
    assert_eq!(text, "Thank you.");
    let (status, _) = request(&discord, Method::GET, &format!("/channels/{backend}/messages/{id}"), None).await;
    assert_eq!(status, 404, "what is private is not in the channel");
    assert_eq!(discord.violations(), Vec::<String>::new());
}

#[tokio::test]
async fn interactions_are_answered_once_and_soon() {
    let discord = Discord::start().await;
    let (ana, backend) = (discord.person("ana"), discord.channel("backend"));
    let commands = "/applications/{bot}/commands".replace("{bot}", &discord.look(|state| state.bot.to_string()));
    let ask = json!([{ "name": "ask", "description": "Ask", "type": 1 }]);
    assert_eq!(request(&discord, Method::PUT, &commands, Some(ask)).await.0, 200);
    let path = |id| {
        let token = discord.look(|state| state.interactions.of(id).expect("kept").token.clone());
        format!("/interactions/{id}/{token}/callback")
    };
    let body = Some(json!({ "type": 5, "data": { "flags": 64 } }));
    let given = discord.slash(ana, backend, "ask", &[], None);
    assert_eq!(request(&discord, Method::POST, &path(given), body.clone()).await.0, 204);
    let (status, answer) = request(&discord, Method::POST, &path(given), body.clone()).await;
    assert_eq!((status, &answer["code"]), (400, &json!(40_060)));
    let late = discord.slash(ana, backend, "ask", &[], None);
    discord.advance(Duration::from_secs(4));
    let (status, answer) = request(&discord, Method::POST, &path(late), body).await;
    assert_eq!((status, &answer["code"]), (404, &json!(10_062)));
    assert_eq!(discord.saw(late).await, Saw::Failed);
}

#[tokio::test]
async fn commands_are_checked_when_they_are_registered() {
    let discord = Discord::start().await;
    discord.set(|settings| settings.limits = None);
    let commands = "/applications/{bot}/commands".replace("{bot}", &discord.look(|state| state.bot.to_string()));
    let with = |field: &str, value: Value| {
        let mut command = json!({ "name": "ask", "description": "Ask", "type": 1 });
        command[field] = value;
        command
    };
    for command in [
        with("name", json!("Ask me")),
        with("name", json!("a".repeat(33))),
        with("description", json!("")),
        with("description", json!("d".repeat(101))),
        with("description_localizations", json!({ "es": "Pregunta" })),
        with("name_localizations", json!({ "es-ES": "Preguntar Algo" })),
        with("options", json!([{ "type": 3, "name": "question" }])),
        with("type", json!(3)),
        with("emoji", json!("x")),
    ] {
        let (status, answer) = request(&discord, Method::PUT, &commands, Some(json!([command]))).await;
        assert_eq!((status, &answer["code"]), (400, &json!(50_035)), "{command}");
    }
}
