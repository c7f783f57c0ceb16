//! Documents that list what people ask whom they help.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use colega::knowledge::ingest::{IngestSettings, ingest};
use colega::knowledge::topic::Topics;

use super::*;

const RUNBOOK: &str = "# Rotating signing keys\n\n\
    ## What it is\n\
    A signing key proves that a token was issued by the identity service. Every key has an identifier in the token's header.\n\n\
    ## Common mistakes\n\
    - Removing the previous key before its tokens expire makes every open session invalid at once.\n\
    - Keeping the private half in the repository gives it to everybody who can read the code.\n";
const LISTED: &str = "[questions]\n\"Common mistakes\" = [\"everybody got kicked out overnight, what happened\"]\n";
const ASKED: &str = "why did everybody get kicked out overnight?";

/// The knowledge base with the runbook, as it is read from `folder`.
fn agent_with(folder: &Path) -> Agent {
    let read = ingest(folder, &IngestSettings::default(), &Topics::built_in(), |_| {}).expect("readable");
    assert!(read.report.skipped.is_empty() && read.report.warnings.is_empty(), "{:?}", read.report);
    let passages = PASSAGES.iter().cloned().chain(read.passages.into_iter().map(Arc::new)).collect();
    let generator = Generator::Extractive(ExtractiveSettings::default());
    agent_over(passages, generator, QueueSettings::default(), &LimitSettings::default())
}

#[tokio::test]
async fn they_are_found_in_the_words_of_people_and_answer_in_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("runbook.md"), RUNBOOK).expect("written");
    let cites_the_runbook = |asked: &Asked| match &asked.reply {
        Reply::Answer(answer) => answer.citations.iter().any(|citation| citation.source_file == "runbook.md"),
        _ => false,
    };
    let without = ask(&agent_with(folder.path()), question(ASKED)).await;
    assert!(!cites_the_runbook(&without), "nothing in it is about anybody being kicked out");

    fs::write(folder.path().join("runbook.meta.toml"), LISTED).expect("written");
    let with = ask(&agent_with(folder.path()), question(ASKED)).await;
    assert!(cites_the_runbook(&with), "{:?}", with.reply);
    let text = serde_json::to_string(answer(&with)).expect("an answer is JSON");
    assert!(text.contains("Removing the previous key before its tokens expire"), "{text}");
    assert!(!text.contains("kicked out"), "what is listed is searched, never quoted: {text}");
}
