//! Whatever a document says, its messages fit, say all of it once, and nothing in them acts: hostile documents at random, and
//! readers that know nothing of the renderers.

mod hostile;
mod read_discord;

use colega::question::Language;
use colega::render::document::{Block, Document, Marker, Span};
use colega::render::{discord, neutral, telegram};
use proptest::prelude::ProptestConfig;
use proptest::test_runner::{RngAlgorithm, TestCaseError, TestRng, TestRunner};

use crate::fakes::telegram::html;

/// Random documents for each platform.
const CASES: u32 = 10_000;
/// What the renderers put where something would act.
const JOINER: char = '\u{2060}';

/// `COLEGA_SEED` gives other documents.
fn seed() -> [u8; 32] {
    let number = std::env::var("COLEGA_SEED").ok().and_then(|seed| seed.parse::<u64>().ok()).unwrap_or_default();
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    seed
}

fn for_many(check: impl Fn(&Document) -> Result<(), String>) {
    // Seeds of failures are not kept beside the tests: what a failure shows is already the smallest.
    let config = ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() };
    let chance = TestRng::from_seed(RngAlgorithm::ChaCha, &seed());
    let checked = TestRunner::new_with_rng(config, chance)
        .run(&hostile::documents(), |document| check(&document).map_err(TestCaseError::fail));
    checked.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn discord_messages_fit_say_everything_once_and_call_nobody() {
    for_many(|document| {
        let parts = discord::parts(document);
        let mut read = String::new();
        for part in &parts {
            let units = part.encode_utf16().count();
            if units > 2_000 || part.trim().is_empty() {
                return Err(format!("a part of {units} units: {part:?}"));
            }
            read.push_str(&read_discord::read(part).map_err(|words| format!("{words} in {part:?}"))?);
        }
        same(&said(document, false), &read, &parts)
    });
}

#[test]
fn telegram_messages_fit_say_everything_once_and_call_nobody() {
    for_many(|document| {
        let parts = telegram::parts(document);
        let mut read = String::new();
        for part in &parts {
            let parsed = html::parse(part).map_err(|words| format!("{words} in {part:?}"))?;
            let units = parsed.text.encode_utf16().count();
            if units > 4_096 || parsed.entities.len() > 100 || parsed.text.trim().is_empty() {
                return Err(format!("a part of {units} units and {} entities: {part:?}", parsed.entities.len()));
            }
            if let Some(live) = live(&parsed) {
                return Err(format!("{live} is live in {part:?}"));
            }
            read.push_str(&parsed.text);
        }
        same(&said(document, true), &read, &parts)
    });
}

/// What clients would make a link of: names, tags, commands and addresses outside of code and links.
fn live(parsed: &html::Parsed) -> Option<String> {
    let units: Vec<u16> = parsed.text.encode_utf16().collect();
    let is_covered = |at: usize| {
        parsed.entities.iter().any(|entity| {
            let number = |key: &str| usize::try_from(entity[key].as_u64().unwrap_or_default()).unwrap_or_default();
            let covers = (number("offset")..number("offset") + number("length")).contains(&at);
            covers && ["code", "pre", "text_link"].iter().any(|kind| entity["type"] == *kind)
        })
    };
    let char_of = |unit: Option<&u16>| unit.and_then(|unit| char::from_u32((*unit).into()));
    let is_word = |unit: Option<&u16>| char_of(unit).is_some_and(|c| c.is_alphanumeric() || c == '_');
    for (at, unit) in units.iter().enumerate() {
        let (sign, before) = (char::from_u32((*unit).into()), at.checked_sub(1).and_then(|at| units.get(at)));
        let acts = match sign {
            Some('@' | '#' | '$') => is_word(units.get(at + 1)),
            Some('/') => is_word(units.get(at + 1)) && !is_word(before) && before != Some(&u16::from(b'/')),
            Some('.') => {
                let is_name = is_word(before) && char_of(units.get(at + 1)).is_some_and(char::is_alphabetic);
                is_name || is_in_ip_address(&units, at)
            }
            Some(':') => units.get(at + 1..at + 3).is_some_and(|next| next == [u16::from(b'/'); 2]),
            _ => false,
        };
        if acts && !is_covered(at) {
            return Some(String::from_utf16_lossy(&units[at..(at + 12).min(units.len())]));
        }
    }
    None
}

/// Whether the full stop at `at` is in a row of four numbers of up to three digits, and of nothing else.
fn is_in_ip_address(units: &[u16], at: usize) -> bool {
    let is_part = |unit: &&u16| char::from_u32((**unit).into()).is_some_and(|c| c == '.' || c.is_ascii_digit());
    let begin = at - units[..at].iter().rev().take_while(is_part).count();
    let end = at + units[at..].iter().take_while(is_part).count();
    let number = String::from_utf16_lossy(&units[begin..end]);
    let groups: Vec<&str> = number.trim_matches('.').split('.').collect();
    groups.len() == 4 && groups.iter().all(|group| (1..=3).contains(&group.len()))
}

#[test]
fn addresses_of_sites_and_hosts_are_live_until_they_are_broken() {
    let raw = |text: &str| html::Parsed { text: text.to_owned(), entities: Vec::new() };
    let rendered = |span: Span| {
        let document = Document { language: Language::English, blocks: vec![Block::Paragraph(vec![span])] };
        html::parse(&telegram::parts(&document).concat()).expect("markup")
    };
    for text in ["example.com", "README.md", "203.0.113.7/x", "on 203.0.113.7."] {
        assert!(live(&raw(text)).is_some(), "{text}");
        assert_eq!(live(&rendered(Span::Plain(text.to_owned()))), None, "{text}");
        assert_eq!(live(&rendered(Span::Code(text.to_owned()))), None, "{text}");
    }
    assert_eq!(live(&raw("3.5, v1.2.3 and 1.2.3.4.5")), None);
}

/// What `document` says, with the signs before list entries as a platform shows them, without white space.
fn said(document: &Document, shows_bullets: bool) -> String {
    let mut said = String::new();
    for block in &document.blocks {
        match block {
            Block::Title(text) | Block::Heading(text) | Block::Paragraph(text) | Block::Small(text) => {
                said.push_str(&shown(text));
            }
            Block::List { marker, items } => {
                for item in items.iter().map(|item| shown(item)).filter(|item| !bare(item).is_empty()) {
                    match marker {
                        Marker::Box => said.push('☐'),
                        Marker::Bullet if shows_bullets => said.push('•'),
                        Marker::Bullet => {}
                    }
                    said.push_str(&item);
                }
            }
            Block::Code { code, .. } => said.push_str(code),
        }
    }
    if bare(&said).is_empty() { "…".to_owned() } else { said }
}

fn shown(text: &[Span]) -> String {
    text.iter().map(Span::text).collect()
}

fn bare(text: &str) -> String {
    neutral(text).chars().filter(|c| !c.is_whitespace() && *c != JOINER).collect()
}

fn same(said: &str, read: &str, parts: &[String]) -> Result<(), String> {
    let (said, read) = (bare(said), bare(read));
    if said == read {
        return Ok(());
    }
    let at = said.chars().zip(read.chars()).take_while(|(said, read)| said == read).count();
    let near = |text: &str| text.chars().skip(at.saturating_sub(10)).take(40).collect::<String>();
    Err(format!("said {:?}, read {:?}: {parts:#?}", near(&said), near(&read)))
}
