//! Topic, tags and language of a passage.

mod cue;

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::knowledge::document::Meta;
use crate::question::Language;

use cue::{Cue, Cues, Place};

/// What a matching cue counts, by where it stands.
const TITLE_WEIGHT: f64 = 3.0;
const HEADING_WEIGHT: f64 = 2.0;
const TEXT_WEIGHT: f64 = 1.0;
/// How much more a cue of several words says than one of a single word.
const PHRASE_FACTOR: f64 = 1.5;
/// How often a cue counts at most in one place: a word that is said ten times does not make a subject by itself.
const MOST_HITS: f64 = 3.0;
/// A passage whose best topic scores less has none.
const LEAST_SCORE: f64 = 2.0;
/// A subtopic that scores less is no tag.
const LEAST_TAG_SCORE: f64 = 2.0;
/// How many tags are added to those of the document.
const MOST_TAGS: usize = 5;

/// The topics of a knowledge base, with the words by which they are known.
pub struct Topics {
    all: Vec<Topic>,
    cues: Cues,
    fingerprint: blake3::Hash,
}

/// A topic as `topics.toml` describes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Its name in files: lower case, words joined by `-`.
    pub slug: String,
    /// Its name for people, by language.
    pub name: ByLanguage<String>,
    /// Its parts.
    pub subtopics: Vec<Subtopic>,
}

/// A part of a topic; its slug becomes a tag.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subtopic {
    /// Its name in files.
    pub slug: String,
    /// Words and phrases that show it, by language. English ones count in Spanish texts too. Those with a capital
    /// letter are matched exactly, the others whatever their case, accents and endings.
    pub cues: ByLanguage<Vec<String>>,
}

/// A thing that exists in each language.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByLanguage<T> {
    /// English.
    pub en: T,
    /// Spanish.
    pub es: T,
}

/// What is known of a passage before it is labelled.
#[derive(Debug, Clone, Copy)]
pub struct Unlabelled<'a> {
    /// Title of its document.
    pub title: &'a str,
    /// Headings above it.
    pub headings: &'a [String],
    /// Its text.
    pub text: &'a str,
    /// Its language.
    pub language: Language,
}

/// What a passage is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Label {
    /// Slug of the topic; empty when none fits.
    pub topic: String,
    /// The document's tags, then the subtopics that show in the passage; lower case, none twice.
    pub tags: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    topic: Vec<Topic>,
}

impl Topics {
    /// Reads a topics file.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("{} is not a topics file", path.display()))
    }

    /// The topics that Colega comes with.
    ///
    /// # Panics
    /// Never: the file is part of the program, and a test reads it.
    pub fn built_in() -> Self {
        Self::parse(include_str!("../../configs/topics.toml")).expect("configs/topics.toml is tested")
    }

    /// Reads the text of a topics file.
    pub fn parse(text: &str) -> Result<Self> {
        let topics = toml::from_str::<File>(text)?.topic;
        let mut cues = Vec::new();
        for (at, topic) in topics.iter().enumerate() {
            check_slug(&topic.slug)?;
            ensure!(topics[..at].iter().all(|other| other.slug != topic.slug), "topic {} is there twice", topic.slug);
            for (part, subtopic) in topic.subtopics.iter().enumerate() {
                check_slug(&subtopic.slug)?;
                let place = Place { topic: at, subtopic: part };
                for (language, texts) in
                    [(Language::English, &subtopic.cues.en), (Language::Spanish, &subtopic.cues.es)]
                {
                    for text in texts {
                        let named =
                            || format!("a cue of {} › {} has no letters; take it out", topic.slug, subtopic.slug);
                        cues.push(Cue::new(text, language, place).with_context(named)?);
                    }
                }
            }
        }
        Ok(Self { all: topics, cues: Cues::new(cues), fingerprint: blake3::hash(text.as_bytes()) })
    }

    /// The hash of the file that they were read from.
    pub const fn fingerprint(&self) -> blake3::Hash {
        self.fingerprint
    }

    /// The topics in the order of the file.
    pub fn all(&self) -> &[Topic] {
        &self.all
    }

    /// Whether `slug` is one of the topics.
    pub fn contains(&self, slug: &str) -> bool {
        self.all.iter().any(|topic| topic.slug == slug)
    }

    /// Topic and tags of a passage: what its document says of itself comes first, then what its words show.
    pub fn label(&self, passage: Unlabelled, meta: &Meta) -> Label {
        let scores = self.scores(passage);
        let own = meta.topic.clone().filter(|slug| self.contains(slug));
        let topic = own.unwrap_or_else(|| self.best_topic(&scores));
        let mut found: Vec<(f64, &str)> = Vec::new();
        for (topic, parts) in self.all.iter().zip(&scores) {
            let strong = topic.subtopics.iter().zip(parts).filter(|&(_, &score)| score >= LEAST_TAG_SCORE);
            found.extend(strong.map(|(subtopic, &score)| (score, subtopic.slug.as_str())));
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        let mut tags: Vec<String> = Vec::new();
        let shown = found.into_iter().map(|(_, slug)| slug).take(MOST_TAGS);
        for tag in meta.tags.iter().map(|tag| tag.to_lowercase()).chain(shown.map(str::to_owned)) {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        Label { topic, tags }
    }

    fn best_topic(&self, scores: &[Vec<f64>]) -> String {
        let sums = scores.iter().map(|parts| parts.iter().sum::<f64>());
        // Of equals the first in the file wins.
        let best = sums.enumerate().reduce(|best, other| if other.1 > best.1 { other } else { best });
        best.filter(|&(_, score)| score >= LEAST_SCORE).map(|(at, _)| self.all[at].slug.clone()).unwrap_or_default()
    }

    /// What the cues add up to, by topic and subtopic.
    fn scores(&self, passage: Unlabelled) -> Vec<Vec<f64>> {
        let mut scores: Vec<Vec<f64>> = self.all.iter().map(|topic| vec![0.0; topic.subtopics.len()]).collect();
        let headings = passage.headings.join("\n");
        let places = [(passage.title, TITLE_WEIGHT), (headings.as_str(), HEADING_WEIGHT), (passage.text, TEXT_WEIGHT)];
        for (text, weight) in places {
            for hit in self.cues.hits(text, passage.language) {
                let factor = if hit.cue.is_phrase() { PHRASE_FACTOR } else { 1.0 };
                let Place { topic, subtopic } = hit.cue.place;
                scores[topic][subtopic] += weight * factor * hit.count.min(MOST_HITS).sqrt();
            }
        }
        scores
    }
}

fn check_slug(slug: &str) -> Result<()> {
    let is_slug = !slug.is_empty() && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !is_slug {
        bail!("“{slug}” is no slug; write lower-case letters, digits and hyphens");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
