//! A question as a search: which words it asks for, and how much each counts.

mod code;
mod wording;

use unicode_segmentation::UnicodeSegmentation;

use self::code::Apart;
use super::glossary::Glossary;
use super::statistics::Statistics;
use crate::embed::bm25::{self, QuestionWord};
use crate::embed::stems::StemSet;
use crate::embed::terms;
use crate::question::Language;
use crate::reading::role::Role;
use crate::words;

/// Weight of words that say what kind of answer is wanted ("difference", "example") rather than what about.
const INTENT_WEIGHT: f32 = 0.7;
/// What a word that no passage holds counts for in judging evidence, where one that some passage holds counts fully: it may
/// be the subject, but is as often a way of speaking.
const UNKNOWN: f32 = 0.6;
/// Weight of words of code that stands beside prose: most of them are names that somebody gave.
const CODE_WEIGHT: f32 = 0.3;
/// Weight of a word for what code shows.
const SHOWN_WEIGHT: f32 = 1.0;
/// Weight of a word that the glossary adds.
const SYNONYM_WEIGHT: f32 = 0.25;
/// The same for a word of everyday speech, which means about the same only.
const EVERYDAY_WEIGHT: f32 = 0.1;

/// The words of `text` that name what it is about, as they are written.
pub fn subject_words<'t>(text: &'t str, language: Language, corpus: &Statistics) -> Vec<&'t str> {
    let names = |surface: &&str| {
        let folded = words::fold(surface);
        let folded = words::without_possessive(&folded);
        !wording::is_question_word(folded, language) && !wording::is_intent(surface, folded, corpus)
    };
    text.unicode_words().filter(names).collect()
}

/// A question ready to search with.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Language of the question.
    pub language: Language,
    /// What was asked, as it was typed.
    pub text: String,
    /// Words to search for, those that the glossary added behind the ones that were asked.
    pub words: Vec<QuestionWord>,
    /// Whether things are to be told apart ("REST vs gRPC").
    pub compares: bool,
    /// The parts of an answer that the wording asks for ("when", "why", "how").
    pub wants: Vec<Role>,
    /// What the question is about, for judging evidence: each asked word with everything that counts as that word.
    pub concepts: Vec<Concept>,
    /// Stems of every word that was asked, those that only say what kind of answer is wanted among them.
    pub own_stems: StemSet,
    /// Stems of everything that is asked, in the question's own words and in synonyms.
    stems: StemSet,
    /// The single fact that is asked for, where it is one rather than an explanation.
    pub fact: Option<Fact>,
    /// Whether it is asked what is so at this moment: news, today's state of something.
    pub is_of_the_moment: bool,
    /// The share of the concepts, by weight, that no passage speaks of.
    unknown_share: f32,
}

/// A single fact, such as no explanation can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// How much, how many, which version, what the default is.
    Figure,
    /// Who, which host, what a setting is called.
    Name,
}

/// An asked word (or term of several words) and the stems that stand for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Concept {
    /// How much it tells: the weight of its word times the inverse document frequency of its commonest form.
    pub weight: f32,
    /// Hashed stems in any language; finding all stems of one alternative means that the concept is found.
    pub alternatives: Vec<Vec<u32>>,
}

impl Query {
    /// Reads a question. Unknown words near a subject word of the corpus are taken for typing errors.
    pub fn new(text: &str, language: Language, glossary: &Glossary, corpus: &Statistics) -> Self {
        Self::of_parts(&[(text, 1.0)], language, glossary, corpus)
    }

