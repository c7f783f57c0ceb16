//! Which passages the questions belong to that a document lists: those below the heading that it lists them for.
//!
//! People ask in other words than documents are written in. A passage that is also found by questions which it answers is
//! found far more often (document expansion: Nogueira et al., *Document Expansion by Query Prediction*, 2019).

use std::collections::BTreeMap;

use crate::knowledge::chunk::Draft;

/// The questions that `listed`, by heading, holds for a passage.
pub fn of_passage(draft: &Draft, listed: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    listed
        .iter()
        .filter(|(heading, _)| is_below(draft, heading))
        .flat_map(|(_, questions)| questions)
        .cloned()
        .collect()
}

/// The headings of `listed` below which no passage stands.
pub fn without_passage<'l>(
    drafts: &'l [Draft],
    listed: &'l BTreeMap<String, Vec<String>>,
) -> impl Iterator<Item = &'l str> {
    listed.keys().map(String::as_str).filter(|heading| !drafts.iter().any(|draft| is_below(draft, heading)))
}

/// Everything stands below the empty heading.
fn is_below(draft: &Draft, heading: &str) -> bool {
    let heading = plain(heading);
    // Tiny sections that were joined have their headings in the text.
    let lines = draft.headings.iter().map(String::as_str).chain(draft.text.lines());
    heading.is_empty() || lines.map(plain).any(|line| line == heading)
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
        let listed = [("", "whole"), ("Queues", "outer"), ("Retry `limits`", "inner"), ("Gone", "lost")]
            .map(|(heading, question)| (heading.to_owned(), vec![question.to_owned()]))
            .into();
        let drafts = [
            draft(&["Queues", "Retry limits"], "Text."),
            draft(&["Locks"], "Text."),
            draft(&[], "## Queues\nTiny.\n## Locks\nTiny."),
        ];
        let found = drafts.iter().map(|draft| of_passage(draft, &listed).join(" ")).collect::<Vec<_>>();
        assert_eq!(found, ["whole outer inner", "whole", "whole outer"]);
        assert_eq!(without_passage(&drafts, &listed).collect::<Vec<_>>(), ["Gone"]);
    }
}
