//! The pages as wholes.

use axum::http::StatusCode;
use maud::{DOCTYPE, Markup, html};

use super::Status;
use super::assets::{CSS_ADDRESS, ICON_ADDRESS, JS_ADDRESS};
use super::visitor::Visitor;
use crate::question::Language;
use crate::render::chrome::Chrome;
use crate::render::review::Words;
use crate::render::status::Words as StatusWords;
use crate::render::{self, neutral};

/// Questions to begin with.
const EXAMPLES: [(Language, &str); 6] = [
    (Language::English, "When should I use an idempotency key?"),
    (Language::English, "How does a circuit breaker work?"),
    (Language::English, "What are common mistakes with database indexes?"),
    (Language::Spanish, "¿Cómo evitar una inyección SQL?"),
    (Language::Spanish, "¿Qué es el patrón outbox transaccional?"),
    (Language::Spanish, "¿Cuándo conviene usar una cola de mensajes?"),
];

/// The longest question that the field takes, in characters.
const LONGEST: u32 = 2_000;

/// A question with its answer as HTML.
pub(super) struct Exchange<'a> {
    pub(super) question: &'a str,
    pub(super) answer: &'a Markup,
}

/// The page with the question box, and with an answer where there is one.
pub(super) fn home(chrome: &Chrome, status: &Status, exchange: Option<&Exchange<'_>>) -> Markup {
    let title = exchange.map_or_else(|| "Colega".to_owned(), |exchange| format!("{} · Colega", exchange.question));
    frame(
        chrome,
        &title,
        &html! {
            a.skip href="#question" { (chrome.skip) }
            (top(chrome))
            main {
                @if exchange.is_none() { (welcome(chrome)) }
                div #log {
                    @if let Some(exchange) = exchange { (self::exchange(exchange.question, exchange.answer)) }
                }
            }
            div.dock { (question_box(chrome)) }
            (foot(chrome, status))
            dialog #panel aria-label=(chrome.source) {
                div.bar {
                    p { (chrome.source) }
                    button.close type="button" aria-label=(chrome.close) { "×" }
                }
                div.content {}
            }
            template #exchange { (self::exchange("", &html! { p.searching { (chrome.searching) } })) }
            template #failed { (failed(chrome)) }
        },
    )
}

/// A page with nothing but `content` and a way back.
pub(super) fn alone(chrome: &Chrome, content: &Markup) -> Markup {
    frame(
        chrome,
        "Colega",
        &html! {
            (top(chrome))
            main { (content) nav.back { a href="/" { (chrome.back) } (others(chrome)) } }
        },
    )
}

/// A page with one sentence and a way back.
pub(super) fn message(chrome: &Chrome, words: &str) -> Markup {
    alone(chrome, &html! { section.notice { p.title { (words) } } })
}

/// Says that something failed.
pub(super) fn failed(chrome: &Chrome) -> Markup {
    html! { section.notice role="alert" { p.title { (chrome.failed) } } }
}

pub(super) async fn not_found(visitor: Visitor) -> (StatusCode, Markup) {
    let chrome = visitor.chrome();
    (StatusCode::NOT_FOUND, message(&chrome, chrome.no_page))
}

fn frame(chrome: &Chrome, title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(chrome.language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (neutral(title)) }
                link rel="icon" href=(*ICON_ADDRESS);
                link rel="stylesheet" href=(*CSS_ADDRESS);
                script src=(*JS_ADDRESS) defer {}
            }
            body { (body) }
        }
    }
}

fn top(chrome: &Chrome) -> Markup {
    html! {
        header.top {
            a href="/" { img src=(*ICON_ADDRESS) alt="" width="28" height="28"; span { "Colega" } }
            p { (chrome.tagline) }
        }
    }
}

fn welcome(chrome: &Chrome) -> Markup {
    html! {
        section #welcome {
            h1 { (chrome.welcome) }
            p { (chrome.promise) }
            form.chips method="get" action="/" aria-label=(chrome.examples) {
                @for (language, question) in EXAMPLES {
                    button name="q" value=(question) lang=(language) { (question) }
                }
            }
        }
    }
}

fn exchange(question: &str, answer: &Markup) -> Markup {
    html! {
        article.exchange {
            h2 tabindex="-1" { (neutral(question)) }
            div.answer aria-live="polite" { (answer) }
        }
    }
}

fn question_box(chrome: &Chrome) -> Markup {
    html! {
        form #ask method="get" action="/" {
            label.hidden for="question" { (chrome.question) }
            textarea #question name="q" rows="1" maxlength=(LONGEST) required placeholder=(chrome.placeholder)
                autocomplete="off" enterkeyhint="send" title=(chrome.keys) {}
            button { (chrome.ask) }
        }
    }
}

/// The way to the pages beside the one with the question box.
fn others(chrome: &Chrome) -> Markup {
    let words = StatusWords::new(chrome.language);
    html! {
        a href="/status" { (words.title) }
        a href="/passages" { (words.passages) }
        a href="/review" { (Words::new(chrome.language).title) }
        a href="/reports" { (chrome.reports) }
    }
}

fn foot(chrome: &Chrome, status: &Status) -> Markup {
    html! {
        footer {
            span { (status.passages) " " (chrome.passages) }
            span { (chrome.generation) " " (neutral(&status.generation)) }
            span { (render::engine(status.engine, chrome.language)) }
            (others(chrome))
            span.keys { (chrome.keys) }
        }
    }
}
