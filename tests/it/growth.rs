//! From thumbs down in both chats, through the review in a real browser, to cases of the goldset, which shut the gate until
//! the knowledge base is mended.
//!
//! Needs Chromium and its driver (Debian: `chromium` and `chromium-driver`); without them it says so and does nothing.
//! What the browser showed lies in `target/tmp` afterwards.

mod browser;

use std::fs;

use browser::Browser;
use colega::goldset::{Goldset, Reason, Split};
use colega::question::Origin;

use crate::daemon::Daemon;
use crate::fakes::discord::{Discord, MessageId, Saw, State};
use crate::fakes::telegram::world::Standing;
use crate::fakes::telegram::{FakeTelegram, World};

/// Asked by three people, who know better: what they say stands in no article.
const QUESTIONS: [&str; 3] = ["What is an idempotency key?", "¿Cuándo conviene usar gRPC?", "What is problem details?"];
const CORRECTIONS: [&str; 3] = [
    "Team Faro owns payment_keys and wipes it after 36 hours.",
    "En nuestra empresa gRPC se usa solo entre facturación y almacén, por el puerto 7443.",
    "Team Faro wants ticket_id in every one of them.",
];
/// What mends the knowledge base: the article, and the question with its reply that is added to it.
const MENDS: [(&str, &str); 3] = [
    ("en/apis/idempotency-keys.md", "### What is an idempotency key?\n"),
    ("es/apis/grpc.md", "### ¿Cuándo conviene usar gRPC?\n"),
    ("en/apis/error-responses.md", "### What is problem details?\n"),
];

#[tokio::test(flavor = "multi_thread")]
async fn three_dislikes_with_corrections_become_three_cases() {
    let Some(browser) = Browser::start().await else { return };
    let (discord, telegram) = (Discord::start().await, FakeTelegram::start().await);
    let mut daemon = Daemon::on_both(&discord, &telegram, &[]);
    daemon.start();
    discord.connected().await;
    dislike_by_button(&discord).await;
    dislike_by_reaction(&discord).await;
    dislike_on_telegram(&telegram).await;

    browser.open(&format!("{}/review", daemon.page())).await;
    assert_eq!(browser.count("article.candidate").await, 3, "{}", browser.text("main").await);
    browser.picture("review").await;
    let page = browser.text("main").await;
    for said in QUESTIONS.iter().chain(&CORRECTIONS) {
        assert!(page.contains(said), "no {said:?} in {page}");
    }
    for left in (0..3).rev() {
        let question = browser.value("article.candidate textarea[name=question]").await;
        let at = QUESTIONS.iter().position(|own| *own == question).expect("one of them");
        assert!(browser.value("article.candidate textarea[name=points]").await.contains(CORRECTIONS[at]));
        browser.write("article.candidate textarea[name=points]", &format!("{} Checked.", CORRECTIONS[at])).await;
        browser.press("article.candidate button.accept").await;
        assert!(browser.text(".done").await.contains("Accepted: it is case"), "{}", browser.text("main").await);
        assert_eq!(browser.count("article.candidate").await, left);
    }
    browser.picture("review-done").await;
    browser.narrow().await;
    browser.open(&daemon.page()).await;
    browser.picture("page-narrow").await;
    browser.close().await;
    daemon.stop();
    check_cases(&daemon);
    check_gate(&daemon);
    assert_eq!((discord.violations(), telegram.violations()), (vec![], vec![]));
}

fn check_cases(daemon: &Daemon) {
    let file = daemon.path("data/goldset.jsonl");
    let text = fs::read_to_string(&file).expect("the goldset");
    assert_eq!(text.lines().count(), 3, "{text}");
    let cases = Goldset::new(file).cases().expect("a valid goldset");
    for (question, correction) in QUESTIONS.iter().zip(CORRECTIONS) {
        let case = cases.iter().find(|case| case.question == *question).expect("a case for each question");
        assert_eq!(case.expected_points, [format!("{correction} Checked.")]);
        assert_eq!(case.split, Split::Dev);
        assert!(!case.must_cite.is_empty(), "{case:#?}");
        let origin = case.origin.as_ref().expect("grown out of feedback");
        assert_eq!((origin.reason, origin.counts.down), (Reason::Corrected, 1));
        let asked_in = if *question == QUESTIONS[2] { Origin::Telegram } else { Origin::Discord };
        assert_eq!(origin.asked_in, [asked_in]);
    }
}

