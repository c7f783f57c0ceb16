//! What a subject is called within a sentence.
//!
//! A title ("Circuit breaker") lacks the article that a sentence needs, and no list of nouns would hold them all. So the
//! document is asked: the sentence that defines the subject names it ("A circuit breaker is …"), or else the article that
//! stands most often before the title's words.

use std::sync::LazyLock;

use regex::Regex;

use super::section::Document;
use crate::embed::stems::StemSet;
use crate::question::Language;
use crate::reading::ascii::Ascii;
use crate::reading::role::Role;
use crate::words::{fold, is_stopword, words};

/// One thing or several: what the verb must agree with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    One,
    Several,
}

/// A subject as it stands within a sentence: `an idempotency key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subject {
    pub text: String,
    pub number: Number,
}

/// Articles that a sentence may begin with.
const ARTICLES: [&[&str]; 2] = [&["a", "an", "the"], &["un", "una", "el", "la", "los", "las", "unos", "unas"]];
/// Articles that the words of a title may need; English names things in general with these or with none.
const GENERAL: [&[&str]; 2] = [&["a", "an"], ARTICLES[1]];
const PLURAL_ARTICLES: [&str; 4] = ["los", "las", "unos", "unas"];

impl Subject {
    /// The subject of that name (a title or a heading).
    pub fn of_name(name: &str, document: &Document<'_>, lang: Language) -> Self {
        let name = without_level(&without_brackets(name));
        let sides = sides(&name, lang);
        if sides.len() > 1 {
            let both = join(&in_sentence_together(&sides, document, lang), lang);
            let text = match lang {
                Language::English => format!("the choice between {both}"),
                Language::Spanish => format!("la elección entre {both}"),
            };
            return Self { text, number: Number::One };
        }
        if let Some(subject) = Self::defined_in(document, &name, lang) {
            return subject;
        }
        let parts = enumerated(&name, lang);
        if parts.len() > 1 {
            let text = join(&in_sentence_together(&parts, document, lang), lang);
            return Self { text, number: Number::Several };
        }
        let text = in_sentence(&name, document, lang);
        let number = number(&text, document, lang);
        Self { text, number }
    }

    /// The subject as the sentence that defines it names it.
    fn defined_in(document: &Document<'_>, name: &str, lang: Language) -> Option<Self> {
        let is_it = |defined: &str| is_same(name, &without_brackets(defined), lang);
        let sections = document.sections.iter().filter(|section| section.lang() == lang);
        let sentences = sections.flat_map(|section| &section.quotables).filter(|(_, quotable)| !quotable.is_code());
        let mut defining =
            sentences.filter(|(_, quotable)| Role::defined_by(&Ascii::of(&quotable.text)).is_some_and(is_it));
        defining.find_map(|(_, quotable)| Self::defined_by(&quotable.text, document, lang))
    }

    /// What a sentence defines: `a saga` of “A saga is a sequence of transactions.”
    pub fn defined_by(sentence: &str, document: &Document<'_>, lang: Language) -> Option<Self> {
        let defined = Role::defined_by(&Ascii::of(sentence))?;
        let verb = sentence[defined.len()..].split_whitespace().next()?;
        let number = if matches!(verb, "are" | "son") { Number::Several } else { Number::One };
        let defined = without_brackets(defined);
        let small = defined.split(' ').next().unwrap_or_default().to_lowercase();
        let text = if ARTICLES[lang as usize].contains(&small.as_str()) {
            format!("{small}{}", &defined[small.len()..])
        } else {
            uncapitalised(&defined, document)
        };
        Some(Self { text, number })
    }

    /// The subject without its article.
    pub fn bare(&self, lang: Language) -> &str {
        let article = self.text.split_once(' ').filter(|(first, _)| ARTICLES[lang as usize].contains(first));
        article.map_or(self.text.as_str(), |(_, rest)| rest)
    }
}

/// Whether both name one thing, in whichever number: by their stems, or (for English words in Spanish, which the stemmer
/// does not know) but for an s at the end.
fn is_same(name: &str, other: &str, lang: Language) -> bool {
    let singular = |text: &str| -> Vec<String> {
        let words = words(text).map(fold).filter(|word| !is_stopword(word, lang));
        words.map(|word| word.strip_suffix('s').map_or(word.clone(), str::to_owned)).collect()
    };
    StemSet::of(name, lang) == StemSet::of(other, lang) || singular(name) == singular(other)
}

