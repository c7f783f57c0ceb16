//! The index on a Qdrant server: the same answers, shared by several, and what happens when the server does not answer.

use std::fs;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use colega::embed::bm25::Bm25Settings;
use colega::embed::dense::DenseVector;
use colega::passage::Passage;
use colega::question::{Language, Reach};
use colega::reindex::generation::Generations;
use colega::reindex::{EngineChoice, IndexSettings, Reuse};
use colega::retrieve::build::{self, Encoding};
use colega::retrieve::server::collections::Collections;
use colega::retrieve::server::{ServerError, ServerSettings};
use colega::retrieve::{Filter, Index, Point, QuestionVectors, SearchError};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::Value;
use tempfile::TempDir;
use tonic::transport::Identity;

use crate::fakes::qdrant::FakeQdrant;
use crate::harness;
use crate::program::{Workplace, article};

fn settings(urls: &[&FakeQdrant]) -> ServerSettings {
    ServerSettings {
        urls: urls.iter().map(|server| server.url()).collect(),
        timeout_ms: 500,
        ..ServerSettings::default()
    }
}

fn collections(server: &FakeQdrant) -> Collections {
    Collections::new(&settings(&[server]), None).expect("an address")
}

fn generations(folder: &TempDir, server: &FakeQdrant) -> Generations {
    let settings = IndexSettings { engine: EngineChoice::Server, ..IndexSettings::default() };
    Generations::new(folder.path().join("index"), settings).on(collections(server))
}

const ENCODING: Encoding<'static> = Encoding { bm25: BM25, embedder: None };
static BM25: &Bm25Settings =
    &Bm25Settings { k1: 1.2, b: 0.75, title_weight: 2.0, questions_weight: 1.0, pair_weight: 0.3 };

/// Works on a thread that may block, as the program does.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("no panic")
}

/// Passages of some documents, each with a random vector of its meaning.
fn points(random: &mut StdRng) -> Vec<Point> {
    let passages: Vec<Arc<Passage>> = (0..60)
        .map(|n: u32| {
            let (topic, lang) =
                if n.is_multiple_of(2) { ("apis", Language::English) } else { ("data", Language::Spanish) };
            let file = format!("{topic}/file-{}.md", n / 5);
            let make = harness::document(&file, "Queues and keys", lang);
            let words = ["queue", "key", "retry", "token", "cache", "index"];
            let text: Vec<&str> = (0..12).map(|_| words[random.random_range(0..words.len())]).collect();
            let mut passage = (*make(n + 1, "What it is", &format!("{} {n}.", text.join(" ")))).clone();
            topic.clone_into(&mut passage.topic);
            if n.is_multiple_of(7) {
                "staff only".clone_into(&mut passage.scope);
            }
            Arc::new(passage)
        })
        .collect();
    let mut points = build::build(passages, ENCODING, None).expect("no model").points;
    for point in &mut points {
        point.dense = Some(direction(random));
    }
    points
}