    /// Reads a question of several parts, whose words count as much as the weight of their part says.
    pub fn of_parts(parts: &[(&str, f32)], language: Language, glossary: &Glossary, corpus: &Statistics) -> Self {
        let mut query = Self {
            language,
            text: parts.iter().map(|(text, _)| *text).collect::<Vec<_>>().join(" "),
            words: Vec::new(),
            compares: false,
            wants: Vec::new(),
            concepts: Vec::new(),
            own_stems: StemSet::default(),
            stems: StemSet::default(),
            fact: None,
            is_of_the_moment: false,
            unknown_share: 0.0,
        };
        let mut intents = Vec::new();
        for &(text, weight) in parts {
            let apart = Apart::of(text);
            query.fact = wording::asked_fact(&apart.prose).or(query.fact);
            // What was asked before it does not count.
            query.is_of_the_moment = wording::is_of_the_moment(&apart.prose);
            query.wants.extend(Role::wanted_by(&apart.prose));
            query.read(&apart.prose, weight, corpus, &mut intents);
            query.read(&apart.code, CODE_WEIGHT * weight, corpus, &mut intents);
            for subject in apart.shown(language) {
                query.read(subject, SHOWN_WEIGHT * weight, corpus, &mut intents);
            }
        }
        query.mend_typing_errors(corpus);
        // A question of intent words alone ("common mistakes?") is about those.
        let only_intents = !intents.contains(&false);
        let is_asked = |is_intent: &bool| only_intents || !is_intent;
        let asked = query.words.iter().zip(&intents).filter(|(_, is_intent)| is_asked(is_intent));
        query.concepts = asked.map(|(word, _)| Concept { weight: word.weight, ..Concept::of(&word.folded) }).collect();
        query.own_stems =
            query.words.iter().flat_map(|word| Concept::of(&word.folded).alternatives).flatten().collect();
        query.expand(glossary);
        query.read_apart();
        query.stems =
            query.concepts.iter().flat_map(|concept| concept.alternatives.iter().flatten().copied()).collect();
        let (mut all, mut unknown) = (0.0, 0.0);
        for concept in &mut query.concepts {
            let is_known = concept.is_known(corpus);
            concept.weight *= concept.rarity(corpus) * if is_known { 1.0 } else { UNKNOWN };
            all += concept.weight;
            unknown += if is_known { 0.0 } else { concept.weight };
        }
        query.unknown_share = if all > 0.0 { unknown / all } else { 0.0 };
        query
    }

    /// The share of the concepts, by weight, that no passage speaks of.
    pub fn unknown_share(&self) -> f32 {
        self.unknown_share
    }

    /// Adds the words of one part; `intents` tells for each whether it only says what kind of answer is wanted.
    fn read(&mut self, text: &str, weight: f32, corpus: &Statistics, intents: &mut Vec<bool>) {
        let mut follows_previous = self.words.is_empty();
        for surface in text.unicode_words() {
            let folded = words::without_possessive(&words::fold(surface)).to_owned();
            let folded = wording::meant_comparison(&folded).map_or(folded, str::to_owned);
            if wording::is_question_word(&folded, self.language) || wording::is_quantity(&folded) {
                continue;
            }
            let parts = terms::identifier_parts(surface).into_iter().map(words::fold).collect();
            let is_intent = wording::is_intent(surface, &folded, corpus);
            let weight = if is_intent { INTENT_WEIGHT * weight } else { weight };
            self.compares |= wording::COMPARING.contains(&folded.as_str());
            self.words.push(QuestionWord { folded, parts, weight, follows_previous });
            intents.push(is_intent);
            follows_previous = true;
        }
    }

    /// The share of the concepts, by weight, that a text with these stems speaks of; 0 if nothing is asked.
    pub fn share_of_concepts(&self, stems: &StemSet) -> f32 {
        let total: f32 = self.concepts.iter().map(|concept| concept.weight).sum();
        if total <= 0.0 {
            return 0.0;
        }
        self.concepts.iter().filter(|concept| concept.is_in(stems)).map(|concept| concept.weight).sum::<f32>() / total
    }

    /// The stems of everything that is asked, in the question's own words and in synonyms.
    pub fn stems(&self) -> &StemSet {
        &self.stems
    }

    /// The share of these stems that are asked, in the question's own words or in synonyms; 0 of nothing.
    #[expect(clippy::cast_precision_loss, reason = "texts have far fewer than 2^24 stems")]
    pub fn share_of_own_words(&self, stems: &StemSet) -> f32 {
        let shared = stems.iter().filter(|&stem| self.own_stems.contains(stem) || self.stems.contains(stem)).count();
        if stems.is_empty() { 0.0 } else { shared as f32 / stems.len() as f32 }
    }

