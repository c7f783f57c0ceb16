//! A reply as fragments of HTML, one for each part, so that a page can show them as they come.

use maud::{Markup, html};

use super::chrome::Chrome;
use super::markdown::{self, is_web_address};
use super::{Notice, neutral, section_title, source_language_note, sources_title};
use crate::answer::{Answer, Block, Citation, CitationNo, Section, SectionKind, Sentence};

/// What an answer begins with: its subject, and that its sources are in another language where they are.
pub fn head(answer: &Answer) -> Markup {
    html! {
        header.head lang=(answer.language) {
            h3 lang=[answer.source_language] { (neutral(&answer.subject)) }
            @if let Some(note) = source_language_note(answer) { p.note { (note) } }
        }
    }
}

/// One section of `answer`.
pub fn section(section: &Section, answer: &Answer) -> Markup {
    let class = match section.kind {
        SectionKind::Definition => "definition",
        SectionKind::WhenToUse => "when",
        SectionKind::Pitfalls => "pitfalls",
        SectionKind::Example => "example",
        SectionKind::Checklist => "checklist",
    };
    html! {
        section class={ "part " (class) } lang=(answer.language) {
            h4 { (section_title(section.kind, answer.language)) }
            div lang=[answer.source_language] {
                @for block in &section.blocks { (self::block(block, section.kind, answer)) }
            }
        }
    }
}

fn block(block: &Block, kind: SectionKind, answer: &Answer) -> Markup {
    match block {
        Block::Paragraph { sentences } => html! { p { (self::sentences(sentences, answer)) } },
        Block::List { items } if kind == SectionKind::Checklist => html! {
            ul.boxes {
                @for item in items {
                    li { label { input type="checkbox"; span { (sentences(item, answer)) } } }
                }
            }
        },
        Block::List { items } => html! {
            ul { @for item in items { li { (sentences(item, answer)) } } }
        },
        Block::Code { language, code, cites } => self::code(language, code, cites, answer),
    }
}

fn code(language: &str, code: &str, cites: &[CitationNo], answer: &Answer) -> Markup {
    let chrome = Chrome::new(answer.language);
    html! {
        figure.code {
            figcaption lang=(answer.language) {
                span { (neutral(language)) (marks(cites, answer)) }
                button.copy type="button" data-copied=(chrome.copied) hidden { (chrome.copy) }
            }
            pre tabindex="0" { code { (neutral(code)) } }
        }
    }
}

fn sentences(sentences: &[Sentence], answer: &Answer) -> Markup {
    html! {
        @for (at, sentence) in sentences.iter().enumerate() {
            @if at > 0 { " " }
            (markdown::sentence(&sentence.text)) (marks(&sentence.cites, answer))
        }
    }
}

/// The numbers behind a sentence; each leads to its entry among the sources.
fn marks(cites: &[CitationNo], answer: &Answer) -> Markup {
    let chrome = Chrome::new(answer.language);
    html! {
        @for no in cites {
            @if let Some(citation) = answer.citations.iter().find(|citation| citation.no == *no) {
                a.cite href={ "#" (anchor(answer, *no)) } data-passage=(passage_address(citation))
                    aria-label={ (chrome.source) " " (no.0) } title=(place(citation)) { (no.0) }
            }
        }
    }
}

/// The list of cited passages.
pub fn sources(answer: &Answer) -> Markup {
    let chrome = Chrome::new(answer.language);
    html! {
        section.part.sources lang=(answer.language) {
            h4 { (sources_title(answer.language)) }
            ol {
                @for citation in &answer.citations {
                    li id=(anchor(answer, citation.no)) value=(citation.no.0) {
                        a.passage href=(passage_address(citation)) title=(chrome.in_source) {
                            span lang=[answer.source_language] { (neutral(&citation.title)) }
                        }
                        span.place {
                            (neutral(&citation.source_file)) " " span.span { (citation.span) }
                        }
                        @if let Some(url) = citation.url.as_deref() { (original(url, &chrome)) }
                    }
                }
            }
        }
    }
}

/// A link to the published original, where `url` is one that leads to the web.
pub fn original(url: &str, chrome: &Chrome) -> Markup {
    html! {
        @if is_web_address(url) {
            a.original href=(url) title=(url) rel="noopener noreferrer nofollow" target="_blank" { (chrome.original) }
        }
    }
}

/// Words in place of an answer.
pub fn notice(notice: &Notice) -> Markup {
    html! {
        section.notice lang=(notice.language) {
            p.title { (notice.title) }
            @for advice in &notice.advice { p { (advice) } }
            @if let Some((heading, entries)) = &notice.nearest {
                p.nearest { (heading) }
                ul { @for entry in entries { li { (neutral(entry)) } } }
            }
        }
    }
}

/// Where a citation's passage is shown in its source.
fn passage_address(citation: &Citation) -> String {
    format!("/passage/{}", citation.chunk_id)
}

fn place(citation: &Citation) -> String {
    format!("{} {}", neutral(&citation.source_file), citation.span)
}

/// Several answers stand on one page, so the answer's name is part of it.
fn anchor(answer: &Answer, no: CitationNo) -> String {
    format!("c{}-{}", no.0, answer.id.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::terminal::tests::answer;

    #[test]
    fn what_sources_say_is_escaped_everywhere() {
        let mut answer = answer();
        let evil = "\"><script>alert(1)</script>";
        answer.subject = evil.to_owned();
        answer.id.0 = evil.to_owned();
        answer.citations[0].title = evil.to_owned();
        answer.citations[0].source_file = evil.to_owned();
        answer.citations[0].url = Some("javascript:alert(1)".to_owned());
        answer.sections[0].blocks = vec![
            Block::Code { language: evil.to_owned(), code: evil.to_owned(), cites: vec![CitationNo(1)] },
            Block::Paragraph { sentences: vec![Sentence { text: evil.to_owned(), cites: vec![CitationNo(1)] }] },
        ];
        let page = html! { (head(&answer)) (section(&answer.sections[0], &answer)) (sources(&answer)) }.into_string();
        assert!(!page.contains("<script") && !page.contains("javascript:"), "{page}");
        assert_eq!(page.matches("alert(1)&lt;/script&gt;").count(), page.matches("alert(1)").count(), "{page}");
    }

    #[test]
    fn marks_lead_to_the_entries_of_the_sources() {
        let answer = answer();
        let shown = section(&answer.sections[0], &answer).into_string();
        let target = format!("c1-{}", answer.id.0);
        assert!(shown.contains(&format!("href=\"#{target}\"")), "{shown}");
        assert!(sources(&answer).into_string().contains(&format!("id=\"{target}\"")));
    }

    #[test]
    fn checklists_can_be_ticked() {
        let answer = answer();
        let checklist = answer.sections.iter().find(|section| section.kind == SectionKind::Checklist);
        let shown = section(checklist.expect("the sample has one"), &answer).into_string();
        assert_eq!(shown.matches("type=\"checkbox\"").count(), 1, "{shown}");
    }
}
