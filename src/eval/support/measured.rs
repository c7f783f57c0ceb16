//! Figures on public sets of claims; skipped where the sets are absent.

use std::path::PathBuf;

use super::*;

/// The scores on a file of evaluation data, if it is there.
fn scores(file: &str) -> Option<Scores> {
    let folder = std::env::var_os("COLEGA_EVAL_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/eval")), PathBuf::from);
    let items = folder.join(file);
    if !items.exists() {
        report(&format!("skipped: {} is absent", items.display()));
        return None;
    }
    let scores = run(&Task { items: &items }, &SupportSettings::default()).expect("good rows");
    report(&format!("{file}\n{scores}"));
    Some(scores)
}

#[expect(clippy::print_stdout, reason = "the figures are what the test is for")]
fn report(text: &str) {
    println!("{text}");
}

#[test]
fn real_claims_are_told_apart_and_supported_ones_are_seldom_flagged() {
    let Some(scores) = scores("ground-wice/claims.jsonl") else { return };
    assert!(scores.all.auroc > Some(0.8), "{scores}");
    assert!(scores.all.false_alarms < 0.1, "{scores}");
}

#[test]
fn swapped_facts_are_found_in_both_languages() {
    let Some(scores) = scores("ground-xquad-swap/items.jsonl") else { return };
    assert_eq!(scores.by_language.len(), 2);
    for part in scores.by_language.values() {
        assert!(part.auroc > Some(0.85) && part.caught > 0.85 && part.false_alarms < 0.02, "{scores}");
    }
}
