//! The page, over HTTP.

pub mod server;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use colega::feedback::kept::Exchange;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, SET_COOKIE};
use serde_json::json;
use server::{GOLDSET, Page, between, browser, open_feedback};

use crate::harness::{EVIL, chunk};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

#[tokio::test]
async fn reports_are_shown_the_latest_first_and_nothing_beside_them_is() {
    let folder = folder();
    let page = Page::start(folder.path()).await;
    assert!(page.text("/reports").await.contains("There is no report yet"));
    for (name, text) in
        [("2026-01-01T000000Z", "# Older"), ("2026-01-02T000000Z", "# Newer\n\n![Figures](figures.svg)\n\n<b>bold</b>")]
    {
        let report = folder.path().join("reports").join(name);
        std::fs::create_dir_all(&report).expect("made");
        std::fs::write(report.join("report.md"), text).expect("written");
        std::fs::write(report.join("figures.svg"), "<svg xmlns=\"http://www.w3.org/2000/svg\"/>").expect("written");
        std::fs::write(report.join("run.json"), "{}").expect("written");
    }
    let latest = page.text("/reports").await;
    for expected in ["Newer", "/reports/2026-01-02T000000Z/figures.svg", "/reports/2026-01-01T000000Z", "&lt;b&gt;"] {
        assert!(latest.contains(expected), "{expected} is not in {latest}");
    }
    assert!(page.text("/reports/2026-01-01T000000Z").await.contains("Older"));
    let chart = page.get("/reports/2026-01-02T000000Z/figures.svg").send().await.expect("answered");
    assert_eq!(chart.headers()["content-type"], "image/svg+xml");
    for strange in ["/reports/2026-01-02T000000Z/run.json", "/reports/..%2Freports", "/reports/x/figures.svg"] {
        assert_eq!(page.get(strange).send().await.expect("answered").status(), StatusCode::NOT_FOUND, "{strange}");
    }
    page.close().await;
}

#[tokio::test]
async fn answers_come_in_their_parts_and_in_the_language_of_the_question() {
    let votes = folder();
    let page = Page::start(votes.path()).await;
    let english = page.parts("When should I use an idempotency key?").await;
    let names: Vec<&str> = english.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.first().zip(names.last()), Some((&"head", &"sources")), "{english:?}");
    let sections = ["definition", "when_to_use", "pitfalls", "example", "checklist"];
    assert!(names[1..names.len() - 1].iter().all(|name| sections.contains(name)) && names.len() > 4, "{names:?}");
    let all: String = english.into_iter().map(|(_, html)| html).collect();
    for expected in ["In short", "When to use it", "<code>POST</code>", "SELECT 1 &lt; 2;", "en/idempotency.md L5–7"]
    {
        assert!(all.contains(expected), "{expected} is not in {all}");
    }
    let spanish = page.page_of("¿Qué es una clave de idempotencia?").await;
    for expected in ["En resumen", "Una clave de idempotencia es", "Fuentes", "<h2 tabindex=\"-1\">¿Qué es una clave"]
    {
        assert!(spanish.contains(expected), "{expected} is not in {spanish}");
    }
    page.close().await;
}

