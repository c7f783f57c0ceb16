//! Bytes of a file to text, whatever its encoding.
//!
//! What comes out is always the same kind of text: Unicode in its composed form (NFC), lines ended by `\n`, no byte
//! order mark and no control characters but tab and line feed. So nothing behind this module asks about encodings.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// How much of a file is looked at to see that it is UTF-16 without a mark.
const UTF16_SAMPLE: usize = 4096;

/// A file's text, and how it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text: NFC, lines ended by `\n`, no control characters but tab and line feed.
    pub text: String,
    /// Name of the encoding in the WHATWG standard: `UTF-8`, `UTF-16LE`, `windows-1252`, …
    pub encoding: &'static str,
    /// What a person should know: an encoding that was guessed, bytes that had to be replaced.
    pub note: Option<String>,
}

/// Reads `bytes` as text. It never fails: what cannot be read becomes U+FFFD, and the note says so.
pub fn decode(bytes: &[u8]) -> Decoded {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return read(&bytes[mark..], encoding, None);
    }
    if let Some(encoding) = unmarked_utf16(bytes) {
        let note = format!("read as {}, which it does not declare", encoding.name());
        return read(bytes, encoding, Some(note));
    }
    if let Ok(text) = str::from_utf8(bytes) {
        return Decoded { text: tidy(text), encoding: UTF_8.name(), note: None };
    }
    let encoding = guess(bytes);
    let note = (encoding != UTF_8).then(|| format!("read as {}; save it as UTF-8 to be certain", encoding.name()));
    read(bytes, encoding, note)
}

fn read(bytes: &[u8], encoding: &'static Encoding, note: Option<String>) -> Decoded {
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    let damage = had_errors.then(|| {
        let count = text.matches('\u{FFFD}').count();
        format!("{count} unreadable places replaced with U+FFFD; it is not all {}", encoding.name())
    });
    let notes: Vec<String> = note.into_iter().chain(damage).collect();
    Decoded { text: tidy(&text), encoding: encoding.name(), note: (!notes.is_empty()).then(|| notes.join("; ")) }
}

/// UTF-16 without a byte order mark: nearly every second byte of text in a Latin script is zero.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = &bytes[..bytes.len().min(UTF16_SAMPLE) & !1];
    let zeros = |parity: usize| sample.iter().skip(parity).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), sample.len() / 2);
    // A file of zeros has both; a stray zero in UTF-8 is far from half of one parity.
    let is_text = |zero: usize, other: usize| half > 0 && zero * 2 > half && other * 20 < half;
    if is_text(odd, even) {
        Some(UTF_16LE)
    } else if is_text(even, odd) {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// The encoding of bytes that are not valid UTF-8: damaged UTF-8, or one of the older encodings.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let (mut sequences, mut damaged) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        sequences += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        damaged += usize::from(!chunk.invalid().is_empty());
    }
    // Letters of an older encoding next to each other hardly ever form valid UTF-8.
    if sequences >= damaged {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    // Spanish as the hint: it settles short texts, and texts of other scripts are recognised all the same.
    let guess = detector.guess(Some(b"es"), Utf8Detection::Deny);
    if guess == WINDOWS_1252 && !is_plausible_western(bytes) { UTF_8 } else { guess }
}

/// Whether the bytes beyond ASCII are mostly what Western European prose is written with, rather than debris.
fn is_plausible_western(bytes: &[u8]) -> bool {
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    let (mut prose, mut debris) = (0usize, 0usize);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        if matches!(c, 'À'..='ý' if !matches!(c, 'Ð' | 'ð' | 'Þ' | '×' | '÷'))
            || "¿¡«»ºª°·–—‘’“”…€£§©®\u{A0}".contains(c)
        {
            prose += 1;
        } else {
            debris += 1;
        }
    }
    prose > debris
}

/// Line ends to `\n`, control characters out, NFC.
fn tidy(text: &str) -> String {
    let clean = if text.bytes().any(is_suspect) { Cow::Owned(without_controls(text)) } else { Cow::Borrowed(text) };
    match is_nfc_quick(clean.chars()) {
        IsNormalized::Yes => clean.into_owned(),
        IsNormalized::No | IsNormalized::Maybe => clean.nfc().collect(),
    }
}

