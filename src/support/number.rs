//! Numbers as people write them in English and Spanish: digits, words, ordinals, multiples; and the units behind them.

use crate::question::Language;

/// What a word says of a number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Numeral {
    /// A number or an ordinal below a hundred that no other word makes larger by standing behind it.
    Plain(f64),
    /// A number of tens, which units may follow: `twenty` (-five).
    Tens(f64),
    /// What multiplies the number before it: `million`.
    Scale(f64),
    /// The article that is a number, too: `one`, `una`.
    One,
}

/// From zero on.
const ENGLISH: &str = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen \
    sixteen seventeen eighteen nineteen";
const SPANISH: &str = "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis \
    diecisiete dieciocho diecinueve";
/// From twenty on.
const ENGLISH_TENS: &str = "twenty thirty forty fifty sixty seventy eighty ninety";
const SPANISH_TENS: &str = "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa";
/// From first on. Spanish ones without their last vowel.
const ENGLISH_ORDINALS: &str = "first second third fourth fifth sixth seventh eighth ninth tenth";
const SPANISH_ORDINALS: &str = "primer segund tercer cuart quint sext septim octav noven decim";
/// Units of one meaning, the first being their name. Only behind a number: elsewhere `s` and `second` are other words.
const UNITS: &[&str] = &[
    "ms millisecond milliseconds milisegundo milisegundos",
    "s sec secs second seconds segundo segundos",
    "min mins minute minutes minuto minutos",
    "h hr hrs hour hours hora horas",
    "d day days dia dias",
    "week weeks semana semanas",
    "month months mes meses",
    "year years yr yrs ano anos",
    "kb kilobyte kilobytes",
    "mb megabyte megabytes",
    "gb gigabyte gigabytes",
    "tb terabyte terabytes",
    "% percent",
];

/// What the folded `word` says of a number, if it does.
pub(super) fn numeral(word: &str, language: Language) -> Option<Numeral> {
    let (small, tens) = match language {
        Language::English => (ENGLISH, ENGLISH_TENS),
        Language::Spanish => (SPANISH, SPANISH_TENS),
    };
    if matches!((word, language), ("one", Language::English) | ("un" | "una" | "uno", Language::Spanish)) {
        return Some(Numeral::One);
    }
    place_in(small, word)
        .or_else(|| ordinal(word, language).map(|place| place + 1.0))
        .map(Numeral::Plain)
        .or_else(|| place_in(tens, word).map(|place| Numeral::Tens((place + 2.0) * 10.0)))
        .or_else(|| other(word, language))
}

fn ordinal(word: &str, language: Language) -> Option<f64> {
    match language {
        Language::English => place_in(ENGLISH_ORDINALS, word),
        Language::Spanish => {
            let bare = if matches!(word, "primer" | "tercer") { Some(word) } else { word.strip_suffix(['o', 'a']) };
            place_in(SPANISH_ORDINALS, bare?)
        }
    }
}

fn other(word: &str, language: Language) -> Option<Numeral> {
    if let (Some(units), Language::Spanish) = (word.strip_prefix("veinti"), language) {
        return place_in(SPANISH, if units == "un" { "uno" } else { units }).map(|units| Numeral::Plain(20.0 + units));
    }
    Some(match (word, language) {
        ("dozen", Language::English) | ("docena", Language::Spanish) => Numeral::Plain(12.0),
        ("cien", Language::Spanish) => Numeral::Plain(100.0),
        ("hundred", Language::English) => Numeral::Scale(100.0),
        ("thousand", Language::English) | ("mil", Language::Spanish) => Numeral::Scale(1e3),
        ("million", Language::English) | ("millon" | "millones", Language::Spanish) => Numeral::Scale(1e6),
        ("billion", Language::English) => Numeral::Scale(1e9),
        ("billon" | "billones", Language::Spanish) => Numeral::Scale(1e12),
        _ => return None,
    })
}

