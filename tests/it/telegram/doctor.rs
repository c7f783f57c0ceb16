//! The doctor names what is missing, with its mend.

use colega::adapters::finding::{Finding, State};
use colega::adapters::telegram::{TelegramSettings, doctor};
use colega::adapters::token::Token;
use colega::desk::policy::ChannelSettings;

use crate::fakes::telegram::world::Standing;
use crate::fakes::telegram::{FakeTelegram, TOKEN};

async fn findings(settings: &TelegramSettings, token: &str) -> String {
    let findings = doctor(settings, &Token::new(token)).await;
    findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn line(finding: &Finding) -> String {
    let mark = match finding.state {
        State::Good => "ok",
        State::Absent => "--",
        State::Bad => "!!",
    };
    let mend = finding.mend.as_ref().map(|mend| format!(" → {mend}")).unwrap_or_default();
    format!("{mark} {}{mend}", finding.says)
}

#[tokio::test]
async fn everything_is_well() {
    let telegram = FakeTelegram::start().await;
    telegram.set_privacy(false);
    let group = telegram.supergroup("Backend", &[]);
    telegram.set_standing(group, Standing::Administrator);
    let settings =
        TelegramSettings { api_url: telegram.url(), chats: vec![group.to_string()], ..TelegramSettings::default() };
    insta::assert_snapshot!(findings(&settings, TOKEN).await, @r"
    ok logged in as @colega_bot
    ok it may be added to groups
    ok privacy mode is off: it is told of every message in its groups, and answers those that address it
    ok -1000000000002: an administrator, so reactions count as votes
    ");
}

#[tokio::test]
async fn each_thing_that_is_missing_is_named() {
    let telegram = FakeTelegram::start().await;
    let (member, kicked) = (telegram.supergroup("Backend", &[]), telegram.group("Old", &[]));
    telegram.set_standing(kicked, Standing::Kicked);
    telegram.set_webhook("https://elsewhere.example/hook");
    let always = ChannelSettings { id: member.to_string(), always: true, ..ChannelSettings::default() };
    let settings = TelegramSettings {
        api_url: telegram.url(),
        chats: vec![kicked.to_string()],
        chat: vec![always],
        ..TelegramSettings::default()
    };
    insta::assert_snapshot!(findings(&settings, TOKEN).await, @r"
    ok logged in as @colega_bot
    ok it may be added to groups
    !! privacy mode is on, so what is written in -1000000000002 never arrives, although `always` is set for it → tell @BotFather /setprivacy, then Disable, and add the bot to its groups anew; or make it an administrator there
    -- a webhook is set, so another program may be using this bot → `colega serve` removes it when it starts; if the other program is needed, give Colega a bot of its own
    -- -1000000000002: a member, so Telegram does not tell it of reactions; buttons below answers work → make the bot an administrator of the group (no right beyond that is needed)
    !! -3: there is no such group, or the bot is not in it → add the bot to the group, and look at the number: it begins with -, and changes when a group becomes a supergroup
    ");
}

#[tokio::test]
async fn privacy_mode_is_explained() {
    let telegram = FakeTelegram::start().await;
    let settings = TelegramSettings { api_url: telegram.url(), ..TelegramSettings::default() };
    let findings = findings(&settings, TOKEN).await;
    assert!(findings.contains("/setprivacy") && findings.contains("/ask"), "{findings}");
}

#[tokio::test]
async fn a_bad_token_and_a_missing_network_are_told_apart() {
    let telegram = FakeTelegram::start().await;
    let settings = TelegramSettings { api_url: telegram.url(), ..TelegramSettings::default() };
    let bad = findings(&settings, "nonsense").await;
    assert!(bad.starts_with("!!") && bad.contains("@BotFather"), "{bad}");
    telegram.go_down();
    let away = findings(&settings, TOKEN).await;
    assert!(away.starts_with("!!") && away.contains("network") && !away.contains("fake-token"), "{away}");
}