    /// Whether a question with these stems asks for the same in the same words, whatever their order.
    fn is_the_same_as(&self, question: &StemSet) -> bool {
        let is_own = |stem| self.own_stems.contains(stem);
        !question.is_empty()
            && question.iter().all(is_own)
            && self.concepts.iter().all(|concept| concept.is_in(question))
    }

    /// The largest share of the stems of one of these questions that are asked; 0 of no questions.
    pub fn share_of_own_words_in_any(&self, questions: &[StemSet]) -> f32 {
        questions.iter().map(|question| self.share_of_own_words(question)).fold(0.0, f32::max)
    }

    /// How like the question the one of these questions is that is most like it, from 0 to 1: the share of what is asked that it
    /// speaks of, times the share of its words that are asked.
    pub fn likeness_to_any(&self, questions: &[StemSet]) -> f32 {
        let likeness = |question: &StemSet| self.share_of_concepts(question) * self.share_of_own_words(question);
        questions.iter().map(likeness).fold(0.0, f32::max)
    }

    /// Whether one of these questions asks for the same in the same words, whatever their order.
    pub fn is_one_of(&self, questions: &[StemSet]) -> bool {
        questions.iter().any(|question| self.is_the_same_as(question))
    }

    /// Stems of the name whose meaning the question asks; empty where it asks none.
    pub fn asked_meaning(&self) -> StemSet {
        Role::asked_meaning(&self.text).map(|name| StemSet::of_question(name, self.language)).unwrap_or_default()
    }

    /// Whether the question may be one of which of several things to take ("polling or CDC?").
    pub fn asks_to_compare(&self) -> bool {
        self.compares || self.wants.contains(&Role::Comparison)
    }

    /// Whether the question holds every word of a name with these stems, in its own words or in synonyms.
    pub fn asks_by_name(&self, name: &StemSet) -> bool {
        !name.is_empty() && name.iter().all(|stem| self.stems.contains(stem))
    }

    /// The concepts that a text with these stems does not speak of.
    pub fn beyond(&self, stems: &StemSet) -> Vec<&Concept> {
        self.concepts.iter().filter(|concept| !concept.is_in(stems)).collect()
    }

    fn mend_typing_errors(&mut self, corpus: &Statistics) {
        for word in &mut self.words {
            let known =
                Language::ALL.iter().any(|&language| corpus.knows(bm25::hash(&words::stem(&word.folded, language))));
            if !known && let Some(meant) = nearest(&word.folded, &corpus.subject_words) {
                word.folded = meant;
            }
        }
    }

    fn expand(&mut self, glossary: &Glossary) {
        let asked: Vec<String> = self.words.iter().map(|word| word.folded.clone()).collect();
        for expansion in glossary.expansions(&asked) {
            let weight = if expansion.is_everyday { EVERYDAY_WEIGHT } else { SYNONYM_WEIGHT };
            for synonym in &expansion.synonyms {
                let mut follows_previous = false;
                for folded in synonym {
                    let is_new = self.words.iter().all(|word| word.folded != *folded);
                    if is_new {
                        let (folded, parts) = (folded.clone(), Vec::new());
                        self.words.push(QuestionWord { folded, parts, weight, follows_previous });
                    }
                    follows_previous = is_new;
                }
            }
            self.join_concepts(&expansion.matched, &expansion.synonyms);
        }
    }

    /// What is written together is the same written apart (`SHA256`, `SHA-256`; `client_secret`, "client secret").
    fn read_apart(&mut self) {
        let is_of_parts = |word: &&QuestionWord| {
            word.parts.len() > 1 && word.parts.concat() == word.folded.replace(|c: char| !c.is_alphanumeric(), "")
        };
        for word in self.words.iter().filter(is_of_parts) {
            let together = Concept::of(&word.folded).alternatives;
            let is_own = |concept: &&mut Concept| concept.alternatives.iter().any(|own| together.contains(own));
            if let Some(concept) = self.concepts.iter_mut().find(is_own) {
                concept.alternatives.extend(Concept::of_phrase(&word.parts).alternatives);
            }
        }
    }

