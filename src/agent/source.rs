//! Passages in their sources, to read around a citation.

use std::sync::Arc;

use crate::guard;
use crate::language;
use crate::passage::{ChunkId, Passage};
use crate::question::{Language, Reach};
use crate::retrieve::{Filter, Hit, SearchError};

use super::Parts;

/// A passage in its source: what stands before it and behind it.
pub struct InSource {
    /// The passage.
    pub passage: Arc<Passage>,
    /// The passages just before it, in order.
    pub before: Vec<Arc<Passage>>,
    /// The passages just behind it, in order.
    pub after: Vec<Arc<Passage>>,
}

impl Parts {
    /// The passage named `id` with its `neighbours` on either side, if somebody of this `reach` may see it.
    pub(super) fn in_source(
        &self,
        id: &ChunkId,
        reach: Reach,
        neighbours: usize,
    ) -> Result<Option<InSource>, SearchError> {
        let retriever = self.live.load();
        let filter = Filter { reach, ..Filter::default() };
        let Some(passage) = retriever.index.passage(id)?.filter(|passage| filter.admits(passage)) else {
            return Ok(None);
        };
        let mut before = retriever.index.document(&passage.source_file)?;
        before.retain(|neighbour| filter.admits(neighbour));
        let at = before.iter().position(|neighbour| neighbour.chunk_id == passage.chunk_id).unwrap_or_default();
        let after: Vec<_> = before.iter().skip(at + 1).take(neighbours).cloned().collect();
        before.truncate(at);
        before.drain(..at.saturating_sub(neighbours));
        let release =
            |passages: Vec<Arc<Passage>>| passages.into_iter().map(|passage| self.released(passage)).collect();
        Ok(Some(InSource { passage: self.released(passage), before: release(before), after: release(after) }))
    }

    /// The source files that somebody of this `reach` may see, sorted, with the number of their passages.
    pub(super) fn documents(&self, reach: Reach) -> Result<Vec<(String, usize)>, SearchError> {
        self.live.load().index.documents(&Filter { reach, ..Filter::default() })
    }

    /// Of one source file, the passages from number `from` on, at most `count`, as far as somebody of this `reach` may see them,
    /// and how many there are in all.
    pub(super) fn document(
        &self,
        source_file: &str,
        reach: Reach,
        from: usize,
        count: usize,
    ) -> Result<(Vec<Arc<Passage>>, usize), SearchError> {
        let filter = Filter { reach, ..Filter::default() };
        let mut passages = self.live.load().index.document(source_file)?;
        passages.retain(|passage| filter.admits(passage));
        let total = passages.len();
        let shown = passages.into_iter().skip(from).take(count);
        Ok((shown.map(|passage| self.released(passage)).collect(), total))
    }

    /// The best `limit` passages for `text`, as they are found for a question.
    pub(super) fn find_passages(
        &self,
        text: &str,
        language: Language,
        reach: Reach,
        limit: usize,
    ) -> Result<Vec<Hit>, SearchError> {
        let retriever = self.live.load();
        let own = language::of_question(text).or_else(|| retriever.statistics.language_of(text));
        let filter = Filter { reach, ..Filter::default() };
        let found = retriever.retrieve(text, own.unwrap_or(language), &filter, limit)?;
        Ok(found.hits.into_iter().map(|hit| Hit { passage: self.released(hit.passage), ..hit }).collect())
    }

    /// The passage as it may be shown: without credentials that got into the sources.
    fn released(&self, passage: Arc<Passage>) -> Arc<Passage> {
        if self.guard.load().release_text(&passage.text).is_ok() {
            return passage;
        }
        let text = guard::redact(&passage.text).0.into_owned();
        Arc::new(Passage { text, ..Passage::clone(&passage) })
    }
}