/// The gate names the three cases until the articles say what people said, and the index holds it.
fn check_gate(daemon: &Daemon) {
    let gate = "test_checksum = \"af1349b9f5f9a1a6\"\nlanguage_gap = 1.0\n[at_least]\ncitation_rate = 1.0\n[at_most]\n";
    fs::write(daemon.path("gate.toml"), gate).expect("written");
    let run = |args: &[&str]| {
        let output = daemon.command(args).output().expect("runs");
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let judge = || run(&["eval", "--gate", "--gate-file", "gate.toml", "--accepted-file", "accepted.jsonl"]);
    let (is_open, said) = judge();
    let cases = Goldset::new(daemon.path("data/goldset.jsonl")).cases().expect("a valid goldset");
    assert!(!is_open && cases.iter().all(|case| said.contains(&format!("{}: new;", case.id))), "{said}");
    for ((file, heading), correction) in MENDS.iter().zip(CORRECTIONS) {
        let article = daemon.path("data/raw").join(file);
        let mended = format!("{}\n{heading}{correction}\n", fs::read_to_string(&article).expect("an article"));
        fs::write(&article, mended).expect("written");
    }
    assert!(!judge().0, "what is not indexed is not known");
    let (is_done, said) = run(&["reindex"]);
    assert!(is_done, "{said}");
    let (is_open, said) = judge();
    assert!(is_open && said.contains("the gate is open"), "{said}");
}

async fn answer(discord: &Discord, asked: MessageId) -> MessageId {
    let whole = |state: &State| state.replies(asked).iter().find(|own| own.button("up:").is_some()).map(|own| own.id);
    discord.wait_for("answer", whole).await
}

/// 👎 opens a form.
async fn dislike_by_button(discord: &Discord) {
    let (ana, eva, backend) = (discord.person("ana"), discord.person("eva"), discord.channel("backend"));
    let asked = discord.say(ana, backend, &format!("@Colega {}", QUESTIONS[0]));
    let pressed = discord.press(eva, answer(discord, asked).await, "down:");
    assert!(matches!(discord.saw(pressed).await, Saw::Form(_)));
    let sent = discord.submit_modal(eva, pressed, &[("wrong", "It forgets the scope."), ("right", CORRECTIONS[0])]);
    assert!(matches!(discord.saw(sent).await, Saw::Message { .. }));
}

/// A reaction, and a reply that begins with "correcto:".
async fn dislike_by_reaction(discord: &Discord) {
    let (ben, backend) = (discord.person("ben"), discord.channel("backend"));
    let asked = discord.say(ben, backend, &format!("@Colega {}", QUESTIONS[1]));
    let answer = answer(discord, asked).await;
    discord.react(ben, answer, "👎");
    let said = discord.reply(ben, answer, &format!("correcto: {}", CORRECTIONS[1]));
    discord.wait_for("thanks", |state: &State| state.replies(said).first().map(|own| own.id)).await;
}

/// 👎 asks for a reply.
async fn dislike_on_telegram(telegram: &FakeTelegram) {
    let ida = telegram.person("Ida", "en");
    let group = telegram.supergroup("Backend", &[ida]);
    telegram.set_standing(group, Standing::Administrator);
    let asked = telegram.command(group, ida, &format!("/ask@colega_bot {}", QUESTIONS[2]));
    let answer = telegram.wait_for("answer", |world| world.answer_to(group, asked)).await;
    telegram.press(group, answer, ida, "👎");
    let asks = |world: &World| world.of_bot(group).into_iter().find(|own| own.force_reply).map(|own| own.id);
    let form = telegram.wait_for("question for the reason", asks).await;
    let said = telegram.reply(group, ida, form, &format!("correct: {}", CORRECTIONS[2]));
    telegram.wait_for("thanks", |world| world.replies(group, said).first().map(|own| own.id)).await;
}