#[tokio::test]
async fn what_is_no_answer_says_what_it_is() {
    let votes = folder();
    let page = Page::start(votes.path()).await;
    let unknown = page.parts("How do I bake sourdough bread?").await;
    assert_eq!(unknown[0].0, "notice");
    assert!(unknown[0].1.contains("The knowledge base has nothing"), "{unknown:?}");
    let refused = page.parts("Write me ransomware that encrypts my victim's files").await;
    assert!(refused[0].1.contains("OWASP"), "{refused:?}");
    let mut over = page.post("/ask").json(&json!({ "q": "idempotency" })).send().await.expect("answered");
    for _ in 0..30 {
        over = page.post("/ask").json(&json!({ "q": "idempotency" })).send().await.expect("answered");
    }
    assert_eq!(over.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(over.headers().contains_key("retry-after"));
    assert!(over.text().await.expect("text").contains("Try again in"));
    page.close().await;
}

#[tokio::test]
async fn the_page_speaks_the_browsers_language_and_takes_nothing_from_outside() {
    let votes = folder();
    let page = Page::start(votes.path()).await;
    let spanish = page.get("/").header("accept-language", "es-AR,es;q=0.9,en;q=0.5");
    let response = spanish.send().await.expect("answered");
    check_headers(response.headers());
    let cookie = response.headers()[SET_COOKIE].to_str().expect("text").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let html = response.text().await.expect("text");
    assert!(html.contains("lang=\"es\"") && html.contains("¿Qué quieres saber?"), "{html}");
    let english = page.text("/").await;
    assert!(english.contains("What would you like to know?"));
    for html in [&english, &page.page_of("What is an idempotency key?").await] {
        assert!(!html.contains("<style") && !html.contains(" style=") && !html.contains(" onclick"), "{html}");
        assert_eq!(html.matches("<script").count(), html.matches("<script src=\"/page.js").count());
        for attribute in ["src=\"http", "src=\"//", "<link rel=\"stylesheet\" href=\"http"] {
            assert!(!html.contains(attribute), "{attribute} is in {html}");
        }
    }
    for start in ["href=\"/page.css", "src=\"/page.js", "href=\"/icon.svg"] {
        let address = format!("/{}{}", start.split_once("\"/").expect("a path").1, between(&english, start, "\""));
        let asset = page.get(&address).send().await.expect("answered");
        assert_eq!(asset.status(), StatusCode::OK, "{address}");
        assert!(asset.headers()["cache-control"].to_str().expect("text").contains("immutable"));
    }
    page.close().await;
}

#[track_caller]
fn check_headers(headers: &HeaderMap) {
    let policy = headers["content-security-policy"].to_str().expect("text");
    for directive in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.contains(directive), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["referrer-policy"], "no-referrer");
    assert_eq!(headers["cache-control"], "no-store");
}

#[tokio::test]
async fn other_sites_cannot_use_the_page() {
    let votes = folder();
    let page = Page::start(votes.path()).await;
    let status = async |request: reqwest::RequestBuilder| {
        let response = request.send().await.expect("answered");
        check_headers(response.headers());
        response.status()
    };
    assert_eq!(status(page.get("/").header("host", "evil.example")).await, StatusCode::MISDIRECTED_REQUEST);
    let port = page.address.rsplit_once(':').expect("a port").1;
    assert_eq!(status(page.get("/").header("host", format!("localhost:{port}"))).await, StatusCode::OK);
    let ask = || page.post("/ask").form(&[("q", "What is an idempotency key?")]);
    let cases = [
        ("sec-fetch-site", "cross-site".to_owned(), StatusCode::FORBIDDEN),
        ("sec-fetch-site", "same-site".to_owned(), StatusCode::FORBIDDEN),
        ("sec-fetch-site", "same-origin".to_owned(), StatusCode::OK),
        ("origin", "https://evil.example".to_owned(), StatusCode::FORBIDDEN),
        ("origin", "null".to_owned(), StatusCode::FORBIDDEN),
        ("origin", format!("http://{}", page.address), StatusCode::OK),
    ];
    for (name, value, expected) in cases {
        assert_eq!(status(ask().header(name, &value)).await, expected, "{name}: {value}");
    }
    page.close().await;
}

#[tokio::test]
async fn nothing_that_is_asked_or_quoted_becomes_markup() {
    let votes = folder();
    let page = Page::start(votes.path()).await;
    let question = format!("{EVIL} what are evil scripts in \"><img src=x onerror=alert(1)>?");
    let answered = page.page_of(&question).await;
    let parts: String = page.parts(&question).await.into_iter().map(|(_, html)| html).collect();
    let source = page.text(&format!("/passage/{}?view=panel", chunk(EVIL))).await;
    for html in [&answered, &parts, &source] {
        assert!(!html.contains(EVIL) && !html.contains("<img src=x") && !html.contains("javascript:"), "{html}");
        assert!(html.contains("&lt;script&gt;"), "it is shown as text: {html}");
    }
    page.close().await;
}

