use std::fmt::Write as _;
use std::time::Instant;

use proptest::prelude::*;

use super::*;
use crate::knowledge::document::Meta;
use crate::passage::SourceSpan;
use crate::question::Language;

/// Reads a page and holds that its blocks stand in order within it.
fn read_page(text: &str) -> Option<Parsed> {
    let parsed = parse("a.html", text).ok()?;
    let lines = u32::try_from(text.split('\n').count()).expect("few lines");
    let mut last = 1;
    for block in &parsed.blocks {
        let SourceSpan::Lines { start, end } = block.span else { panic!("{block:?}") };
        assert!(last <= start && start <= end && end <= lines, "after {last} of {lines}: {block:?}");
        assert!(!block.text.trim().is_empty(), "{block:?}");
        last = start;
    }
    Some(parsed)
}

/// Each block as `kind lines: text`.
fn told(text: &str) -> String {
    let mut told = String::new();
    for block in read_page(text).map_or_else(Vec::new, |parsed| parsed.blocks) {
        writeln!(told, "{:?} {}: {}", block.kind, block.span, block.text).expect("strings take text");
    }
    told
}

#[test]
fn a_page_becomes_blocks() {
    let page = "<!doctype html>\n<html lang=es-MX>\n<head><title>The &amp; title</title>\n\
        <link rel=canonical href=\"https://example.org/a\"></head>\n<body>\n<nav>Menu</nav>\n\
        <article><header><h1>Head <code>x</code><a href=#h>¶</a></h1></header>\n\
        <p>Some <b>bold</b>\n  text&nbsp;with <a href=b>a link</a>.<p>Second<br>line<br><br>Third\n\
        <h2>List</h2>\n<ul>\n<li>one\n<li>two <ol><li>nested</ol> after\n</ul>\n\
        <pre><code class=\"hljs language-Rust\">\nlet x = &lt;1&gt;;\n\n  y\n</code></pre>\n\
        <table><tr><th>a<th>b|c<tr><td>1<td>2</table>\n<blockquote><p>Quoted</p></blockquote>\n\
        <dl><dt>Term</dt><dd><p>What it means</p></dd></dl></article>\n<footer>Foot</footer><script>let a = '<p>';</script>";
    insta::assert_snapshot!(told(page), @r#"
Heading(1) L7: Head x
Paragraph L8–9: Some bold text with a link.
Paragraph L9: Second
line
Paragraph L9: Third
Heading(2) L10: List
ListItem L12: - one
ListItem L13: - two
  1. nested
  after
Code L16–18: ```rust
let x = <1>;

  y
```
Table L20: | a | b\|c |
| --- | --- |
| 1 | 2 |
Paragraph L21: Quoted
Paragraph L22: Term: What it means
"#);
    let meta = read_page(page).expect("a page").meta;
    let expected = Meta {
        title: Some("The & title".into()),
        language: Some(Language::Spanish),
        url: Some("https://example.org/a".into()),
        ..Meta::default()
    };
    assert_eq!(meta, expected);
}

#[test]
fn headings_lose_the_links_to_themselves() {
    let page = "<h1>C#</h1><h2><a href=a>§</a>Slices</h2><h3>Head <a href=b>#</a></h3>";
    assert_eq!(told(page), "Heading(1) L1: C#\nHeading(2) L1: Slices\nHeading(3) L1: Head\n");
}

#[test]
fn hidden_text_is_left_out() {
    let check = |hidden: &str| {
        assert_eq!(told(&format!("<div>{hidden}\n<p>Seen</p></div>")), "Paragraph L2: Seen\n", "{hidden}");
    };
    check("<p style='color: red; Display : none !important'>no</p>");
    check("<span style='visibility:hidden'>no<span>no</span>no</span>");
    check("<span style='font-size:0px'>no</span>");
    check("<div hidden>no<div>no</div>no</div>");
    check("<p aria-hidden=true>no");
    check("<div hidden><section><span>no</div>");
    check("<script>no</script><style>no</style><noscript>no</noscript><template><p>no</p></template>");
    check("<svg><title>no</title></svg><svg/><script/>");
    check("<form><input hidden>no<select><option>no</select></form><button>no</button><!-- no -->");
    assert_eq!(told("<p style='font-size:0.9em'>Seen"), "Paragraph L1: Seen\n");
    assert_eq!(told("<body><form><nav>Only this</nav></form>"), "Paragraph L1: Only this\n");
}

#[test]
fn layout_tables_and_code_tables_are_no_tables() {
    insta::assert_snapshot!(told("<table><tr><td>left<td><h2>Head</h2>\n<p>Text</table>"), @r#"
Paragraph L1: left
Heading(2) L1: Head
Paragraph L2: Text
"#);
    insta::assert_snapshot!(
        told("<table><tr><td><pre>1\n2</pre></td><td><pre class=lang-c>int a;\nint b;</pre></td></tr></table>"), @r#"
Code L2–3: ```c
int a;
int b;
```
"#
    );
    insta::assert_snapshot!(told("<li><pre>a ``` b</pre><table><tr><td>a<td>b<tr><td>c<td>d</table>"), @r#"
ListItem L1: - ````
  a ``` b
  ````
  | a | b |
  | --- | --- |
  | c | d |
"#);
}

#[test]
fn a_page_without_text_is_an_error_with_a_mend() {
    for page in ["", "<p> </p>", "<script>a()</script>", "<!-- a -->", "<"] {
        let error = parse("a.html", page).expect_err(page).to_string();
        assert!(error.starts_with("a.html: the page holds no text; "), "{error}");
    }
}

#[test]
fn a_tag_without_end_costs_no_more_than_itself() {
    let page =
        format!("<p>Before\n<b {}\n><p>After", (0..20_000).map(|n| format!("a{n} ")).collect::<Vec<_>>().concat());
    let text = told(&page);
    assert!(text.starts_with("Paragraph L1–3: Before") && text.ends_with("\nParagraph L3: After\n"), "{}", text.len());
    let comment = format!("<p>Before<!-- {} --><p>After", "word ".repeat(20_000));
    assert_eq!(told(&comment), "Paragraph L1: Before\nParagraph L1: After\n");
}

#[test]
fn hostile_pages_are_read_in_linear_time() {
    let n = 100_000;
    let pages = [
        "<div>".repeat(n),
        "<ul><li>a".repeat(n),
        "<b>a".repeat(n),
        "<p>a".repeat(n),
        "<li>a".repeat(n),
        "</p>".repeat(n),
        "<table><tr><td>a".repeat(n),
        "<dl><dd>a".repeat(n),
        "<div hidden>a".repeat(n),
        "<blockquote>".repeat(n) + "a",
        "<div>".repeat(n) + &"</span>".repeat(n),
        "<b><div>".repeat(n) + &"</b>".repeat(n),
        "<li><ul>".to_owned() + &"<div>".repeat(n) + &"<li></li>".repeat(n),
        "<tr><td>a".repeat(n),
        "<pre>".repeat(n),
        "&".repeat(n),
        "&am".repeat(n),
        "&#99999999;".repeat(n),
        "<".repeat(n),
        "<!".repeat(n),
        "<!--".repeat(n),
        "<script>".repeat(n),
        "<title>".repeat(n),
        "<code>a".repeat(n),
        "a<br>".repeat(n),
        (0..n).map(|n| format!("<a{n} b{n} ")).collect::<Vec<_>>().concat(),
        "<x a='".repeat(n),
        "<x a=\"> ".repeat(n),
        "</script a ".repeat(n),
        "<script><!--<script>".repeat(n),
    ];
    for page in &pages {
        let start = Instant::now();
        let _ = read_page(page);
        let taken = start.elapsed();
        assert!(taken.as_secs() < 5, "{taken:?} for {:?}…", page.chars().take(20).collect::<String>());
    }
}

fn page_piece() -> impl Strategy<Value = String> {
    let names = vec![
        "p",
        "div",
        "ul",
        "ol",
        "li",
        "b",
        "code",
        "pre",
        "table",
        "tr",
        "td",
        "th",
        "h1",
        "h6",
        "dl",
        "dt",
        "dd",
        "br",
        "blockquote",
        "title",
        "article",
        "nav",
        "span hidden",
        "script",
        "svg",
        "x-y",
        "a href='b>c'",
        "header",
        "html lang=en",
    ];
    let tag = (
        prop::sample::select(vec!["<", "</", "\n<"]),
        prop::sample::select(names),
        prop::sample::select(vec![">", ">", ">", "/>", ""]),
    );
    prop_oneof![
        tag.prop_map(|(a, b, c)| format!("{a}{b}{c}")),
        "[a-z]{1,5}",
        Just("\n".to_owned()),
        Just("&lt;".to_owned()),
        Just("<!-- c\n -->".to_owned())
    ]
}

#[test]
fn text_between_cells_keeps_its_place() {
    insta::assert_snapshot!(told("<table>\n<td>one<!--\n--></td>two\n<td>three</table>"), @r"
    Paragraph L2: one
    Paragraph L3: two
    Paragraph L4: three
    ");
    insta::assert_snapshot!(told("<table><tr><td>a<td>b</tr>\nstray\n<tr><td>c<td>d</tr></table>"), @r"
    Table L1–3: | a | b |
    | --- | --- |
    | stray |
    | c | d |
    ");
}

proptest! {
    #[test]
    fn any_text_is_read_as_a_page(text in "(\\PC|\n|[<>/&;!='\"-]){0,300}") {
        let _ = read_page(&text);
    }

    #[test]
    fn any_mixture_of_tags_is_read(pieces in prop::collection::vec(page_piece(), 0..60)) {
        let _ = read_page(&pieces.concat());
    }

    #[test]
    fn words_in_any_mixture_of_visible_tags_are_kept(pieces in prop::collection::vec((prop::sample::select(vec![
        "<p>", "</p>", "<div>", "</div>", "<ul>", "</ul>", "<ol>", "<li>", "</li>", "<table>", "</table>", "<tr>", "</tr>", "<td>", "</td>", "<th>", "<h2>",
        "</h2>", "<dl>", "</dl>", "<dt>", "</dt>", "<dd>", "<pre>", "</pre>", "<code>", "</code>", "<b>", "</b>", "<br>", "<hr>", "<x-y>", "</x-y>", "</body>"]), "[a-z]{3,9}"), 1..40)) {
        let page = pieces.iter().map(|(tag, word)| format!("{tag} {word} ")).collect::<Vec<_>>().concat();
        let kept = told(&page);
        for (_, word) in &pieces {
            prop_assert!(kept.contains(word.as_str()), "{word} of {page} in {kept}");
        }
    }
}
