//! What happens to an answer between the moment when it is there and the moment when a model has put it into fluent words.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use tracing::Instrument as _;

use super::queue::line::Person;
use super::queue::{Queue, QueueSettings};
use super::work::{Quoted, Work, Worked};
use super::{Agent, Stage};
use crate::answer::Reply;
use crate::generate::refine::{Material, Refiner};
use crate::telemetry::metrics::{self, Step};
use crate::telemetry::span;
use crate::trace::Asked;

/// The line in front of `refiner`; nobody stands in it if there is none.
pub(super) fn queue(refiner: Option<&Refiner>) -> Queue {
    let places = refiner.map_or(0, Refiner::places);
    let at_once = refiner.map_or(1, |refiner| refiner.writer().at_once());
    Queue::new(QueueSettings { places, at_once, per_person: places })
}

impl Agent {
    /// The answer in other words, where there is a model that is free soon; meanwhile, and in all other cases, the quoted one
    /// stands.
    pub(super) async fn refine(&self, work: &Work, worked: Worked, person: Person) -> Result<Asked> {
        let Worked { asked, quoted } = worked;
        let (Some(refiner), Some(quoted)) = (&self.parts.refiner, quoted) else { return Ok(asked) };
        if !refiner.writer().is_ready() || !can_be_checked(&asked.reply) {
            return Ok(asked);
        }
        let Ok(waiting) = self.refining.enter(person, true) else { return Ok(asked) };
        work.stage.send_replace(Stage::Refining(Arc::new(asked.clone())));
        let turn = waiting.turn(|_| ()).await?;
        let Quoted { draft, evidence, .. } = &quoted;
        let language = evidence.query.language;
        let material = Material { question: work.screened.text(), language };
        let begun = Instant::now();
        let made = refiner
            .refine(material, draft.clone(), |refined| {
                let asked = work.checked(&self.parts, refined.draft.clone(), refined.unsupported, &quoted);
                work.stage.send_replace(Stage::Refining(Arc::new(asked)));
            })
            .instrument(span::step(Step::Refine))
            .await;
        turn.answered();
        metrics::step(work.question.origin, Step::Refine, begun.elapsed());
        let last = work.checked(&self.parts, made.draft, made.unsupported, &quoted);
        Ok(if matches!(last.reply, Reply::Answer(_)) { last } else { asked })
    }
}

/// What was quoted in another language than it is to be worded in cannot be held against its passages.
const fn can_be_checked(reply: &Reply) -> bool {
    matches!(reply, Reply::Answer(answer) if answer.source_language.is_none())
}
