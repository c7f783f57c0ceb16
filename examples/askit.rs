use colega::reading::Readings;
use colega::{
    agent::*,
    answer::*,
    embed::bm25::*,
    generate::*,
    guard::*,
    knowledge::{ingest::*, topic::*},
    limit::*,
    question::*,
    retrieve::{build::*, evidence::*, glossary::*, memory::*, retriever::*, *},
};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
#[tokio::main]
async fn main() {
    let t = Instant::now();
    let i = ingest(
        Path::new(&std::env::var("RAW").unwrap_or("data/raw".into())),
        &IngestSettings::default(),
        &Topics::built_in(),
        |_| (),
    )
    .unwrap();
    eprintln!("{} {:?}", i.report, t.elapsed());
    let b = build(i.passages.into_iter().map(Arc::new).collect(), &Bm25Settings::default(), None);
    let r = Retriever {
        index: Index::Memory(MemoryIndex::new(b.points)),
        statistics: b.statistics,
        encoder: b.encoder,
        glossary: Arc::new(Glossary::built_in()),
        settings: RetrieveSettings::default(),
        readings: Readings::default(),
    };
    let e = |k: &str, d: f32| std::env::var(k).ok().and_then(|v| v.parse().ok()).unwrap_or(d);
    let ev = EvidenceSettings {
        min_coverage: e("MC", 0.6),
        min_coverage_by_name: e("MN", 0.35),
        min_coverage_unnamed: e("MU", 0.85),
        max_supporting: 3,
    };
    let a = Agent::new(Parts {
        guard: Guard::new(&GuardSettings::default()).unwrap(),
        limiter: Limiter::new(&LimitSettings::default()).unwrap(),
        live: Arc::new(arc_swap::ArcSwap::from_pointee(r)),
        generator: Generator::Extractive(Default::default()),
        evidence: ev,
        default_language: Language::English,
    });
    let quiet = std::env::var("QUIET").is_ok();
    let mut n = 0;
    let mut ans = 0;
    for q in std::io::stdin().lines() {
        let q = q.unwrap();
        if q.is_empty() {
            continue;
        }
        n += 1;
        let rep = a.ask(Question::new(q.clone(), Origin::Measurement), Instant::now()).await.unwrap();
        match rep {
            Reply::Answer(x) => {
                ans += 1;
                if quiet {
                    println!("ANS {q}  => {}", x.subject);
                    continue;
                }
                println!("\n=== {q}\n[{}] {:?} {:.1}ms", x.subject, x.source_language, x.elapsed_ms);
                for s in &x.sections {
                    println!("## {:?}", s.kind);
                    for b in &s.blocks {
                        match b {
                            Block::Paragraph { sentences } => println!(
                                "{}",
                                sentences
                                    .iter()
                                    .map(|s| format!("{}{:?}", s.text, s.cites.iter().map(|c| c.0).collect::<Vec<_>>()))
                                    .collect::<Vec<_>>()
                                    .join(" ")
                            ),
                            Block::List { items } => {
                                for i in items {
                                    println!("- {}{:?}", i[0].text, i[0].cites.iter().map(|c| c.0).collect::<Vec<_>>())
                                }
                            }
                            Block::Code { language, code, .. } => println!("```{language}\n{code}\n```"),
                        }
                    }
                }
                for c in &x.citations {
                    println!("[{}] {} {} {}", c.no.0, c.title, c.source_file, c.span)
                }
            }
            o => println!(
                "{}{} {q} {}",
                if quiet { "" } else { "\n=== " },
                o.name(),
                serde_json::to_string(&o).unwrap().chars().take(160).collect::<String>()
            ),
        }
    }
    eprintln!("answered {ans} of {n}");
}
