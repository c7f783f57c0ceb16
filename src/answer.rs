//! What Colega says: an answer in its fixed parts, or why there is none.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::passage::{ChunkId, SourceSpan};
pub use crate::question::AnswerId;
use crate::question::Language;

/// Every way in which a question can end well. Failures are errors, these are not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reply {
    /// The knowledge base holds an answer.
    Answer(Answer),
    /// It does not, and Colega says so.
    NoEvidence(Suggestions),
    /// The question is one that Colega does not help with.
    Refused(Refusal),
    /// The asker, the chat or the whole daemon is over its rate limit.
    SlowDown {
        /// Language to say it in.
        language: Language,
        /// How long to wait, in seconds on the wire.
        #[serde(with = "seconds")]
        retry_after: Duration,
    },
    /// The queue before the generator is full.
    Busy {
        /// Language to say it in.
        language: Language,
        /// How many questions are before this one.
        position: usize,
    },
}

impl Reply {
    /// The name of the outcome, as in the field `kind` of its JSON form.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Answer(_) => "answer",
            Self::NoEvidence(_) => "no_evidence",
            Self::Refused(_) => "refused",
            Self::SlowDown { .. } => "slow_down",
            Self::Busy { .. } => "busy",
        }
    }
}

/// An answer: sections in their fixed order and the passages that they rest on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Names it in votes.
    pub id: AnswerId,
    /// Language of the headings and, where the knowledge base has it, of the text.
    pub language: Language,
    /// Language of the passages when it is not the asker's; the rendered answer says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_language: Option<Language>,
    /// What the answer is about: the title of the document that carries it.
    pub subject: String,
    /// The parts that the knowledge base supports, in the order of [`SectionKind`].
    pub sections: Vec<Section>,
    /// The passages, numbered from 1 in the order of their first mention.
    pub citations: Vec<Citation>,
    /// What wrote it.
    pub engine: Engine,
    /// Time from question to answer, in milliseconds.
    pub elapsed_ms: f64,
}

/// The fixed parts, in the order in which they appear; citations come last, as [`Answer::citations`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SectionKind {
    /// A short definition, or the direct answer.
    Definition,
    /// When to use it, and when not.
    WhenToUse,
    /// Common mistakes.
    Pitfalls,
    /// Code or pseudo-code.
    Example,
    /// What to tick off.
    Checklist,
}

impl SectionKind {
    /// All parts in their order.
    pub const ALL: [Self; 5] = [Self::Definition, Self::WhenToUse, Self::Pitfalls, Self::Example, Self::Checklist];
}

/// One part of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Which part.
    pub kind: SectionKind,
    /// Its content; never empty.
    pub blocks: Vec<Block>,
}

impl Section {
    /// The citations to show behind the code that is block `at`: none where the sentence that introduces it gives them already.
    pub fn marks_of_code(&self, at: usize) -> &[CitationNo] {
        let Some(Block::Code { cites, .. }) = self.blocks.get(at) else { return &[] };
        let introduction = at.checked_sub(1).and_then(|before| self.blocks[before].sentences().last());
        if introduction.is_some_and(|sentence| sentence.cites == *cites) { &[] } else { cites }
    }
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    /// Running text.
    Paragraph {
        /// Its sentences, in order.
        sentences: Vec<Sentence>,
    },
    /// Bullets, or boxes to tick in a checklist.
    List {
        /// One entry a bullet, each of one or more sentences.
        items: Vec<Vec<Sentence>>,
    },
    /// Source code, to be shown exactly as it is.
    Code {
        /// Language tag of the fence, empty when there was none.
        language: String,
        /// The code, without its fence and without a last line break.
        code: String,
        /// The passages that hold it.
        cites: Vec<CitationNo>,
    },
}

impl Block {
    /// The sentences in it; code has none.
    pub fn sentences(&self) -> impl Iterator<Item = &Sentence> {
        let (paragraph, list) = match self {
            Self::Paragraph { sentences } => (sentences.as_slice(), [].as_slice()),
            Self::List { items } => ([].as_slice(), items.as_slice()),
            Self::Code { .. } => ([].as_slice(), [].as_slice()),
        };
        paragraph.iter().chain(list.iter().flatten())
    }
}

/// A sentence and what it rests on. None without a citation leaves the agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sentence {
    /// One line; inline Markdown (code spans, emphasis, links) as in the source.
    pub text: String,
    /// The passages that support it; never empty.
    pub cites: Vec<CitationNo>,
}

/// The number of a citation within its answer, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CitationNo(pub u32);

/// A passage that an answer rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Citation {
    /// The number that stands in the text.
    pub no: CitationNo,
    /// The passage.
    pub chunk_id: ChunkId,
    /// Title and headings of the passage.
    pub title: String,
    /// The file it is in.
    pub source_file: String,
    /// Where in that file.
    pub span: SourceSpan,
    /// A literal part of the passage: the first sentence (or code) taken from it.
    pub quote: String,
    /// Address of the published original, where the document names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// What wrote an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// Sentences chosen from the passages.
    Extractive,
    /// A chat model of this machine, run by kalosm.
    Kalosm,
    /// A chat model behind an address.
    Remote,
}

/// What to offer when there is no evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestions {
    /// Language to say it in.
    pub language: Language,
    /// Titles of the documents nearest to the question, best first; may be empty.
    pub nearest: Vec<String>,
}

/// Why a question is not answered, and what is offered instead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// Language to say it in.
    pub language: Language,
    /// What the refusal is about.
    pub reason: RefusalReason,
    /// Name of the rule that decided, for operators.
    pub rule: String,
}

/// Kinds of question that Colega does not help with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// Breaking into systems, stealing credentials, writing malware.
    Intrusion,
    /// Harming people, or oneself.
    Harm,
    /// Making the bot ignore its rules or tell its instructions.
    Injection,
    /// The message is too long or is no text.
    Malformed,
}

mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(duration.as_secs_f64())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        Duration::try_from_secs_f64(f64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
