//! The review as HTML. It works without a script, and every text on it is escaped.

use maud::{Markup, html};

use crate::adapters::web::page;
use crate::goldset::{Candidate, Difficulty, Problem, Proposal};
use crate::passage::ChunkId;
use crate::render::chrome::Chrome;
use crate::render::review::{self as wording, Words};
use crate::render::{html as render, neutral};

/// A part of the list.
pub(super) struct Listing {
    /// What was just decided, in words.
    pub(super) done: Option<String>,
    /// Candidates in all.
    pub(super) total: usize,
    /// How many come before those that are shown.
    pub(super) from: usize,
    pub(super) shown: Vec<Candidate>,
}

/// The list, or a part of it.
pub(super) fn list(chrome: &Chrome, listing: &Listing) -> Markup {
    let words = Words::new(chrome.language);
    let next = listing.from + listing.shown.len();
    frame(
        chrome,
        &words,
        &html! {
            p { (words.purpose) }
            @if let Some(done) = &listing.done { p.done role="status" { (neutral(done)) } }
            @if listing.total == 0 {
                p.nothing { (words.nothing) }
            } @else {
                p.count { (wording::to_decide(chrome.language, listing.total)) }
            }
            @for (at, candidate) in listing.shown.iter().enumerate() {
                (article(chrome, &words, candidate, None, listing.shown.get(at + 1)))
            }
            nav #end .pages {
                @if next < listing.total { a href={ "/review?from=" (next) } { (words.more) } }
                @if listing.from > 0 { a href="/review" { (words.first) } }
            }
        },
    )
}

/// One candidate as a person left it, with what is wrong with it.
pub(super) fn again(chrome: &Chrome, candidate: &Candidate, problem: &str) -> Markup {
    let words = Words::new(chrome.language);
    frame(
        chrome,
        &words,
        &html! {
            (article(chrome, &words, candidate, Some(problem), None))
            nav #end .pages { a href="/review" { (words.first) } }
        },
    )
}

/// A page with one sentence and the way back to the list.
pub(super) fn message(chrome: &Chrome, text: &str) -> Markup {
    let words = Words::new(chrome.language);
    let content = html! { p.done role="alert" { (text) } nav.pages { a href="/review" { (words.first) } } };
    frame(chrome, &words, &content)
}

fn frame(chrome: &Chrome, words: &Words, content: &Markup) -> Markup {
    page::alone(chrome, &html! { section.review { h1 { (words.title) } (content) } })
}

fn article(
    chrome: &Chrome,
    words: &Words,
    candidate: &Candidate,
    problem: Option<&str>,
    next: Option<&Candidate>,
) -> Markup {
    let language = chrome.language;
    let counts = candidate.counts;
    let asked_in: Vec<&str> = candidate.asked_in.iter().map(|origin| origin.name()).collect();
    let skip = next.map_or_else(|| "#end".to_owned(), |next| format!("#c-{}", next.id.0));
    html! {
        article.candidate id={ "c-" (candidate.id.0) } {
            header {
                p.why { (candidate.why(language)) }
                p.counts {
                    (wording::counts(language, counts.asks, counts.up, counts.down)) " · " (asked_in.join(", "))
                }
                h2 lang=(candidate.lang) { (neutral(&candidate.proposal.question)) }
            }
            (evidence(words, candidate))
            @if let Some(problem) = problem { p.problem role="alert" { (neutral(problem)) } }
            form.case method="post" action="/review" {
                input type="hidden" name="candidate" value=(candidate.id.0);
                (fields(words, candidate))
                div.buttons {
                    button.accept name="decision" value="accept" { (words.accept) }
                    button name="decision" value="reject" { (words.reject) }
                    a.skip-to href=(skip) { (words.skip) }
                }
            }
        }
    }
}

/// What a person needs to see to decide.
fn evidence(words: &Words, candidate: &Candidate) -> Markup {
    html! {
        @if !candidate.wordings.is_empty() {
            h3 { (words.also_asked) }
            ul lang=(candidate.lang) { @for wording in &candidate.wordings { li { (neutral(wording)) } } }
        }
        @if !candidate.remarks.is_empty() {
            h3 { (words.remarks) }
            @for remark in &candidate.remarks {
                blockquote {
                    @if !remark.wrong.is_empty() { p { b { (words.wrong) } " " (neutral(&remark.wrong)) } }
                    @if !remark.right.is_empty() { p { b { (words.right) } " " (neutral(&remark.right)) } }
                }
            }
        }
        @if let Some(answer) = &candidate.answer {
            details {
                summary { (words.answer) }
                div.answer {
                    (render::head(answer))
                    @for section in &answer.sections { (render::section(section, answer)) }
                    (render::sources(answer))
                }
            }
        } @else {
            p.unanswered { (words.no_answer) }
            @if !candidate.nearest.is_empty() {
                h3 { (words.nearest) }
                ul { @for title in &candidate.nearest { li { (neutral(title)) } } }
            }
        }
    }
}

fn fields(words: &Words, candidate: &Candidate) -> Markup {
    let Proposal { question, expected_points, must_cite, topics, difficulty, relevant_chunks, answerable } =
        &candidate.proposal;
    let passages: Vec<&str> = relevant_chunks.iter().map(ChunkId::as_str).collect();
    let field = |name: &str, label: &str, text: &str| {
        let id = format!("{name}-{}", candidate.id.0);
        let lang = matches!(name, "question" | "points").then_some(candidate.lang);
        html! {
            label for=(id) { (label) @if name != "question" { " " small { "(" (words.one_a_line) ")" } } }
            // A browser drops the first line break of a field.
            textarea id=(id) name=(name) rows=(rows(text)) lang=[lang] { "\n" (text) }
        }
    };
    html! {
        (field("question", words.question, question))
        (field("points", words.points, &expected_points.join("\n")))
        div.pair {
            div { (field("must_cite", words.must_cite, &must_cite.join("\n"))) }
            div { (field("passages", words.passages, &passages.join("\n"))) }
            div { (field("topics", words.topics, &topics.join("\n"))) }
            div {
                label for={ "difficulty-" (candidate.id.0) } { (words.difficulty) }
                select id={ "difficulty-" (candidate.id.0) } name="difficulty" {
                    @for (own, label) in Difficulty::ALL.into_iter().zip(words.difficulties) {
                        option value=(own.name()) selected[own == *difficulty] { (label) }
                    }
                }
            }
        }
        label.tick {
            input type="checkbox" name="answerable" value="yes" checked[*answerable];
            span { (words.answerable) }
        }
    }
}

/// Lines that a field shows, at most twelve.
fn rows(text: &str) -> usize {
    let wrapped = text.lines().map(|line| 1 + line.chars().count() / 80).sum::<usize>();
    wrapped.clamp(1, 12)
}

/// What is wrong with a case, in words.
pub(super) fn problem(words: &Words, problem: Problem) -> String {
    let field = |name: &str| match name {
        "must_cite" => words.must_cite,
        "topics" => words.topics,
        "relevant_chunks" => words.passages,
        _ => words.points,
    };
    match problem {
        Problem::NoQuestion | Problem::BadId => words.no_question.to_owned(),
        Problem::LongQuestion => words.long_question.to_owned(),
        Problem::NoPoints => words.no_points.to_owned(),
        Problem::PointsWithoutAnswer => words.points_without_answer.to_owned(),
        Problem::BadEntry(list) => format!("{} {}", words.bad_entry, field(list)),
        Problem::TooMany(list) => format!("{} {}", words.too_many, field(list)),
    }
}
