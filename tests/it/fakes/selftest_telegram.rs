//! The fake Telegram is what teloxide takes it for.

use teloxide::payloads::{GetUpdatesSetters as _, SendMessageSetters as _, SetMyCommandsSetters as _};
use teloxide::prelude::{Bot, Requester as _};
use teloxide::types::{
    AllowedUpdate, BotCommand, ChatId, InlineKeyboardButton, InlineKeyboardMarkup, MessageId, ParseMode,
    ReplyParameters, UpdateKind,
};
use teloxide::{ApiError, RequestError};

use super::telegram::{FakeTelegram, Faults, Limits, TOKEN};

fn bot(telegram: &FakeTelegram) -> Bot {
    Bot::new(TOKEN).set_api_url(telegram.url().parse().expect("an address"))
}

fn said(error: RequestError) -> String {
    match error {
        RequestError::Api(error) => error.to_string(),
        error => panic!("no refusal: {error}"),
    }
}

#[tokio::test]
async fn a_bot_talks_with_a_person() {
    let telegram = FakeTelegram::start().await;
    let (ana, bot) = (telegram.person("Ana", "es"), bot(&telegram));
    let me = bot.get_me().await.expect("logged in");
    assert_eq!((me.username(), me.can_read_all_group_messages), ("colega_bot", false));
    let question = telegram.say(telegram.direct(ana), ana, "what is <b>?");
    let updates = bot.get_updates().await.expect("polled");
    let UpdateKind::Message(message) = &updates[0].kind else { panic!("a message: {updates:?}") };
    assert_eq!(message.text(), Some("what is <b>?"));
    let keyboard = InlineKeyboardMarkup::new([[InlineKeyboardButton::callback("👍", "up:1")]]);
    let sent = bot
        .send_message(message.chat.id, "<b>Bold</b> &lt;b&gt;")
        .parse_mode(ParseMode::Html)
        .reply_parameters(ReplyParameters::new(MessageId(question)))
        .reply_markup(keyboard)
        .await
        .expect("sent");
    assert_eq!(sent.text(), Some("Bold <b>"));
    bot.edit_message_text(message.chat.id, sent.id, "better").await.expect("edited");
    insta::assert_snapshot!(telegram.transcript(telegram.direct(ana)), @r"
    Ana:
        what is <b>?
    Colega ↩ Ana “what is <b>?”:
        better
    ");
    assert!(telegram.first_sign(telegram.direct(ana), question).is_some());
    let commands = [BotCommand::new("ask", "Pregunta")];
    bot.set_my_commands(commands.clone()).language_code("es").await.expect("set");
    assert_eq!(telegram.violations(), [""; 0]);
}

#[tokio::test]
async fn mistakes_are_refused_in_the_servers_words() {
    let telegram = FakeTelegram::start().await;
    let (ana, eva, bot) = (telegram.person("Ana", "es"), telegram.person("Eva", "en"), bot(&telegram));
    let chat = ChatId(telegram.direct(ana));
    let own = bot.send_message(chat, "hello").await.expect("sent").id;
    let theirs = MessageId(telegram.say(telegram.direct(ana), ana, "hi"));
    let html = |text: &str| bot.send_message(chat, text).parse_mode(ParseMode::Html);
    for (text, words) in [
        ("<b>x", "Can't find end tag corresponding to start tag"),
        ("<b>x</i>", "Unmatched end tag at byte offset 4"),
        ("</b>", "Unexpected end tag at byte offset 0"),
        ("1 < 2 > 1", "Unsupported start tag"),
        ("a <", "Unclosed start tag at byte offset 2"),
        ("<b> </b>", "message text is empty"),
    ] {
        let error = said(html(text).await.expect_err("refused"));
        assert!(error.contains(words), "{text}: {error}");
    }
    let long = bot.send_message(chat, "😀".repeat(2_049)).await.expect_err("refused");
    assert!(matches!(long, RequestError::Api(ApiError::MessageIsTooLong)));
    let same = bot.edit_message_text(chat, own, "hello").await.expect_err("refused");
    assert!(matches!(same, RequestError::Api(ApiError::MessageNotModified)));
    let foreign = bot.edit_message_text(chat, theirs, "x").await.expect_err("refused");
    assert!(matches!(foreign, RequestError::Api(ApiError::MessageCantBeEdited)));
    let missing = bot.edit_message_text(chat, MessageId(9_999), "x").await.expect_err("refused");
    assert!(matches!(missing, RequestError::Api(ApiError::MessageToEditNotFound)));
    let button = InlineKeyboardMarkup::new([[InlineKeyboardButton::callback("x", "x".repeat(65))]]);
    let error = said(bot.send_message(chat, "x").reply_markup(button).await.expect_err("refused"));
    assert!(error.contains("BUTTON_DATA_INVALID"), "{error}");
    telegram.block(eva);
    let blocked = bot.send_message(ChatId(telegram.direct(eva)), "x").await.expect_err("refused");
    assert!(matches!(blocked, RequestError::Api(ApiError::BotBlocked)));
    let nowhere = bot.send_message(ChatId(-1), "x").await.expect_err("refused");
    assert!(matches!(nowhere, RequestError::Api(ApiError::ChatNotFound)));
    let stranger = Bot::new("1:not-the-token-of-anybody").set_api_url(telegram.url().parse().expect("an address"));
    assert!(matches!(stranger.get_me().await, Err(RequestError::Api(ApiError::InvalidToken))));
    assert_eq!(telegram.violations(), [""; 0]);
}

#[tokio::test]
async fn updates_are_told_until_they_are_confirmed_and_only_of_the_kinds_asked_for() {
    let telegram = FakeTelegram::start().await;
    let (ana, bot) = (telegram.person("Ana", "es"), bot(&telegram));
    let chat = telegram.direct(ana);
    let message = telegram.say(chat, ana, "one");
    telegram.react(chat, message, ana, &["👍"]);
    let first =
        bot.get_updates().allowed_updates([AllowedUpdate::Message, AllowedUpdate::MessageReaction]).await.expect("ok");
    assert_eq!(first.len(), 1, "reactions are not told before they are asked for");
    telegram.react(chat, message, ana, &["👎"]);
    let second = bot.get_updates().await.expect("ok");
    assert_eq!(second.len(), 2, "what was not confirmed is told again");
    assert!(matches!(second[1].kind, UpdateKind::MessageReaction(_)));
    let offset = second[1].id.as_offset();
    assert!(bot.get_updates().offset(offset).await.expect("ok").is_empty());
    let waiting = tokio::spawn(bot.get_updates().offset(offset).timeout(10).into_future());
    tokio::task::yield_now().await;
    telegram.say(chat, ana, "two");
    assert_eq!(waiting.await.expect("no panic").expect("ok").len(), 1);
}

#[tokio::test]
async fn only_one_program_can_poll() {
    let telegram = FakeTelegram::start().await;
    let bot = bot(&telegram);
    let first = tokio::spawn(bot.get_updates().timeout(10).into_future());
    telegram.wait_for("the first poll", |world| (world.poll == 1).then_some(())).await;
    bot.get_updates().await.expect("the newer wins");
    let error = first.await.expect("no panic").expect_err("the older ends");
    assert!(matches!(error, RequestError::Api(ApiError::TerminatedByOtherGetUpdates)));
    telegram.set_webhook("https://elsewhere.example/hook");
    assert!(said(bot.get_updates().await.expect_err("refused")).contains("webhook is active"));
}

#[tokio::test]
async fn rates_are_limited_for_chats_groups_and_all_together() {
    let limits = Limits { per_chat: 2, per_group: 0, overall: 3 };
    let telegram = FakeTelegram::start_with(limits).await;
    let (ana, eva, bot) = (telegram.person("Ana", "es"), telegram.person("Eva", "en"), bot(&telegram));
    let (ana, eva) = (ChatId(telegram.direct(ana)), ChatId(telegram.direct(eva)));
    for chat in [ana, ana, eva] {
        bot.send_message(chat, "x").await.expect("within the limits");
    }
    for chat in [ana, eva] {
        let error = bot.send_message(chat, "x").await.expect_err("too many");
        assert!(matches!(error, RequestError::RetryAfter(wait) if wait.seconds() >= 1), "{error}");
    }
}

#[tokio::test]
async fn lost_answers_leave_their_message_behind() {
    let telegram = FakeTelegram::start().await;
    let (ana, bot) = (telegram.person("Ana", "es"), bot(&telegram));
    let chat = ChatId(telegram.direct(ana));
    telegram.fail(Faults { lost: 1.0, ..Faults::default() });
    assert!(matches!(bot.send_message(chat, "x").await, Err(RequestError::Network(_))));
    telegram.fail(Faults::default());
    assert_eq!(telegram.look(|world| world.of_bot(chat.0).len()), 1);
    telegram.go_down();
    let error = bot.send_message(chat, "x").await.expect_err("refused");
    assert!(matches!(error, RequestError::Network(error) if error.is_connect()));
    telegram.come_up().await;
    bot.send_message(chat, "x").await.expect("sent");
}

#[tokio::test]
async fn privacy_mode_lets_commands_and_replies_through() {
    let telegram = FakeTelegram::start().await;
    let (ana, bot) = (telegram.person("Ana", "es"), bot(&telegram));
    let group = telegram.supergroup("Backend", &[ana]);
    let own = bot.send_message(ChatId(group), "hello").await.expect("sent").id.0;
    for text in ["anything", "@colega_bot what?", "/ask what?", "/ask@colega_bot what?", "/ask@other_bot what?"] {
        telegram.say(group, ana, text);
    }
    telegram.reply(group, ana, own, "and then?");
    let heard = |telegram: &FakeTelegram| telegram.look(|world| world.updates.len());
    assert_eq!(heard(&telegram), 3);
    telegram.set_privacy(false);
    telegram.say(group, ana, "anything");
    assert_eq!(heard(&telegram), 4);
}
