//! Whether what an answer claims is supported by what it cites.
//!
//! Citation recall and precision are those of Gao et al., “Enabling Large Language Models to Generate Text with Citations”
//! (EMNLP 2023): a sentence is supported if the passages that it cites hold it, and a citation is right if its passage
//! supports the sentence by itself.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::answer::{Answer, Block, CitationNo};
use crate::passage::Passage;
use crate::support;

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
    /// Counts the claims of `answer`; `passages` holds those it cites, by their number.
    pub fn of(answer: &Answer, passages: &HashMap<CitationNo, Arc<Passage>>) -> Self {
        let mut claims = Self::default();
        for block in answer.sections.iter().flat_map(|section| &section.blocks) {
            for sentence in block.sentences() {
                claims.count(&sentence.text, &sentence.cites, passages);
            }
            if let Block::Code { code, cites, .. } = block {
                claims.count(code, cites, passages);
            }
        }
        claims
    }

    fn count(&mut self, claim: &str, cites: &[CitationNo], passages: &HashMap<CitationNo, Arc<Passage>>) {
        let supporting = |no: &&CitationNo| {
            passages.get(no).is_some_and(|passage| support::literal_part(claim, &passage.text).is_some())
        };
        let right = cites.iter().filter(supporting).count();
        self.all += 1;
        self.cited += usize::from(!cites.is_empty());
        self.citations += cites.len();
        self.right_citations += right;
        if right > 0 {
            self.supported += 1;
        } else {
            self.unsupported.push(claim.to_owned());
        }
    }
}
