//! Names at the beginning of cues, as video conferences write them: `Ann Lee: Good morning.`

use std::collections::HashSet;

use super::Cue;

/// Fewer cues show no pattern.
const LEAST_CUES: usize = 4;

/// No name has more characters or words.
const LONGEST_NAME: usize = 40;
const MOST_WORDS: usize = 4;

/// Makes the names the cues' speakers, if most cues begin with one of a few names and none has a speaker yet.
/// A cue without a name belongs to the one who spoke before.
pub(super) fn take(cues: &mut [Cue]) {
    if cues.len() < LEAST_CUES || cues.iter().any(|cue| cue.speaker.is_some()) {
        return;
    }
    let names: Vec<&str> = cues.iter().filter_map(|cue| Some(named(&cue.text)?.0)).collect();
    let distinct = names.iter().collect::<HashSet<_>>().len();
    if names.len() * 4 < cues.len() * 3 || distinct * 2 > names.len() {
        return;
    }
    let mut speaker = None;
    for cue in cues {
        if let Some((name, text)) = named(&cue.text) {
            speaker = Some(name.to_owned());
            cue.text = text.to_owned();
        }
        cue.speaker.clone_from(&speaker);
    }
}

/// The name with which a text begins, and the text behind it.
fn named(text: &str) -> Option<(&str, &str)> {
    let (name, said) = text.split_once(": ")?;
    let is_name = name.chars().count() <= LONGEST_NAME
        && name.split(' ').count() <= MOST_WORDS
        && name
            .split(' ')
            .all(|word| word.starts_with(char::is_uppercase) || word.starts_with(|c: char| c.is_ascii_digit()))
        && name.starts_with(char::is_uppercase)
        && !name.contains(['.', ',', '?', '!', ':']);
    let said = said.trim_start();
    (is_name && !said.is_empty()).then_some((name, said))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passage::Timestamp;

    fn check(texts: &[&str], expected: &[(Option<&str>, &str)]) {
        let time = Timestamp::from_millis(0);
        let cue = |text: &&str| Cue { start: time, end: time, text: (*text).to_owned(), line: 1, speaker: None };
        let mut cues: Vec<Cue> = texts.iter().map(cue).collect();
        take(&mut cues);
        let found: Vec<_> = cues.iter().map(|cue| (cue.speaker.as_deref(), cue.text.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn names_become_speakers() {
        check(
            &["Ann Lee: Hi.", "Tom: Hi: there.", "Ann Lee: So", "we go.", "Tom: Yes."],
            &[
                (Some("Ann Lee"), "Hi."),
                (Some("Tom"), "Hi: there."),
                (Some("Ann Lee"), "So"),
                (Some("Ann Lee"), "we go."),
                (Some("Tom"), "Yes."),
            ],
        );
    }

    #[test]
    fn other_colons_stay() {
        for texts in
            [["Note: a", "b", "c", "d"], ["A: a", "B: b", "C: c", "D: d"], ["so: a", "so: b", "so: c", "so: d"]]
        {
            check(&texts, &texts.map(|text| (None, text)));
        }
    }
}
