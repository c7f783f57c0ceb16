use super::*;
use crate::answer::{CitationNo, Engine};
use crate::generate::writer::Script;

fn sentence(text: &str, no: u32) -> Sentence {
    Sentence { text: text.into(), cites: vec![CitationNo(no)] }
}

fn draft() -> Draft {
    let definition = vec![
        sentence("A message queue holds work until a worker takes it.", 1),
        sentence("The broker keeps each message for 4 days.", 1),
    ];
    let pitfalls = [
        "Do not use a queue to hide a slow database.",
        "Consumers must be idempotent, because a message can come twice.",
    ];
    let items = pitfalls.map(|text| vec![sentence(text, 2)]).to_vec();
    let code = Block::Code { language: "sh".into(), code: "queue put".into(), cites: vec![CitationNo(1)] };
    Draft {
        sections: vec![
            Section { kind: SectionKind::Definition, blocks: vec![Block::Paragraph { sentences: definition }] },
            Section { kind: SectionKind::Pitfalls, blocks: vec![Block::List { items }] },
            Section { kind: SectionKind::Example, blocks: vec![code] },
        ],
        engine: Engine::Extractive,
    }
}

/// The draft as a model puts it that writes these texts, and how often it was shown.
async fn refined(texts: &[&str]) -> (Refined, usize) {
    let writer = Writer::Scripted(Script::new(texts.iter().copied(), Duration::ZERO));
    let settings = RefineSettings { max_tokens: 100, time: Duration::from_mins(1), min_support: 0.65, places: 8 };
    let refiner = Refiner::new(writer, Prompts::built_in().expect("what ships"), settings);
    let material = Material { question: "What is a queue?", language: Language::English };
    let mut shown = 0;
    let made = refiner.refine(material, draft(), |_| shown += 1).await;
    (made, shown)
}

fn said(section: &Section) -> Vec<(&str, u32)> {
    let sentences = section.blocks.iter().flat_map(Block::sentences);
    sentences.map(|sentence| (sentence.text.as_str(), sentence.cites[0].0)).collect()
}

#[tokio::test]
async fn what_passages_support_is_kept_and_cited_by_where_it_is_found() {
    let (refined, shown) = refined(&[
        "Work waits in a message queue until a worker takes it [2]. The broker keeps each message for 4 days.",
        "- Never use a queue to hide a slow database [1].\n- Since a message can come twice, consumers must be idempotent.",
    ])
    .await;
    assert_eq!((shown, refined.unsupported, refined.draft.engine), (2, 0, Engine::Kalosm));
    let [definition, pitfalls, example] = &refined.draft.sections[..] else { panic!("three parts") };
    assert_eq!(
        said(definition),
        [
            ("Work waits in a message queue until a worker takes it.", 1),
            ("The broker keeps each message for 4 days.", 1)
        ]
    );
    assert_eq!(
        said(pitfalls),
        [
            ("Never use a queue to hide a slow database.", 2),
            ("Since a message can come twice, consumers must be idempotent.", 2)
        ]
    );
    assert_eq!(*example, draft().sections[2], "code is shown as it is");
}

#[tokio::test]
async fn what_the_model_leaves_out_stays_as_it_was_quoted() {
    let (refined, _) = refined(&["Work waits in a message queue until a worker takes it.", "Nothing of use."]).await;
    assert_eq!(
        said(&refined.draft.sections[0]),
        [
            ("Work waits in a message queue until a worker takes it.", 1),
            ("The broker keeps each message for 4 days.", 1)
        ]
    );
    assert_eq!(refined.draft.sections[1], draft().sections[1]);
}

#[tokio::test]
async fn inventions_are_thrown_out_and_asked_for_once_more() {
    let (refined, shown) = refined(&[
        "Kafka was written in Scala at LinkedIn. The broker keeps each message for 30 days.",
        "The broker keeps each message for 4 days.",
        "xkcd lorem ipsum dolor sit amet.",
        "Again lorem ipsum dolor sit amet.",
    ])
    .await;
    assert_eq!((shown, refined.unsupported), (1, 4));
    assert_eq!(
        said(&refined.draft.sections[0]),
        [("The broker keeps each message for 4 days.", 1), ("A message queue holds work until a worker takes it.", 1)]
    );
    assert_eq!(refined.draft.sections[1], draft().sections[1]);
}

#[tokio::test]
async fn nonsense_leaves_the_draft_as_it_is() {
    for nonsense in ["", "\u{0}\u{fffd}", "ok", "- \n- \n", "Una cola guarda el trabajo hasta que alguien lo hace."] {
        let (refined, shown) = refined(&[nonsense, nonsense, nonsense, nonsense]).await;
        assert_eq!((refined.draft, shown), (draft(), 0), "{nonsense:?}");
    }
}

#[tokio::test]
async fn what_is_no_better_than_the_quotes_is_not_taken() {
    // Less than half of it, the question, and what belongs to another part.
    for text in ["A message queue holds work.", "What is a queue?", "Do not use a queue to hide a slow database."] {
        let (refined, _) = refined(&[text, text, text, text]).await;
        assert_eq!(refined.draft.sections[0], draft().sections[0], "{text}");
    }
}

#[tokio::test]
async fn a_model_that_fails_leaves_what_it_has_written() {
    let (refined, shown) = refined(&["Work waits in a message queue until a worker takes it."]).await;
    assert_eq!(shown, 1);
    assert_eq!(refined.draft.sections[1..], draft().sections[1..]);
}

#[test]
fn a_part_ends_at_an_empty_line() {
    assert!(goes_on("\n\nOne.", Shape::Paragraph) && goes_on("- One.\n- Two.", Shape::List));
    assert!(!goes_on("One.\n\nTwo.", Shape::Paragraph) && !goes_on("- One.\n## Two", Shape::List));
}