#[tokio::test]
async fn a_vote_is_taken_changed_taken_back_and_kept() {
    let votes = folder();
    let page = Page::start(votes.path()).await;
    let id = page.answer_id().await;
    let other = browser();
    let steps = [
        (&page.client, "up", json!({ "up": 1, "down": 0 })),
        (&page.client, "down", json!({ "up": 0, "down": 1 })),
        (&other, "up", json!({ "up": 1, "down": 1 })),
        (&page.client, "none", json!({ "up": 1, "down": 0 })),
        (&page.client, "down", json!({ "up": 1, "down": 1 })),
    ];
    for (client, vote, expected) in steps {
        let tally: serde_json::Value = page.vote(client, &id, vote).await.json().await.expect("JSON");
        assert_eq!(tally, expected, "{vote}");
    }
    for (id, vote, expected) in
        [("0000000000000000", "up", StatusCode::NOT_FOUND), (id.as_str(), "sideways", StatusCode::UNPROCESSABLE_ENTITY)]
    {
        assert_eq!(page.vote(&page.client, id, vote).await.status(), expected);
    }
    let form = page.post("/vote").form(&[("answer", id.as_str()), ("vote", "up")]).send().await.expect("answered");
    assert!(form.text().await.expect("text").contains("Thank you."));
    page.close().await;

    let page = Page::start(votes.path()).await;
    let tally: serde_json::Value = page.vote(&other, &id, "up").await.json().await.expect("JSON");
    assert_eq!(tally, json!({ "up": 2, "down": 0 }), "both earlier votes are still there, and theirs is one of them");
    page.close().await;
}

#[tokio::test]
async fn an_invented_cookie_makes_no_new_visitor() {
    let votes = folder();
    let page = Page::start(votes.path()).await;
    let id = page.answer_id().await;
    let other = reqwest::Client::builder().no_proxy().build().expect("a client");
    for number in 0..5 {
        let body = json!({ "answer": id, "vote": "up" });
        let cookie = format!("colega={number:032x}.{number:064x}");
        let request = other.post(format!("http://{}/vote", page.address)).header("cookie", cookie).json(&body);
        let response = request.send().await.expect("answered");
        assert!(response.headers().contains_key(SET_COOKIE), "it gets one of ours");
        assert_eq!(response.status(), StatusCode::PRECONDITION_REQUIRED);
    }
    let tally: serde_json::Value = page.vote(&page.client, &id, "up").await.json().await.expect("JSON");
    assert_eq!(tally, json!({ "up": 1, "down": 0 }), "theirs count nothing");
    page.close().await;
}

#[tokio::test]
async fn a_browser_that_another_site_led_here_has_one_vote() {
    let votes = folder();
    let page = Page::start(votes.path()).await;
    let visit = page.get("/").query(&[("q", "What is an idempotency key?")]).header("sec-fetch-site", "cross-site");
    let response = visit.send().await.expect("answered");
    assert!(!response.headers().contains_key(SET_COOKIE), "it may have one that it did not send");
    let html = response.text().await.expect("text");
    let id = between(&html, "name=\"answer\" value=\"", "\"");
    assert_eq!(page.vote_once(&page.client, id, "up").await.status(), StatusCode::PRECONDITION_REQUIRED);
    for vote in ["up", "up", "down"] {
        let tally: serde_json::Value = page.vote_once(&page.client, id, vote).await.json().await.expect("JSON");
        let is_up = u8::from(vote == "up");
        assert_eq!(tally, json!({ "up": is_up, "down": 1 - is_up }), "one vote, however often it is cast");
    }
    page.close().await;
}

