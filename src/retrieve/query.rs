//! A question as a search: which words it asks for, and how much each counts.

use std::collections::HashSet;
use std::sync::LazyLock;

use unicode_segmentation::UnicodeSegmentation;

use super::glossary::Glossary;
use super::statistics::Statistics;
use crate::embed::bm25::{self, QuestionWord};
use crate::embed::stems::StemSet;
use crate::embed::terms;
use crate::question::Language;
use crate::words;

/// Weight of words that say what kind of answer is wanted ("difference", "example") rather than what about.
const INTENT_WEIGHT: f32 = 0.7;
/// What a word that no passage holds counts for in judging evidence, where one that some passage holds counts fully: it may
/// be the subject, but is as often a way of speaking.
const UNKNOWN: f32 = 0.6;
/// Weight of a word that the glossary adds.
const SYNONYM_WEIGHT: f32 = 0.25;

/// A question ready to search with.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Language of the question.
    pub language: Language,
    /// Words to search for, those that the glossary added behind the ones that were asked.
    pub words: Vec<QuestionWord>,
    /// Whether things are to be told apart ("REST vs gRPC").
    pub compares: bool,
    /// What the question is about, for judging evidence: each asked word with everything that counts as that word.
    pub concepts: Vec<Concept>,
}

/// An asked word (or term of several words) and the stems that stand for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Concept {
    /// How much it tells: the inverse document frequency of its commonest form, see [`Query::new`].
    pub weight: f32,
    /// Hashed stems in any language; finding all stems of one alternative means that the concept is found.
    pub alternatives: Vec<Vec<u32>>,
}

impl Query {
    /// Reads a question. Unknown words near a subject word of the corpus are taken for typing errors.
    pub fn new(text: &str, language: Language, glossary: &Glossary, corpus: &Statistics) -> Self {
        let mut query = Self { language, words: Vec::new(), compares: false, concepts: Vec::new() };
        let mut intents = Vec::new();
        for surface in text.unicode_words() {
            let folded = words::without_possessive(&words::fold(surface)).to_owned();
            if is_question_word(&folded, language) {
                continue;
            }
            let parts = terms::identifier_parts(surface).into_iter().map(words::fold).collect();
            let is_intent = is_intent_word(&folded) || is_adverb(&folded) || is_noise(surface, &folded, corpus);
            let weight = if is_intent { INTENT_WEIGHT } else { 1.0 };
            let word = QuestionWord { folded: folded.clone(), parts, weight, follows_previous: true };
            query.compares |= COMPARING.contains(&folded.as_str());
            query.words.push(word);
            intents.push(is_intent);
        }
        query.mend_typing_errors(corpus);
        query.concepts = query
            .words
            .iter()
            .zip(&intents)
            .filter(|(_, is_intent)| !**is_intent)
            .map(|(word, _)| Concept::of(&word.folded))
            .collect();
        // A question of intent words alone ("common mistakes?") is about those.
        if query.concepts.is_empty() {
            query.concepts = query.words.iter().map(|word| Concept::of(&word.folded)).collect();
        }
        query.expand(glossary);
        for concept in &mut query.concepts {
            concept.weight =
                if concept.is_known(corpus) { concept.rarity(corpus) } else { concept.rarity(corpus) * UNKNOWN };
        }
        query
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
    pub fn stems(&self) -> StemSet {
        self.concepts.iter().flat_map(|concept| concept.alternatives.iter().flatten().copied()).collect()
    }

    /// Whether the question holds every word of a name with these stems, in its own words or in synonyms.
    pub fn asks_by_name(&self, name: &StemSet) -> bool {
        let asked = self.stems();
        !name.is_empty() && name.iter().all(|stem| asked.contains(stem))
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
            for synonym in &expansion.synonyms {
                let mut follows_previous = false;
                for folded in synonym {
                    let is_new = self.words.iter().all(|word| word.folded != *folded);
                    if is_new {
                        let (folded, parts) = (folded.clone(), Vec::new());
                        self.words.push(QuestionWord { folded, parts, weight: SYNONYM_WEIGHT, follows_previous });
                    }
                    follows_previous = is_new;
                }
            }
            self.join_concepts(&expansion.matched, &expansion.synonyms);
        }
    }

    /// The concepts of the matched words become one, which any synonym satisfies too.
    fn join_concepts(&mut self, matched: &[String], synonyms: &[Vec<String>]) {
        let matched_stems: Vec<Concept> = matched.iter().map(|word| Concept::of(word)).collect();
        let Some(first) = self.concepts.iter().position(|concept| matched_stems.contains(concept)) else { return };
        self.concepts.retain({
            let mut at = 0;
            move |concept| {
                at += 1;
                at - 1 == first || !matched_stems.contains(concept)
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

/// Whether a folded word of a question in `language` carries no subject.
fn is_question_word(folded: &str, language: Language) -> bool {
    static BOTH: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        // Courtesies and question words that people mix into either language.
        "what how when why which who where que como cuando por cual cuales quien donde please porfa favor hola hi hello \
         hey thanks gracias explain explica explicame tell dime know saber want quiero need necesito help ayuda can could \
         should would puedo puede debo deberia hay tengo hacer do does is are"
            .split_whitespace()
            .collect()
    });
    BOTH.contains(folded) || words::is_stopword(folded, language)
}

/// Whether a folded word says what kind of answer is wanted, in any of its forms.
fn is_intent_word(folded: &str) -> bool {
    static STEMS: LazyLock<HashSet<String>> = LazyLock::new(|| {
        let english = ENGLISH_INTENTS.split_whitespace().map(|word| words::stem(word, Language::English));
        let spanish = SPANISH_INTENTS.split_whitespace().map(|word| words::stem(word, Language::Spanish));
        english.chain(spanish).collect()
    });
    Language::ALL.iter().any(|&language| STEMS.contains(&words::stem(folded, language)))
}

/// Words that say what kind of answer is wanted, folded; any form of them counts.
const COMPARING: [&str; 10] = [
    "vs",
    "versus",
    "difference",
    "differences",
    "compare",
    "comparison",
    "diferencia",
    "diferencias",
    "frente",
    "comparar",
];
const ENGLISH_INTENTS: &str = "pick deal fix say tell mean practical reason idea question understand simple happens happen new randomly same difference different compare comparison versus vs better best practice use used work mean \
    meaning definition define example sample mistake pitfall checklist avoid prevent good bad common typical usual way \
    thing between choose happen make get steps instead really exactly look like pattern approach technique concept";
const SPANISH_INTENTS: &str = "quiere decir oye eso duda entender explicar sencillo nuevo arreglar resolver tratar hago hacer diferencia diferente comparar comparacion frente mejor mejores practica usar uso usos \
    utilizar funciona funcionar significa significado definicion definir ejemplo trampa lista comprobacion evitar evito \
    conviene bueno malo comun comunes tipico habitual forma manera elegir elijo sirve pasa pasos vez lugar parece patron \
    tecnica concepto";

/// Whether a word is a slip such as "wat" or "im": short, unknown to the corpus and no acronym.
fn is_noise(surface: &str, folded: &str, corpus: &Statistics) -> bool {
    let is_known = || Language::ALL.iter().any(|&language| corpus.knows(bm25::hash(&words::stem(folded, language))));
    folded.chars().count() <= 3 && !surface.chars().all(char::is_uppercase) && !is_known()
}

/// Whether a folded word says how ("properly", "correctamente").
fn is_adverb(folded: &str) -> bool {
    folded.len() > 5 && (folded.ends_with("ly") || folded.ends_with("mente"))
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
