//! Which passages the questions belong to that a document lists: those below the heading that it lists them for.
//!
//! People ask in other words than documents are written in. A passage that is also found by questions which it answers is
//! found far more often (document expansion: Nogueira et al., *Document Expansion by Query Prediction*, 2019).

use std::collections::BTreeMap;

use crate::knowledge::chunk::Draft;

/// The questions that `listed`, by heading, holds for a passage of the document called `title`.
pub fn of_passage(draft: &Draft, title: &str, listed: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let own = listed.iter().filter(|(heading, _)| is_below(draft, title, heading));
    own.flat_map(|(_, questions)| questions).cloned().collect()
}

/// The headings of `listed` below which no passage stands.
pub fn without_passage<'l>(
    drafts: &'l [Draft],
    title: &'l str,
    listed: &'l BTreeMap<String, Vec<String>>,
) -> impl Iterator<Item = &'l str> {
    listed.keys().map(String::as_str).filter(|heading| !drafts.iter().any(|draft| is_below(draft, title, heading)))
}

/// Everything stands below the title, and below the empty heading.
fn is_below(draft: &Draft, title: &str, heading: &str) -> bool {
    let heading = plain(heading);
    let headings = draft.headings.iter().map(String::as_str).chain(joined_headings(&draft.text));
    heading.is_empty() || heading == plain(title) || headings.map(plain).any(|own| own == heading)
}

/// Tiny sections that were joined have their headings in the text.
fn joined_headings(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
        is_code ^= is_fence;
        !is_code && line.starts_with('#')
    })
}

/// A heading without what only shows how it is written.
fn plain(heading: &str) -> String {
    let bare: String = heading.chars().filter(|c| !matches!(c, '#' | '*' | '_' | '`')).collect();
    bare.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passage::SourceSpan;

    #[test]
    fn questions_go_to_what_stands_below_their_heading() {
        let draft = |headings: &[&str], text: &str| Draft {
            headings: headings.iter().map(|&heading| heading.to_owned()).collect(),
            text: text.to_owned(),
            span: SourceSpan::Lines { start: 1, end: 1 },
        };
        let listed = [
            ("", "whole"),
            ("Queues", "outer"),
            ("Retry `limits`", "inner"),
            ("Tiny.", "lost"),
            ("install", "lost"),
            ("Work", "title"),
        ]
        .map(|(heading, question)| (heading.to_owned(), vec![question.to_owned()]))
        .into();
        let drafts = [
            draft(&["Queues", "Retry limits"], "Text."),
            draft(&["Locks"], "Text."),
            draft(&[], "## Queues\nTiny.\n## Locks\nTiny.\n```sh\n# install\n```"),
        ];
        let found = drafts.iter().map(|draft| of_passage(draft, "Work", &listed).join(" ")).collect::<Vec<_>>();
        assert_eq!(found, ["whole outer inner title", "whole title", "whole outer title"]);
        assert_eq!(without_passage(&drafts, "Work", &listed).collect::<Vec<_>>(), ["Tiny.", "install"]);
    }
}
