//! The title of a lesson, as a speaker announces it.

/// A longer announcement is no title. In characters.
const LONGEST_TITLE: usize = 120;

/// A longer line is no title on its own. In characters.
const LONGEST_LINE: usize = 80;

const ANNOUNCING: [&str; 6] = ["lesson", "chapter", "lección", "leccion", "capítulo", "capitulo"];

/// Whether a whole paragraph is a short line without a full stop: a title, if it stands between longer ones.
pub(super) fn is_line(paragraph: &str) -> bool {
    paragraph.chars().count() < LONGEST_LINE
        && paragraph.chars().any(char::is_alphabetic)
        && !paragraph.ends_with(['.', '!', '?', '…', ':', ',', ';', '"', '”', ')'])
        && announced(paragraph).is_none()
}

/// The title in “Lesson four: the N plus one query problem.”, with a capital and without the full stop.
pub(super) fn announced(sentence: &str) -> Option<String> {
    let (announcement, title) = sentence.split_once(':')?;
    let mut words = announcement.split_whitespace();
    let is_announcement = words.next().is_some_and(|word| ANNOUNCING.contains(&word.to_lowercase().as_str()))
        && (1..=3).contains(&words.count());
    let title = title.trim().trim_end_matches('.').trim_end();
    if !is_announcement || title.chars().count() > LONGEST_TITLE {
        return None;
    }
    let first = title.chars().next()?;
    Some(first.to_uppercase().chain(title[first.len_utf8()..].chars()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sentence: &str, expected: Option<&str>) {
        assert_eq!(announced(sentence).as_deref(), expected, "{sentence}");
    }

    #[test]
    fn announcements_are_titles() {
        check("Lesson four: the N plus one query problem.", Some("The N plus one query problem"));
        check("Capítulo 3: índices", Some("Índices"));
        check("LECCIÓN treinta y dos: Éxito.", Some("Éxito"));
        check("Lesson learned the hard way by all: test.", None);
        check("Lesson: test.", None);
        check("Lesson one:", None);
    }

    #[test]
    fn short_lines_may_be_titles() {
        assert!(is_line("Connection pools"));
        for text in ["They are pools.", "Lesson one: pools", "42", &"word ".repeat(20)] {
            assert!(!is_line(text), "{text}");
        }
    }
}
