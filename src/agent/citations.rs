//! Checking what an engine wrote against the passages it cites.

use std::collections::HashMap;
use std::sync::Arc;

use crate::answer::{Block, Citation, CitationNo, Engine, Section, Sentence};
use crate::generate::Draft;
use crate::passage::Passage;
use crate::sentence;
use crate::support;

/// An answer whose every sentence is supported by the passages it cites. Only [`Cited::check`] makes one, so what has
/// not been checked cannot be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Cited {
    sections: Vec<Section>,
    citations: Vec<Citation>,
    engine: Engine,
    dropped: usize,
}

impl Cited {
    /// Keeps what the passages support and what `may_go_out` lets pass. Code, and whatever was chosen from the passages, must
    /// stand in a passage it cites; a sentence of a model must be supported by one at least as well as `min_support` says
    /// (see [`support`]). The passages that are left are numbered from 1 in the order of their first mention.
    pub fn check(draft: Draft, passages: &[Arc<Passage>], min_support: f64, may_go_out: impl Fn(&str) -> bool) -> Self {
        let mut numbering = Numbering { passages, numbers: HashMap::new(), citations: Vec::new() };
        let mut dropped = 0;
        let of_model = match draft.engine {
            Engine::Extractive => Wording::Literal,
            Engine::Kalosm | Engine::Remote => Wording::Free { min_support },
        };
        let sections = map_blocks(draft.sections, |text, cites, is_code| {
            let wording = if is_code { Wording::Literal } else { of_model };
            let kept = if may_go_out(text) { numbering.supported(text, cites, wording) } else { None };
            dropped += usize::from(kept.is_none());
            kept
        });
        Self { sections, citations: numbering.citations, engine: draft.engine, dropped }
    }

    /// How many sentences and blocks of code were dropped.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.sections.is_empty()
    }

    /// Sections, citations and what wrote them.
    pub fn into_parts(self) -> (Vec<Section>, Vec<Citation>, Engine) {
        (self.sections, self.citations, self.engine)
    }
}

/// `draft` without what may not go out, neither to people nor to a model.
pub fn released(draft: &Draft, may_go_out: impl Fn(&str) -> bool) -> Draft {
    let keep = |text: &str, cites: &[CitationNo], _is_code: bool| may_go_out(text).then(|| cites.to_vec());
    Draft { sections: map_blocks(draft.sections.clone(), keep), engine: draft.engine }
}

/// How a text may differ from the passages.
#[derive(Debug, Clone, Copy)]
enum Wording {
    /// Not at all.
    Literal,
    /// As far as a passage supports it.
    Free { min_support: f64 },
}

struct Numbering<'a> {
    passages: &'a [Arc<Passage>],
    numbers: HashMap<usize, CitationNo>,
    citations: Vec<Citation>,
}

impl Numbering<'_> {
    /// The final numbers of those cited passages that support `text`; `None` if none does.
    fn supported(&mut self, text: &str, cites: &[CitationNo], wording: Wording) -> Option<Vec<CitationNo>> {
        let mut numbers: Vec<CitationNo> = Vec::new();
        for no in cites {
            let Some(at) = usize::try_from(no.0).ok().and_then(|no| no.checked_sub(1)) else { continue };
            let Some(passage) = self.passages.get(at) else { continue };
            let literal = support::literal_part(text, &passage.text);
            let quote = match wording {
                Wording::Literal => literal,
                Wording::Free { min_support } => literal.or_else(|| nearest_sentence(text, passage, min_support)),
            };
            let Some(quote) = quote.map(str::to_owned) else { continue };
            let no = self.number(at, quote);
            if !numbers.contains(&no) {
                numbers.push(no);
            }
        }
        (!numbers.is_empty()).then_some(numbers)
    }

    fn number(&mut self, at: usize, quote: String) -> CitationNo {
        let next = CitationNo(u32::try_from(self.citations.len()).unwrap_or(u32::MAX - 1) + 1);
        let passage = &self.passages[at];
        *self.numbers.entry(at).or_insert_with(|| {
            self.citations.push(Citation {
                no: next,
                chunk_id: passage.chunk_id.clone(),
                title: passage.breadcrumb(),
                source_file: passage.source_file.clone(),
                span: passage.source_span,
                quote,
                url: passage.url.clone(),
            });
            next
        })
    }
}

/// The sentence of `passage` that supports `text` best; `None` if the passage as a whole does not support it.
fn nearest_sentence<'p>(text: &str, passage: &'p Passage, min_support: f64) -> Option<&'p str> {
    let score = |part: &str| support::judge(text, &support::Evidence::new([part], passage.lang)).score;
    if score(&passage.text) < min_support {
        return None;
    }
    let scored = sentence::split(&passage.text).map(|sentence| (score(sentence), sentence));
    scored.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, sentence)| sentence)
}

