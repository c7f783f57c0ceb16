use std::collections::BTreeSet;

use super::*;
use crate::desk::policy::ChannelSettings;
use crate::rule_policy::Action;

fn load(text: &str, variables: &[(&str, &str)]) -> Result<Settings> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("colega.toml");
    std::fs::write(&file, text)?;
    let variables = variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    Settings::from_sources(Some(&file), variables)
}

fn check_error(text: &str, variables: &[(&str, &str)], expected: &[&str]) {
    let error = format!("{:#}", load(text, variables).expect_err("refused"));
    for part in expected {
        assert!(error.contains(part), "{error} lacks {part}");
    }
}

#[test]
fn variables_win_over_the_file_and_the_file_over_defaults() {
    let settings = load("[web]\nport = 9000\n", &[("COLEGA__WEB__PORT", "9001")]).expect("valid");
    assert_eq!(settings.web.port, 9001);
    assert_eq!(load("[web]\nport = 9000\n", &[]).expect("valid").web.port, 9000);
    assert_eq!(load("", &[]).expect("valid"), Settings::default());
}

#[test]
fn unknown_keys_are_refused_with_their_place_and_the_nearest_key() {
    check_error("[web]\nprot = 1\n", &[], &["colega.toml", "`web.prot`", "`port`"]);
    check_error("[wbe]\nport = 1\n", &[], &["colega.toml", "`wbe`", "`web`"]);
    check_error("", &[("COLEGA__WEB__PROT", "1")], &["COLEGA__WEB__PROT", "`port`"]);
    check_error("[ingest.chunk]\nmax_char = 1\n", &[], &["`ingest.chunk.max_char`", "`max_chars`"]);
}

#[test]
fn numbers_of_people_and_groups_come_from_files_and_variables() {
    let text = "[telegram]\nadmins = [1, \"2\"]\n[[telegram.chat]]\nid = -100\nalways = true\n";
    let settings = load(text, &[("COLEGA__TELEGRAM__USERS", "3,4")]).expect("valid").telegram;
    assert_eq!((settings.admins, settings.users), (vec!["1".into(), "2".into()], vec!["3".into(), "4".into()]));
    assert_eq!(settings.chat[0].id, "-100");
    check_error("[telegram]\nadmins = [\"@ana\"]\n", &[], &["colega.toml", "telegram.admins", "@ana"]);
    check_error("[[telegram.chat]]\nid = 1\nallways = true\n", &[], &["allways"]);
}

#[test]
fn discord_numbers_come_with_and_without_quotes() {
    let text = "[discord]\nguilds = [1, \"1234567890123456789\"]\ngaps_to = 2\n[[discord.channel]]\nid = 3\n";
    let discord = load(text, &[]).expect("valid").discord;
    assert_eq!(discord.guilds, ["1", "1234567890123456789"]);
    assert_eq!((discord.gaps_to.as_deref(), discord.channel[0].id.as_str()), (Some("2"), "3"));
    check_error("[discord]\nadmins = [\"@ana\"]\n", &[], &["colega.toml", "discord.admins", "@ana"]);
    check_error("[[discord.channel]]\nid = 1\nallways = true\n", &[], &["allways"]);
}

#[test]
fn policies_name_rules_that_there_are_and_actions() {
    let text = "[guard]\npolicy = { danger = \"warn\" }\n[[telegram.chat]]\nid = 1\nguard = { \"danger.malware\" = \"off\" }\n";
    let settings = load(text, &[]).expect("valid");
    assert_eq!(settings.guard.policy.action("danger.break_in"), Some(Action::Warn));
    assert_eq!(settings.telegram.chat[0].guard.action("danger.malware"), Some(Action::Off));
    assert!(crate::app::guard(&settings).is_ok());
    check_error("[guard]\npolicy = { danger = \"wrn\" }\n", &[], &["colega.toml", "wrn", "warn"]);
    let settings = load(&text.replace("danger.malware", "danger.malwear"), &[]).expect("the rules are not read yet");
    let error = format!("{:#}", crate::app::guard(&settings).expect_err("no such rule"));
    assert!(error.contains("[[telegram.chat]] 1") && error.contains("danger.malware"), "{error}");
}