/// One or several, by the article, by the verb that stands behind the name somewhere, or by its ending.
fn number(text: &str, document: &Document<'_>, lang: Language) -> Number {
    static VERBS: [[&str; 2]; 2] =
        [["is|has|does|was", "are|have|do|were"], ["es|está|tiene|puede|fue", "son|están|tienen|pueden|fueron"]];
    let article = text.split(' ').next().unwrap_or_default();
    if ARTICLES[lang as usize].contains(&article) {
        return if PLURAL_ARTICLES.contains(&article) { Number::Several } else { Number::One };
    }
    let followed_by = |verbs: &str| {
        let pattern = format!(r"(?i)\b{}\s+(?:{verbs})\b", regex::escape(text));
        Regex::new(&pattern).map_or(0, |pattern| pattern.find_iter(&document.prose).count())
    };
    let [one, several] = VERBS[lang as usize].map(followed_by);
    // Names such as Kubernetes and Redis end like plurals.
    let is_plural = |word: Option<&str>| {
        word.is_some_and(|word| {
            word.ends_with('s') && !word.ends_with("ss") && word.contains(char::is_lowercase) && !is_capitalised(word)
        })
    };
    // A Spanish noun that something is said of by a preposition comes first: "pruebas de carga".
    let is_first =
        lang == Language::Spanish && text.split(' ').nth(1).is_some_and(|next| is_stopword(&fold(next), lang));
    let looks_plural = is_plural(if is_first { text.split(' ').next() } else { text.split(' ').next_back() });
    // One verb may belong to another word before the name.
    if several > one || (looks_plural && one <= several + 1) { Number::Several } else { Number::One }
}

/// `name` without what stands in brackets: `DNS (Domain Name System)` is `DNS`.
fn without_brackets(name: &str) -> String {
    static BRACKETS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\s*\([^()]*\)").expect("a test uses it"));
    BRACKETS.replace_all(name.trim(), "").trim().to_owned()
}

/// `name` without what says how deep a document goes: `Kafka basics` is `Kafka`.
fn without_level(name: &str) -> String {
    static LEVEL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)^(?:fundamentos|conceptos básicos) de (?:(?:la|las|los) )?|\s+(?:basics|fundamentals|essentials)$",
        )
        .expect("a test uses it")
    });
    LEVEL.replace(name, "").into_owned()
}

/// The sides of a comparison (`A vs B`, `A frente a B y C`); one where nothing is compared.
pub(super) fn sides(name: &str, lang: Language) -> Vec<String> {
    static VERSUS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\s+(?:vs\.?|versus|compared (?:to|with)|frente a)\s+").expect("a test uses it")
    });
    let name = without_brackets(name);
    let sides: Vec<&str> = VERSUS.split(&name).collect();
    let Some((last, first)) = sides.split_last().filter(|(_, first)| !first.is_empty()) else { return vec![name] };
    // Spanish names what comes behind in a row: "mock frente a stub, fake y spy".
    let behind = if lang == Language::Spanish { enumerated(last, lang) } else { vec![(*last).to_owned()] };
    first.iter().map(|side| (*side).to_owned()).chain(behind).collect()
}

/// The members of an enumeration: `SLIs, SLOs and error budgets`.
fn enumerated(name: &str, lang: Language) -> Vec<String> {
    static AND: [LazyLock<Regex>; 2] = [
        LazyLock::new(|| Regex::new(r",\s+and\s+|,\s+|\s+and\s+").expect("a test uses it")),
        LazyLock::new(|| Regex::new(r",\s+|\s+[ye]\s+").expect("a test uses it")),
    ];
    AND[lang as usize].split(name).map(str::to_owned).collect()
}

