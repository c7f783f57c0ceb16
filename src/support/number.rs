//! Numbers as people write them in English and Spanish: digits, words, ordinals, multiples; and the units behind them.

use std::collections::HashMap;
use std::sync::LazyLock;

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

/// Words that count on: what they are, the first value, the step, and the words, forms of one word parted by `/`.
type Run = (fn(f64) -> Numeral, f64, f64, &'static str);
const ENGLISH: &[Run] = &[
    (
        Numeral::Plain,
        0.0,
        1.0,
        "zero one two three four five six seven eight nine ten eleven twelve/dozen thirteen fourteen fifteen sixteen \
         seventeen eighteen nineteen",
    ),
    (Numeral::Plain, 1.0, 1.0, "first second third fourth fifth sixth seventh eighth ninth tenth"),
    (Numeral::Tens, 20.0, 10.0, "twenty thirty forty fifty sixty seventy eighty ninety"),
    (Numeral::Scale, 100.0, 1.0, "hundred"),
    (Numeral::Scale, 1e3, 1.0, "thousand"),
    (Numeral::Scale, 1e6, 1.0, "million"),
    (Numeral::Scale, 1e9, 1.0, "billion"),
];
const SPANISH: &[Run] = &[
    (
        Numeral::Plain,
        0.0,
        1.0,
        "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce/docena trece catorce quince dieciseis \
         diecisiete dieciocho diecinueve veinte veintiuno/veintiuna/veintiun veintidos veintitres veinticuatro \
         veinticinco veintiseis veintisiete veintiocho veintinueve",
    ),
    (
        Numeral::Plain,
        1.0,
        1.0,
        "primero/primera/primer segundo/segunda tercero/tercera/tercer cuarto/cuarta quinto/quinta sexto/sexta \
         septimo/septima octavo/octava noveno/novena decimo/decima",
    ),
    (Numeral::Tens, 30.0, 10.0, "treinta cuarenta cincuenta sesenta setenta ochenta noventa"),
    (Numeral::Plain, 100.0, 1.0, "cien"),
    (Numeral::Scale, 1e3, 1.0, "mil"),
    (Numeral::Scale, 1e6, 1.0, "millon/millones"),
    (Numeral::Scale, 1e12, 1.0, "billon/billones"),
];
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
    static TABLES: LazyLock<[HashMap<&str, Numeral>; 2]> = LazyLock::new(|| Language::ALL.map(table));
    TABLES[language as usize].get(word).copied()
}

fn table(language: Language) -> HashMap<&'static str, Numeral> {
    let (runs, articles): (&[Run], &[&str]) = match language {
        Language::English => (ENGLISH, &["one"]),
        Language::Spanish => (SPANISH, &["un", "una", "uno"]),
    };
    let mut found = HashMap::new();
    for &(make, first, step, words) in runs {
        for (forms, place) in words.split_whitespace().zip(0_u32..) {
            let numeral = make(first + step * f64::from(place));
            found.extend(forms.split('/').map(|word| (word, numeral)));
        }
    }
    found.extend(articles.iter().map(|&word| (word, Numeral::One)));
    found
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
