//! The configuration: defaults, then a file, then `COLEGA__SECTION__KEY` variables, each over the one before.
//!
//! Each section's struct lives beside the code that reads it. A key that no section knows is refused, with its place and
//! the nearest key that exists: a setting that is silently ignored is worse than none.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use config::{Environment, File, FileFormat};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::adapters::discord::DiscordSettings;
use crate::adapters::telegram::TelegramSettings;
use crate::adapters::web::WebSettings;
use crate::agent::queue::QueueSettings;
use crate::backup::BackupSettings;
use crate::desk::ChatSettings;
use crate::embed::bm25::Bm25Settings;
use crate::embed::dense::EmbedSettings;
use crate::feedback::FeedbackSettings;
use crate::generate::GenerateSettings;
use crate::generate::extractive::ExtractiveSettings;
use crate::guard::GuardSettings;
use crate::knowledge::ingest::IngestSettings;
use crate::limit::LimitSettings;
use crate::question::Language;
use crate::reindex::IndexSettings;
use crate::reindex::schedule::{Schedule, ScheduleSettings};
use crate::retrieve::evidence::EvidenceSettings;
use crate::retrieve::retriever::RetrieveSettings;
use crate::support::SupportSettings;
use crate::telemetry::LogSettings;

/// The file that is read when none is named.
pub const DEFAULT_FILE: &str = "configs/colega.toml";
/// What the names of variables begin with.
const PREFIX: &str = "COLEGA__";

/// Everything that can be set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where files are.
    pub paths: PathSettings,
    /// Languages.
    pub language: LanguageSettings,
    /// The local page.
    pub web: WebSettings,
    /// What holds for all chat platforms.
    pub chat: ChatSettings,
    /// Telegram.
    pub telegram: TelegramSettings,
    /// Discord.
    pub discord: DiscordSettings,
    /// Sources to passages.
    pub ingest: IngestSettings,
    /// Generations of the index.
    pub index: IndexSettings,
    /// When new ones are made.
    pub schedule: ScheduleSettings,
    /// Term weights.
    pub bm25: Bm25Settings,
    /// The model that embeds passages.
    pub embed: EmbedSettings,
    /// Search and rerank.
    pub retrieve: RetrieveSettings,
    /// When evidence is enough.
    pub evidence: EvidenceSettings,
    /// When a sentence is supported.
    pub support: SupportSettings,
    /// Length of answers.
    pub answer: ExtractiveSettings,
    /// What writes them.
    pub generate: GenerateSettings,
    /// Who waits for them, and how long.
    pub queue: QueueSettings,
    /// What may be asked.
    pub guard: GuardSettings,
    /// How much may be asked.
    pub limits: LimitSettings,
    /// What is kept of questions and answers.
    pub feedback: FeedbackSettings,
    /// Where backups are kept.
    pub backup: BackupSettings,
    /// Logs.
    pub log: LogSettings,
}

/// Where files are, section `[paths]`. Relative paths start at the current folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PathSettings {
    /// The sources of the knowledge base.
    pub raw: PathBuf,
    /// What `colega ingest` and `colega dataset` write.
    pub processed: PathBuf,
    /// State: the index, feedback.
    pub var: PathBuf,
    /// The goldset: what Colega is measured by. Accepted questions are added to it.
    pub goldset: PathBuf,
    /// A file of synonyms in place of the built-in one.
    pub glossary: Option<PathBuf>,
    /// A file of topics in place of the built-in one.
    pub topics: Option<PathBuf>,
    /// A list of models in place of the built-in one.
    pub models: Option<PathBuf>,
}

impl Default for PathSettings {
    fn default() -> Self {
        Self {
            raw: "data/raw".into(),
            processed: "data/processed".into(),
            var: "var".into(),
            goldset: "data/goldset.jsonl".into(),
            glossary: None,
            topics: None,
            models: None,
        }
    }
}

/// Languages, section `[language]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LanguageSettings {
    /// The language to answer in when a question ("JWT?") gives no sign of its own.
    pub default: Language,
}

impl Default for LanguageSettings {
    fn default() -> Self {
        Self { default: Language::English }
    }
}

