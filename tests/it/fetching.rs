//! Fetching models from a server that breaks off, changes its mind, or is not there.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use colega::models::{Models, State as ModelState};
use tokio_stream::StreamExt as _;

/// The SHA-256 of [`content`], as `sha256sum` gives it, and of something else.
const HASH: &str = "e47b2ef8f931a31c1167cdd8eeb73e8055b325f984e3adf8a01d8c3520d797d3";
const OTHER: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// Bytes that are sent before the connection breaks.
const PIECE: usize = 40_000;

fn content() -> Vec<u8> {
    (0..100_000_u32).flat_map(u32::to_le_bytes).take(100_000).collect()
}

/// A server of one file.
#[derive(Clone, Default)]
struct Server {
    /// Connections that break after a piece.
    breaks: Arc<AtomicUsize>,
    knows_ranges: bool,
    /// Where each request began.
    asked: Arc<Mutex<Vec<usize>>>,
}

impl Server {
    async fn start(self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}/files", listener.local_addr().expect("bound"));
        let router = Router::new().route("/files/model.gguf", get(file)).with_state(self);
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }
}

async fn file(State(server): State<Server>, headers: HeaderMap) -> Response {
    let all = content();
    let range = headers.get("range").and_then(|range| range.to_str().ok()).unwrap_or("bytes=0-");
    let asked: usize = range.trim_start_matches("bytes=").trim_end_matches('-').parse().expect("a range");
    server.asked.lock().expect("no panic").push(asked);
    let from = if server.knows_ranges { asked } else { 0 };
    if from >= all.len() {
        let range = [("content-range", format!("bytes */{}", all.len()))];
        return (StatusCode::RANGE_NOT_SATISFIABLE, range).into_response();
    }
    let rest = all[from..].to_vec();
    let breaks = server.breaks.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
    let length = [("content-length", rest.len().to_string())];
    let range = [("content-range", format!("bytes {from}-{}/{}", all.len() - 1, all.len()))];
    let body = if breaks {
        let pieces = [Ok(rest[..PIECE.min(rest.len())].to_vec()), Err(std::io::Error::other("gone"))];
        // What is sent together with the break may be lost with it.
        let sent = tokio_stream::iter(pieces).then(|piece| async move {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            piece
        });
        Body::from_stream(sent)
    } else {
        Body::from(rest)
    };
    if server.knows_ranges {
        (StatusCode::PARTIAL_CONTENT, length, range, body).into_response()
    } else {
        (StatusCode::OK, length, body).into_response()
    }
}

/// A list of one model at `base`, kept below `folder`.
fn models(folder: &Path, base: &str, sha256: &str) -> Models {
    let list = folder.join("models.toml");
    let text = format!(
        "[[model]]\nname = \"some\"\nkind = \"chat\"\nlanguages = [\"en\"]\nlicence = \"MIT\"\nmemory_mb = 1\nsays = \"Small.\"\n\
         base = \"{base}\"\nfiles = [{{ name = \"model.gguf\", size_mb = 1, sha256 = \"{sha256}\" }}]\n"
    );
    fs::write(&list, text).expect("written");
    Models::load(Some(&list), folder.join("models")).expect("a good list")
}

async fn fetched(models: &Models) -> anyhow::Result<std::path::PathBuf> {
    models.fetch(models.find("some").expect("listed"), |_| ()).await
}

#[tokio::test]
async fn a_file_is_gone_on_with_where_it_broke_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server { breaks: Arc::new(AtomicUsize::new(2)), knows_ranges: true, ..Server::default() };
    let asked = Arc::clone(&server.asked);
    let models = models(folder.path(), &server.start().await, HASH);
    let model = models.find("some").expect("listed");
    assert_eq!(models.state(model, true).expect("looked"), ModelState::Absent);
    let path = fetched(&models).await.expect("fetched");
    assert_eq!(fs::read(path).expect("here"), content());
    let asked = asked.lock().expect("no panic").clone();
    assert!(asked.len() == 3 && asked.is_sorted() && asked[2] > asked[1] && asked[1] > 0, "{asked:?}");
    assert_eq!(models.state(model, true).expect("looked"), ModelState::Here);
    fetched(&models).await.expect("nothing is left to do");
    assert!(models.remove(model).expect("removed") && !models.remove(model).expect("gone"));
}

#[tokio::test]
async fn a_server_without_ranges_begins_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server { breaks: Arc::new(AtomicUsize::new(1)), ..Server::default() };
    let models = models(folder.path(), &server.start().await, HASH);
    assert_eq!(fs::read(fetched(&models).await.expect("fetched")).expect("here"), content());
}

#[tokio::test]
async fn another_file_than_the_listed_one_is_thrown_away() {
    let folder = tempfile::tempdir().expect("a folder");
    let models = models(folder.path(), &Server::default().start().await, OTHER);
    let error = format!("{:#}", fetched(&models).await.expect_err("another file"));
    assert!(error.contains("SHA-256") && error.contains(OTHER), "{error}");
    let model = models.find("some").expect("listed");
    assert_ne!(models.state(model, true).expect("looked"), ModelState::Here);
    fs::write(models.path(model), "damaged").expect("written");
    assert!(matches!(models.state(model, true).expect("looked"), ModelState::Damaged(_)));
}

#[tokio::test]
async fn without_a_network_it_is_said_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let models = models(folder.path(), "http://127.0.0.1:9/files", HASH);
    let error = format!("{:#}", fetched(&models).await.expect_err("nobody is there"));
    assert!(
        error.contains("model.gguf")
            && error.contains("copy the file to")
            && error.contains(&folder.path().join("models/some/model.gguf").display().to_string()),
        "{error}"
    );
}