fn direction(random: &mut StdRng) -> DenseVector {
    let components: Vec<f32> = (0..8).map(|_| random.random_range(-1.0..1.0)).collect();
    DenseVector::normalized(components, 8).expect("a direction")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_finds_what_memory_finds_with_the_same_scores() {
    let server = FakeQdrant::start().await;
    let there = collections(&server);
    blocking(move || {
        let mut random = StdRng::seed_from_u64(7);
        let points = points(&mut random);
        let mut statistics = colega::retrieve::statistics::Statistics::default();
        for point in &points {
            statistics.add(point);
        }
        there.write("000001-a", "a note", &points).expect("written");
        assert_eq!(there.note("000001-a").expect("asked").as_deref(), Some("a note"));
        assert_eq!(there.read("000001-a").expect("read").len(), points.len());
        let (here, there) = (Index::in_memory(points.clone()), there.open("000001-a", Arc::new(statistics), None));
        for turn in 0..40 {
            let bm25 = points[random.random_range(0..points.len())].bm25.clone();
            let dense = (turn % 2 == 0).then(|| direction(&mut random));
            let question = QuestionVectors { bm25, dense };
            let strings = |some: &[&str]| some.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
            let reach = Reach {
                scopes: strings(if turn % 3 == 0 { &["staff only"] } else { &[] }),
                topics: strings(if turn % 5 == 0 { &["data"] } else { &[] }),
                sources: strings(if turn % 4 == 0 { &["apis", "data/file-1.md"] } else { &[] }),
            };
            let filter = Filter { reach, language: (turn % 7 == 0).then_some(Language::Spanish) };
            let found = |index: &Index| {
                let mut found = index.search(&question, &filter, 60).expect("searched");
                found.sort_by(|a, b| a.passage.chunk_id.cmp(&b.passage.chunk_id));
                found
            };
            let (here, there) = (found(&here), found(&there));
            assert_eq!(here.len(), there.len(), "turn {turn}: {filter:?}");
            assert!(turn == 0 || turn % 20 == 0 || !here.is_empty());
            for (here, there) in here.iter().zip(&there) {
                assert_eq!(here.passage, there.passage);
                assert!((here.bm25 - there.bm25).abs() < 1e-3, "{} {}", here.bm25, there.bm25);
                let cosines = (here.cosine.unwrap_or(2.0), there.cosine.unwrap_or(2.0));
                assert!((cosines.0 - cosines.1).abs() < 1e-3, "{cosines:?}");
            }
        }
        let document = |index: &Index| index.document("data/file-1.md").expect("read");
        assert_eq!(document(&here), document(&there));
        assert!(!document(&here).is_empty());
        let one = &points[3].passage;
        assert_eq!(there.passage(&one.chunk_id).expect("read").as_ref(), Some(one));
        assert_eq!(there.passage(&"0000000000000000".into()).expect("read"), None);
    })
    .await;
}

/// A question that finds everything that has the first word of the sample.
fn question() -> QuestionVectors {
    let retriever = colega::eval::ranking::RankingSettings::default().retriever(harness::passages()).expect("no model");
    let query = retriever.query(&[("What is an idempotency key?", 1.0)], Language::English);
    QuestionVectors { bm25: retriever.encoder.encode_question(&query.words), dense: None }
}

fn made(generations: &Generations, passages: Vec<Arc<Passage>>) -> String {
    generations.make(passages, ENCODING, Reuse::Unchanged, None).expect("made").manifest.name
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_server_is_away_its_copy_here_answers_and_then_the_server_again() {
    let mut server = FakeQdrant::start().await;
    let (builder, follower) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (built, follows) = (generations(&builder, &server), generations(&follower, &server));
    let index = {
        let follows = follows.clone();
        blocking(move || {
            let name = made(&built, harness::passages());
            assert_eq!(follows.current().expect("asked").as_ref(), Some(&name), "who has built nothing sees it");
            follows.open().expect("opened").expect("there").index
        })
        .await
    };
    let index = Arc::new(index);
    let search = |index: &Arc<Index>| {
        let index = Arc::clone(index);
        blocking(move || index.search(&question(), &Filter::default(), 10))
    };
    let found = search(&index).await.expect("the server answers");
    assert!(!found.is_empty());
    server.stop().await;
    // Nothing is here yet.
    assert!(matches!(search(&index).await, Err(SearchError::Server(ServerError::Away(_)))));
    server.start_again();
    let (copying, pointer) = (follows.clone(), follower.path().join("index/current"));
    until(move || {
        copying.keep_copy().expect("what is away is asked again");
        pointer.exists()
    })
    .await;
    server.stop().await;
    let instead = search(&index).await.expect("the copy answers");
    assert_eq!(instead.len(), found.len());
    let reopened = blocking(move || follows.open().expect("opened").expect("the copy is known")).await;
    assert_eq!(search(&Arc::new(reopened.index)).await.expect("the copy answers a new start, too").len(), found.len());
    let before = server.requests();
    server.start_again();
    let again = Arc::clone(&index);
    until(move || {
        again.search(&question(), &Filter::default(), 10).expect("one of them answers");
        true
    })
    .await;
    let (index, requests) = (Arc::clone(&index), before);
    for _ in 0..100 {
        search(&index).await.expect("one of them answers");
        if server.requests() > requests {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the server was not asked again");
}

async fn until(condition: impl Fn() -> bool + Send + Sync + 'static) {
    let condition = Arc::new(condition);
    for _ in 0..100 {
        let condition = Arc::clone(&condition);
        if blocking(move || condition()).await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it did not come about within ten seconds");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_server_is_not_waited_for_and_another_one_of_the_cluster_stands_in() {
    let slow = FakeQdrant::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let own = generations(&folder, &slow);
    let index = blocking(move || {
        made(&own, harness::passages());
        Arc::new(own.open().expect("opened").expect("there").index)
    })
    .await;
    slow.slow_down(Duration::from_secs(30));
    let begin = std::time::Instant::now();
    let searched = Arc::clone(&index);
    let found = blocking(move || searched.search(&question(), &Filter::default(), 10)).await.expect("the copy answers");
    assert!(!found.is_empty() && begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    // An address that nobody listens at comes first.
    let urls = vec!["http://127.0.0.1:9".to_owned(), slow.url()];
    slow.slow_down(Duration::ZERO);
    let both = Collections::new(&ServerSettings { urls, ..ServerSettings::default() }, None).expect("addresses");
    let live = blocking(move || both.live()).await.expect("the other one answers");
    assert!(live.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_may_build_and_who_died_meanwhile_goes_on_at_once() {
    let server = FakeQdrant::start().await;
    let (one, other) = (collections(&server), collections(&server));
    blocking(move || {
        let lease = one.lease("one").expect("asked").expect("free");
        lease.check().expect("held");
        assert!(other.lease("other").expect("asked").is_none(), "it is taken");
        let again = one.lease("one").expect("asked").expect("who died with it gets it at once");
        assert!(lease.check().is_err(), "the first is fenced off");
        again.check().expect("held");
        drop((lease, again));
        let lease = other.lease("other").expect("asked").expect("free again");
        lease.check().expect("held");
    })
    .await;
    assert_eq!(server.collections(), Vec::<String>::new(), "nothing is left of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_and_a_wrong_certificate_are_told_in_words() {
    let guarded = FakeQdrant::start_with(Some("a-key-of-the-tests"), None).await;
    let settings_of = |server: &FakeQdrant| settings(&[server]);
    let live = |settings: ServerSettings, key: Option<&'static str>| {
        blocking(move || Collections::new(&settings, key).expect("an address").live())
    };
    assert_eq!(live(settings_of(&guarded), Some("a-key-of-the-tests")).await, Ok(None));
    for key in [None, Some("wrong")] {
        let error = live(settings_of(&guarded), key).await.expect_err("refused");
        assert!(matches!(&error, ServerError::Refused(why) if why.contains("QDRANT_API_KEY")), "{error}");
        assert!(!error.to_string().contains("wrong"), "a key is never told: {error}");
    }
    let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let identity = Identity::from_pem(own.cert.pem(), own.signing_key.serialize_pem());
    let untrusted = FakeQdrant::start_with(None, Some(identity)).await;
    let error = live(settings_of(&untrusted), None).await.expect_err("nobody vouches for it");
    assert!(error.to_string().contains("certificate is not trusted"), "{error}");
}

/// The program with its index on `server`.
fn on_server(command: &mut Command, server: &FakeQdrant) -> Output {
    command.env("COLEGA__INDEX__ENGINE", "server").env("COLEGA__INDEX__SERVER__URLS", server.url());
    command.output().expect("the program starts")
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON on standard output")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_builds_follows_rolls_back_and_carries() {
    let server = FakeQdrant::start().await;
    let (builder, follower) = (Workplace::new(), Workplace::new());
    builder.source("flumox.md", &article("Flumox", "Flumox turns every request around twice."));
    let run = |place: &Workplace, args: &[&str]| json(&on_server(&mut place.command(args), &server));
    let first = run(&builder, &["reindex", "--json"]);
    let name = |value: &Value| value["generation"].as_str().expect("a name").to_owned();
    assert_eq!(server.alias("colega"), Some(format!("colega-{}", name(&first))));
    let ask = ["ask", "--json", "What is Flumox?"];
    let answer = run(&follower, &ask);
    assert_eq!(answer["kind"], "answer", "who has no sources answers from the server: {answer}");
    builder.source("grindel.md", &article("Grindel", "Grindel never sleeps."));
    let second = run(&builder, &["reindex", "--json"]);
    assert_eq!(second["new"], true);
    assert_eq!(second["encoded"].as_u64().map(|new| new * 2), second["passages"].as_u64(), "the rest is taken over");
    assert_eq!(run(&follower, &["ask", "--json", "What is Grindel?"])["kind"], "answer");
    run(&builder, &["rollback", "--json"]);
    assert_eq!(server.alias("colega"), Some(format!("colega-{}", name(&first))));
    assert_eq!(run(&follower, &["ask", "--json", "What is Grindel?"])["kind"], "no_evidence");
    let doctor = on_server(&mut follower.command(&["doctor"]), &server);
    let says = String::from_utf8(doctor.stdout).expect("UTF-8");
    assert!(says.contains("ok servers") && says.contains("is live") && doctor.status.success(), "{says}");
    // Into the folder of a machine of its own, and from there to another server.
    let pulled = run(&follower, &["index", "pull", "--json"]);
    assert_eq!(pulled["name"], first["generation"]);
    assert_eq!(json(&follower.command(&ask).output().expect("it starts"))["kind"], "answer", "without any server");
    let other = FakeQdrant::start().await;
    json(&on_server(&mut follower.command(&["index", "push", "--json"]), &other));
    assert_eq!(other.alias("colega"), Some(format!("colega-{}", name(&first))));
    json(&on_server(&mut follower.command(&["index", "push", "--json"]), &other));
    assert_eq!(
        other.alias("colega"),
        Some(format!("colega-{}", name(&first))),
        "what is live stays when it comes again"
    );
    // What was taken back does not come again, there either.
    let kept_back = on_server(&mut builder.command(&["reindex", "--json"]), &other);
    let kept_back: Value = serde_json::from_slice(&kept_back.stdout).expect("JSON on standard output");
    assert!(kept_back["refused"].to_string().contains("taken back"), "{kept_back}");
    assert_eq!(kept_back["encoded"], 0, "{kept_back}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_build_leaves_nothing_behind_and_what_was_live_stays() {
    let server = FakeQdrant::start().await;
    let place = Workplace::new();
    place.source("flumox.md", &article("Flumox", "Flumox turns every request around twice."));
    json(&on_server(&mut place.command(&["reindex", "--json"]), &server));
    let live = server.alias("colega").expect("live");
    let mut random = StdRng::seed_from_u64(3);
    let rounds = if std::env::var_os("COLEGA_SOAK_SECONDS").is_some() { 50 } else { 4 };
    for round in 0..rounds {
        for file in 0..20 {
            let name = format!("{file}.md");
            place.source(&name, &article(&format!("Subject {file}"), &format!("It was written in round {round}.")));
        }
        server.slow_down(Duration::from_millis(30));
        let mut command = place.command(&["reindex", "--json"]);
        command.env("COLEGA__INDEX__ENGINE", "server").env("COLEGA__INDEX__SERVER__URLS", server.url());
        let mut child = command.stdout(std::process::Stdio::null()).spawn().expect("it starts");
        tokio::time::sleep(Duration::from_millis(random.random_range(150..700))).await;
        let _ = child.kill();
        let _ = child.wait();
        server.slow_down(Duration::ZERO);
        let alias = server.alias("colega").expect("live");
        let whole = collections(&server);
        let generation = alias.strip_prefix("colega-").expect("ours").to_owned();
        assert!(blocking(move || whole.is_whole(&generation)).await.expect("asked"), "what is live is whole");
    }
    let done = json(&on_server(&mut place.command(&["reindex", "--json"]), &server));
    assert_eq!(done["documents"], 21);
    let left = server.collections();
    assert!(left.len() <= 3 && !left.iter().any(|name| name.contains("lease")), "{left:?}, and before {live}");
}

#[tokio::test(flavor = "multi_thread")]
async fn generations_that_change_under_load_are_never_mixed() {
    let server = FakeQdrant::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let own = generations(&folder, &server);
    let sample = |round: usize| -> Vec<Arc<Passage>> {
        let title = format!("Round {round}");
        let make = harness::document("keys.md", &title, Language::English);
        (0..8).map(|n| make(n * 3 + 1, "What it is", &format!("An idempotency key {n} of round {round}."))).collect()
    };
    let first = own.clone();
    blocking(move || made(&first, sample(0))).await;
    let stop = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let (own, stop) = (own.clone(), Arc::clone(&stop));
            std::thread::spawn(move || {
                let mut asked = 0;
                while !stop.load(Ordering::Relaxed) {
                    let opened = own.open().expect("opened").expect("there");
                    for _ in 0..5 {
                        let found = opened.index.search(&question(), &Filter::default(), 20).expect("searched");
                        let mut rounds: Vec<_> = found.iter().map(|found| &found.passage.title).collect();
                        rounds.dedup();
                        assert_eq!((found.len(), rounds.len()), (8, 1), "{rounds:?}");
                        asked += 1;
                    }
                }
                asked
            })
        })
        .collect();
    let builder = own.clone();
    blocking(move || (1..7).for_each(|round| drop(made(&builder, sample(round))))).await;
    stop.store(true, Ordering::Relaxed);
    let asked: usize = readers.into_iter().map(|reader| reader.join().expect("no error")).sum();
    assert!(asked > 20, "{asked}");
}

#[test]
fn addresses_that_are_none_are_told_with_their_key() {
    let place = Workplace::new();
    for (urls, says) in
        [("", "names no Qdrant server"), ("10.0.0.5:6334", "no address"), ("http://a:b@c:1", "QDRANT_API_KEY")]
    {
        let mut command = place.command(&["ask", "What is it?"]);
        command.env("COLEGA__INDEX__ENGINE", "server").env("COLEGA__INDEX__SERVER__URLS", urls);
        let output = command.output().expect("it starts");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && error.contains("index.server.urls") && error.contains(says), "{error}");
    }
    assert!(fs::read_dir(place.path("data/raw")).expect("there").next().is_none());
}