impl Settings {
    /// Loads `file`, or [`DEFAULT_FILE`] if it exists and no file is named, and the process's variables over it.
    pub fn load(file: Option<&Path>) -> Result<Self> {
        let variables = env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with(PREFIX))
            .collect();
        let default = Path::new(DEFAULT_FILE);
        match file {
            Some(file) => Self::from_sources(Some(file), variables),
            None => Self::from_sources(default.exists().then_some(default), variables),
        }
    }

    fn from_sources(file: Option<&Path>, variables: Vec<(String, String)>) -> Result<Self> {
        let known = serde_json::to_value(Self::default())?;
        let mut sources = config::Config::builder();
        if let Some(file) = file {
            let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
            let given: toml::Table =
                toml::from_str(&text).with_context(|| format!("{} is not TOML", file.display()))?;
            refuse_unknown(&serde_json::to_value(given)?, &known, "", &file.display().to_string())?;
            let source = File::from_str(&text, FileFormat::Toml);
            sources = sources.add_source(source);
        }
        for (name, _) in &variables {
            let keys: Vec<String> = name[PREFIX.len()..].to_lowercase().split("__").map(str::to_owned).collect();
            let given = keys.iter().rev().fold(Value::Null, |value, key| serde_json::json!({ key: value }));
            refuse_unknown(&given, &known, "", &format!("variable {name}"))?;
        }
        let environment = Environment::with_prefix("COLEGA")
            .prefix_separator("__")
            .separator("__")
            .try_parsing(true)
            .source(Some(variables.into_iter().collect()));
        let place = || file.map_or_else(|| "the configuration".to_owned(), |file| file.display().to_string());
        let settings: Self =
            sources.add_source(environment).build().and_then(config::Config::try_deserialize).with_context(place)?;
        settings.validate().with_context(place)?;
        Ok(settings)
    }

    fn validate(&self) -> Result<()> {
        self.ingest.validate().map_err(anyhow::Error::msg)?;
        self.queue.validate().map_err(anyhow::Error::msg)?;
        self.generate.validate()?;
        Schedule::reindex(&self.schedule)?;
        Schedule::backup(&self.schedule)?;
        ensure!(self.backup.keep > 0, "backup.keep is 0; keep at least 1");
        self.index.server.validate()?;
        self.telegram.validate().map_err(anyhow::Error::msg)?;
        self.discord.validate().map_err(anyhow::Error::msg)?;
        if self.retrieve.candidates == 0 {
            bail!("retrieve.candidates is 0; 50 is a good value");
        }
        if self.answer.max_words < 20 {
            bail!("answer.max_words is below 20; 330 is a good value");
        }
        if self.answer.max_items == 0 || self.answer.max_definition == 0 {
            bail!("answer.max_items and answer.max_definition are at least 1");
        }
        if self.index.keep == 0 {
            bail!(
                "index.keep is 0; keep at least 1 earlier generation, since a running program may still search in it"
            );
        }
        let Bm25Settings { k1, b, title_weight, pair_weight } = self.bm25;
        for (key, value, most) in [
            ("k1", k1, 10.0),
            ("b", b, 1.0),
            ("title_weight", title_weight, 100.0),
            ("pair_weight", pair_weight, 100.0),
        ] {
            if !(0.0..=most).contains(&value) {
                bail!("bm25.{key} is {value}; set it to a number from 0 to {most}");
            }
        }
        let min_score = self.support.min_score;
        if !(0.0..=1.0).contains(&min_score) {
            bail!("support.min_score is {min_score}; set it to a number from 0 to 1");
        }
        let retrieve = &self.retrieve;
        for (key, share) in [("dense_share", retrieve.dense_share), ("meaning_relief", retrieve.meaning_relief)] {
            if !(0.0..=1.0).contains(&share) {
                bail!("retrieve.{key} is {share}; set it to a number from 0 to 1");
            }
        }
        for (key, value) in [
            ("meaning", retrieve.meaning_boost),
            ("title", retrieve.title_boost),
            ("words", retrieve.words_boost),
            ("sentence", retrieve.sentence_boost),
            ("opening", retrieve.opening_boost),
            ("question", retrieve.question_boost),
            ("wanted", retrieve.wanted_boost),
            ("language", retrieve.language_boost),
            ("document", retrieve.document_boost),
            ("neighbour", retrieve.neighbour_boost),
        ] {
            if !(0.0..=10.0).contains(&value) {
                bail!("retrieve.{key}_boost is {value}; set it to a number from 0 to 10");
            }
        }
        Ok(())
    }
}

/// Refuses keys of `given` that `known` lacks; `path` leads to both, `place` is where `given` was written.
fn refuse_unknown(given: &Value, known: &Value, path: &str, place: &str) -> Result<()> {
    let (Value::Object(given), Value::Object(known)) = (given, known) else { return Ok(()) };
    for (key, value) in given {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let Some(known_value) = known.get(key) else {
            // Most slips are letters left out or changed round.
            let likeness = strsim::normalized_damerau_levenshtein;
            let nearest = known.keys().max_by(|a, b| likeness(a, key).total_cmp(&likeness(b, key)));
            let nearest = nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default();
            let all: Vec<&str> = known.keys().map(String::as_str).collect();
            bail!("{place}: there is no key `{path}`{nearest} (known here: {})", all.join(", "));
        };
        refuse_unknown(value, known_value, &path, place)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::desk::policy::ChannelSettings;

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
}