#[test]
fn a_variable_holds_one_number_or_several() {
    let discord = |key: &str, value: &str| {
        let name = format!("COLEGA__DISCORD__{key}");
        load("", &[(name.as_str(), value)]).expect("valid").discord
    };
    for (value, expected) in [("1", vec!["1"]), ("1,2", vec!["1", "2"]), ("1, 2,", vec!["1", "2"])] {
        assert_eq!(discord("GUILDS", value).guilds, expected);
        assert_eq!(discord("CHANNELS", value).channels, expected);
        assert_eq!(discord("ROLES", value).roles, expected);
        assert_eq!(discord("USERS", value).users, expected);
        assert_eq!(discord("ADMINS", value).admins, expected);
    }
    assert_eq!(discord("GAPS_TO", "7").gaps_to.as_deref(), Some("7"));
    check_error("", &[("COLEGA__DISCORD__ADMINS", "1,ana")], &["discord.admins", "ana"]);
}

#[test]
fn a_variable_holds_one_address_or_several() {
    for name in ["COLEGA__GENERATE__REMOTE", "COLEGA__INDEX__SERVER__URLS"] {
        let settings = load("", &[(name, "http://a:1, http://b:2")]).expect("valid");
        let lists = [settings.generate.remote, settings.index.server.urls];
        assert!(lists.contains(&vec!["http://a:1".to_owned(), "http://b:2".to_owned()]), "{lists:?}");
    }
}

#[test]
fn wrong_values_name_file_and_key() {
    check_error("[web]\nport = \"high\"\n", &[], &["colega.toml", "web.port"]);
    check_error("[answer]\nmax_words = 3\n", &[], &["answer.max_words"]);
    check_error("[support]\nmin_score = 50\n", &[], &["support.min_score"]);
    check_error("[retrieve]\ndense_share = -0.1\n", &[], &["retrieve.dense_share"]);
    check_error("[generate]\nengine = \"kalosm\"\n", &[], &["generate.model"]);
    check_error("[generate]\nengine = \"remote\"\n", &[], &["generate.remote"]);
    check_error("[generate]\ntime_s = 0\n", &[], &["generate.time_s"]);
    check_error("[index.server]\nurls = [\"10.0.0.5:6334\"]\n", &[], &["index.server.urls"]);
    check_error("[index.server]\nshards = 0\n", &[], &["index.server.shards"]);
    check_error("[web\n", &[], &["colega.toml", "not TOML"]);
}

#[test]
fn the_file_that_ships_is_valid_and_says_the_defaults() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(DEFAULT_FILE);
    assert_eq!(Settings::from_sources(Some(&file), Vec::new()).expect("valid"), Settings::default());
}

/// The file that ships, with the keys and tables that stand in it as comments.
fn with_comments_taken_in() -> String {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(DEFAULT_FILE)).expect("the file");
    let is_setting = |line: &str| {
        let key = line.split_once(" = ").map(|(key, _)| key);
        line.starts_with("[[") || key.is_some_and(|key| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
    };
    let lines = text.lines().map(|line| line.strip_prefix("# ").filter(|rest| is_setting(rest)).unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// The keys of `value`, each with the way to it.
fn keys(value: &Value, path: &str) -> BTreeSet<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| {
                let path = format!("{path}.{key}");
                let below = keys(value, &path);
                below.into_iter().chain([path])
            })
            .collect(),
        Value::Array(entries) => entries.iter().flat_map(|entry| keys(entry, path)).collect(),
        _ => BTreeSet::new(),
    }
}

#[test]
fn the_file_that_ships_holds_every_key() {
    let text = with_comments_taken_in();
    load(&text, &[]).expect("what stands in comments is valid, too");
    let written: toml::Table = toml::from_str(&text).expect("TOML");
    let written = keys(&serde_json::to_value(written).expect("JSON"), "");
    let mut settings = Settings::default();
    settings.telegram.chat.push(ChannelSettings::default());
    settings.discord.channel.push(ChannelSettings::default());
    // Keys without a value are there as well: JSON has a word for none, TOML has not.
    let known = keys(&serde_json::to_value(settings).expect("JSON"), "");
    assert_eq!(known.difference(&written).collect::<Vec<_>>(), Vec::<&String>::new());
}
