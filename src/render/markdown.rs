//! Markdown of sources: to HTML in which nothing of theirs is trusted, and to plain text.

use maud::{Markup, PreEscaped, Render as _};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::document::{Span, Text};
use super::neutral;

/// Stands before a sentence while it is parsed, so that none begins a list, a heading or a block of code.
const BEFORE: &str = "x ";

/// The inline markup of one sentence as HTML: code, emphasis, and links to http and https addresses.
pub fn sentence(text: &str) -> Markup {
    let mut html = Html::default();
    each_inline(text, |event| html.event(event));
    PreEscaped(html.text)
}

/// A whole passage as HTML.
pub fn passage(text: &str) -> Markup {
    let text = neutral(text);
    let mut html = Html::default();
    for event in Parser::new_ext(&text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        html.event(event);
    }
    PreEscaped(html.text)
}

/// The words of one sentence: emphasis and links reduced to their text, code in its backticks.
pub fn plain(text: &str) -> String {
    let mut words = String::new();
    each_inline(text, |event| match event {
        Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => words.push_str(&text),
        Event::Code(code) => {
            let fence = if code.contains('`') { "``" } else { "`" };
            words.extend([fence, &code, fence]);
        }
        Event::SoftBreak | Event::HardBreak => words.push(' '),
        _ => {}
    });
    words
}

/// The inline markup of one sentence as spans; a link to anything but the web is its text.
pub fn spans(text: &str) -> Text {
    let (mut spans, mut strong, mut emphasis, mut links) = (Text::new(), 0_u32, 0_u32, Vec::new());
    each_inline(text, |event| match event {
        Event::Start(Tag::Strong) => strong += 1,
        Event::End(TagEnd::Strong) => strong = strong.saturating_sub(1),
        Event::Start(Tag::Emphasis) => emphasis += 1,
        Event::End(TagEnd::Emphasis) => emphasis = emphasis.saturating_sub(1),
        Event::Start(Tag::Link { dest_url, .. }) => links.push(dest_url.to_string()),
        Event::End(TagEnd::Link) => drop(links.pop()),
        Event::Code(code) => spans.push(Span::Code(code.to_string())),
        Event::SoftBreak | Event::HardBreak => spans.push(Span::Plain(" ".to_owned())),
        Event::Text(words) | Event::Html(words) | Event::InlineHtml(words) => {
            let words = words.to_string();
            spans.push(match links.last().filter(|url| is_web_address(url)) {
                Some(url) => Span::Link { text: words, url: url.clone() },
                None if strong > 0 => Span::Strong(words),
                None if emphasis > 0 => Span::Emphasis(words),
                None => Span::Plain(words),
            });
        }
        _ => {}
    });
    spans
}

fn each_inline(text: &str, mut each: impl FnMut(Event<'_>)) {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = format!("{BEFORE}{}", neutral(&line));
    let mut before = BEFORE.len();
    for event in Parser::new(&line) {
        match event {
            Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
            Event::Text(text) if before > 0 => {
                let skipped = before.min(text.len());
                before -= skipped;
                each(Event::Text(text[skipped..].to_owned().into()));
            }
            other => each(other),
        }
    }
}

/// HTML as it is written, event by event.
#[derive(Default)]
struct Html {
    text: String,
    /// For each open link, whether it has a tag of its own.
    links: Vec<bool>,
    in_table_head: bool,
}

impl Html {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => text.as_ref().render_to(&mut self.text),
            Event::Code(code) => {
                self.text.push_str("<code>");
                code.as_ref().render_to(&mut self.text);
                self.text.push_str("</code>");
            }
            Event::SoftBreak => self.text.push('\n'),
            Event::HardBreak => self.text.push_str("<br>"),
            Event::Rule => self.text.push_str("<hr>"),
            // Those need options that are off.
            Event::InlineMath(_) | Event::DisplayMath(_) | Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        let opening = match tag {
            Tag::Heading { level, .. } => &format!("<h{}>", heading(level as u8)),
            Tag::CodeBlock(kind) => return self.start_code(&kind),
            Tag::List(Some(first)) => &format!("<ol start=\"{first}\">"),
            Tag::Link { dest_url, .. } => return self.start_link(&dest_url),
            Tag::TableHead => {
                self.in_table_head = true;
                "<thead><tr>"
            }
            Tag::TableCell if self.in_table_head => "<th>",
            Tag::TableCell => "<td>",
            Tag::Table(_) => "<div class=\"wide\" tabindex=\"0\"><table>",
            Tag::Paragraph | Tag::HtmlBlock => "<p>",
            Tag::BlockQuote(_) => "<blockquote>",
            Tag::List(None) => "<ul>",
            Tag::Item => "<li>",
            Tag::TableRow => "<tr>",
            Tag::Emphasis => "<em>",
            Tag::Strong => "<strong>",
            Tag::Strikethrough => "<s>",
            _ => "",
        };
        self.text.push_str(opening);
    }

    fn start_code(&mut self, kind: &CodeBlockKind<'_>) {
        let language = match kind {
            CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or_default(),
            CodeBlockKind::Indented => "",
        };
        self.text.push_str("<pre tabindex=\"0\" data-language=\"");
        language.render_to(&mut self.text);
        self.text.push_str("\"><code>");
    }

    fn start_link(&mut self, url: &str) {
        let is_web = is_web_address(url);
        self.links.push(is_web);
        if is_web {
            self.text.push_str("<a rel=\"noopener noreferrer nofollow\" target=\"_blank\" href=\"");
            url.render_to(&mut self.text);
            self.text.push_str("\" title=\"");
            url.render_to(&mut self.text);
            self.text.push_str("\">");
        }
    }

    fn end(&mut self, tag: TagEnd) {
        let closing = match tag {
            TagEnd::Heading(level) => &format!("</h{}>", heading(level as u8)),
            TagEnd::CodeBlock => "</code></pre>",
            TagEnd::List(true) => "</ol>",
            TagEnd::Link if self.links.pop() == Some(true) => "</a>",
            TagEnd::TableHead => {
                self.in_table_head = false;
                "</tr></thead>"
            }
            TagEnd::TableCell if self.in_table_head => "</th>",
            TagEnd::TableCell => "</td>",
            TagEnd::Table => "</table></div>",
            TagEnd::Paragraph | TagEnd::HtmlBlock => "</p>",
            TagEnd::BlockQuote(_) => "</blockquote>",
            TagEnd::List(false) => "</ul>",
            TagEnd::Item => "</li>",
            TagEnd::TableRow => "</tr>",
            TagEnd::Emphasis => "</em>",
            TagEnd::Strong => "</strong>",
            TagEnd::Strikethrough => "</s>",
            _ => "",
        };
        self.text.push_str(closing);
    }
}