/// Bytes that [`without_controls`] may have to act on: ASCII controls, the lead byte of U+0080–U+00BF, and that of U+FEFF.
fn is_suspect(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\n' && byte != b'\t') || byte == 0x7F || byte == 0xC2 || byte == 0xEF
}

fn without_controls(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                clean.push('\n');
            }
            '\n' | '\t' => clean.push(c),
            // Vertical tab, form feed and next line separate words; the other controls stand inside them.
            '\u{B}' | '\u{C}' | '\u{85}' => clean.push(' '),
            '\u{FEFF}' => {}
            c if c.is_control() => {}
            c => clean.push(c),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(bytes: &[u8], text: &str, encoding: &str) {
        let decoded = decode(bytes);
        assert_eq!((decoded.text.as_str(), decoded.encoding), (text, encoding));
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf8_is_read_with_or_without_a_mark() {
        check("¿Qué?\n".as_bytes(), "¿Qué?\n", "UTF-8");
        check("\u{FEFF}a".as_bytes(), "a", "UTF-8");
        check(b"", "", "UTF-8");
        assert_eq!(decode("¿Qué?".as_bytes()).note, None);
    }

    #[test]
    fn utf16_is_read_with_or_without_a_mark() {
        let text = "1\n00:00:01,000 --> 00:00:02,000\n¿Qué es esto?\n";
        for (bytes, name) in [(u16::to_le_bytes as fn(u16) -> [u8; 2], "UTF-16LE"), (u16::to_be_bytes, "UTF-16BE")] {
            check(&utf16(text, bytes), text, name);
            check(&utf16(&format!("\u{FEFF}{text}"), bytes), text, name);
        }
        assert!(decode(&utf16(text, u16::to_le_bytes)).note.expect("guessed").contains("UTF-16LE"));
    }

    #[test]
    fn older_encodings_are_recognised_and_said() {
        for text in ["La configuración varía aquí", "mañana", "¿Qué?", "Él dijo “sí” — y calló…", "coûte 5 €"]
        {
            let (bytes, _, unmappable) = WINDOWS_1252.encode(text);
            assert!(!unmappable);
            check(&bytes, text, "windows-1252");
            assert!(decode(&bytes).note.expect("guessed").starts_with("read as windows-1252"));
        }
    }

    #[test]
    fn damage_in_utf8_is_replaced_and_said() {
        let decoded = decode(b"a\xff\xfe\xfab");
        assert_eq!((decoded.text.as_str(), decoded.encoding), ("a\u{FFFD}\u{FFFD}\u{FFFD}b", "UTF-8"));
        assert!(decoded.note.expect("damage").starts_with("3 unreadable places"));
        check("está\u{e1}".as_bytes().split_last().expect("not empty").1, "está\u{FFFD}", "UTF-8");
    }

    #[test]
    fn lines_end_alike_and_controls_go() {
        check(b"a\r\nb\rc\n\r\nd\r", "a\nb\nc\n\nd\n", "UTF-8");
        check(b"He\0llo\x1b[0m\tyou\x7f\x0cthere", "Hello[0m\tyou there", "UTF-8");
        check("a\u{85}b\u{9f}\u{FEFF}c".as_bytes(), "a bc", "UTF-8");
    }

    #[test]
    fn letters_are_composed() {
        check("co\u{301}digo n\u{303}".as_bytes(), "código ñ", "UTF-8");
        check("o\0\u{301}".as_bytes(), "ó", "UTF-8");
    }

    proptest! {
        #[test]
        fn any_bytes_give_clean_text(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let Decoded { text, .. } = decode(&bytes);
            let is_clean = |c: char| !c.is_control() || c == '\n' || c == '\t';
            prop_assert!(text.chars().all(is_clean));
            prop_assert!(unicode_normalization::is_nfc(&text));
            prop_assert_eq!(&decode(text.as_bytes()).text, &text);
        }

        #[test]
        fn text_comes_through(text in "[ -~¡-ÿ\n]{0,200}") {
            prop_assume!(!text.starts_with('\u{FEFF}'));
            let composed: String = text.nfc().collect();
            prop_assert_eq!(decode(text.as_bytes()).text, composed);
        }
    }
}
