use super::*;

/// Passages of one file, each below its heading.
fn passages(file: &str, title: &str, lang: Language, sections: &[(&str, &str)]) -> Vec<Passage> {
    sections
        .iter()
        .zip(1..)
        .map(|((heading, text), line)| Passage {
            chunk_id: ChunkId::new(file, text, 0),
            topic: "apis".to_owned(),
            title: title.to_owned(),
            headings: if heading.is_empty() { Vec::new() } else { vec![(*heading).to_owned()] },
            text: (*text).to_owned(),
            tags: vec!["tag".to_owned()],
            questions: Vec::new(),
            source_file: file.to_owned(),
            source_span: SourceSpan::Lines { start: line, end: line },
            lang,
            url: None,
            scope: String::new(),
            license: None,
        })
        .collect()
}

fn check(passages: &[Passage], expected: &[(CardKind, &str, &str)]) {
    let (cards, _) = cards(passages, 0.9);
    let found: Vec<_> = cards.iter().map(|card| (card.kind, card.q.as_str(), card.a.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn each_section_gives_a_card_that_its_document_words() {
    use CardKind::{Checklist, Comparison, Definition, MiniCase, Pitfall, WhenToUse};
    let english = passages(
        "en/breaker.md",
        "Circuit breaker",
        Language::English,
        &[
            (
                "What it is",
                "A circuit breaker is a component that stops calls. It waits. It saves the caller some time.",
            ),
            (
                "When to use it",
                "- Use a circuit breaker when a dependency fails slowly.\n- Set its limits by measuring it.",
            ),
            (
                "Common mistakes",
                "- Sharing one breaker among all hosts hides the fault.\n- Never testing the open state is risky.",
            ),
            ("Checklist", "It needs care:\n\n- Count timeouts as failures.\n- Log each change of state."),
            ("Example", "The call fails fast now:\n\n```python\ncall()\n```"),
            (
                "Circuit breaker vs retry",
                "A retry is one more call, and a circuit breaker is for calls that would fail.",
            ),
            ("Mini-case: payments", "A payments service waits 30 seconds for a bank that is down."),
        ],
    );
    check(
        &english,
        &[
            (
                Definition,
                "Can you explain what a circuit breaker is?",
                "A circuit breaker is a component that stops calls. It saves the caller some time.",
            ),
            (
                WhenToUse,
                "When should I use a circuit breaker?",
                "- Use a circuit breaker when a dependency fails slowly.\n- Set its limits by measuring it.",
            ),
            (
                Pitfall,
                "What usually goes wrong with a circuit breaker?",
                "- Sharing one breaker among all hosts hides the fault.\n- Never testing the open state is risky.",
            ),
            (
                Checklist,
                "What belongs on a checklist for a circuit breaker?",
                "- Count timeouts as failures.\n- Log each change of state.",
            ),
            (
                Comparison,
                "What is the difference between a circuit breaker and a retry?",
                "A retry is one more call, and a circuit breaker is for calls that would fail.",
            ),
            (
                MiniCase,
                "How does a circuit breaker play out in a case with payments?",
                "A payments service waits 30 seconds for a bank that is down.",
            ),
        ],
    );
}

#[test]
fn advice_on_other_things_is_not_asked_for_as_the_use_of_the_subject() {
    let advice =
        "- Use bound parameters for every value that comes from outside.\n- Use an allowlist for names of columns.";
    let attack = passages("en/a.md", "SQL injection", Language::English, &[("When to use it", advice)]);
    check(&attack, &[]);
}

#[test]
fn running_text_gives_a_card_where_it_begins_with_a_definition() {
    let text = "A queue is a list of work that waits. Work may wait for a long time in it.";
    let wandering = "Work may wait for a long time. A queue is a list of work that waits.";
    let talk = passages("talk.md", "A talk", Language::English, &[("", text)]);
    check(&talk, &[(CardKind::Definition, "Can you explain what a queue is?", text)]);
    check(&passages("talk.md", "A talk", Language::English, &[("", wandering)]), &[]);
}

#[test]
fn one_question_has_one_answer_and_that_of_an_announced_section_is_kept() {
    let text = "A queue is a list of work that waits for somebody.";
    let mut all = passages("a.md", "A talk", Language::English, &[("", "A queue is a row of people, we said then.")]);
    all.extend(passages("b.md", "Queue", Language::English, &[("What it is", text)]));
    all.extend(passages("c.md", "Queue", Language::English, &[("What it is", text)]));
    let (found, left_out) = cards(&all, 0.9);
    assert!(found.iter().any(|card| card.a == text) && found.len() + left_out == 3, "{found:?}");
    assert_eq!(found.iter().filter(|card| card.a == text).count(), 1, "the same answer is kept once");
}

#[test]
fn long_lists_end_after_six_entries_and_name_only_the_passages_that_they_quote() {
    let entry = |number: usize| format!("- Check the thing with the number {number} first.\n");
    let first: String = (0..4).map(entry).collect();
    let second: String = (4..9).map(entry).collect();
    let third: String = (9..12).map(entry).collect();
    let sections = [("Checklist", first.as_str()), ("Checklist", &second), ("Checklist", &third)];
    let (found, _) = cards(&passages("en/a.md", "Queues", Language::English, &sections), 0.9);
    assert_eq!((found[0].a.lines().count(), found[0].sources.len()), (MOST_SENTENCES, 2));
}
