//! Whether a text is supported by a passage.

/// The part of `passage` that is `text`, white space aside; `None` if there is none.
///
/// A quoted sentence may run over several lines of its source, so any run of white space equals any other.
pub fn literal_part<'p>(text: &str, passage: &'p str) -> Option<&'p str> {
    let mut wanted = text.split_whitespace();
    let first = wanted.next()?;
    let rest: Vec<&str> = wanted.collect();
    passage.match_indices(first).find_map(|(start, _)| {
        let end = rest.iter().try_fold(start + first.len(), |end, word| {
            let tail = &passage[end..];
            let gap = tail.len() - tail.trim_start().len();
            (gap > 0 && tail[gap..].starts_with(word)).then(|| end + gap + word.len())
        })?;
        is_whole(passage, start, end).then(|| &passage[start..end])
    })
}

/// Whether the range does not begin or end inside a word.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let splits_word = |before: Option<char>, after: Option<char>| {
        before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric)
    };
    !splits_word(text[..start].chars().next_back(), text[start..].chars().next())
        && !splits_word(text[..end].chars().next_back(), text[end..].chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_found_across_line_breaks() {
        let passage = "First. A queue\n  holds work. Last.";
        assert_eq!(literal_part("A queue holds work.", passage), Some("A queue\n  holds work."));
        assert_eq!(literal_part("holds work", passage), Some("holds work"));
    }

    #[test]
    fn what_does_not_stand_there_is_not_supported() {
        let passage = "A queue holds 12 jobs.";
        assert_eq!(literal_part("A queue holds 13 jobs.", passage), None);
        assert_eq!(literal_part("A queue holds 1", passage), None);
        assert_eq!(literal_part("queue jobs", passage), None);
        assert_eq!(literal_part("", passage), None);
    }
}
