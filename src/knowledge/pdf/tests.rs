use std::fmt::Write as _;
use std::time::Instant;

use pdf_extract::{Document, EncryptionState, EncryptionVersion, Object, Permissions};
use proptest::prelude::*;

use super::*;

/// A PDF of objects 1…n, object 1 being its catalog, whose cross-references are right.
fn file(objects: &[String]) -> Vec<u8> {
    let mut text = "%PDF-1.4\n".to_owned();
    let mut offsets = Vec::new();
    for (number, object) in (1..).zip(objects) {
        offsets.push(text.len());
        writeln!(text, "{number} 0 obj\n{object}\nendobj").expect("strings take text");
    }
    let start = text.len();
    writeln!(text, "xref\n0 {}\n0000000000 65535 f ", objects.len() + 1).expect("strings take text");
    for offset in offsets {
        writeln!(text, "{offset:010} 00000 n ").expect("strings take text");
    }
    write!(text, "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1)
        .expect("strings take text");
    text.into_bytes()
}

fn stream(dictionary: &str, content: &str) -> String {
    format!("<< {dictionary} /Length {} >>\nstream\n{content}\nendstream", content.len())
}

/// A PDF whose pages show these lines; `more` objects follow, the first with number 4 + 2 × pages.
fn pages(texts: &[&[&str]], resources: &str, more: &[String]) -> Vec<u8> {
    let kids: Vec<_> = (0..texts.len()).map(|page| format!("{} 0 R", 4 + 2 * page)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {} /MediaBox [0 0 600 800] >>", kids.join(" "), texts.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    for (page, lines) in texts.iter().enumerate() {
        let shown: String = lines
            .iter()
            .map(|line| if line.starts_with('/') { (*line).to_owned() } else { format!("({line}) Tj 0 -14 Td\n") })
            .collect();
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /Contents {} 0 R /Resources << /Font << /F1 3 0 R /F2 6 0 R >> {resources} >> >>",
            5 + 2 * page
        ));
        objects.push(stream("", &format!("BT /F1 12 Tf 50 700 Td\n{shown}\nET")));
    }
    objects.extend_from_slice(more);
    file(&objects)
}

fn told(bytes: &[u8]) -> Result<String, String> {
    let parsed = parse("a.pdf", bytes).map_err(|error| error.to_string())?;
    Ok(parsed.blocks.iter().map(|block| format!("{}: {}\n", block.span, block.text)).collect::<Vec<_>>().concat())
}

#[test]
fn pages_become_paragraphs() {
    let bytes = pages(&[&["A retry is only safe when it is idem-", "potent.", "", "7"], &["Second page"]], "", &[]);
    assert_eq!(told(&bytes).expect("read"), "p. 1: A retry is only safe when it is idempotent.\np. 2: Second page\n");
}

/// A PDF that this password opens.
fn encrypted(password: &str) -> Vec<u8> {
    let mut document = Document::load_mem(&pages(&[&["Locked"]], "", &[])).expect("a good file");
    let id = || Object::string_literal("0123456789abcdef");
    document.trailer.set("ID", Object::Array(vec![id(), id()]));
    let version = EncryptionVersion::V2 {
        document: &document,
        owner_password: "owner",
        user_password: password,
        key_length: 128,
        permissions: Permissions::PRINTABLE,
    };
    let state = EncryptionState::try_from(version).expect("a key");
    document.encrypt(&state).expect("encrypted");
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("saved");
    bytes
}

#[test]
fn a_file_that_only_forbids_printing_is_read() {
    assert_eq!(told(&encrypted("")).expect("read"), "p. 1: Locked\n");
}

#[test]
fn what_is_no_text_is_told_apart() {
    let check = |bytes: &[u8], expected: &str| {
        let error = told(bytes).expect_err(expected);
        assert!(error.contains(expected), "{error} should hold {expected}");
    };
    check(b"", "damaged");
    check(b"%PDF-1.4 and then nothing", "damaged");
    check(&pages(&[&[]], "", &[]), "no text in it: a scan?; run OCR over it first");
    check(&encrypted("secret"), "encrypted; save a copy of it that needs no password");
    let large = vec![b' '; SIZE_LIMIT + 1];
    check(&large, "64 MiB is the limit");
}

#[test]
fn a_file_that_takes_too_long_is_given_up() {
    let bytes = pages(&[["text"].as_slice(); 500], "", &[]);
    let error = parse_within("a.pdf", &bytes, Duration::ZERO).expect_err("no time at all");
    assert!(error.to_string().contains("took longer than 0 s"), "{error}");
}

#[test]
fn a_page_that_cannot_be_read_leaves_the_others() {
    let bytes = pages(&[&["First"], &["/F9 12 Tf (x) Tj"], &["Third"]], "", &[]);
    let parsed = parse("a.pdf", &bytes).expect("two pages are good");
    assert_eq!(parsed.blocks.len(), 2);
    assert_eq!(parsed.warnings.len(), 1);
    assert!(parsed.warnings[0].to_string().contains("page 2"), "{:?}", parsed.warnings);
}

#[test]
fn drawings_that_draw_themselves_are_refused() {
    let form =
        |names: &str, content: &str| stream(&format!("/Type /XObject /Subtype /Form /BBox [0 0 9 9] {names}"), content);
    let circle = form("/Resources << /XObject << /X 6 0 R >> >>", "/X Do");
    let error = told(&pages(&[&["a", "/X Do"]], "/XObject << /X 6 0 R >>", &[circle])).expect_err("a circle");
    assert!(error.contains("without end"), "{error}");
    let nameless = form("", "/X Do");
    assert!(told(&pages(&[&["a", "/X Do"]], "/XObject << /X 6 0 R >>", &[nameless])).is_err());
    let doubling: Vec<_> =
        (0..30).map(|at| form(&format!("/Resources << /XObject << /X {} 0 R >> >>", at + 7), "/X Do /X Do")).collect();
    assert!(told(&pages(&[&["a", "/X Do"]], "/XObject << /X 6 0 R >>", &doubling)).is_err());
    let good = form("/Resources << /Font << /F1 3 0 R >> >>", "BT /F1 12 Tf 50 600 Td (Inside) Tj ET");
    let text = told(&pages(&[&["a", "/X Do"]], "/XObject << /X 6 0 R >>", &[good])).expect("read");
    assert!(text.contains("Inside"), "{text}");
}

#[test]
fn what_would_grow_without_end_is_taken_out() {
    let check = |font: &str, part: String| {
        let start = Instant::now();
        let _ = told(&pages(&[&["/F2 12 Tf (xy) Tj"]], "", &[font.to_owned(), part]));
        assert!(start.elapsed().as_secs() < 5, "{font}");
    };
    let simple = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 7 0 R >>";
    check(simple, stream("", "1 beginbfrange <00000000> <ffffffff> <00000041> endbfrange"));
    check(simple, stream("", &"[".repeat(200_000)));
    let composite = "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [7 0 R] >>";
    check(composite, "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A /W [0 4294967295 500] >>".to_owned());
}

#[test]
fn truncated_files_are_answered() {
    let bytes = pages(&[&["Some text"], &["More text"]], "", &[]);
    for length in (0..bytes.len()).step_by(7) {
        let _ = told(&bytes[..length]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn files_with_wrong_bits_are_answered(flips in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..8), 1..12)) {
        let mut bytes = pages(&[&["Some text"], &["More text"]], "", &[]);
        for (at, bit) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        if let Err(error) = told(&bytes) {
            prop_assert!(!error.contains("longer than"), "{error}");
        }
    }
}
