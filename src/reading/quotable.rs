//! What can be quoted from a passage: whole sentences, list items and code.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use super::ascii::Ascii;
use super::role::Role;
use crate::embed::stems::StemSet;
use crate::passage::{Passage, SourceSpan};
use crate::sentence;

/// Something quotable.
#[derive(Debug, Clone, PartialEq)]
pub struct Quotable {
    /// What it is.
    pub kind: Kind,
    /// One line of text, or the lines of the code.
    pub text: String,
    /// Its part in an answer, where heading or wording tell.
    pub role: Option<Role>,
    /// The role that the heading above it announces, if it does.
    pub heading_role: Option<Role>,
    /// Whether the text needs the sentence before it to be understood.
    pub is_dependent: bool,
    /// Whether it comes from talk without headings, which wanders.
    pub is_rambling: bool,
    /// Stems of its words.
    pub stems: StemSet,
    /// Stems of what it defines (of `A queue` in "A queue is a list"); empty if it defines nothing.
    pub defined: StemSet,
}

impl Quotable {
    /// Number of words.
    pub fn words(&self) -> usize {
        self.text.split_whitespace().count()
    }

    /// Whether the heading, rather than the wording alone, gives the role. A comparison has sentences of every role.
    pub fn is_role_certain(&self) -> bool {
        self.heading_role.is_some_and(|role| role != Role::Comparison)
    }

    /// Whether it stands below a heading that compares ("A vs B").
    pub fn is_from_comparison(&self) -> bool {
        self.heading_role == Some(Role::Comparison)
    }

    /// Whether it is code.
    pub const fn is_code(&self) -> bool {
        matches!(self.kind, Kind::Code { .. })
    }

    /// Whether it introduces what stands behind it.
    pub fn is_introduction(&self) -> bool {
        self.text.ends_with(':')
    }

    /// Whether it can be understood without what stands around it.
    pub fn can_stand_alone(&self) -> bool {
        !self.is_dependent && !self.is_introduction()
    }
}

/// Kinds of quotable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A sentence of running text.
    Sentence,
    /// An entry of a list.
    Item,
    /// Code.
    Code {
        /// Language tag of its fence.
        language: String,
    },
}

/// What can be quoted from a passage, in its order.
pub fn in_passage(passage: &Passage) -> Vec<Quotable> {
    let heading_role = Role::below(&passage.headings);
    if heading_role == Some(Role::Elsewhere) {
        return Vec::new();
    }
    let is_speech = matches!(passage.source_span, SourceSpan::Time { .. });
    let stems = |text: &str| StemSet::of(text, passage.lang);
    let quotable = |(kind, text): (Kind, String)| -> Option<Quotable> {
        let is_code = matches!(kind, Kind::Code { .. });
        let plain = if is_code { Cow::Borrowed(&*text) } else { plain(&text) };
        let ascii = Ascii::of(&plain);
        if !is_code && !is_quotable(&plain, &ascii, &kind, is_speech) {
            return None;
        }
        Some(Quotable {
            role: role(heading_role, &kind, &ascii),
            heading_role,
            is_dependent: DEPENDENT.is_match(ascii.as_str()),
            is_rambling: is_speech && passage.headings.is_empty(),
            stems: stems(&plain),
            defined: Role::defined_by(&ascii).map(stems).unwrap_or_default(),
            kind,
            text,
        })
    };
    pieces(&passage.text).into_iter().flat_map(Piece::into_texts).filter_map(quotable).collect()
}

/// What a reader sees of a text: links are reduced to their words.
fn plain(text: &str) -> Cow<'_, str> {
    static LINK: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(^|[^!])\[([^\[\]]+)\]\([^()\s]*\)").expect("a pattern that a test uses"));
    if text.contains("](") { LINK.replace_all(text, "$1$2") } else { Cow::Borrowed(text) }
}

fn role(heading: Option<Role>, kind: &Kind, text: &Ascii<'_>) -> Option<Role> {
    match (heading, kind) {
        (Some(role), _) if role != Role::Comparison => Some(role),
        (_, Kind::Code { .. }) => Some(Role::Example),
        // A comparison defines, advises and warns by turns.
        (comparison, _) => Role::of_sentence(text).or(comparison),
    }
}

