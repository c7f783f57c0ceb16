//! Verdicts made by hand, and what becomes of them.

use std::sync::Arc;

use super::claims::Claims;
use super::compare::compare;
use super::gate::{Accepted, GateSettings, checksum};
use super::points::{Matcher, Said};
use super::scores::{Grouping, Scores};
use super::verdict::{Outcome, Ranking, Verdict};
use super::{Run, report};
use crate::eval::judge::points::PointVerdict;
use crate::goldset::{Difficulty, Split};
use crate::question::Language;
use crate::retrieve::glossary::Glossary;
use crate::retrieve::statistics::Statistics;
use crate::support::SupportSettings;

/// An answer that makes `made` of two points, with two claims of which `supported` are.
fn verdict(id: &str, made: usize, supported: usize) -> Verdict {
    let point = |at: usize| PointVerdict { text: format!("point {at}"), score: 0.5, is_made: at < made };
    Verdict {
        id: id.to_owned(),
        question: "What is a *queue*?".to_owned(),
        lang: Language::English,
        topics: vec!["data".to_owned()],
        difficulty: Difficulty::Easy,
        split: Split::Dev,
        answerable: true,
        outcome: Outcome::Answered,
        points: (0..2).map(point).collect(),
        claims: Claims {
            all: 2,
            cited: 2,
            supported,
            citations: 2,
            right_citations: supported,
            unsupported: vec!["A queue holds 12 jobs.".to_owned(); 2 - supported],
        },
        cites_source: Some(true),
        ranking: Some(Ranking { recall_at_5: 1.0, reciprocal_rank: 0.5, ndcg_at_10: 0.75 }),
        retrieved: vec!["Queues › What it is".to_owned()],
        elapsed_ms: 1.0,
    }
}

/// A question that cannot be answered.
fn hopeless(id: &str, outcome: Outcome) -> Verdict {
    Verdict {
        answerable: false,
        outcome,
        points: Vec::new(),
        claims: Claims::default(),
        cites_source: None,
        ranking: None,
        lang: Language::Spanish,
        ..verdict(id, 0, 0)
    }
}

fn run_of(verdicts: Vec<Verdict>) -> Run {
    Run {
        at_ms: 1_700_000_000_000,
        generation: "g".into(),
        engine: "extractive".into(),
        scores: Scores::of(&verdicts),
        verdicts,
    }
}

#[track_caller]
fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found} instead of {expected}");
}

#[test]
fn scores_are_means_over_the_cases_that_they_are_about() {
    let verdicts = [
        verdict("a", 2, 2),
        verdict("b", 1, 1),
        Verdict { outcome: Outcome::NoEvidence, claims: Claims::default(), ..verdict("c", 0, 0) },
        hopeless("d", Outcome::NoEvidence),
        hopeless("e", Outcome::Answered),
    ];
    let scores = Scores::of(&verdicts);
    assert_near(scores.coverage, 0.5);
    assert_near(scores.unsupported, 0.25);
    assert_near(scores.citation_precision, 0.75);
    assert_near(scores.mrr, 0.5);
    assert_near(scores.abstention_precision, 0.5);
    assert_near(scores.abstention_recall, 0.5);
    assert_eq!((scores.cases, scores.met), (5, 2), "a and d: b claims what is not supported");
    let by_language = Grouping::Language.scores(&verdicts);
    assert_eq!(
        by_language.iter().map(|(name, scores)| (name.as_str(), scores.cases)).collect::<Vec<_>>(),
        [("en", 3), ("es", 2)]
    );
}

#[test]
fn a_difference_is_clear_only_where_chance_does_not_explain_it() {
    let ids: Vec<String> = (0..60).map(|at| at.to_string()).collect();
    let run = |made: &dyn Fn(usize) -> usize| {
        run_of(ids.iter().enumerate().map(|(at, id)| verdict(id, made(at), 2)).collect())
    };
    let coverage = |before: &Run, after: &Run| {
        let comparison = compare(before, after).expect("cases in common");
        comparison.figures.into_iter().find(|figure| figure.name == "coverage").expect("there")
    };
    let (all, most, half) = (run(&|_| 2), run(&|at| if at == 0 { 1 } else { 2 }), run(&|at| 1 + at % 2));
    assert!(!coverage(&all, &all).is_clear());
    assert!(!coverage(&all, &most).is_clear(), "one case of sixty");
    let lost = coverage(&all, &half);
    assert!(lost.is_clear() && lost.interval.1 < 0.0, "{lost:?}");
    assert_near(lost.after - lost.before, -0.25);
    let worse = compare(&all, &run(&|at| if at < 3 { 0 } else { 2 })).expect("cases in common");
    assert_eq!(worse.lost, ["0", "1", "2"]);
    assert!(compare(&all, &run_of(vec![verdict("other", 2, 2)])).is_err());
}