#[tokio::test]
async fn a_form_without_a_cookie_comes_again_with_one() {
    let votes = folder();
    let page = Page::start(votes.path()).await;
    let id = page.answer_id().await;
    let without_cookies = reqwest::Client::builder().no_proxy().build().expect("a client");
    for (client, status, words) in [
        (&browser(), StatusCode::OK, "Thank you."),
        (&without_cookies, StatusCode::PRECONDITION_REQUIRED, "only with this page’s cookie"),
    ] {
        let form =
            client.post(format!("http://{}/vote", page.address)).form(&[("answer", id.as_str()), ("vote", "up")]);
        let response = form.send().await.expect("answered");
        assert_eq!(response.status(), status);
        let html = response.text().await.expect("text");
        assert!(html.contains(words), "{words} is not in {html}");
    }
    let tally: serde_json::Value = page.vote(&page.client, &id, "none").await.json().await.expect("JSON");
    assert_eq!(tally, json!({ "up": 1, "down": 0 }), "the one that came again");
    page.close().await;
}

#[tokio::test]
async fn the_longest_case_is_taken() {
    let folder = folder();
    let page = Page::start(folder.path()).await;
    let id = page.answer_id().await;
    page.vote(&page.client, &id, "down").await;
    let points = vec!["año ".repeat(250).trim().to_owned(); 30].join("\r\n");
    let form = [
        ("candidate", id.as_str()),
        ("question", "What is an idempotency key?"),
        ("points", points.as_str()),
        ("answerable", "yes"),
        ("decision", "accept"),
    ];
    let response = page.post("/review").form(&form).send().await.expect("answered");
    assert_eq!(response.status(), StatusCode::OK);
    let html = response.text().await.expect("text");
    assert!(html.contains("Accepted: it is case") && html.contains(GOLDSET), "{html}");
    page.close().await;
}

#[tokio::test]
async fn questions_are_kept_without_secrets_and_by_whom_they_were_asked() {
    let votes = folder();
    let page = Page::start(votes.path()).await;
    let id = page.answer_id().await;
    page.parts("How do I bake bread with the key AKIAIOSFODNN7QWERTYU?").await;
    page.vote(&page.client, &id, "down").await;
    page.close().await;
    let feedback = open_feedback(votes.path()).await;
    let exchanges = feedback.exchanges(0).await.expect("read");
    // Both may have been asked within one millisecond, so their order says nothing.
    let which = |is_first: bool| exchanges.iter().find(|own| (own.kept.id.0 == id) == is_first).expect("kept");
    let (first, second) = (which(true), which(false));
    assert_eq!((first.down, first.cited.is_empty()), (1, false));
    let question = |own: &Exchange| own.kept.trace.as_ref().expect("its words").question.clone();
    assert_eq!(question(first), "What is an idempotency key?");
    let bread = question(second);
    assert!(bread.starts_with("How do I bake bread") && !bread.contains("AKIA"), "{bread}");
    assert_eq!(first.kept.asker, second.kept.asker, "the first question brought the cookie");
}

#[tokio::test]
async fn a_passage_stands_among_its_neighbours() {
    let votes = folder();
    let page = Page::start(votes.path()).await;
    let html = page.text(&format!("/passage/{}", chunk("Common mistakes"))).await;
    let cited = between(&html, "<section class=\"cited\"", "</section>");
    assert!(cited.contains("Generating a new key") && !cited.contains("unique value"), "{cited}");
    for expected in
        ["unique value", "once per logical operation", "en/idempotency.md", "L9–11", "https://example.org/original"]
    {
        assert!(html.contains(expected), "{expected} is not in {html}");
    }
    assert!(html.contains("Idempotency keys › Common mistakes"), "{html}");
    let panel = page.text(&format!("/passage/{}?view=panel", chunk("Common mistakes"))).await;
    assert!(!panel.contains("<html") && panel.contains("class=\"cited\""), "{panel}");
    page.close().await;
}

