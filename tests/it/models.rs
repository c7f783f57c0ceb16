//! Local embedding models, through the code that loads real ones: tiny ones of random weights are made here, and where
//! `COLEGA_TEST_MODEL` names the folder of a real one (all-MiniLM-L6-v2), that is loaded too.

mod bert;
mod hostile;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use colega::embed::bm25::Bm25Settings;
use colega::embed::dense::{EmbedSettings, Embedder};
use colega::eval::ranking::RankingSettings;
use colega::knowledge::ingest::IngestSettings;
use colega::knowledge::topic::Topics;
use colega::passage::{ChunkId, Passage, SourceSpan};
use colega::question::Language;
use colega::reindex::generation::Generations;
use colega::reindex::watched::Watched;
use colega::reindex::{IndexSettings, Reindexer, Reuse};
use colega::retrieve::Filter;

fn settings(model: &Path) -> EmbedSettings {
    EmbedSettings { model: Some(model.to_owned()), ..EmbedSettings::default() }
}

fn load(settings: &EmbedSettings) -> Arc<Embedder> {
    Arc::new(Embedder::load(settings).expect("loads").expect("named"))
}

/// The real model, if there is one.
fn real() -> Option<Arc<Embedder>> {
    let Some(folder) = std::env::var_os("COLEGA_TEST_MODEL").map(PathBuf::from) else {
        eprintln!("skipped: COLEGA_TEST_MODEL names no folder of a model");
        return None;
    };
    Some(load(&settings(&folder)))
}

fn passage(number: u64, lang: Language, text: &str) -> Arc<Passage> {
    let source_file = format!("{number}.md");
    Arc::new(Passage {
        chunk_id: ChunkId::new(&source_file, text, 0),
        topic: String::new(),
        title: String::new(),
        headings: Vec::new(),
        text: text.to_owned(),
        tags: Vec::new(),
        questions: Vec::new(),
        source_file,
        source_span: SourceSpan::Lines { start: 1, end: 1 },
        lang,
        url: None,
        scope: String::new(),
        license: None,
    })
}

#[test]
fn a_model_gives_the_same_vector_for_the_same_text_however_it_is_batched() {
    let folder = tempfile::tempdir().expect("a folder");
    bert::write(folder.path(), 1);
    let embedder = load(&settings(folder.path()));
    assert_eq!((embedder.id().dimension, embedder.id().languages.as_slice()), (8, &[Language::English][..]));
    let texts: Vec<String> = ["a b c", "c", "", "a a a a a a a b", "c b a"].map(str::to_owned).to_vec();
    let together = embedder.embed_passages(&texts).expect("embedded");
    for (text, vector) in texts.iter().zip(&together) {
        let alone = embedder.embed_question(text).expect("embedded");
        assert!(alone.cosine(vector) > 0.9999, "{text:?}: {}", alone.cosine(vector));
    }
    assert!(together[0].cosine(&together[3]) < 0.9999, "other texts have other vectors");
    assert!(embedder.embed_passages(&[]).expect("nothing").is_empty());
    let long = embedder.embed_question(&"a b c ".repeat(10_000)).expect("cut off");
    assert_eq!(long.components().len(), 8);
}

#[test]
fn whatever_changes_vectors_changes_the_name_of_the_model() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut names = BTreeSet::new();
    for seed in [1, 2] {
        bert::write(folder.path(), seed);
        let usual = settings(folder.path());
        names.insert(load(&usual).id().hash.clone());
        names.insert(load(&usual).id().hash.clone());
        names.insert(load(&EmbedSettings { question_prefix: "query: ".into(), ..usual.clone() }).id().hash.clone());
        names.insert(load(&EmbedSettings { max_tokens: 16, ..usual }).id().hash.clone());
    }
    assert_eq!(names.len(), 6, "three for each of two models");
}