/// Rebuilds sections from what `cite` keeps: it gets a text, its citations and whether it is code, and gives the new citations
/// or `None` to drop the text. Blocks and sections that become empty are dropped too.
fn map_blocks(
    sections: Vec<Section>,
    mut cite: impl FnMut(&str, &[CitationNo], bool) -> Option<Vec<CitationNo>>,
) -> Vec<Section> {
    let mut checked = |sentence: Sentence, is_code: bool| {
        let cites = cite(&sentence.text, &sentence.cites, is_code)?;
        Some(Sentence { cites, ..sentence })
    };
    let mut keep_block = |block: Block| match block {
        Block::Paragraph { sentences } => {
            let sentences: Vec<_> = sentences.into_iter().filter_map(|sentence| checked(sentence, false)).collect();
            (!sentences.is_empty()).then_some(Block::Paragraph { sentences })
        }
        Block::List { items } => {
            let items: Vec<Vec<_>> = items
                .into_iter()
                .map(|item| item.into_iter().filter_map(|sentence| checked(sentence, false)).collect::<Vec<_>>())
                .filter(|item| !item.is_empty())
                .collect();
            (!items.is_empty()).then_some(Block::List { items })
        }
        Block::Code { language, code, cites } => {
            let kept = checked(Sentence { text: code, cites }, true)?;
            Some(Block::Code { language, code: kept.text, cites: kept.cites })
        }
    };
    sections
        .into_iter()
        .map(|section| Section {
            kind: section.kind,
            blocks: section.blocks.into_iter().filter_map(&mut keep_block).collect(),
        })
        .filter(|section| !section.blocks.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::SectionKind;
    use crate::passage::{ChunkId, SourceSpan};
    use crate::question::Language;

    fn passage(text: &str) -> Arc<Passage> {
        Arc::new(Passage {
            chunk_id: ChunkId::new("a.md", text, 0),
            topic: String::new(),
            title: "A".into(),
            headings: Vec::new(),
            text: text.into(),
            tags: Vec::new(),
            questions: Vec::new(),
            source_file: "a.md".into(),
            source_span: SourceSpan::Lines { start: 1, end: 2 },
            lang: Language::English,
            url: None,
            scope: String::new(),
            license: None,
        })
    }

    fn check(sentences: &[(&str, u32)], expected: &[(&str, u32)], quotes: &[&str]) {
        check_of(Engine::Extractive, sentences, expected, quotes);
    }

    fn check_of(engine: Engine, sentences: &[(&str, u32)], expected: &[(&str, u32)], quotes: &[&str]) {
        let passages = [passage("Queues hold work. The key is hunter2."), passage("Locks\nguard rows.")];
        let written = sentences.len();
        let sentences =
            sentences.iter().map(|&(text, no)| Sentence { text: text.into(), cites: vec![CitationNo(no)] }).collect();
        let blocks = vec![Block::Paragraph { sentences }];
        let draft = Draft { sections: vec![Section { kind: SectionKind::Definition, blocks }], engine };
        let cited = Cited::check(draft, &passages, 0.65, |text| !text.contains("hunter2"));
        assert_eq!(cited.dropped(), written - expected.len());
        let (sections, citations, _) = cited.into_parts();
        let kept = sections.iter().flat_map(|section| &section.blocks).flat_map(Block::sentences);
        let kept: Vec<_> = kept.map(|sentence| (sentence.text.as_str(), sentence.cites[0].0)).collect();
        assert_eq!(kept, expected);
        assert_eq!(citations.iter().map(|citation| citation.quote.as_str()).collect::<Vec<_>>(), quotes);
    }

    #[test]
    fn what_is_cited_stands_in_its_passage_and_is_numbered_by_first_mention() {
        check(
            &[("Locks guard rows.", 2), ("Queues hold work.", 1), ("Locks guard rows.", 2)],
            &[("Locks guard rows.", 1), ("Queues hold work.", 2), ("Locks guard rows.", 1)],
            &["Locks\nguard rows.", "Queues hold work."],
        );
    }

    #[test]
    fn a_model_may_use_other_words_as_long_as_the_passage_it_cites_supports_them() {
        check_of(
            Engine::Kalosm,
            &[("Work is held by queues.", 1), ("Work is held by queues.", 2), ("Queues hold 7 cats.", 1)],
            &[("Work is held by queues.", 1)],
            &["Queues hold work."],
        );
        check(&[("Work is held by queues.", 1)], &[], &[]);
    }

    #[test]
    fn what_no_cited_passage_holds_is_dropped() {
        check(&[("Queues hold water.", 1), ("Queues hold work.", 2), ("Queues hold work.", 9)], &[], &[]);
    }

    #[test]
    fn what_may_not_go_out_leaves_no_trace() {
        check(
            &[("The key is hunter2.", 1), ("Queues hold work.", 1)],
            &[("Queues hold work.", 1)],
            &["Queues hold work."],
        );
        check(&[("The key is hunter2.", 1)], &[], &[]);
    }
}