fn gate(coverage: f64) -> GateSettings {
    let text = format!("test_checksum = \"\"\nlanguage_gap = 1.0\n[at_least]\ncoverage = {coverage}\n[at_most]\n");
    toml::from_str(&text).expect("a gate")
}

#[test]
fn the_gate_names_figures_beyond_their_threshold_and_cases_that_got_worse() {
    let accepted: Vec<Accepted> = [verdict("a", 2, 2), verdict("b", 0, 2)].iter().map(Accepted::of).collect();
    let now = [verdict("a", 2, 2), verdict("b", 0, 2), hopeless("new", Outcome::NoEvidence)];
    assert_eq!(gate(0.5).judge(&now, &accepted), None, "b was not met before either");
    let refusal = gate(0.9).judge(&now, &accepted).expect("shut");
    assert_eq!(refusal.figures, ["coverage is 0.500, less than 0.9"]);
    let now = [verdict("a", 1, 2), verdict("b", 0, 2), verdict("new", 0, 2)];
    let refusal = gate(0.0).judge(&now, &accepted).expect("shut");
    assert_eq!(
        refusal.cases,
        [
            ("a".to_owned(), "makes 1 of 2 points, 2 before".to_owned()),
            ("new".to_owned(), "new; makes less than half of the expected points".to_owned()),
        ]
    );
}

#[test]
fn a_changed_test_split_is_refused_and_a_changed_dev_split_is_not() {
    let case =
        |split, question: &str| crate::goldset::Case { split, ..crate::goldset::case::tests::case("a", question) };
    let (test, dev) = (case(Split::Test, "What is a queue?"), case(Split::Dev, "What is a lock?"));
    let sum = checksum(std::slice::from_ref(&test));
    assert_eq!(sum, checksum(&[dev, test.clone()]));
    assert_ne!(sum, checksum(&[case(Split::Test, "What is a queue for?")]));
    let frozen = GateSettings { test_checksum: sum, ..gate(0.0) };
    assert!(frozen.check_frozen(&[test]).is_ok());
    let error = frozen.check_frozen(&[]).expect_err("changed").to_string();
    assert!(error.contains("test_checksum"), "{error}");
}

#[test]
fn a_report_names_failing_cases_with_what_is_missing_and_holds_no_live_markup() {
    let text = report::markdown(&run_of(vec![verdict("good", 2, 2), verdict("poor", 0, 1)]));
    for part in ["1 of 2 cases are met", "### poor", "What is a \\*queue\\*?", "**Missing** (0.50): point 1", "12 jobs"]
    {
        assert!(text.contains(part), "{text} lacks {part}");
    }
    assert!(!text.contains("### good"));
}

#[test]
fn a_run_is_read_back_as_it_was_written_and_its_charts_are_svg() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = run_of(vec![verdict("a", 1, 2), hopeless("b", Outcome::Refused)]);
    let report = report::write(&run, folder.path()).expect("written");
    assert!(report.ends_with("2023-11-14T221320Z"), "{}", report.display());
    assert_eq!(report::read(&report).expect("read"), run);
    for chart in ["figures.svg", "topics.svg"] {
        let svg = std::fs::read_to_string(report.join(chart)).expect("a chart");
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{svg}");
    }
}

#[track_caller]
fn check(point: &str, language: Language, said: &[&str], is_made: bool) {
    let matcher = Matcher::new(&Glossary::built_in(), Arc::new(Statistics::default()), SupportSettings::default());
    let said: Vec<String> = said.iter().map(|&text| text.to_owned()).collect();
    let found = matcher.look_for(point, language, &Said::of_texts(&said, language));
    assert_eq!(found.is_made, is_made, "{point}: {found:?}");
}

#[test]
fn a_point_is_found_in_other_words_and_not_where_it_is_not() {
    use Language::{English, Spanish};
    let answer = [
        "A unique random salt per password makes equal passwords hash differently.",
        "Store passwords with a slow function such as Argon2id.",
    ];
    check("a random salt for each password, which is unique", English, &answer, true);
    check("keep passwords with Argon2id, a slow function", English, &answer, true);
    check("rotate the signing key every 90 days", English, &answer, false);
    check("restrict who may read the backups", English, &answer, false);
    let answer = ["El servidor rechaza la petición con un 409 si la clave ya existe."];
    check("el servidor deniega la solicitud con 409", Spanish, &answer, true);
    check("el cliente reintenta con espera exponencial", Spanish, &answer, false);
    check("anything", English, &[], false);
}
