//! Any text in any part of an answer: every message fits its platform, and can be read back.
#![no_main]

#[path = "../../it/rendering/read_discord.rs"]
mod read_discord;
#[path = "../../it/fakes/telegram/html.rs"]
mod read_telegram;

use colega::answer::{Answer, Block, Citation, CitationNo, Engine, Reply, Section, SectionKind, Sentence};
use colega::passage::{ChunkId, SourceSpan};
use colega::question::{AnswerId, Language};
use colega::render::terminal::{Layout, Style};
use colega::render::{chat, discord, html, telegram, terminal};
use libfuzzer_sys::arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(answer) = answer(&mut Unstructured::new(data)) else { return };
    let reply = Reply::Answer(answer.clone());
    let document = chat::reply(&reply);
    for part in discord::parts(&document) {
        assert!(part.encode_utf16().count() <= 2_000 && !part.trim().is_empty(), "{part:?}");
        read_discord::read(&part).expect("can be read back");
    }
    for part in telegram::parts(&document) {
        let read = read_telegram::parse(&part).expect("can be read back");
        assert!(read.text.encode_utf16().count() <= 4_096 && !read.text.trim().is_empty(), "{part:?}");
        assert!(read.entities.len() <= 100, "{part:?}");
    }
    terminal::render(&reply, &Layout { width: 20, style: Style::Ansi });
    for section in &answer.sections {
        let page = html::section(section, &answer).into_string();
        assert!(!page.contains("<script"), "{page}");
    }
    html::head(&answer);
    html::sources(&answer);
});

fn answer(raw: &mut Unstructured<'_>) -> Result<Answer> {
    let language = if raw.arbitrary()? { Language::English } else { Language::Spanish };
    let sections = (0..raw.int_in_range(1..=4)?).map(|_| section(raw)).collect::<Result<_>>()?;
    let citations = (1..=3).map(|no| citation(no, raw)).collect::<Result<_>>()?;
    Ok(Answer {
        id: AnswerId("fuzz".to_owned()),
        language,
        source_language: None,
        subject: raw.arbitrary()?,
        sections,
        citations,
        engine: Engine::Extractive,
        elapsed_ms: 1.0,
    })
}

fn section(raw: &mut Unstructured<'_>) -> Result<Section> {
    let kind = *raw.choose(&SectionKind::ALL)?;
    let blocks = (0..raw.int_in_range(1..=3)?).map(|_| block(raw)).collect::<Result<_>>()?;
    Ok(Section { kind, blocks })
}

fn block(raw: &mut Unstructured<'_>) -> Result<Block> {
    Ok(match raw.int_in_range(0..=2)? {
        0 => Block::Paragraph { sentences: sentences(raw)? },
        1 => Block::List { items: (0..raw.int_in_range(1..=3)?).map(|_| sentences(raw)).collect::<Result<_>>()? },
        _ => Block::Code { language: raw.arbitrary()?, code: raw.arbitrary()?, cites: vec![CitationNo(1)] },
    })
}

fn sentences(raw: &mut Unstructured<'_>) -> Result<Vec<Sentence>> {
    let sentence = |raw: &mut Unstructured<'_>| {
        Ok(Sentence { text: raw.arbitrary()?, cites: vec![CitationNo(raw.int_in_range(1..=3)?)] })
    };
    (0..raw.int_in_range(1..=3)?).map(|_| sentence(raw)).collect()
}

fn citation(no: u32, raw: &mut Unstructured<'_>) -> Result<Citation> {
    let (title, source_file, quote): (String, String, String) = raw.arbitrary()?;
    Ok(Citation {
        no: CitationNo(no),
        chunk_id: ChunkId::new(&source_file, &quote, 0),
        title,
        source_file,
        span: SourceSpan::Lines { start: 1, end: 2 },
        quote,
        url: raw.arbitrary()?,
    })
}
