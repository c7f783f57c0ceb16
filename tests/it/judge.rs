//! The judge over the knowledge base and the goldset that come with the program: engines that are worse score worse, each by
//! the figure that is to see it.

use std::path::Path;
use std::sync::Arc;

use colega::agent::Agent;
use colega::answer::{Answer, Block, Reply};
use colega::eval::judge::compare::{Difference, compare};
use colega::eval::judge::points::{Matcher, Said};
use colega::eval::judge::scores::Scores;
use colega::eval::judge::{Run, ask, verdict};
use colega::goldset::{Case, Goldset, Split};
use colega::passage::Passage;
use colega::question::Language;
use colega::reindex::CHUNKS_FILE;
use colega::support::SupportSettings;
use colega::trace::Asked;

use crate::harness;

/// An agent over what comes with the program, and the cases to improve by.
fn agent_and_cases() -> (Agent, Vec<Case>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let passages: Vec<Passage> =
        colega::jsonl::read(&root.join("data/processed").join(CHUNKS_FILE)).expect("the passages");
    let agent = harness::agent_over(passages.into_iter().map(Arc::new).collect());
    let cases = Goldset::new(root.join("data/goldset.jsonl")).cases().expect("the goldset");
    (agent, cases.into_iter().filter(|case| case.split == Split::Dev).collect())
}

/// The cases to improve by, and what is said to them.
async fn asked() -> (Agent, Vec<(Case, Asked)>) {
    let (agent, cases) = agent_and_cases();
    let mut asked = Vec::new();
    for case in cases {
        let said = ask(&agent, &case).await.expect("asked");
        asked.push((case, said));
    }
    (agent, asked)
}

/// An answer, and what a person says of the points that it should make.
#[derive(serde::Deserialize)]
struct Labelled {
    case: String,
    lang: Language,
    answer: Vec<String>,
    points: Vec<LabelledPoint>,
}

#[derive(serde::Deserialize)]
struct LabelledPoint {
    text: String,
    states: bool,
}

/// How often the judge says of a point what a person says.
#[derive(Default)]
struct Agreement {
    both: usize,
    judge_alone: usize,
    person_alone: usize,
    neither: usize,
}

impl Agreement {
    fn count(&mut self, judge: bool, person: bool) {
        *match (judge, person) {
            (true, true) => &mut self.both,
            (true, false) => &mut self.judge_alone,
            (false, true) => &mut self.person_alone,
            (false, false) => &mut self.neither,
        } += 1;
    }

    const fn agreed(&self) -> usize {
        self.both + self.neither
    }

    const fn all(&self) -> usize {
        self.agreed() + self.judge_alone + self.person_alone
    }
}

impl std::fmt::Display for Agreement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { judge_alone, person_alone, .. } = self;
        let (agreed, all) = (self.agreed(), self.all());
        write!(f, "{agreed} of {all} (the judge alone says {judge_alone}, the person alone {person_alone})")
    }
}

/// The threshold of the judge was chosen on the pairs of the dev split.
#[test]
fn the_judge_agrees_with_people_on_most_points() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let labelled: Vec<Labelled> = colega::jsonl::read(&root.join("data/judge_pairs.jsonl")).expect("the pairs");
    let (agent, dev) = agent_and_cases();
    let dev: std::collections::HashSet<String> = dev.into_iter().map(|case| case.id).collect();
    let live = agent.live();
    let matcher = Matcher::new(&live.glossary, Arc::new(live.statistics.of_documents()), SupportSettings::default());
    let mut agreement: [[Agreement; 2]; 2] = Default::default();
    for Labelled { case, lang, answer, points } in &labelled {
        let said = Said::of_texts(answer, colega::language::detect(&answer.join(" ")).unwrap_or(*lang));
        for LabelledPoint { text, states } in points {
            let found = matcher.look_for(text, *lang, &said);
            agreement[usize::from(!dev.contains(case))][*lang as usize].count(found.is_made, *states);
        }
    }
    for (split, of_split) in ["dev", "test"].into_iter().zip(&agreement) {
        eprintln!("{split}: English {}, Spanish {}", of_split[0], of_split[1]);
        for of_language in of_split {
            assert!(of_language.all() >= 150, "{split}: {of_language}");
            assert!(100 * of_language.agreed() >= 80 * of_language.all(), "{split}: {of_language}");
            // Most points are made: whoever always says so agrees on most, too.
            let Agreement { both, judge_alone, person_alone, neither } = of_language;
            assert!(3 * judge_alone <= 2 * (judge_alone + neither), "{split}: {of_language}");
            assert!(5 * person_alone <= both + person_alone, "{split}: {of_language}");
        }
    }
}

