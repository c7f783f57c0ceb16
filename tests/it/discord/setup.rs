//! The commands that Discord is told, and what `colega doctor` finds out.

use colega::adapters::discord::doctor;
use colega::adapters::finding::{Finding, State};
use colega::adapters::token::Token;

use super::{Bot, Discord, settings};
use crate::fakes::discord::{Route, Settings, permission};

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_told_once() {
    let fake = Discord::start().await;
    let told = |fake: &Discord| fake.counts().of(Route::PutCommands);
    let bot = Bot::start(&fake).await;
    fake.wait_for("commands", |state| (!state.registry.names(None).is_empty()).then_some(())).await;
    let desk = bot.stop().await;
    assert_eq!(told(&fake), 1);
    let listed = fake.counts().of(Route::ListCommands);
    let bot = Bot::start_with(&fake, desk, |_| {}).await;
    fake.wait_for("look", |state| (state.ledger.counts.of(Route::ListCommands) > listed).then_some(())).await;
    bot.stop().await;
    assert_eq!(told(&fake), 1);
    let names = fake.look(|state| state.registry.names(None).join(" "));
    assert_eq!(names, "ask sources why help forget gaps stats reindex pair Ask Colega about this message");
    assert_eq!(fake.violations(), Vec::<String>::new());
}

async fn findings(fake: &Discord, token: &str, channels: &[&str]) -> Vec<Finding> {
    let mut settings = settings(fake);
    settings.channels = channels.iter().map(|&id| id.to_owned()).collect();
    doctor(&settings, &Token::new(token)).await
}

fn bad(findings: &[Finding]) -> Vec<String> {
    let bad = findings.iter().filter(|finding| finding.state == State::Bad);
    bad.map(|finding| format!("{} → {}", finding.says, finding.mend.as_deref().unwrap_or_default())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_names_what_is_missing_with_its_mend() {
    let fake = Discord::start().await;
    let backend = fake.channel("backend").to_string();
    let good = findings(&fake, &fake.token(), &[&backend]).await;
    assert_eq!(bad(&good), Vec::<String>::new());
    let says: Vec<&str> = good.iter().map(|finding| finding.says.as_str()).collect();
    assert!(says.iter().any(|says| says.contains("oauth2/authorize?client_id=")), "{says:?}");

    let missing = bad(&findings(&fake, &fake.token(), &["77"]).await).join("\n");
    assert!(missing.contains("77") && missing.contains("discord.channels"), "{missing}");

    let wrong = bad(&findings(&fake, "wrong", &[]).await).join("\n");
    assert!(wrong.contains("DISCORD_TOKEN") && !wrong.contains("“wrong”"), "{wrong}");

    fake.set(|settings: &mut Settings| settings.permissions &= !permission::READ_MESSAGE_HISTORY);
    let forbidden = bad(&findings(&fake, &fake.token(), &[]).await).join("\n");
    assert!(forbidden.contains("Read Message History") && !forbidden.contains("Send Messages"), "{forbidden}");

    fake.set(|settings: &mut Settings| settings.portal_intents = 0);
    let intents = bad(&findings(&fake, &fake.token(), &[]).await).join("\n");
    assert!(intents.contains("Message Content Intent"), "{intents}");
}
