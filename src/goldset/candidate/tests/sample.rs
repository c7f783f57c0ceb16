//! Questions and answers to learn from, as short as they can be written.

use crate::answer::{Answer, AnswerId, Block, Citation, CitationNo, Engine, Section, SectionKind, Sentence};
use crate::feedback::kept::{Correction, Exchange, Kept, Outcome};
use crate::passage::{ChunkId, SourceSpan};
use crate::place::Pseudonym;
use crate::question::{Language, Origin};
use crate::trace::Trace;

const HOUR: u64 = 60 * 60 * 1_000;

/// Somebody's question and what became of it.
pub(crate) struct Asked {
    question: &'static str,
    outcome: Outcome,
    by: &'static str,
    at_hours: u64,
    votes: (u64, u64),
    corrections: Vec<Correction>,
    is_direct: bool,
    is_scoped: bool,
}

pub(crate) fn answered(question: &'static str) -> Asked {
    asked(question, Outcome::Answered { answer: Some(Box::new(answer())) })
}

pub(crate) fn unanswered(question: &'static str) -> Asked {
    asked(question, Outcome::NoEvidence { nearest: vec!["Secrets".to_owned(), "Databases".to_owned()] })
}

fn asked(question: &'static str, outcome: Outcome) -> Asked {
    let (votes, corrections) = ((0, 0), Vec::new());
    Asked { question, outcome, by: "ana", at_hours: 0, votes, corrections, is_direct: false, is_scoped: false }
}

impl Asked {
    pub(crate) fn by(self, by: &'static str) -> Self {
        Self { by, ..self }
    }

    /// Days pass between one number and the next.
    pub(crate) fn at(self, days: u64) -> Self {
        Self { at_hours: 24 * days, ..self }
    }

    /// Hours pass between one number and the next.
    pub(super) fn at_hour(self, at_hours: u64) -> Self {
        Self { at_hours, ..self }
    }

    pub(crate) fn votes(self, up: u64, down: u64) -> Self {
        Self { votes: (up, down), ..self }
    }

    pub(crate) fn direct(self) -> Self {
        Self { is_direct: true, ..self }
    }

    /// Asked where more may be shown than elsewhere.
    pub(crate) fn scoped(self) -> Self {
        Self { is_scoped: true, ..self }
    }

    pub(super) fn corrected(mut self, by: &str, wrong: &str, right: &str) -> Self {
        let (wrong, right) = (wrong.to_owned(), right.to_owned());
        let at_ms = self.at_hours * HOUR + 1 + self.corrections.len() as u64;
        self.corrections.push(Correction { answer: self.id(), by: Pseudonym(by.to_owned()), wrong, right, at_ms });
        self
    }

    fn id(&self) -> AnswerId {
        AnswerId(format!("{}-{}-{}", self.by, self.at_hours / 24, self.question.len()))
    }

    pub(crate) fn build(self) -> Exchange {
        let language = crate::language::detect(self.question).unwrap_or(Language::English);
        let trace = Trace {
            question: self.question.to_owned(),
            searched: None,
            language,
            found: Vec::new(),
            dropped: 0,
            warnings: Vec::new(),
            leaked: Vec::new(),
            generation: "test-1".to_owned(),
            elapsed_ms: 1.0,
        };
        let kept = Kept {
            id: self.id(),
            origin: Origin::Discord,
            is_direct: self.is_direct,
            is_scoped: self.is_scoped,
            asker: Pseudonym(self.by.to_owned()),
            at_ms: self.at_hours * HOUR,
            trace: Some(trace),
            outcome: self.outcome,
        };
        let (up, down) = self.votes;
        Exchange { kept, cited: Vec::new(), up, down, corrections: self.corrections }
    }
}

fn answer() -> Answer {
    let sentence = |text: &str, no| Sentence { text: text.to_owned(), cites: vec![CitationNo(no)] };
    let citation = |no, file: &str| Citation {
        no: CitationNo(no),
        chunk_id: ChunkId::new(file, "", 0),
        title: "Idempotency keys".to_owned(),
        source_file: file.to_owned(),
        span: SourceSpan::Lines { start: 1, end: 2 },
        quote: String::new(),
        url: None,
    };
    let paragraph = vec![sentence("An idempotency key is a unique value.", 1), sentence("The server keeps it.", 2)];
    Answer {
        id: AnswerId("0".to_owned()),
        language: Language::English,
        source_language: None,
        subject: "Idempotency keys".to_owned(),
        sections: vec![Section {
            kind: SectionKind::Definition,
            blocks: vec![Block::Paragraph { sentences: paragraph }],
        }],
        citations: vec![citation(1, "en/idempotency.md"), citation(2, "en/apis.md"), citation(3, "en/apis.md")],
        engine: Engine::Extractive,
        elapsed_ms: 1.0,
    }
}
