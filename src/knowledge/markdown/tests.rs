use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Vec<Block> {
    let parsed = parse("a.md", text).expect("Markdown is always read");
    hold(text, &parsed.blocks);
    parsed.blocks
}

/// Holds what is promised of every block: its place, and that its text stands there.
fn hold(text: &str, blocks: &[Block]) {
    let source: Vec<&str> = text.split('\n').collect();
    let mut last = 0;
    for block in blocks {
        let SourceSpan::Lines { start, end } = block.span else { panic!("{block:?}") };
        assert!(last < start && start <= end && end as usize <= source.len(), "after {last}: {:?}", block.span);
        last = end;
        if !matches!(block.kind, BlockKind::Heading(_)) {
            let lines = source[start as usize - 1..end as usize].join("\n");
            assert_eq!(lines.trim_end(), block.text);
        }
    }
}

/// Each block as `kind lines: text`.
fn told(text: &str) -> String {
    let mut told = String::new();
    for Block { kind, text, span } in read(text) {
        writeln!(told, "{kind:?} {span}: {text}").expect("strings take text");
    }
    told
}

#[test]
fn blocks_are_the_lines_of_the_source() {
    let text = "# The *title* with `code` ##\nText with **marks**  \nover lines\n\nSetext\n---\n\n- one\n  - nested\n\n  more\n- two\n\n\
                > quote\n> goes on\n\n| a | b |\n|---|---|\n| c | d |\n\n```rust\nlet x = 1;\n\n/// doc\n```\n\n    indented\n\nEnd[^1]\n\n[^1]: note\n";
    insta::assert_snapshot!(told(text), @r#"
Heading(1) L1: The title with code
Paragraph L2–3: Text with **marks**  
over lines
Heading(2) L5–6: Setext
ListItem L8–11: - one
  - nested

  more
ListItem L12: - two
Paragraph L14–15: > quote
> goes on
Table L17–19: | a | b |
|---|---|
| c | d |
Code L21–25: ```rust
let x = 1;

/// doc
```
Code L27:     indented
Paragraph L29: End[^1]
Paragraph L31: [^1]: note
"#);
}

#[test]
fn headings_are_plain_words() {
    let check = |line: &str, expected: &str| {
        let words: Vec<_> = read(line).into_iter().map(|block| block.text).collect();
        assert_eq!(words, [expected], "{line}");
    };
    check("# First steps { #first-steps }", "First steps");
    check("## Install {#install .wide}", "Install");
    check("## GET /users/{id}", "GET /users/{id}");
    check("# C#", "C#");
    check("### <abbr title=\"x\">API</abbr> of [the *core*](a.md) ###", "API of the core");
    check("# Option<T> and Vec<u8>", "Option<T> and Vec<u8>");
    check("Two\nlines\n===", "Two lines");
}

#[test]
fn what_is_no_prose_is_left_out() {
    let dropped = [
        "[![Build](https://a.b/c.svg)](https://a.b) ![x](y)",
        "<p align=\"center\">\n  <img src=\"a.png\" alt=\"A picture\">\n</p>",
        "[Home](a.md) | [Next](b.md)",
        "---",
        "***",
        "[ref]: https://example.org \"Title\"",
        "<!-- a comment\n\nover lines -->",
        "<style>\nbody { color: red }\n</style>",
        "<script>let a = \"</p>\";\n\nb()</script>",
        "/// note | Title",
        "///",
        "::: module.Name",
        "{* ../../docs_src/a.py hl[1] *}",
        "[TOC]",
        "!!! note \"Title\"",
        "=== \"Tab\"",
        "{% include 'x' %}",
        "<div class=\"a\">\n</div>",
    ];
    for text in dropped {
        assert_eq!(told(text), "", "{text}");
        let between = format!("Before it.\n\n{text}\n\nAfter it.");
        assert_eq!(read(&between).len(), 2, "{between}");
    }
}

#[test]
fn prose_around_directives_stays() {
    insta::assert_snapshot!(told("Before\n/// tip | Title\nInside\nlines\n///\nAfter"), @r#"
Paragraph L1: Before
Paragraph L3–4: Inside
lines
Paragraph L6: After
"#);
    insta::assert_snapshot!(told("* item\n///\n\n/// note\n\n* a\n* b\n\n///"), @r#"
ListItem L1: * item
ListItem L6: * a
ListItem L7: * b
"#);
    insta::assert_snapshot!(told("!!! note \"T\"\n    Moved *prose*\n\n    - item\n\n    === \"Tab\"\n\n        ```sh\n        ls\n        ```\n\nBack\n\n    code"), @r#"
Paragraph L2:     Moved *prose*
ListItem L4:     - item
Code L8–10:         ```sh
        ls
        ```
Paragraph L12: Back
Code L14:     code
"#);
    insta::assert_snapshot!(told("| a | b |\n|---|---|\n| c | d |\n///\ntext"), @r#"
Table L1–3: | a | b |
|---|---|
| c | d |
Paragraph L5: text
"#);
    insta::assert_snapshot!(told("```\n!!! note\n    x\n///\n```\n- ```rust\n  /// doc\n  ```\n\n/// note\ntext"), @r#"
Code L1–5: ```
!!! note
    x
///
```
ListItem L6–8: - ```rust
  /// doc
  ```
Paragraph L11: text
"#);
}

#[test]
fn prose_in_html_stays() {
    insta::assert_snapshot!(told("<details>\n<summary>Why?</summary>\nBecause <b>so</b>.\n<!-- not this -->\nAnd this.\n</details>"), @r#"
Paragraph L2–3: <summary>Why?</summary>
Because <b>so</b>.
Paragraph L5: And this.
"#);
    insta::assert_snapshot!(told("<div markdown>\n\nProse\n\n</div>\n<abbr title=\"x\">API</abbr> text\n"), @r#"
Paragraph L3: Prose
Paragraph L6: <abbr title="x">API</abbr> text
"#);
    insta::assert_snapshot!(told("<p\n class=\"x\">Words</p>\n\n<div never ends\nwords in it"), @r#"
Paragraph L1–2: <p
 class="x">Words</p>
Paragraph L4–5: <div never ends
words in it
"#);
    insta::assert_snapshot!(told("![badge](x)\n[![b](c)](d)\nA line of prose\n[a link](b)\n![badge](x)"), @r#"
Paragraph L3–4: A line of prose
[a link](b)
"#);
}

#[test]
fn front_matter_counts_as_lines() {
    let parsed = parse("a.md", "---\ntitle: From above\n---\n\n# Heading\n\nText").expect("read");
    assert_eq!(parsed.meta.title.as_deref(), Some("From above"));
    assert_eq!(parsed.blocks.iter().map(|block| block.span.to_string()).collect::<Vec<_>>(), ["L5", "L7"]);
    let parsed = parse("a.md", "---\ntitle: [a\n---\n# Heading\n").expect("read");
    assert_eq!((parsed.warnings.len(), parsed.meta.title.as_deref()), (1, Some("Heading")));
}

#[test]
fn hostile_text_is_read_in_linear_time() {
    let n = 20_000;
    let wide = format!("{}\n{}\n{}", "|a".repeat(2000), "|-".repeat(2000), "|b\n".repeat(2000));
    let nested = (0..2000).map(|depth| format!("{}- a\n", "  ".repeat(depth))).collect::<Vec<_>>().concat();
    let attributes = format!("<div {}>", (0..n).map(|n| format!("a{n} ")).collect::<Vec<_>>().concat());
    let texts = [
        ">".repeat(n),
        "> ".repeat(n),
        "- ".repeat(n),
        "[".repeat(n),
        "![".repeat(n),
        "[a](".repeat(n),
        "*a _b ".repeat(n),
        "`a``".repeat(n),
        "<a ".repeat(n),
        "<!--".repeat(n),
        "<!-- a\n".repeat(n),
        "[^1]: ".repeat(n),
        "[a]: b\n".repeat(n),
        "\\".repeat(n),
        "a\n---\n".repeat(n),
        "/// a\n".repeat(n),
        "!!! a\n    ".repeat(n),
        "&a;".repeat(n),
        "```\n".repeat(n),
        "1. a\n".repeat(n),
        wide,
        nested,
        attributes,
        "<div>\n".repeat(n),
        "---\n".repeat(n),
        "<?".repeat(n),
        "<![CDATA[".repeat(n),
        "~a~".repeat(n),
        "|".repeat(n),
    ];
    for text in &texts {
        let start = Instant::now();
        let _ = read(text);
        let taken = start.elapsed();
        assert!(taken.as_secs() < 5, "{taken:?} for {:?}…", text.chars().take(20).collect::<String>());
    }
}

/// Words of `text` outside of what is left out, told line by line without a parser.
fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

fn markdown_piece() -> impl Strategy<Value = String> {
    let word = "[a-zñ0-9]{2,6}";
    let indent = prop::sample::select(vec!["", "  ", "    ", "> ", "- ", "1. ", "\t", "  - "]);
    let mark = prop::sample::select(vec![
        "", "# ", "* ", "```", "~~~", "| ", "**", "`", "<b>", "<div>", "</div>", "[^1]: ", "[x] ", "_", "~~", "=== ",
        "&amp; ",
    ]);
    let end = prop::sample::select(vec![
        "", " |", "**", "`", "  ", "\\", " #", "\n---", "\n===", "\n", "\n\n", "\n|-|-|", "</b>", "_",
    ]);
    (indent, mark, word, word, end).prop_map(|(indent, mark, a, b, end)| format!("{indent}{mark}{a} {b}{end}"))
}

proptest! {
    #[test]
    fn no_word_is_lost(pieces in prop::collection::vec(markdown_piece(), 0..25)) {
        let text = pieces.join("\n");
        let kept: String = read(&text).into_iter().map(|block| block.text + "\n").collect();
        let kept = words(&kept);
        let missing: Vec<_> = words(&text).into_iter().filter(|word| !kept.contains(word) && !["amp", "b", "div"].contains(word)).collect();
        prop_assert!(missing.is_empty(), "{missing:?} of {text}");
    }

    #[test]
    fn any_text_is_read(text in "(\\PC|\n|[-#>*`~|\\[\\]()<!/ ]){0,300}") {
        let _ = read(&text);
    }

    #[test]
    fn cut_and_joined_markdown_is_read(pieces in prop::collection::vec(markdown_piece(), 0..25), at in any::<prop::sample::Index>()) {
        let text = pieces.join("\n///\n<!-- c -->\n!!! note\n");
        let at = text.floor_char_boundary(at.index(text.len().max(1)));
        let _ = read(&format!("{}{}", &text[at..], &text[..at]));
    }
}

fn evaluation_files() -> Vec<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/eval");
    let root = std::env::var_os("COLEGA_EVAL_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let is_raw = |path: &std::path::Path| path.components().any(|part| part.as_os_str() == "raw");
    let files = ignore::WalkBuilder::new(root).standard_filters(false).build().filter_map(Result::ok);
    let mut files: Vec<_> = files.map(ignore::DirEntry::into_path).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "md") && is_raw(path));
    files
}

#[test]
#[expect(clippy::print_stdout, reason = "what was read and how fast is told to who runs it")]
fn real_documents_are_read_whole() {
    let files = evaluation_files();
    if files.is_empty() {
        println!("skipped: no Markdown to read; name its folder in COLEGA_EVAL_DATA");
        return;
    }
    let (mut bytes, mut seconds, mut blocks) = (0, 0.0, 0);
    for path in &files {
        let text = std::fs::read_to_string(path).expect("a readable file").replace('\r', "");
        let start = Instant::now();
        let parsed = parse(&path.display().to_string(), &text).expect("Markdown is always read");
        seconds += start.elapsed().as_secs_f64();
        bytes += text.len();
        blocks += parsed.blocks.len();
        hold(&text, &parsed.blocks);
        assert!(!parsed.blocks.is_empty(), "{}", path.display());
        for warning in &parsed.warnings {
            println!("{warning}");
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a few megabytes")]
    let rate = bytes as f64 / 1e6 / seconds;
    println!("{} files, {blocks} blocks, {bytes} bytes, {rate:.1} MB/s", files.len());
    assert!(rate > 1.0, "{rate:.1} MB/s");
}