#[test]
fn only_what_changed_is_embedded_again_and_another_model_embeds_everything() {
    let (folder, model) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let raw = folder.path().join("raw");
    std::fs::create_dir(&raw).expect("made");
    let write = |name: &str, text: &str| std::fs::write(raw.join(name), text).expect("written");
    write("a.md", "# Queues\n\nA queue holds work until somebody does it.\n");
    write("b.md", "# Caches\n\nA cache keeps what was costly to get.\n");
    write("c.md", "# Colas\n\nUna cola guarda el trabajo hasta que alguien lo hace.\n");
    bert::write(model.path(), 1);
    let reindex = |embedder: Option<Arc<Embedder>>| {
        let reindexer = Reindexer {
            raw: raw.clone(),
            ingest: IngestSettings::default(),
            topics: Topics::built_in(),
            bm25: Bm25Settings::default(),
            embedder,
            generations: Generations::new(folder.path().join("index"), IndexSettings::default()),
            gate: None,
            watched: Watched::default(),
        };
        let outcome = reindexer.reindex(Reuse::Unchanged, |_| ()).expect("indexed");
        (outcome.is_new, outcome.encoded, outcome.live.embedder.map(|id| id.hash))
    };
    let first = load(&settings(model.path()));
    let name = Some(first.id().hash.clone());
    assert_eq!(reindex(None), (true, 3, None));
    // The model knows no Spanish.
    assert_eq!(reindex(Some(Arc::clone(&first))), (true, 2, name.clone()));
    assert_eq!(reindex(Some(Arc::clone(&first))), (false, 0, name.clone()));
    write("b.md", "# Caches\n\nA cache keeps what is costly to get.\n");
    assert_eq!(reindex(Some(first)), (true, 1, name.clone()));
    bert::write(model.path(), 2);
    let second = load(&settings(model.path()));
    let (is_new, encoded, other) = reindex(Some(second));
    assert_eq!((is_new, encoded), (true, 2));
    assert_ne!(other, name);
    assert_eq!(reindex(None), (true, 0, None));
}

#[cfg(feature = "edge")]
#[test]
fn both_engines_give_the_same_scores_for_words_and_meaning() {
    use colega::retrieve::build::{self, Encoding};
    use colega::retrieve::edge::EdgeIndex;
    use colega::retrieve::{Index, QuestionVectors};

    let (folder, model) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    bert::write(model.path(), 3);
    let embedder = load(&settings(model.path()));
    let texts = ["a b", "b c", "c a a", "b b b", "c", "a c b", "d e", "e"];
    let mut passages: Vec<_> = (0..).zip(texts).map(|(at, text)| passage(at, Language::English, text)).collect();
    passages.push(passage(99, Language::Spanish, "a b c"));
    let bm25 = Bm25Settings::default();
    let built = build::build(passages, Encoding { bm25: &bm25, embedder: Some(&embedder) }, None).expect("built");
    assert_eq!(built.points.iter().filter(|point| point.dense.is_some()).count(), texts.len());
    let edge = EdgeIndex::create(&folder.path().join("shard"), &built.points).expect("written");
    let (edge, memory) = (Index::Edge(Box::new(edge)), Index::in_memory(built.points.clone()));
    for at in [0, 3, 6] {
        let question = QuestionVectors {
            bm25: built.points[at].bm25.clone(),
            dense: Some(built.points[(at + 1) % 8].dense.clone().expect("embedded")),
        };
        let all = memory.search(&question, &Filter::default(), 20).expect("searched");
        // Which of several that score the same are among the best is left to the engine.
        for (index, limit, least) in [(&edge, 20, all.len()), (&edge, 4, 4), (&memory, 4, 4)] {
            let found = index.search(&question, &Filter::default(), limit).expect("searched");
            assert!((least..=2 * limit).contains(&found.len()), "{at}: {} of {limit}", found.len());
            for own in found {
                let other = all.iter().find(|other| other.passage == own.passage).expect("found in memory, too");
                assert!((own.bm25 - other.bm25).abs() < 1e-3, "{own:?} {other:?}");
                let cosines = (own.cosine.unwrap_or(-2.0), other.cosine.unwrap_or(-2.0));
                assert!((cosines.0 - cosines.1).abs() < 1e-3, "{own:?} {other:?}");
            }
        }
    }
}

#[test]
fn a_real_model_finds_what_shares_no_word_with_the_question() {
    let Some(embedder) = real() else { return };
    let texts = [
        "Containers are restarted by the orchestrator when their probe fails.",
        "The postman brought a parcel on Tuesday.",
        "Rotate credentials that have leaked, and revoke the old ones.",
        "Bread rises because yeast makes gas.",
    ];
    let passages: Vec<_> = (0..).zip(texts).map(|(at, text)| passage(at, Language::English, text)).collect();
    let ranking = RankingSettings { embedder: Some(embedder), ..RankingSettings::default() };
    let retriever = ranking.retriever(passages).expect("embedded");
    let question = "somebody pushed our api keys to a public repo, what now";
    let found = retriever.retrieve(question, Language::English, &Filter::default(), 4).expect("searched");
    assert_eq!(found.hits[0].passage.text, texts[2]);
    let by_words =
        RankingSettings::default().retriever(found.hits.iter().map(|hit| Arc::clone(&hit.passage)).collect());
    let by_words = by_words.expect("no model").retrieve(question, Language::English, &Filter::default(), 4);
    assert!(by_words.expect("searched").hits.is_empty(), "they share no word");
}
