//! A run written down for people: Markdown with two charts, the failing cases with what was retrieved and what is missing.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result};

use super::scores::{Grouping, Scores};
use super::verdict::{Shortcoming, Verdict};
use super::{Run, charts};
use crate::durable;

/// The run, to be compared with others.
pub const RUN_FILE: &str = "run.json";
/// The report for people.
pub const REPORT_FILE: &str = "report.md";
/// The chart of the figures.
const FIGURES_FILE: &str = "figures.svg";
/// The chart of the topics.
const TOPICS_FILE: &str = "topics.svg";

/// Writes `run` into a folder of its own below `reports`, named after the time; gives that folder.
pub fn write(run: &Run, reports: &Path) -> Result<PathBuf> {
    let folder = reports.join(name_of(run.at_ms));
    let put = |name: &str, text: &str| {
        durable::replace(&folder.join(name), |writer| Ok(std::io::Write::write_all(writer, text.as_bytes())?))
    };
    put(FIGURES_FILE, &charts::figures(run)?)?;
    put(TOPICS_FILE, &charts::topics(run)?)?;
    put(RUN_FILE, &serde_json::to_string(run)?)?;
    put(REPORT_FILE, &markdown(run))?;
    Ok(folder)
}

/// Reads a run: the file itself, or the folder of a report.
pub fn read(path: &Path) -> Result<Run> {
    let file = if path.is_dir() { path.join(RUN_FILE) } else { path.to_owned() };
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} holds no run of `colega eval`", file.display()))
}

/// Names a report after its time (UTC), so that names sort by time: `2026-01-31T235959Z`.
fn name_of(at_ms: u64) -> String {
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(at_ms);
    humantime::format_rfc3339_seconds(time).to_string().replace(':', "")
}

/// The report.
pub fn markdown(run: &Run) -> String {
    let mut text = String::new();
    let scores = &run.scores;
    // Writing into a string cannot fail.
    let _ = writeln!(text, "# How good the answers are\n");
    let _ = writeln!(
        text,
        "{} of {} cases are met. Index {}, engine {}, {}.\n",
        scores.met,
        scores.cases,
        run.generation,
        run.engine,
        humantime::format_rfc3339_seconds(SystemTime::UNIX_EPOCH + Duration::from_millis(run.at_ms)),
    );
    let _ = writeln!(text, "![Figures]({FIGURES_FILE})\n\n![Coverage by topic]({TOPICS_FILE})\n");
    let _ = writeln!(text, "## Figures\n\n{}", table("", &[(String::new(), scores.clone())]));
    for grouping in Grouping::ALL {
        let groups = grouping.scores(&run.verdicts);
        let _ = writeln!(text, "## By {}\n\n{}", grouping.name(), table(grouping.name(), &groups));
    }
    let failing: Vec<&Verdict> = run.verdicts.iter().filter(|verdict| !verdict.is_met()).collect();
    let _ = writeln!(text, "## Cases that are not met: {}\n", failing.len());
    for verdict in failing {
        text.push_str(&case(verdict));
    }
    text
}

fn table(title: &str, groups: &[(String, Scores)]) -> String {
    let mut text = format!(
        "| {title} | cases | met | coverage | unsupported | citation precision | source | recall@5 | MRR | nDCG@10 | \
         abstention F1 | p99 |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n"
    );
    for (name, scores) in groups {
        let _ = writeln!(
            text,
            "| {name} | {} | {} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} | {:.1} ms |",
            scores.cases,
            scores.met,
            scores.coverage,
            scores.unsupported,
            scores.citation_precision,
            scores.source_rate,
            scores.recall_at_5,
            scores.mrr,
            scores.ndcg_at_10,
            scores.abstention_f1,
            scores.p99_ms,
        );
    }
    text
}

fn case(verdict: &Verdict) -> String {
    let wrong: Vec<&str> = verdict.shortcomings().into_iter().map(Shortcoming::words).collect();
    let mut text = format!("### {}\n\n{}\n\n", verdict.id, quoted(&verdict.question));
    let _ = writeln!(text, "- **Wrong**: {}", wrong.join("; "));
    if !verdict.retrieved.is_empty() {
        let _ = writeln!(text, "- **Retrieved**: {}", escaped(&verdict.retrieved.join("; ")));
    }
    for point in verdict.points.iter().filter(|point| !point.is_made) {
        let _ = writeln!(text, "- **Missing** ({:.2}): {}", point.score, escaped(&point.text));
    }
    for claim in &verdict.claims.unsupported {
        let _ = writeln!(text, "- **Unsupported**: {}", escaped(&claim.replace('\n', " ")));
    }
    text.push('\n');
    text
}

/// What people wrote, as a quotation.
fn quoted(text: &str) -> String {
    text.lines().map(|line| format!("> {}", escaped(line))).collect::<Vec<_>>().join("\n")
}

/// Text of others in which nothing is markup.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '&') {
            safe.push('\\');
        }
        safe.push(c);
    }
    safe
}
