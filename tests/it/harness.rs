//! What the tests of several areas share: a small knowledge base in memory, and an agent over it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use colega::agent::queue::QueueSettings;
use colega::agent::{Agent, Parts};
use colega::embed::bm25::Bm25Settings;
use colega::eval::ranking::RankingSettings;
use colega::feedback::{Feedback, KeyExport};
use colega::generate::Generator;
use colega::generate::extractive::ExtractiveSettings;
use colega::generate::scripted::ScriptedSettings;
use colega::guard::{Guard, GuardSettings};
use colega::knowledge::ingest::IngestSettings;
use colega::knowledge::topic::Topics;
use colega::limit::{LimitSettings, Limiter};
use colega::passage::{ChunkId, Passage, SourceSpan};
use colega::question::Language;
use colega::reindex::generation::Generations;
use colega::reindex::watched::Watched;
use colega::reindex::{IndexSettings, Reindexer};
use colega::retrieve::evidence::EvidenceSettings;

/// What tries to become part of a page or a message.
pub const EVIL: &str = "<script>alert(1)</script>";

/// An agent over the sample.
pub fn agent() -> Agent {
    agent_over(passages())
}

/// An agent over these passages.
pub fn agent_over(passages: Vec<Arc<Passage>>) -> Agent {
    agent_that(Generator::Extractive(ExtractiveSettings::default()), passages)
}

/// An agent that writes one section each `pace`.
pub fn slow_agent(pace: Duration) -> Agent {
    let generator = Generator::Scripted(ScriptedSettings { per_section: pace, answer: ExtractiveSettings::default() });
    agent_that(generator, passages())
}

fn agent_that(generator: Generator, passages: Vec<Arc<Passage>>) -> Agent {
    let retriever = RankingSettings::default().retriever(passages).expect("no model");
    Agent::new(Parts {
        guard: ArcSwap::from_pointee(Guard::new(&GuardSettings::default()).expect("built-in rules")),
        limiter: Limiter::new(&LimitSettings::default()).expect("usual limits"),
        live: Arc::new(ArcSwap::from_pointee(retriever)),
        generator,
        refiner: None,
        queue: QueueSettings::default(),
        evidence: EvidenceSettings::default(),
        default_language: Language::English,
    })
}

/// The passage of the sample with this heading.
pub fn chunk(heading: &str) -> String {
    let found = passages().into_iter().find(|passage| passage.headings.iter().any(|own| own == heading));
    found.expect("in the sample").chunk_id.to_string()
}

/// The sample.
pub fn passages() -> Vec<Arc<Passage>> {
    let english = document("en/idempotency.md", "Idempotency keys", Language::English);
    let spanish = document("es/idempotency.md", "Claves de idempotencia", Language::Spanish);
    let title = format!("Scripts {EVIL}");
    let evil = document("evil.md", &title, Language::English);
    let code = "In PostgreSQL, a primary key claims the operation:\n\n```sql\nSELECT 1 < 2;\n```";
    vec![
        english(1, "What it is", "An idempotency key is a unique value that a client attaches to a request."),
        english(5, "When to use it", "- Use an idempotency key when a client may retry a `POST` that moves money."),
        english(
            9,
            "Common mistakes",
            "- Generating a new key on each retry defeats the mechanism of the idempotency key.",
        ),
        english(13, "Example", code),
        english(20, "Checklist", "- Generate the idempotency key on the client, once per logical operation."),
        spanish(1, "Qué es", "Una clave de idempotencia es un valor único que el cliente adjunta a una petición."),
        spanish(5, "Cuándo usarlo", "- Usa una clave de idempotencia cuando un cliente pueda repetir un `POST`."),
        evil(1, EVIL, &format!("Evil scripts are {EVIL} in a [passage](javascript:alert(1)) of a source.")),
        evil(5, "More", &format!("```html\n{EVIL}\n```")),
    ]
}

/// Makes passages of a document, by their lines, headings and texts.
pub fn document(file: &str, title: &str, lang: Language) -> impl Fn(u32, &str, &str) -> Arc<Passage> {
    move |line, heading, text| {
        Arc::new(Passage {
            chunk_id: ChunkId::new(file, text, 0),
            topic: "apis".to_owned(),
            title: title.to_owned(),
            headings: vec![heading.to_owned()],
            text: text.to_owned(),
            tags: Vec::new(),
            questions: Vec::new(),
            source_file: file.to_owned(),
            source_span: SourceSpan::Lines { start: line, end: line + 2 },
            lang,
            url: Some("https://example.org/original".to_owned()),
            scope: String::new(),
            license: None,
        })
    }
}

/// Opens a store, which may still be held for a moment by somebody who is about to let it go.
pub async fn patiently<T>(open: impl Fn() -> anyhow::Result<T>) -> T {
    for _ in 0..250 {
        if let Ok(store) = open() {
            return store;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    open().expect("the store opens")
}

/// Everything in the store of feedback.
pub async fn export(feedback: &Feedback) -> String {
    let feedback = feedback.clone();
    let export = move || {
        let mut lines = Vec::new();
        feedback.export(&mut lines, KeyExport::Withheld).map(|_| lines)
    };
    let lines = tokio::task::spawn_blocking(export).await.expect("no panic").expect("exported");
    String::from_utf8(lines).expect("UTF-8")
}

/// Reads the sources below `folder`.
pub fn reindexer(folder: &Path) -> Arc<Reindexer> {
    Arc::new(Reindexer {
        raw: folder.join("raw"),
        ingest: IngestSettings::default(),
        topics: Topics::built_in(),
        bm25: Bm25Settings::default(),
        embedder: None,
        generations: Generations::new(folder.join("index"), IndexSettings::default()),
        gate: None,
        watched: Watched::default(),
    })
}
