//! Whether what an answer claims is supported by what it cites.
//!
//! Citation recall and precision are those of Gao et al., “Enabling Large Language Models to Generate Text with Citations”
//! (EMNLP 2023): a sentence is supported if the passages that it cites hold it, and a citation is right if its passage
//! supports the sentence by itself.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::answer::{Answer, Block, CitationNo};
use crate::passage::Passage;
use crate::support::{self, Evidence, SupportSettings};

/// The claims of one answer, counted. Sentences and blocks of code are claims.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// All of them.
    pub all: usize,
    /// Those with a citation.
    pub cited: usize,
    /// Those that the passages cited support.
    pub supported: usize,
    /// Citations, counted once for each claim that bears them.
    pub citations: usize,
    /// Those whose passage supports the claim.
    pub right_citations: usize,
    /// The claims that are not supported.
    pub unsupported: Vec<String>,
}

impl Claims {
    /// Counts the claims of `answer`; `passages` holds those it cites, by their number. A claim is supported if its score is
    /// at least that of `settings`; code is, if it stands there.
    pub fn of(answer: &Answer, passages: &HashMap<CitationNo, Arc<Passage>>, settings: &SupportSettings) -> Self {
        let mut claims = Self::default();
        let language = answer.source_language.unwrap_or(answer.language);
        let is_said = |claim: &str, texts: &[&str]| {
            let evidence = Evidence::new(texts.iter().copied(), language);
            let verdict = support::judge(claim, &evidence);
            // A number that stands nowhere is made up, however well the rest is supported.
            let is_made_up = |words: &Range<usize>| claim[words.clone()].contains(|c: char| c.is_ascii_digit());
            verdict.score >= settings.min_score && !verdict.unsupported.iter().any(is_made_up)
        };
        let stands =
            |claim: &str, texts: &[&str]| texts.iter().any(|text| support::literal_part(claim, text).is_some());
        for block in answer.sections.iter().flat_map(|section| &section.blocks) {
            for sentence in block.sentences() {
                claims.count(&sentence.text, &sentence.cites, passages, is_said);
            }
            if let Block::Code { code, cites, .. } = block {
                claims.count(code, cites, passages, stands);
            }
        }
        claims
    }

    fn count(
        &mut self,
        claim: &str,
        cites: &[CitationNo],
        passages: &HashMap<CitationNo, Arc<Passage>>,
        is_supported: impl Fn(&str, &[&str]) -> bool,
    ) {
        let texts: Vec<&str> = cites.iter().filter_map(|no| passages.get(no)).map(|from| from.text.as_str()).collect();
        let right = texts.iter().filter(|text| is_supported(claim, std::slice::from_ref(*text))).count();
        self.all += 1;
        self.cited += usize::from(!cites.is_empty());
        self.citations += cites.len();
        self.right_citations += right;
        if right > 0 || is_supported(claim, &texts) {
            self.supported += 1;
        } else {
            self.unsupported.push(claim.to_owned());
        }
    }
}