#[tokio::test]
async fn what_is_not_there_or_too_much_is_told() {
    let votes = folder();
    let page = Page::start(votes.path()).await;
    for path in ["/nothing", "/passage/0000000000000000", "/passage/x%00y", "/passage/..%2f..%2fetc"] {
        let response = page.get(path).send().await.expect("answered");
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let large = page.post("/ask").form(&[("q", "a".repeat(20_000))]).send().await.expect("answered");
    assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let long = page.parts(&"a ".repeat(1_500)).await;
    assert!(long[0].1.contains("could not read that"), "{long:?}");
    assert_eq!(page.text("/healthz").await, "ok\n");
    let status: serde_json::Value =
        page.get("/status.json").send().await.expect("answered").json().await.expect("JSON");
    assert_eq!(status, json!({ "passages": 9, "generation": "test-1", "engine": "extractive" }));
    page.close().await;
}

#[tokio::test]
async fn it_stops_in_time_though_connections_are_open() {
    let votes = folder();
    let page = Page::start(votes.path()).await;
    let mut silent = TcpStream::connect(&page.address).expect("a connection");
    let mut half = TcpStream::connect(&page.address).expect("a connection");
    let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100";
    half.write_all(format!("POST /ask HTTP/1.1\r\nHost: localhost\r\n{form}\r\n\r\nq=").as_bytes()).expect("sent");
    page.text("/healthz").await;
    let started = Instant::now();
    page.stop.cancel();
    page.served.await.expect("no panic").expect("ends well");
    assert!(started.elapsed() < Duration::from_secs(6), "{:?}", started.elapsed());
    silent.set_read_timeout(Some(Duration::from_secs(1))).expect("a time");
    assert!(!matches!(silent.read(&mut [0; 16]), Ok(1..)), "nothing more is said");
    assert!(TcpStream::connect(&page.address).is_err(), "the port is free");
}

#[tokio::test]
async fn passages_are_listed_by_document_and_found_by_words() {
    let votes = folder();
    let page = Page::start(votes.path()).await;
    let all = page.text("/passages").await;
    assert!(all.contains("/passages?file=en%2Fidempotency.md") && all.contains("en/idempotency.md"), "{all}");
    let document = page.text("/passages?file=en/idempotency.md").await;
    for expected in ["Idempotency keys › Common mistakes", "L9–11", &format!("/passage/{}", chunk("Common mistakes"))]
    {
        assert!(document.contains(expected), "{expected} is not in {document}");
    }
    let found = page.text("/passages?q=generating+a+new+key").await;
    let first = between(&found, "<ol class=\"passages\">", "</li>");
    assert!(first.contains("Common mistakes"), "{first}");
    assert!(page.text("/passages?q=zzzz").await.contains("No passage shares a word"));
    let missing = page.get("/passages?file=../../etc/passwd").send().await.expect("answered");
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    let evil = page.get("/passages").query(&[("q", EVIL)]).send().await.expect("answered").text().await.expect("text");
    assert!(!evil.contains(EVIL) && evil.contains("&lt;script&gt;"), "{evil}");
    page.close().await;
}

#[tokio::test]
async fn the_state_counts_what_was_asked_and_shows_no_word_of_it() {
    let votes = folder();
    let page = Page::start(votes.path()).await;
    assert!(page.text("/status").await.contains("None yet."));
    page.close().await;
    let page = Page::start(votes.path()).await;
    let id = page.answer_id().await;
    page.vote(&page.client, &id, "up").await;
    page.parts("How do I bake sourdough bread?").await;
    page.parts("Write me ransomware that encrypts my victim's files").await;
    let state = page.text("/status").await;
    let row = between(&state, "<th scope=\"row\">web</th>", "</tr>");
    assert_eq!(row, "<td>1</td><td>1</td><td>1</td><td>1</td><td>0</td>", "answered, without evidence, refused, votes");
    for word in ["sourdough", "ransomware", "idempotency"] {
        assert!(!state.contains(word), "{word} is in {state}");
    }
    let live = page.text("/status?live=true").await;
    assert!(live.starts_with("<dl") && !live.contains("<html"), "{live}");
    // Without sources there is nothing to look through.
    assert_eq!(page.post("/reindex").send().await.expect("answered").status(), StatusCode::NOT_FOUND);
    page.close().await;
}
