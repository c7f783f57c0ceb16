//! The title of a lesson, as a speaker announces it.

/// A longer announcement is no title. In characters.
const LONGEST_TITLE: usize = 120;

/// A longer line is no title on its own. In characters.
const LONGEST_LINE: usize = 80;

const ANNOUNCING: [&str; 6] = ["lesson", "chapter", "lección", "leccion", "capítulo", "capitulo"];

/// The title that the first sentence of a paragraph announces: “Lesson four: the N plus one query problem.”, or a short
/// line without a full stop that is the whole paragraph (`is_alone`).
pub(super) fn title(sentence: &str, is_alone: bool) -> Option<String> {
    if let Some(title) = announced(sentence) {
        return Some(title);
    }
    let is_title = is_alone
        && sentence.chars().count() < LONGEST_LINE
        && sentence.chars().any(char::is_alphabetic)
        && !sentence.ends_with(['.', '!', '?', '…', ':', ',', ';', '"', '”', ')']);
    is_title.then(|| sentence.to_owned())
}

fn announced(sentence: &str) -> Option<String> {
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

    fn check(sentence: &str, is_alone: bool, expected: Option<&str>) {
        assert_eq!(title(sentence, is_alone).as_deref(), expected, "{sentence}");
    }

    #[test]
    fn announcements_are_titles() {
        check("Lesson four: the N plus one query problem.", false, Some("The N plus one query problem"));
        check("Capítulo 3: índices", true, Some("Índices"));
        check("LECCIÓN treinta y dos: Éxito.", false, Some("Éxito"));
        check("Lesson learned the hard way by all: test.", false, None);
        check("Lesson: test.", false, None);
        check("Lesson one:", true, None);
    }

    #[test]
    fn short_lines_of_their_own_are_titles() {
        check("Connection pools", true, Some("Connection pools"));
        check("Connection pools", false, None);
        check("They are pools.", true, None);
        check(&"word ".repeat(20), true, None);
    }
}