/// A block of a passage.
enum Piece<'a> {
    Paragraph(Vec<&'a str>),
    Item(Vec<&'a str>),
    Code { language: &'a str, lines: Vec<&'a str> },
}

impl Piece<'_> {
    fn into_texts(self) -> Vec<(Kind, String)> {
        match self {
            Self::Paragraph(lines) => sentences(&lines).map(|text| (Kind::Sentence, text)).collect(),
            Self::Item(lines) => item(&lines).map(|text| (Kind::Item, text)).into_iter().collect(),
            Self::Code { language, lines } => {
                vec![(Kind::Code { language: language.to_owned() }, lines.join("\n"))]
            }
        }
    }
}

/// An entry of a list: what goes wrong and what helps against it often are two of its sentences. Of one that is too long to be quoted,
/// the first.
fn item(lines: &[&str]) -> Option<String> {
    let sentences: Vec<String> = sentences(lines).collect();
    let whole = sentences.join(" ");
    if whole.split(' ').count() <= MOST_WORDS { Some(whole) } else { sentences.into_iter().next() }
}

fn sentences(lines: &[&str]) -> impl Iterator<Item = String> {
    let text = lines.join("\n");
    let found: Vec<String> =
        sentence::split(&text).map(|sentence| sentence.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    found.into_iter()
}

/// Cuts Markdown (or plain text) into paragraphs, list items and fenced code; tables, headings, HTML and quotes of
/// notices are left out, since they cannot be quoted as sentences.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let mut lines = text.lines();
    let mut is_open = false;
    while let Some(line) = lines.next() {
        let bare = line.trim();
        if let Some((fence, language)) = opening_fence(bare) {
            let code = lines.by_ref().take_while(|line| !is_closing_fence(line.trim(), fence)).collect();
            pieces.push(Piece::Code { language, lines: code });
            is_open = false;
        } else if bare.is_empty() || is_unquotable_line(bare) {
            is_open = false;
        } else if let Some(item) = item_text(bare) {
            pieces.push(Piece::Item(vec![item]));
            is_open = true;
        } else {
            match pieces.last_mut() {
                Some(Piece::Paragraph(open) | Piece::Item(open)) if is_open => open.push(bare),
                _ => pieces.push(Piece::Paragraph(vec![bare])),
            }
            is_open = true;
        }
    }
    pieces
}

/// The fence (its character, how many) and the language tag of a line that opens code.
fn opening_fence(line: &str) -> Option<((char, usize), &str)> {
    let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let length = line.chars().take_while(|&c| c == mark).count();
    let info = line[length..].trim();
    (length >= 3 && !info.contains('`')).then(|| {
        let tag = info.trim_start_matches(['{', '.']).split([' ', ',', '{', '}']).next().unwrap_or_default();
        ((mark, length), tag)
    })
}

fn is_closing_fence(line: &str, (mark, length): (char, usize)) -> bool {
    line.len() >= length && line.chars().all(|c| c == mark)
}

fn is_unquotable_line(line: &str) -> bool {
    line.starts_with(['|', '#', '<', '>', '!', '{', '/', '+']) || line.starts_with(":::") || line.starts_with("[^")
}

/// The text of a list item without its marker and its box.
fn item_text(line: &str) -> Option<&str> {
    static MARKER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^([-*+•]|[0-9]{1,3}[.)])\s+(\[[ xX]\]\s+)?").expect("a pattern that a test uses")
    });
    let marker = MARKER.find(line)?;
    Some(&line[marker.end()..])
}

/// Begins with a word that points at something said before.
static DEPENDENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(?i)(it|its|this|these|those|they|their|that|he|she|him|but|and|or|so|then|also|however|therefore|thus|hence|instead|",
        r"otherwise|in (this|that|such|these) (case|example|way|section)s?|such|both|another|here|there|finally|second(ly)?|third|",
        r"next|again|besides|furthermore|moreover|additionally|similarly|likewise|as a result|because of this|",
        r"esto|este|esta|estos|estas|eso|ese|esa|esos|esas|ello|ellos|ellas|pero|y|o|asi|entonces|tambien|ademas|sin embargo|",
        r"por (eso|ello|tanto|lo tanto)|en (este|ese|estos|esos) casos?|aqui|ahi|alli|luego|despues|finalmente|ambos|ambas|",
        r"dicho|dicha|lo anterior|si no|de lo contrario|en cambio|por otro lado)\b",
    ))
    .expect("a pattern that a test uses")
});