    /// The concepts of the matched words become one, which any synonym satisfies too.
    fn join_concepts(&mut self, matched: &[String], synonyms: &[Vec<String>]) {
        let words: Vec<Concept> = matched.iter().map(|word| Concept::of(word)).collect();
        let is_matched = |concept: &Concept| words.iter().any(|own| own.alternatives == concept.alternatives);
        let Some(first) = self.concepts.iter().position(is_matched) else { return };
        self.concepts.retain({
            let mut at = 0;
            move |concept| {
                at += 1;
                at - 1 == first || !is_matched(concept)
            }
        });
        let own = Concept::of_phrase(matched);
        let all = std::iter::once(own).chain(synonyms.iter().map(|synonym| Concept::of_phrase(synonym)));
        self.concepts[first].alternatives = all.flat_map(|concept| concept.alternatives).collect();
    }
}

impl Concept {
    /// Whether a text with these stems speaks of it.
    pub fn is_in(&self, stems: &StemSet) -> bool {
        self.alternatives.iter().any(|alternative| alternative.iter().all(|&stem| stems.contains(stem)))
    }

    /// Whether some passage may speak of it.
    fn is_known(&self, corpus: &Statistics) -> bool {
        self.alternatives.iter().any(|alternative| alternative.iter().all(|&stem| corpus.knows(stem)))
    }

    /// The inverse document frequency of the commonest alternative that the corpus knows; that of an unknown word if it
    /// knows none.
    fn rarity(&self, corpus: &Statistics) -> f32 {
        self.alternatives
            .iter()
            .map(|alternative| alternative.iter().map(|&stem| corpus.idf(stem)).fold(0.0, f32::max))
            .fold(f32::INFINITY, f32::min)
    }

    fn of(folded: &str) -> Self {
        Self::of_phrase(std::slice::from_ref(&folded.to_owned()))
    }

    fn of_phrase(folded: &[String]) -> Self {
        let mut alternatives: Vec<Vec<u32>> = Vec::new();
        for language in Language::ALL {
            let stems: Vec<u32> = folded.iter().map(|word| bm25::hash(&words::stem(word, language))).collect();
            if !alternatives.contains(&stems) {
                alternatives.push(stems);
            }
        }
        Self { weight: 0.0, alternatives }
    }
}

/// The subject word that `folded` most probably was meant to be: one edit away, two in a long word.
fn nearest(folded: &str, subject_words: &std::collections::BTreeSet<String>) -> Option<String> {
    let length = folded.chars().count();
    let allowed = match length {
        0..=4 => return None,
        5..=8 => 1,
        _ => 2,
    };
    subject_words
        .iter()
        .filter(|subject| subject.chars().count().abs_diff(length) <= allowed)
        .filter(|subject| subject.chars().next() == folded.chars().next())
        .map(|subject| (strsim::osa_distance(subject, folded), subject))
        .filter(|&(distance, _)| distance <= allowed)
        .min()
        .map(|(_, subject)| subject.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_not_what_a_question_is_about() {
        let words = |asked: &str| -> Vec<String> {
            let query = Query::new(asked, Language::English, &Glossary::default(), &Statistics::default());
            query.words.into_iter().map(|word| word.folded).collect()
        };
        assert_eq!(words("sharding at 800GB and 300ms"), ["sharding"]);
        assert_eq!(words("413 or 502, s3, utf8mb4"), ["413", "502", "s3", "utf8mb4"]);
    }

    #[test]
    fn what_is_written_together_is_found_written_apart() {
        let share = |asked: &str, text: &str| {
            let query = Query::new(asked, Language::English, &Glossary::default(), &Statistics::default());
            query.share_of_concepts(&StemSet::of(text, Language::English))
        };
        for (asked, text) in [("sha256", "SHA-256"), ("SHA-256", "SHA-256"), ("sha256", "sha256")] {
            assert!(share(asked, text) > 0.99, "{asked} in {text}: {}", share(asked, text));
        }
        assert!(share("sha256", "SHA-512") < 0.01);
    }
}