/// The place of `word` in `list`, the first being 0.
fn place_in(list: &str, word: &str) -> Option<f64> {
    list.split_whitespace().zip(0_u32..).find(|&(entry, _)| entry == word).map(|(_, place)| f64::from(place))
}

/// The name of the unit that the folded `word` is, behind a number.
pub(super) fn unit(word: &str) -> Option<&'static str> {
    UNITS.iter().find(|unit| unit.split(' ').any(|name| name == word)).and_then(|unit| unit.split(' ').next())
}

/// The length in bytes of the number at the start of `text`, which begins with a digit: `1,200`, `3.5`, `1.3.2`, `13 000`.
pub(super) fn length(text: &str) -> usize {
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let first = digits(0);
    let mut end = first;
    loop {
        let Some(separator) = text[end..].chars().next() else { return end };
        let start = end + separator.len_utf8();
        let more = match separator {
            '.' | ',' => digits(start),
            // Thin and hard spaces, and the plain one, part thousands and nothing else.
            ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}' if first <= 3 && digits(start) == 3 => 3,
            _ => return end,
        };
        if more == 0 {
            return end;
        }
        end = start + more;
    }
}

/// The value of a number in digits; `None` for what is no number (a version) or too long for one.
pub(super) fn value(digits: &str) -> Option<f64> {
    const LONGEST: usize = 15;
    let groups: Vec<&str> = digits.split(|c: char| !c.is_ascii_digit()).collect();
    let (first, rest) = groups.split_first()?;
    let has_thousands = !rest.is_empty() && rest.iter().all(|group| group.len() == 3) && first.len() <= 3;
    let plain = if rest.is_empty() || (has_thousands && *first != "0") {
        groups.concat()
    } else if let [fraction] = rest {
        format!("{first}.{fraction}")
    } else {
        return None;
    };
    if plain.len() > LONGEST { None } else { plain.parse().ok() }
}

/// The one way to write `value` by which numbers are compared.
pub(super) fn key(value: f64) -> String {
    const MICRO: f64 = 1e6;
    format!("{}", (value * MICRO).round() / MICRO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_both_languages_give_one_value() {
        let read = |text: &str| value(&text[..length(text)]).map(key);
        for text in ["1,200", "1.200", "1200", "1 200", "1\u{202f}200 rows"] {
            assert_eq!(read(text).as_deref(), Some("1200"), "{text}");
        }
        for text in ["19.3 %", "19,3 %", "19,30"] {
            assert_eq!(read(text).as_deref(), Some("19.3"), "{text}");
        }
        assert_eq!(read("0.125").as_deref(), Some("0.125"));
        assert_eq!(read("05").as_deref(), Some("5"));
        assert_eq!(read("7. Then").as_deref(), Some("7"));
        assert_eq!(read("1.3.2"), None);
        assert_eq!(read(&"9".repeat(40)), None);
    }

    #[test]
    fn words_are_numbers_in_their_language() {
        let check = |word, language, expected| assert_eq!(numeral(word, language), expected, "{word}");
        check("twelve", Language::English, Some(Numeral::Plain(12.0)));
        check("third", Language::English, Some(Numeral::Plain(3.0)));
        check("forty", Language::English, Some(Numeral::Tens(40.0)));
        check("dieciseis", Language::Spanish, Some(Numeral::Plain(16.0)));
        check("tercera", Language::Spanish, Some(Numeral::Plain(3.0)));
        check("veintidos", Language::Spanish, Some(Numeral::Plain(22.0)));
        check("millones", Language::Spanish, Some(Numeral::Scale(1e6)));
        check("once", Language::English, None);
        check("once", Language::Spanish, Some(Numeral::Plain(11.0)));
        check("una", Language::Spanish, Some(Numeral::One));
    }

    #[test]
    fn units_have_one_name_in_both_languages() {
        assert_eq!(unit("seconds"), unit("segundos"));
        assert_eq!(unit("ms"), unit("milisegundos"));
        assert_ne!(unit("minutes"), unit("month"));
        assert_eq!(unit("rows"), None);
    }
}
