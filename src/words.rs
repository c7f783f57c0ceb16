//! Words as search and counting see them: lower case, without accents, cut to their stems; and those that carry no
//! subject.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::question::Language;

/// English words that say nothing about a subject, folded.
const ENGLISH: &str = "a about above after again against all also although always am among an and another any anyone \
    anything are aren around as at back be became because become been before being below between both but by came can \
    cannot could couldn did didn do does doesn doing don done down during each either else enough etc even ever every \
    everything few for from further get gets getting give given goes going gonna got had hadn has hasn have haven having \
    he her here hers herself him himself his how however i if in instead into is isn it its itself just kind know let \
    like ll lot made make makes many may maybe me might mine more most much must my myself need neither never no nobody \
    none nor not nothing now of off often oh ok okay on once one only onto or other others ought our ours ourselves out \
    over own per perhaps please pretty quite rather re really right said same say says see seen shall she should \
    shouldn since so some somebody someone something still such take than that the their theirs them themselves then \
    there these they thing things think this those though through thus to together too toward towards uh um under until \
    up upon us use used uses using usually ve very want was wasn we well went were weren what whatever when where \
    whether which while who whole whom whose why will with within without won would wouldn yeah yes yet you your yours \
    yourself yourselves";

/// Spanish words that say nothing about a subject, folded.
const SPANISH: &str = "a adonde ahi ahora al algo alguien algun alguna algunas alguno algunos alla alli ambos ante antes \
    aquel aquella aquellas aquello aquellos aqui asi aun aunque bajo bastante bien bueno cabe cada casi como con conmigo \
    contigo contra cosa cosas cual cuales cualquier cualquiera cuando cuanto cuantos cuya cuyo cuyos de debe deben del \
    demas demasiado dentro desde despues dicho donde durante e el ella ellas ello ellos en encima entonces entre era \
    eran eres es esa esas ese eso esos esta estaba estan estar estas este esto estos estoy etc fue fueron ha haber habia \
    hace hacen hacer hacia han has hasta hay haya hecho incluso ir jamas junto la las le les lo los luego mas me mediante \
    mejor menos mi mientras mis misma mismas mismo mismos mucha muchas mucho muchos muy nada nadie ni ningun ninguna \
    ninguno no nos nosotras nosotros nuestra nuestro o os otra otras otro otros para pero poca pocas poco pocos podemos \
    podria por porque pues puede pueden puedo que quien quienes quiere se sea sean segun ser si sido siempre siendo sin \
    sino sobre sois solamente solo somos son soy su sus suya suyo tal tales tambien tampoco tan tanta tantas tanto tantos \
    te tener tengo ti tiene tienen toda todas todavia todo todos tras tu tus u un una unas uno unos usted ustedes va vamos \
    van varias varios veces vez vosotros vuestra vuestro y ya yo";

/// `text` in lower case and without accents: `Índice` becomes `indice`, `contraseña` becomes `contrasena`.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfd().filter(|&c| !is_combining_mark(c)).flat_map(char::to_lowercase).collect()
}

/// The words of `text`: its longest runs of letters and digits, in order.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)).filter(|word| !word.is_empty())
}

/// Whether a folded word says nothing about a subject.
pub fn is_stopword(folded: &str, language: Language) -> bool {
    static LISTS: LazyLock<[HashSet<&str>; 2]> =
        LazyLock::new(|| [ENGLISH, SPANISH].map(|list| list.split_whitespace().collect()));
    LISTS[language as usize].contains(folded)
}

/// A folded word without the English possessive: `what's` gives `what`.
pub fn without_possessive(folded: &str) -> &str {
    folded.strip_suffix("'s").or_else(|| folded.strip_suffix("’s")).unwrap_or(folded)
}

/// The Snowball stem of a folded word, itself folded. Words with digits stay as they are.
///
/// Snowball's Spanish stemmer tells suffixes by their accents, which people leave out when they type. Everything is
/// folded first, and the accents of the commonest suffixes are put back before stemming: so `configuracion`,
/// `configuración` and `configuraciones` meet, whoever typed them.
pub fn stem(folded: &str, language: Language) -> String {
    static ENGLISH: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));
    static SPANISH: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::Spanish));
    if folded.chars().any(char::is_numeric) {
        return folded.to_owned();
    }
    let folded = without_possessive(folded);
    // Not HTTPS: it is no plural of HTTP.
    if let Some(acronym) = folded.strip_suffix('s').filter(|acronym| is_without_vowels(acronym) && *acronym != "http") {
        return acronym.to_owned();
    }
    match language {
        Language::English => ENGLISH.stem(folded).into_owned(),
        Language::Spanish => fold(&SPANISH.stem(&with_suffix_accent(folded))),
    }
}

/// The plural of an acronym (`jwts`), which the stemmers take for a word that they do not know.
fn is_without_vowels(word: &str) -> bool {
    word.len() >= 2 && !word.contains(['a', 'e', 'i', 'o', 'u', 'y'])
}

fn with_suffix_accent(folded: &str) -> Cow<'_, str> {
    const ACCENTED: [(&str, &str); 3] = [("cion", "ción"), ("sion", "sión"), ("logia", "logía")];
    ACCENTED
        .iter()
        .find_map(|(plain, accented)| Some(format!("{}{accented}", folded.strip_suffix(plain)?)))
        .map_or(Cow::Borrowed(folded), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_drops_case_and_accents() {
        assert_eq!(fold("Índice de CONTRASEÑAS"), "indice de contrasenas");
        assert_eq!(fold("Cafe\u{301}"), "cafe");
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        let found: Vec<_> = words("CI/CD, don't: `event-sourcing` ¿qué? (HTTP/2)").collect();
        assert_eq!(found, ["CI", "CD", "don", "t", "event", "sourcing", "qué", "HTTP", "2"]);
    }

    #[test]
    fn forms_of_one_word_share_their_stem() {
        let check = |language, forms: &[&str]| {
            for form in forms {
                assert_eq!(stem(&fold(form), language), stem(&fold(forms[0]), language), "{form}");
            }
        };
        check(Language::English, &["replica", "replicas", "Replicas"]);
        check(Language::English, &["JWT", "JWTs", "jwts"]);
        assert_ne!(stem("https", Language::English), stem("http", Language::English));
        check(Language::English, &["deploy", "deploys", "deployed", "deploying"]);
        check(Language::Spanish, &["configuración", "configuraciones", "configuracion"]);
        check(Language::Spanish, &["despliegue", "despliegues"]);
    }

    #[test]
    fn stopwords_belong_to_a_language() {
        assert!(is_stopword("the", Language::English) && !is_stopword("the", Language::Spanish));
        assert!(is_stopword("que", Language::Spanish) && !is_stopword("red", Language::Spanish));
    }
}