/// What is longer is not quoted.
const MOST_WORDS: usize = 60;

/// Whether a text is a whole sentence that a reader can use: it begins and ends like one, is neither too short nor too
/// long, and holds no markup, question or direction to somewhere else.
fn is_quotable(text: &str, ascii: &Ascii<'_>, kind: &Kind, is_speech: bool) -> bool {
    let words = text.split_whitespace().count();
    let first =
        text.trim_start_matches(['*', '_', '"', '“', '(', '¿', '¡']).split_whitespace().next().unwrap_or_default();
    // A name such as gRPC or mTLS begins a sentence with a small letter.
    let begins_well = first.starts_with(|c: char| c.is_uppercase() || c.is_numeric() || matches!(c, '`' | '['))
        || first.chars().skip(1).any(char::is_uppercase);
    let ends_well = text.trim_end_matches(['*', '_', '"', '”', ')', '`']).ends_with(['.', '!', '…'])
        || (text.ends_with(':') && *kind == Kind::Sentence);
    let is_long_enough = match kind {
        Kind::Item => words >= 4,
        Kind::Sentence | Kind::Code { .. } => words >= 5,
    };
    begins_well
        && (ends_well || (*kind == Kind::Item && words >= 7 && !text.ends_with([':', '?', ','])))
        && is_long_enough
        && words <= MOST_WORDS
        && !UNQUOTABLE.is_match(ascii.as_str())
        && !(is_speech && SMALL_TALK.is_match(ascii.as_str()))
}

static UNQUOTABLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)!\[|</?[a-z][^>]*>|\{\{|\{[#*%]|\}\}|\b(see|click|read more|follow) (below|above|here|also|the link)\b|",
        r"\b(as (shown|seen|described|mentioned) (above|below|before|earlier))\b|\b(the (following|above|previous|next) (section|example|code|table|figure|page|snippet))\b|",
        r"\b(vease|ver (mas|abajo|arriba|tambien)|como (se ha visto|se muestra|vimos)|(haz|haga) clic)\b|",
        r"\b(this (section|chapter|cheat ?sheet|article|document|page|tutorial|guide)|(esta|este) (seccion|capitulo|articulo|documento|pagina|tutorial|guia))\b",
    ))
    .expect("a pattern that a test uses")
});

/// Signs of conversation in a transcript.
static SMALL_TALK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^(yeah|yes|no|okay|ok|so|well|right|cool|alright|um|uh|hello|hi|thanks|thank you|sure|great|awesome|oh|hey|i|i'm|i've|i'll|we're|let's|bueno|vale|hola|gracias|s_)\b|",
        r"\b(you know|i mean|kind of|sort of|i think|i guess|gonna|wanna|i was|let me|welcome)\b",
    ))
    .expect("a pattern that a test uses")
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::passage::ChunkId;
    use crate::question::Language;

    fn check(text: &str, expected: &[&str]) {
        let passage = Passage {
            chunk_id: ChunkId::new("a.md", text, 0),
            topic: String::new(),
            title: "A".into(),
            headings: Vec::new(),
            text: text.into(),
            tags: Vec::new(),
            questions: Vec::new(),
            source_file: "a.md".into(),
            source_span: SourceSpan::Lines { start: 1, end: 1 },
            lang: Language::English,
            url: None,
            scope: String::new(),
            license: None,
        };
        let found = in_passage(&passage);
        assert_eq!(found.iter().map(|quotable| quotable.text.as_str()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn sentences_items_and_code_are_told_apart() {
        check(
            "A queue holds work\nuntil somebody takes it. Small.\n\n- [ ] Set a limit on every queue.\n- It fills up. Set a limit.\n- short one\n\n```rust\nlet a = 1;\n```",
            &[
                "A queue holds work until somebody takes it.",
                "Set a limit on every queue.",
                "It fills up. Set a limit.",
                "let a = 1;",
            ],
        );
    }

    #[test]
    fn links_are_judged_by_their_words() {
        check(
            "[A queue](https://example.com/a) is a list of work.",
            &["[A queue](https://example.com/a) is a list of work."],
        );
    }

    #[test]
    fn what_cannot_stand_alone_is_left_out() {
        check("Is a queue a good idea here? See below for more about queues. ![a](b.png) shows a queue here.", &[]);
        check("| a table | of things |\n# A heading that is long enough\n<div>Some block of HTML here.</div>", &[]);
    }
}
