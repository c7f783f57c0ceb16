use super::*;
use crate::knowledge::cards::CardKind;
use crate::passage::{ChunkId, SourceSpan};

const FILE: &str = "en/keys.md";

fn passage(text: &str) -> Passage {
    Passage {
        chunk_id: ChunkId::new(FILE, text, 0),
        topic: "apis".to_owned(),
        title: "Keys".to_owned(),
        headings: Vec::new(),
        text: text.to_owned(),
        tags: Vec::new(),
        questions: Vec::new(),
        source_file: FILE.to_owned(),
        source_span: SourceSpan::Lines { start: 3, end: 9 },
        lang: Language::English,
        url: None,
        scope: String::new(),
        license: None,
    }
}

fn card(id: &str, a: &str, passage: &Passage) -> Card {
    Card {
        id: id.to_owned(),
        q: "What is an idempotency key?".to_owned(),
        a: a.to_owned(),
        lang: Language::English,
        topic: "apis".to_owned(),
        tags: Vec::new(),
        sources: vec![passage.into()],
        kind: CardKind::Definition,
        scope: String::new(),
    }
}

#[test]
fn sound_rows_have_no_findings_and_faulty_ones_are_named_with_their_place_and_left_out() {
    let passage = passage("A key is a value\nthat a client sends. It is used once.");
    let sound = card("sound", "A key is a value that a client sends. It is used once.", &passage);
    let faulty = card("faulty", "A key is a value that a server sends.", &passage);
    let cards = vec![sound.clone(), faulty];
    let findings = validate(&[passage], &cards, &[]).findings;
    assert_eq!(
        findings.iter().map(|finding| (finding.id.as_str(), finding.check)).collect::<Vec<_>>(),
        [("faulty", Check::Source)]
    );
    let told = findings[0].to_string();
    assert!(
        told.starts_with("qa_pairs.jsonl faulty: ")
            && told.contains("en/keys.md L3–9")
            && told.contains("colega dataset"),
        "{told}"
    );
    assert_eq!(without_faults(cards, Vec::new(), &findings), (vec![sound], Vec::new()));
}

#[test]
fn lists_are_counted_by_their_sentences() {
    let entry = "Send the same key with every retry.";
    let passage = passage(&format!("- {entry}\n").repeat(7));
    let six = card("six", &format!("- {entry}\n").repeat(6), &passage);
    let seven = card("seven", &format!("{}- {entry}", six.a), &passage);
    let findings = validate(&[passage], &[six, seven], &[]).findings;
    assert_eq!(
        findings.iter().map(|finding| (finding.id.as_str(), finding.check)).collect::<Vec<_>>(),
        [("seven", Check::Sentences)]
    );
}
