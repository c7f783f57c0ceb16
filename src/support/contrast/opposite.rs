//! Words that mean the opposite of each other.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::question::Language;
use crate::words::{is_stopword, stem};

const ENGLISH: &str = "increase decrease|increase reduce|raise lower|high low|higher lower|large small|larger smaller|\
    fast slow|faster slower|before after|allow deny|allow forbid|accept reject|enable disable|start stop|open close|\
    maximum minimum|strong weak|stronger weaker|true false|success failure|succeed fail|read write|\
    synchronous asynchronous|public private|internal external|always rarely|encrypt decrypt|lock unlock|add remove";
const SPANISH: &str = "aumenta disminuye|aumenta reduce|sube baja|alto bajo|mayor menor|grande pequeno|rapido lento|\
    antes despues|permite prohibe|permite impide|acepta rechaza|activa desactiva|habilita deshabilita|inicia detiene|\
    abre cierra|maximo minimo|fuerte debil|verdadero falso|exito fallo|lee escribe|sincrono asincrono|\
    publico privado|interno externo|siempre raramente|cifra descifra|bloquea desbloquea|anade elimina";
/// What makes a word its opposite; with the shortest word that it is looked for before, since `a` and `in` begin many.
const PREFIXES: [(&str, usize); 7] = [("un", 4), ("non", 4), ("dis", 5), ("des", 5), ("in", 5), ("im", 5), ("a", 6)];

/// Whether two words, by the keys of their tokens, mean the opposite of each other.
pub(in crate::support) fn are_opposite(a: &str, b: &str) -> bool {
    static PAIRS: LazyLock<BTreeSet<[String; 2]>> = LazyLock::new(|| {
        let pairs = [(ENGLISH, Language::English), (SPANISH, Language::Spanish)];
        let split = |(list, language): (&'static str, Language)| {
            list.split('|').filter_map(|pair| pair.split_once(' ')).map(move |(a, b)| {
                let mut pair = [key(a, language), key(b, language)];
                pair.sort();
                pair
            })
        };
        pairs.into_iter().flat_map(split).collect()
    });
    let mut pair = [a.to_owned(), b.to_owned()];
    pair.sort();
    PAIRS.contains(&pair) || is_negated(a, b) || is_negated(b, a)
}

/// What a token of `word` is compared by.
fn key(word: &str, language: Language) -> String {
    if is_stopword(word, language) { word.to_owned() } else { stem(word, language) }
}

/// Whether `long` is `short` with a prefix that turns it round.
fn is_negated(long: &str, short: &str) -> bool {
    PREFIXES.iter().any(|&(prefix, least)| short.len() >= least && long.strip_prefix(prefix) == Some(short))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opposites_are_known_from_both_sides() {
        let check = |language, a: &str, b: &str, expected| {
            assert_eq!(are_opposite(&key(a, language), &key(b, language)), expected, "{a} {b}");
            assert_eq!(are_opposite(&key(b, language), &key(a, language)), expected, "{b} {a}");
        };
        check(Language::English, "increases", "decreased", true);
        check(Language::English, "before", "after", true);
        check(Language::English, "synchronous", "asynchronous", true);
        check(Language::English, "secure", "insecure", true);
        check(Language::English, "increases", "grows", false);
        check(Language::English, "side", "inside", false);
        check(Language::Spanish, "aumentan", "disminuyen", true);
        check(Language::Spanish, "activar", "desactivar", true);
        check(Language::Spanish, "cola", "consola", false);
    }
}
