//! Secrets planted wherever one may get in, and looked for, byte by byte, wherever one may come out.

use std::fs;
use std::path::Path;

use crate::daemon::Daemon;
use crate::fakes::discord::{Discord, State};
use crate::fakes::telegram::{FakeTelegram, TOKEN};

/// A secret and where it was planted. In two parts, so that no scanner takes this file for a leak.
struct Canary {
    place: &'static str,
    secret: String,
}

fn canary(place: &'static str, head: &str, tail: &str) -> Canary {
    Canary { place, secret: format!("{head}{tail}") }
}

/// Everything below `folder` but the sources, the index, which holds what they hold, and the configuration.
fn files_below(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        let is_index = ["index", "data", "configs"].iter().any(|name| path.ends_with(name));
        if path.is_dir() && !is_index {
            files_below(&path, found);
        } else if path.is_file() {
            found.push((path.display().to_string(), fs::read(&path).expect("readable")));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_planted_secret_comes_out_anywhere() {
    let discord = Discord::start().await;
    let telegram = FakeTelegram::start().await;
    let source = canary("a source", "glp", "at-8fJ2kLq9Zx7Vb3Nm5Tr1");
    let on_discord = canary("a question on Discord", "gh", "p_16C7e42F292c6912E7710c838347Ae178B4a");
    let on_telegram = canary("a question on Telegram", "AKIA", "IOSFODNN7QWERTYU");
    let correction = canary("a correction", "xox", "b-123456789012-1234567890123-Ab3dEf6hIj9kLm2nOp5qRs8t");
    let on_page = canary("a question on the page", "sk_", "live_4eC39HqLyjWDarjtT1zdp7dc");
    let password = canary("a password in a question", "Tr0ub4dor", "&3-canary");
    let variable = canary("the environment, too", "remote-key", "-canary-5d41402abc4b2a76");
    let variables = [
        ("DISCORD_TOKEN", discord.token()),
        ("COLEGA__DISCORD__API_URL", discord.url()),
        ("COLEGA__TELEGRAM__API_URL", telegram.url()),
        ("COLEGA_REMOTE_KEY", variable.secret.clone()),
    ];
    let mut daemon = Daemon::new(variables.map(|(name, value)| (name.to_owned(), value)).into());
    let runbook = format!(
        "# Zebra deployments\n\n## What it is\nA zebra deployment is a deployment in stripes of servers. \
         The zebra deployment uses the token {} to log in. Zebra deployments end with a check of every stripe.\n",
        source.secret
    );
    fs::write(daemon.path("data/raw/en/zebra.md"), runbook).expect("written");
    fs::create_dir_all(daemon.path("configs")).expect("made");
    fs::write(daemon.path("configs/token"), TOKEN).expect("written");
    fs::write(daemon.path("configs/colega.toml"), "[telegram]\ntoken_file = \"configs/token\"\n").expect("written");
    daemon.start();
    discord.connected().await;

    let (ana, backend) = (discord.person("ana"), discord.channel("backend"));
    let eva = telegram.person("Eva", "es");
    let group = telegram.group("Backend", &[eva]);
    let asked =
        discord.say(ana, backend, &format!("@Colega what is an idempotency key? Ours is {}", on_discord.secret));
    let answer = discord.wait_for("answer", |state| state.replies(asked).first().map(|own| own.id)).await;
    discord.reply(ana, answer, &format!("correct: it is the header with {}", correction.secret));
    let zebra = discord.say(ana, backend, "@Colega what is a zebra deployment and which token does it use?");
    discord.wait_for("answer", |state| state.replies(zebra).first().map(|own| own.id)).await;
    let command = format!("/ask@colega_bot ¿Qué es la paginación? {} password={}", on_telegram.secret, password.secret);
    let asked = telegram.command(group, eva, &command);
    telegram.wait_for("answer", |world| world.answer_to(group, asked)).await;
    let client = reqwest::Client::new();
    let page = daemon.page();
    let form = [("q", format!("What is GraphQL? We use {}", on_page.secret))];
    let request = client.post(format!("{page}/ask")).header("Accept", "application/x-ndjson").form(&form);
    let on_the_page = request.send().await.expect("answered").text().await.expect("a text");
    assert!(on_the_page.contains("revoke it"), "{on_the_page}");
    let metrics = client.get(format!("{page}/metrics")).send().await.expect("answered").text().await.expect("a text");

    let run = |args: &[&str]| {
        let out = daemon.command(args).output().expect("it starts");
        assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
        [out.stdout, out.stderr].concat()
    };
    let backup = daemon.path("backup.tar.gz");
    let told = run(&["backup", backup.to_str().expect("UTF-8")]);
    daemon.stop();
    let export = daemon.path("export.jsonl");
    let exported =
        daemon.command(&["feedback", "export", export.to_str().expect("UTF-8")]).output().expect("it starts");
    assert!(exported.status.success());
    let lines = fs::read_to_string(&export).expect("written");
    for mark in ["github token", "aws key", "slack token", "stripe key", "password"] {
        assert!(lines.contains(&format!("[redacted: {mark}]")), "{mark} is not among what is kept: {lines}");
    }
    let restored = Daemon::new(Vec::new());
    let out = restored.command(&["restore", backup.to_str().expect("UTF-8")]).output().expect("it starts");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));

    let mut found = vec![
        ("what the backup told".to_owned(), told),
        ("the page".to_owned(), on_the_page.into_bytes()),
        ("the metrics".to_owned(), metrics.into_bytes()),
    ];
    let said = |state: &State| state.from_bot(backend).iter().map(|own| own.content.clone()).collect::<String>();
    let said = discord.wait_for("answers", |state| Some(said(state))).await;
    assert!(said.contains("stripes") && said.contains("revoke it"), "{said}");
    found.push(("what was said on Discord".to_owned(), said.into_bytes()));
    let said = telegram.look(|world| world.of_bot(group).iter().map(|own| own.text.clone()).collect::<String>());
    found.push(("what was said on Telegram".to_owned(), said.into_bytes()));
    files_below(&daemon.path(""), &mut found);
    files_below(&restored.path(""), &mut found);
    assert!(found.iter().any(|(name, _)| name.contains("feedback.sled")) && found.len() > 8);

    let token = Canary { place: "a file that the configuration names", secret: TOKEN.to_owned() };
    let other = Canary { place: "the environment", secret: discord.token() };
    let all = [source, on_discord, on_telegram, correction, on_page, password, variable, token, other];
    for Canary { place, secret } in &all {
        for (name, bytes) in &found {
            let is_in = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!is_in, "{place}: the secret is in {name}");
        }
    }
}
