//! How sure it is that the reply to a question that people ask replies to the question asked.
//!
//! Both functions are logistic regressions. [`fitness`] was fitted on 6,700 replies that were found for 350 questions in both
//! languages, [`leading`] on 2,700 that stood beside the section that answers, for 1,500 of the questions that documents list,
//! which the index did not hold. None is of the goldset's test split.

use super::logistic;
use crate::reading::Reading;
use crate::reading::role::Role;
use crate::retrieve::query::Query;

/// The probability, from 0 to 1, that a passage replies to what `query` asks; 0 where it replies to no question, and 1 where it
/// replies to this very one. `relevance` is its score as a share of the best one.
pub fn fitness(reading: &Reading, query: &Query, relevance: f32) -> f32 {
    if !reading.is_reply() {
        return 0.0;
    }
    if is_to_this_very_question(reading, query) {
        return 1.0;
    }
    let spoken_of = query.share_of_concepts(reading.stems());
    let of_its_own = query.share_of_own_words_in_any(&reading.questions);
    let wants_the_same = if reading.wants == query.wants { 1.0 } else { 0.0 };
    let for_another = if is_about_another_part(reading, query) { -1.5 } else { 0.0 };
    let sum = for_another - 5.4 + 4.7 * relevance + 1.7 * of_its_own + 0.8 * spoken_of + 0.3 * wants_the_same;
    logistic(sum)
}

/// The same for being what answers `query` best of all that there is on the subject. `lead` is by how much it is more relevant
/// than everything else on the main subject, each as a share of the best passage's score; that tells most.
pub fn leading(reading: &Reading, query: &Query, lead: f32) -> f32 {
    if !reading.is_reply() {
        return 0.0;
    }
    if is_to_this_very_question(reading, query) {
        return 1.0;
    }
    let in_sentence = reading.sentences().map(|sentence| query.share_of_concepts(&sentence.stems)).fold(0.0, f32::max);
    let of_its_own = query.share_of_own_words_in_any(&reading.questions);
    let for_another = if is_about_another_part(reading, query) { -3.0 } else { 0.0 };
    logistic(for_another - 1.2 + 3.0 * lead + 1.5 * in_sentence + 0.5 * of_its_own)
}

fn is_to_this_very_question(reading: &Reading, query: &Query) -> bool {
    query.is_one_of(&reading.questions) && reading.wants == query.wants
}

/// Who asks what something is, or when to use it, is not told how it behaves.
fn is_about_another_part(reading: &Reading, query: &Query) -> bool {
    let is_part = |part: &Role| matches!(part, Role::Definition | Role::WhenToUse | Role::WhenNotToUse);
    query.wants.iter().any(is_part) && !reading.wants.iter().any(|part| query.wants.contains(part))
}