/// Headings of a source stand below those of the page.
fn heading(level: u8) -> u8 {
    (level + 2).min(6)
}

/// Whether `url` leads to the web rather than to a script or a file.
pub fn is_web_address(url: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| url.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected_html: &str, expected_plain: &str) {
        assert_eq!(sentence(text).into_string(), expected_html, "{text}");
        assert_eq!(plain(text), expected_plain, "{text}");
    }

    #[test]
    fn code_and_emphasis_are_kept() {
        check("Use `a < b`.", "Use <code>a &lt; b</code>.", "Use `a < b`.");
        check("**Never** _ever_ do.", "<strong>Never</strong> <em>ever</em> do.", "Never ever do.");
        check("`` a`b ``", "<code>a`b</code>", "``a`b``");
    }

    #[test]
    fn sentences_begin_no_blocks() {
        for text in ["1. Do this.", "# Not a heading", "- no item", "> no quote", "```sql", "| a |", "---", "x y"] {
            assert_eq!(plain(text), text);
        }
        assert_eq!(plain("    indented  much"), "indented much");
        assert_eq!(plain("two\nlines"), "two lines");
        assert_eq!(plain(""), "");
    }

    #[test]
    fn links_lead_to_the_web_or_nowhere() {
        let link = |url: &str| {
            format!(
                "See <a rel=\"noopener noreferrer nofollow\" target=\"_blank\" href=\"{url}\" title=\"{url}\">it</a>."
            )
        };
        check("See [it](https://a.example/b?c=d).", &link("https://a.example/b?c=d"), "See it.");
        check("See [it](javascript:alert(1)).", "See it.", "See it.");
        check("See [it](data:text/html,x).", "See it.", "See it.");
        check("![alt](https://a.example/pixel.png) x", "alt x", "alt x");
    }

    #[test]
    fn markup_of_sources_is_text() {
        check(
            "<script>alert(1)</script> & <img src=x onerror=y>",
            "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;img src=x onerror=y&gt;",
            "<script>alert(1)</script> & <img src=x onerror=y>",
        );
        let quoted = sentence("[a](https://x.example/\"onmouseover=\"y)").into_string();
        assert!(!quoted.contains("\"onmouseover"), "{quoted}");
    }

    #[test]
    fn passages_keep_their_blocks_and_no_markup_of_their_own() {
        let text = "# T\n\n- a\n- b\n\n<div onclick=x>\n\n```sql\nSELECT 1 < 2;\n```\n\n|a|b|\n|-|-|\n|1|2|\n";
        let html = passage(text).into_string();
        let expected = "<h3>T</h3><ul><li>a</li><li>b</li></ul><p>&lt;div onclick=x&gt;\n</p>\
            <pre tabindex=\"0\" data-language=\"sql\"><code>SELECT 1 &lt; 2;\n</code></pre>\
            <div class=\"wide\" tabindex=\"0\"><table><thead><tr><th>a</th><th>b</th></tr></thead>\
            <tr><td>1</td><td>2</td></tr></table></div>";
        assert_eq!(html, expected);
    }

    #[test]
    fn hostile_markup_takes_no_long_time() {
        let long = 50_000;
        for piece in ["[", "*a ", "`", "![", "[a](", "<", "> ", "_a*", "|a", "\\`", "&#", "[a][", "~~a", "- "] {
            let text = piece.repeat(long / piece.len());
            let started = std::time::Instant::now();
            let (html, words) = (passage(&text).into_string(), plain(&text));
            assert!(started.elapsed().as_secs() < 5, "“{piece}” took {:?}", started.elapsed());
            assert!(!html.is_empty() && words.len() <= 2 * text.len(), "{piece}");
        }
    }
}