fn run(agent: &Agent, asked: &[(Case, Asked)]) -> Run {
    let live = agent.live();
    let matcher = Matcher::new(&live.glossary, Arc::new(live.statistics.of_documents()), SupportSettings::default());
    let judge = |(case, asked): &(Case, Asked)| verdict::judge(case, asked, &live, &matcher).expect("judged");
    let verdicts: Vec<_> = asked.iter().map(judge).collect();
    Run { at_ms: 0, generation: "memory".into(), engine: "extractive".into(), scores: Scores::of(&verdicts), verdicts }
}

/// The same, with each answer as `worse` makes it.
fn changed(asked: &[(Case, Asked)], worse: impl Fn(&mut Answer)) -> Vec<(Case, Asked)> {
    let mut changed = asked.to_vec();
    for (_, asked) in &mut changed {
        if let Reply::Answer(answer) = &mut asked.reply {
            worse(answer);
        }
    }
    changed
}

fn keep_every_other<T>(list: &mut Vec<T>) {
    let mut at = 0;
    list.retain(|_| {
        at += 1;
        at % 2 == 1
    });
}

/// Drops every other sentence, entry and part.
fn halve(answer: &mut Answer) {
    keep_every_other(&mut answer.sections);
    for block in answer.sections.iter_mut().flat_map(|section| &mut section.blocks) {
        match block {
            Block::Paragraph { sentences } => keep_every_other(sentences),
            Block::List { items } => keep_every_other(items),
            Block::Code { .. } => {}
        }
    }
}

/// Says of everything how long it takes.
fn invent_numbers(answer: &mut Answer) {
    for block in answer.sections.iter_mut().flat_map(|section| &mut section.blocks) {
        let sentences: Vec<&mut colega::answer::Sentence> = match block {
            Block::Paragraph { sentences } => sentences.iter_mut().collect(),
            Block::List { items } => items.iter_mut().flatten().collect(),
            Block::Code { .. } => Vec::new(),
        };
        for sentence in sentences {
            let words: Vec<&str> = sentence.text.split(' ').collect();
            let middle = words.len() / 2;
            sentence.text = [&words[..middle], &["73", "of", "418"], &words[middle..]].concat().join(" ");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn worse_engines_score_worse_by_the_figure_that_sees_it() {
    let (agent, asked) = asked().await;
    let usual = run(&agent, &asked);
    let figure = |other: &[(Case, Asked)], name: &str| -> Difference {
        let comparison = compare(&usual, &run(&agent, other)).expect("the same cases");
        comparison.figures.into_iter().find(|figure| figure.name == name).expect("a figure")
    };
    assert!(usual.scores.unsupported < 0.01, "{}", usual.scores);

    let halved = changed(&asked, halve);
    let coverage = figure(&halved, "coverage");
    assert!(coverage.is_clear() && coverage.after < coverage.before, "half of each answer: {coverage:?}");

    // Each question gets the answer to the next one.
    let mut wrong = asked.clone();
    let mut replies: Vec<Asked> = asked.iter().map(|(_, asked)| asked.clone()).collect();
    replies.rotate_left(7);
    wrong.iter_mut().zip(replies).for_each(|((_, own), other)| *own = other);
    for name in ["coverage", "source_rate", "mrr"] {
        let difference = figure(&wrong, name);
        assert!(
            difference.is_clear() && difference.after < difference.before / 2.0,
            "the wrong article: {difference:?}"
        );
    }

    let unsupported = figure(&changed(&asked, invent_numbers), "unsupported");
    assert!(unsupported.is_clear() && unsupported.after > 0.5, "invented numbers: {unsupported:?}");
}
