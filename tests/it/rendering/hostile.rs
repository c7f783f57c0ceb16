//! Documents full of what markup, clients and screens act on.

use colega::question::Language;
use colega::render::document::{Block, Document, Marker, Span};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

/// What acts somewhere, or is hard to cut.
const FRAGMENTS: [&str; 72] = [
    "@everyone",
    "@here",
    "<@123456789012345678>",
    "<@!1>",
    "<@&1>",
    "<#1>",
    "</ask:1>",
    "<t:1:R>",
    "<:smile:1>",
    ":smile:",
    "@colega_bot",
    "/start",
    "/ask@colega_bot",
    "#hashtag",
    "$USD",
    "tg://user?id=1",
    "https://example.org/a_b?c=*d*",
    "http://x",
    "example.com",
    "README.md",
    "discord.gg/abc",
    "a@b.example",
    "[text](https://example.org)",
    "[x]",
    "](<",
    "(y)",
    "**bold**",
    "*it*",
    "_it_",
    "__u__",
    "~~s~~",
    "||spoiler||",
    "`code`",
    "``",
    "```",
    "```sql",
    "\\",
    "\\*",
    "> quote",
    ">>> q",
    "# h",
    "## h",
    "-# small",
    "- item",
    "+ item",
    "1. one",
    "12. twelve",
    "---",
    "| a | b |",
    "<b>",
    "</b>",
    "<script>",
    "&lt;",
    "&amp;",
    "&",
    "&#60;",
    "\"",
    "\u{202e}",
    "\u{1b}[31m",
    "\u{7}",
    "\u{2060}",
    "\u{200b}",
    "👩‍👩‍👧‍👦",
    "🇪🇸",
    "e\u{301}\u{323}",
    "日本語",
    "שלום",
    "💥",
    "ñandú",
    "x",
    ".",
    ":",
];

/// A few hundred characters to some thousands.
pub fn documents() -> impl Strategy<Value = Document> {
    vec(block(), 0..14).prop_map(|blocks| Document { language: Language::English, blocks })
}

fn block() -> impl Strategy<Value = Block> {
    prop_oneof![
        1 => line().prop_map(Block::Title),
        2 => line().prop_map(Block::Heading),
        4 => line().prop_map(Block::Paragraph),
        2 => line().prop_map(Block::Small),
        3 => (any::<bool>(), vec(line(), 0..6)).prop_map(|(is_box, items)| Block::List {
            marker: if is_box { Marker::Box } else { Marker::Bullet },
            items,
        }),
        3 => (select(&["", "sql", "c++", "a b", "```", "<b>"][..]), code())
            .prop_map(|(language, code)| Block::Code { language: language.to_owned(), code }),
    ]
}

fn line() -> impl Strategy<Value = Vec<Span>> {
    prop_oneof![9 => vec(span(words(0..12)), 0..6), 1 => vec(span(words(100..400)), 1..3)]
}

fn span(text: impl Strategy<Value = String>) -> impl Strategy<Value = Span> {
    let url = select(&["https://example.org/a(b)<c>\\d e", "http://x", "javascript:alert(1)", "tg://user?id=1"][..]);
    (0..6, text, url).prop_map(|(kind, text, url)| match kind {
        0 | 1 => Span::Plain(text),
        2 => Span::Strong(text),
        3 => Span::Emphasis(text),
        4 => Span::Code(text),
        _ => Span::Link { text, url: url.to_owned() },
    })
}

fn words(count: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    vec((fragment(), gap()), count).prop_map(|words| words.into_iter().flat_map(|(word, gap)| [word, gap]).collect())
}

fn code() -> impl Strategy<Value = String> {
    let lines = |count| vec(words(0..10), count).prop_map(|lines| lines.join("\n"));
    prop_oneof![6 => lines(0..12), 1 => lines(30..90), 1 => words(300..900)]
}

fn gap() -> impl Strategy<Value = String> {
    prop_oneof![6 => Just(" "), 3 => Just(""), 1 => Just("\n"), 1 => Just("  ")].prop_map(str::to_owned)
}

fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => select(&FRAGMENTS[..]).prop_map(str::to_owned),
        3 => "[a-zA-Z]{1,12}",
        1 => any::<char>().prop_map(String::from),
    ]
}
