//! An answer that was quoted from the sources, put into fluent words by a model, one part after the other.
//!
//! The quoted answer is the draft: people see it at once, and it stands wherever the model has nothing better. The model is
//! given the draft's own sentences as notes, not the passages, because each word that it reads takes time. Of what it writes
//! only what a passage supports is kept, cited by where it is found and not by the marks that it writes; what the draft says
//! and the model leaves out stays, so that no answer is poorer for having been refined.

mod read;

use std::time::Duration;

use anyhow::Result;
use tokio::time::{Instant, timeout_at};
use tracing::{debug, warn};

use self::read::{Reader, Written};
use super::Draft;
use super::prompt::{Prompts, Shape};
use super::writer::{Conversation, Writer};
use crate::answer::{Block, Section, SectionKind, Sentence};
use crate::question::Language;
use crate::render;

/// How far a model may go.
#[derive(Debug, Clone, PartialEq)]
pub struct RefineSettings {
    /// Tokens of one part at the most.
    pub max_tokens: u32,
    /// Time for a whole answer; what is not written by then stays as it was quoted.
    pub time: Duration,
    /// How well a passage must support a sentence, 0 to 1; see [`crate::support`].
    pub min_support: f64,
    /// Answers that may wait for the model.
    pub places: usize,
}

/// Puts quoted answers into fluent words.
pub struct Refiner {
    writer: Writer,
    prompts: Prompts,
    settings: RefineSettings,
}

/// What is put into words.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    /// The question.
    pub question: &'a str,
    /// Language of the answer, and of the passages: what is in another cannot be checked.
    pub language: Language,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Refined {
    /// The answer.
    pub draft: Draft,
    /// Sentences of the model that no passage supports; they are not in it.
    pub unsupported: usize,
}

impl Refiner {
    /// A refiner that has `writer` write.
    pub const fn new(writer: Writer, prompts: Prompts, settings: RefineSettings) -> Self {
        Self { writer, prompts, settings }
    }

    /// What writes.
    pub const fn writer(&self) -> &Writer {
        &self.writer
    }

    /// Answers that may wait for the model.
    pub const fn places(&self) -> usize {
        self.settings.places
    }

    /// How well a passage must support a sentence.
    pub const fn min_support(&self) -> f64 {
        self.settings.min_support
    }

    /// `draft` in fluent words, as far as the model comes; it is shown to `growing` after each part.
    pub async fn refine(
        &self,
        material: Material<'_>,
        draft: Draft,
        mut growing: impl FnMut(&Refined) + Send,
    ) -> Refined {
        let deadline = Instant::now() + self.settings.time;
        let mut refined = Refined { draft, unsupported: 0 };
        match timeout_at(deadline, self.write(material, &mut refined, &mut growing)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => warn!("a model stopped in the middle of an answer: {error:#}"),
            Err(_) => debug!("a model took too long for an answer"),
        }
        refined
    }

    async fn write(
        &self,
        material: Material<'_>,
        refined: &mut Refined,
        growing: &mut (impl FnMut(&Refined) + Send),
    ) -> Result<()> {
        let mut conversation = self.writer.begin(&self.prompts.of(material.language).system).await?;
        for at in 0..refined.draft.sections.len() {
            let Some(part) = Part::of(&refined.draft.sections[at]) else { continue };
            let reader = Reader::new(&part.sentences, material.language, self.settings.min_support);
            let written = self.part(material, &part, &reader, &mut conversation).await?;
            refined.unsupported += written.dropped;
            if let Some(blocks) = part.in_words_of(written, &reader) {
                refined.draft.sections[at].blocks = blocks;
                refined.draft.engine = self.writer.engine();
                growing(refined);
            }
        }
        Ok(())
    }

    /// One part, asked for again if most of it is not in the notes.
    async fn part(
        &self,
        material: Material<'_>,
        part: &Part,
        reader: &Reader<'_>,
        conversation: &mut Conversation,
    ) -> Result<Written> {
        let prompt = self.prompts.of(material.language);
        let heading = render::section_title(part.kind, material.language);
        let text = prompt.part(material.question, heading, &part.notes(), part.shape, part.count());
        let first = reader.read(&self.say(conversation, &text, part.shape).await?, part.shape);
        if first.dropped <= first.kept() || first.unsupported.is_empty() {
            return Ok(first);
        }
        let text = prompt.again(&first.unsupported);
        let second = reader.read(&self.say(conversation, &text, part.shape).await?, part.shape);
        let dropped = first.dropped + second.dropped;
        let better = if second.kept() > first.kept() { second } else { first };
        Ok(Written { dropped, ..better })
    }

    async fn say(&self, conversation: &mut Conversation, text: &str, shape: Shape) -> Result<String> {
        self.writer.say(conversation, text, self.settings.max_tokens, move |written| goes_on(written, shape)).await
    }
}

/// Whether a part is still being written: an empty line ends it, and a heading is none of its business.
fn goes_on(written: &str, shape: Shape) -> bool {
    let written = written.trim_start();
    let is_running_on = shape == Shape::Paragraph && written.lines().count() > 4;
    !(written.contains("\n\n") || written.contains("\n#") || is_running_on)
}

/// A part of the draft that can be put into words.
struct Part {
    kind: SectionKind,
    shape: Shape,
    sentences: Vec<Sentence>,
}

impl Part {
    /// `None` for what is shown as it is: code, and what introduces it.
    fn of(section: &Section) -> Option<Self> {
        if section.kind == SectionKind::Example {
            return None;
        }
        let has_code = section.blocks.iter().any(|block| matches!(block, Block::Code { .. }));
        let is_list = section.blocks.iter().any(|block| matches!(block, Block::List { .. }));
        let sentences: Vec<_> = section.blocks.iter().flat_map(Block::sentences).cloned().collect();
        let shape = if is_list { Shape::List } else { Shape::Paragraph };
        (!has_code && !sentences.is_empty()).then_some(Self { kind: section.kind, shape, sentences })
    }

    /// Its sentences, each with the number of its passage.
    fn notes(&self) -> String {
        let note = |sentence: &Sentence| {
            let numbers: Vec<String> = sentence.cites.iter().map(|no| no.0.to_string()).collect();
            format!("[{}] {}", numbers.join(", "), sentence.text)
        };
        self.sentences.iter().map(note).collect::<Vec<_>>().join("\n")
    }

    fn count(&self) -> usize {
        self.sentences.len()
    }

    /// The part as the model wrote it, and behind that what it left out; `None` if it is no better than the quotes: the model
    /// says less than half of them.
    fn in_words_of(&self, written: Written, reader: &Reader<'_>) -> Option<Vec<Block>> {
        let left_out = reader.left_out(&written);
        if written.items.is_empty() || left_out.len() * 2 > self.sentences.len() {
            return None;
        }
        let written = reader.without_halves(written, &left_out);
        if written.items.is_empty() {
            return None;
        }
        Some(match self.shape {
            Shape::List => {
                let left_out = left_out.into_iter().map(|sentence| vec![sentence]);
                vec![Block::List { items: written.items.into_iter().chain(left_out).collect() }]
            }
            Shape::Paragraph => {
                let paragraphs = [written.items.concat(), left_out];
                let paragraphs = paragraphs.into_iter().filter(|sentences| !sentences.is_empty());
                paragraphs.map(|sentences| Block::Paragraph { sentences }).collect()
            }
        })
    }
}

#[cfg(test)]
mod tests;