/// `a, b and c`; Spanish writes `e` before the sound of i.
pub(super) fn join(parts: &[String], lang: Language) -> String {
    let Some((last, first)) = parts.split_last().filter(|(_, first)| !first.is_empty()) else { return parts.concat() };
    let sounds_like_i = || {
        let last = last.to_lowercase();
        last.starts_with(['i', 'í']) || (last.starts_with("hi") && !last.starts_with("hie"))
    };
    let and = match lang {
        Language::English => "and",
        Language::Spanish if sounds_like_i() => "e",
        Language::Spanish => "y",
    };
    format!("{} {and} {last}", first.join(", "))
}

/// The members of a row, each with its article if all of them have one in the document, and else none of them with one.
///
/// Where the last has a word that the others share ("offset vs cursor pagination"), they are looked for with it.
pub(super) fn in_sentence_together(names: &[String], document: &Document<'_>, lang: Language) -> Vec<String> {
    let last = names.last().map_or("", String::as_str);
    let tail = last.rsplit_once(' ').map(|(_, tail)| tail);
    let each = |name: &String| {
        let whole =
            tail.filter(|_| name.split(' ').count() < last.split(' ').count()).map(|tail| format!("{name} {tail}"));
        match whole.filter(|whole| document.prose.to_lowercase().contains(&whole.to_lowercase())) {
            Some(whole) => {
                let found = in_sentence(&whole, document, lang);
                found.rsplit_once(' ').map_or(found.clone(), |(name, _)| name.to_owned())
            }
            None => in_sentence(name, document, lang),
        }
    };
    let found: Vec<String> = names.iter().map(each).collect();
    let has_article =
        |text: &String| text.split_once(' ').is_some_and(|(first, _)| GENERAL[lang as usize].contains(&first));
    if found.iter().all(has_article) { found } else { names.iter().map(|name| uncapitalised(name, document)).collect() }
}

/// `name` as the document uses it within sentences: with the article that stands before it there, if mostly one does.
/// Only what is no part of a longer name counts: behind it stands a sign or a small word ("a retry when", but not "a
/// retry policy").
fn in_sentence(name: &str, document: &Document<'_>, lang: Language) -> String {
    let articles = GENERAL[lang as usize];
    // Names may begin with a sign: ".NET".
    let pattern = format!(r"(?i)(?:\b(\w+)\s+|\b|\W){}\b(?:$|\s*[.,;:()]|\s+(\w+))", regex::escape(name));
    let Ok(pattern) = Regex::new(&pattern) else { return name.to_owned() };
    let plain = document.prose.replace('`', "");
    let mut counts = vec![0_usize; articles.len()];
    let mut bare = 0_usize;
    for found in pattern.captures_iter(&plain) {
        if found.get(2).is_some_and(|next| !is_stopword(&fold(next.as_str()), lang)) {
            continue;
        }
        let before = found.get(1).map(|word| word.as_str().to_lowercase()).map(|word| match word.as_str() {
            "al" | "del" => "el".to_owned(),
            _ => word,
        });
        match articles.iter().position(|article| Some(*article) == before.as_deref()) {
            Some(at) => counts[at] += 1,
            None => bare += 1,
        }
    }
    let name = uncapitalised(name, document);
    let (best, count) = counts.iter().enumerate().rev().max_by_key(|&(_, count)| *count).unwrap_or((0, &0));
    // A Spanish noun that is no name wants its article more often than it gets it.
    let weight = if lang == Language::Spanish { 3 } else { 1 };
    if *count > 0 && weight * counts.iter().sum::<usize>() >= bare {
        format!("{} {name}", articles[best])
    } else {
        name
    }
}

/// `name` with a small first letter, where that letter is only large because a title or a sentence begins with it: the
/// word is written small within sentences, or never large there. Single letters ("A record"), acronyms and names of two
/// large words ("Read Committed") stay.
fn uncapitalised(name: &str, document: &Document<'_>) -> String {
    let mut parts = name.split(' ');
    let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_word = is_capitalised(first) && !first.chars().skip(1).any(char::is_uppercase);
    if is_word && !is_capitalised(second) && document.vocabulary.is_written_small(first) {
        format!("{}{}", first.to_lowercase(), &name[first.len()..])
    } else {
        name.to_owned()
    }
}

/// Whether a word has a large first letter and then small ones.
fn is_capitalised(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_uppercase) && chars.next().is_some_and(char::is_lowercase)
}

#[cfg(test)]
mod tests;
