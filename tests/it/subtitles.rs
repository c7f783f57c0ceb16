//! Transcripts as they are met in the wild: odd, damaged and hostile ones.
//!
//! The samples lie outside the repository; without them these tests say that they are skipped.

mod damage;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use colega::knowledge::align::align;
use colega::knowledge::decode::decode;
use colega::knowledge::document::{Block, BlockKind, ParseError};
use colega::knowledge::normalize::normalize;
use colega::knowledge::subtitle::{self, Parsed};
use colega::knowledge::text;
use colega::passage::SourceSpan;
use damage::{damage, strike};
use proptest::prelude::*;
use proptest::sample::Index;

/// A folder of evaluation data, if it is there.
fn samples(folder: &str) -> Option<PathBuf> {
    let root = std::env::var_os("COLEGA_EVAL_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/eval"), PathBuf::from);
    let path = root.join(folder);
    if !path.is_dir() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("readable").path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    files
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8")
}

fn parse(path: &Path) -> Result<Parsed, ParseError> {
    let bytes = fs::read(path).expect("readable");
    subtitle::parse(name(path), &decode(&bytes).text)
}

fn spoken(parsed: &Parsed) -> String {
    parsed.cues.iter().map(|cue| cue.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[test]
fn every_variant_of_a_transcript_reads_the_same() {
    let Some(folder) = samples("transcripts-robustness/derived") else { return };
    let mut variants = 0;
    for path in files(&folder) {
        if name(&path).starts_with("expected.") {
            continue;
        }
        let language = if name(&path).starts_with("es-") { "es" } else { "en" };
        let expected = fs::read_to_string(folder.join(format!("expected.{language}.txt"))).expect("readable");
        let parsed = parse(&path).expect("has cues");
        let spoken = spoken(&parsed);
        let (found, expected) = (words(&spoken), words(&expected));
        let differs = found.iter().zip(&expected).position(|(a, b)| a != b).unwrap_or(found.len().min(expected.len()));
        assert!(found == expected, "{} from word {differs}: {:?}", path.display(), &found[differs.saturating_sub(9)..]);
        assert_eq!(parsed.warnings, [], "{}", path.display());
        variants += 1;
    }
    assert_eq!(variants, 21);
}

#[test]
fn malformed_files_give_their_cues_or_a_clear_error() {
    let Some(folder) = samples("transcripts-robustness/malformed") else { return };
    let opening = "Hello and welcome to today's episode of Rawkode live.";
    let damaged = "Hello and welcome to today's\u{FFFD}\u{FFFD}\u{FFFD} episode of Rawkode live.";
    let cases: [(&str, Result<&str, &str>); 14] = [
        ("arrow-in-text.srt", Ok("use a --> b to map 42")),
        ("digits-only-text.srt", Ok("2 2024")),
        ("empty.srt", Err("the file is empty")),
        ("header-only.vtt", Err("a WebVTT header and no cue")),
        ("html-error-page.vtt", Err("an HTML page")),
        ("huge-timestamp.srt", Err("readable time")),
        ("invalid-utf8.srt", Ok(damaged)),
        ("json-named.srt", Err("JSON")),
        ("negative-duration.srt", Ok(opening)),
        ("no-header.vtt", Ok(opening)),
        ("nul-bytes.srt", Ok(opening)),
        ("only-bom.vtt", Err("the file is empty")),
        ("out-of-order.srt", Ok(opening)),
        ("truncated-mid-cue.srt", Ok(opening)),
    ];
    for (file, expected) in cases {
        match (parse(&folder.join(file)), expected) {
            (Ok(parsed), Ok(text)) => assert!(spoken(&parsed).starts_with(text), "{file}: {}", spoken(&parsed)),
            (Err(error), Err(reason)) => assert!(error.to_string().contains(reason), "{error}"),
            (found, _) => panic!("{file}: {found:?}"),
        }
    }
    let plain = decode(&fs::read(folder.join("one-line-200kB.txt")).expect("readable")).text;
    let blocks = text::blocks(&plain);
    assert!(blocks.iter().all(|block| block.text.len() <= 1200 && block.text.ends_with(['.', '?', '!'])
        || block == blocks.last().expect("not empty")));
    assert_eq!(blocks.iter().flat_map(|block| words(&block.text)).collect::<Vec<_>>(), words(&plain));
}

#[test]
fn real_oddities_are_read() {
    let Some(folder) = samples("transcripts-robustness/real") else { return };
    let cases = [
        ("webvtt-py/cue_tags.vtt", "When the moon hits your eye|Like a big-a pizza pie|That's amore"),
        ("webvtt-py/invalid_timeframe_in_cue_text.vtt", "Caption text #1|Caption text #2|Caption text #3"),
        ("webvtt-py/metadata_headers_multiline.vtt", "Caption text #1|Caption text #2"),
        ("webvtt-py/teams_timeframe.vtt", "There you go.|Why hello there, Yuri."),
        ("webvtt-py/youtube_dl.vtt", "yeah|what|this will happen is I'm telling"),
        ("rawkode/nearly-empty.vtt", "Hello.|Hi there.|Fuck it. Subscribe.|Let's learn Cloud Native together."),
    ];
    for (file, expected) in cases {
        let parsed = parse(&folder.join(file)).expect("has cues");
        let texts: Vec<_> = parsed.cues.iter().map(|cue| cue.text.as_str()).collect();
        assert_eq!(texts.join("|"), expected, "{file}");
    }
    let late = parse(&folder.join("rawkode/llm-rewritten-starts-late.vtt")).expect("has cues");
    assert_eq!(late.cues[0].start.to_string(), "00:35:13.300");
}

#[test]
fn long_recordings_lose_no_word() {
    let Some(folder) = samples("transcripts-rawkode/raw") else { return };
    for path in files(&folder) {
        let source = fs::read_to_string(&path).expect("UTF-8");
        let body = source.split_once("-->").expect("has cues").1;
        let is_text = |line: &&str| !line.contains("-->") && !line.starts_with("00:");
        let said: Vec<&str> = body.lines().skip(1).filter(is_text).collect();
        let expected = said.iter().flat_map(|line| {
            words(line.strip_prefix("<v ").map_or(line, |line| line.split_once('>').map_or(line, |(_, text)| text)))
        });

        let parsed = parse(&path).expect("has cues");
        for warning in &parsed.warnings {
            assert!(warning.reason.contains("before it starts"), "{warning}");
        }
        let blocks = subtitle::blocks(&parsed.cues);
        let found = blocks.iter().flat_map(|block| words(&block.text));
        assert!(found.eq(expected), "{}", path.display());
        check_blocks(&blocks, &parsed);
    }
}

#[test]
fn reading_is_fast() {
    let Some(folder) = samples("transcripts-rawkode/raw") else { return };
    let sources: Vec<Vec<u8>> = files(&folder).iter().map(|path| fs::read(path).expect("readable")).collect();
    let begun = Instant::now();
    for source in &sources {
        let parsed = subtitle::parse("a.vtt", &decode(source).text).expect("has cues");
        let mended = subtitle::blocks(&parsed.cues).iter().map(|block| normalize(&block.text).len()).sum::<usize>();
        assert!(mended > 0);
    }
    let bytes: u32 = sources.iter().map(|source| u32::try_from(source.len()).expect("small")).sum();
    let rate = f64::from(bytes) / 1e6 / begun.elapsed().as_secs_f64();
    eprintln!("{rate:.1} MB/s");
    assert!(rate > 2.0, "{rate:.1} MB/s");
}

/// What holds for the blocks of any subtitles.
fn check_blocks(blocks: &[Block], parsed: &Parsed) {
    for block in blocks {
        let SourceSpan::Time { start, end } = block.span else { panic!("speech has times: {block:?}") };
        assert!(start <= end && !block.text.trim().is_empty(), "{block:?}");
        assert!(words(&block.text).len() <= 80, "{block:?}");
        let within = |cue: &&subtitle::Cue| start <= cue.start && cue.end <= end;
        assert!(parsed.cues.iter().any(|cue| cue.start == start) && parsed.cues.iter().any(|cue| within(&cue)));
        let mended = normalize(&block.text);
        assert_eq!(normalize(&mended), mended);
    }
}

#[test]
fn transcript_and_subtitles_of_one_recording_are_aligned() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/raw");
    let Ok(text) = fs::read_to_string(folder.join("BackendAgent.txt")) else {
        eprintln!("skipped: {} is not there", folder.display());
        return;
    };
    for file in ["BackendAgent.srt", "BackendAgent.vtt"] {
        let parsed = parse(&folder.join(file)).expect("has cues");
        let blocks = align(&text, &parsed.cues).expect("one recording");
        let headings: Vec<_> = blocks.iter().filter(|block| block.kind == BlockKind::Heading(2)).collect();
        assert_eq!(headings.len(), 43);
        assert_eq!(headings[4].text, "The N plus one query problem");
        for block in blocks.iter().filter(|block| block.kind == BlockKind::Speech) {
            assert_eq!(said_within(&parsed, block.span).matches(&block.text).count(), 1, "{block:?}");
        }
    }
}

/// What the cues say that lie wholly in `span`.
fn said_within(parsed: &Parsed, span: SourceSpan) -> String {
    let SourceSpan::Time { start, end } = span else { panic!("{span}") };
    let cues = parsed.cues.iter().filter(|cue| start <= cue.start && cue.end <= end);
    cues.map(|cue| cue.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// The samples that are small enough to be damaged many times.
fn small_samples() -> Vec<Vec<u8>> {
    let Some(root) = samples("transcripts-robustness") else { return Vec::new() };
    ["derived", "malformed", "real/webvtt-py", "real/rawkode"]
        .iter()
        .flat_map(|folder| files(&root.join(folder)))
        .map(|path| fs::read(path).expect("readable"))
        .filter(|bytes| bytes.len() < 70_000)
        .collect()
}

/// Everything a transcript goes through, with what must hold on the way.
fn check_the_whole_way(file: &str, bytes: &[u8]) {
    let decoded = decode(bytes);
    let plain = text::blocks(&decoded.text);
    assert!(plain.iter().all(|block| !block.text.trim().is_empty() && block.text.chars().count() <= 1200));
    let Ok(parsed) = subtitle::parse(file, &decoded.text) else { return };
    assert!(parsed.cues.iter().all(|cue| cue.start <= cue.end && !cue.text.trim().is_empty()));
    assert!(parsed.cues.is_sorted_by_key(|cue| cue.start));
    let blocks = subtitle::blocks(&parsed.cues);
    check_blocks(&blocks, &parsed);
    let transcript = blocks.iter().map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n\n");
    let is_in_order = parsed.cues.iter().any(|cue| cue.text.contains(char::is_alphanumeric));
    if is_in_order {
        let aligned = align(&transcript, &parsed.cues).expect("the subtitles' own words");
        for block in &aligned {
            let said = said_within(&parsed, block.span);
            let first = block.text.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty());
            assert!(first.is_none_or(|word| said.to_lowercase().contains(&word.to_lowercase())), "{block:?}: {said}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_read_or_refused(sample: Index, blows in prop::collection::vec(damage(), 1..40), is_vtt: bool) {
        thread_local! { static SAMPLES: Vec<Vec<u8>> = small_samples(); }
        SAMPLES.with(|samples| {
            if !samples.is_empty() {
                let mut bytes = sample.get(samples).clone();
                for blow in &blows {
                    strike(&mut bytes, blow);
                }
                check_the_whole_way(if is_vtt { "a.vtt" } else { "a.srt" }, &bytes);
            }
        });
    }
}

#[test]
fn hostile_files_take_no_longer_than_others() {
    let pieces = [
        "<",
        "&",
        "{\\",
        ">",
        "-->",
        "a\n",
        "0:01 --> 0:02\n",
        "0:01.0 --> 0:02.0\na\n",
        "\n",
        " ",
        "- a\n",
        "<v a>b",
        "<v a> ",
        ". ",
        "no. ",
        "a. A",
        "1\n",
        "\u{301}",
        "é",
        "&amp;",
        "a a ",
        "`",
        "0:01 --> 0:02\na\na\na\na\na\n",
        "\u{FEFF}",
        "\r",
        "..",
        ", ",
    ];
    for piece in pieces {
        for opening in ["", "WEBVTT\n\n", "0:01 --> 0:02\n"] {
            let file = format!("{opening}{}", piece.repeat(600_000 / piece.len()));
            let begun = Instant::now();
            let decoded = decode(file.as_bytes());
            text::blocks(&decoded.text);
            normalize(&decoded.text);
            if let Ok(parsed) = subtitle::parse("a.srt", &decoded.text) {
                subtitle::blocks(&parsed.cues);
                align(&decoded.text, &parsed.cues);
            }
            let taken = begun.elapsed();
            assert!(taken < Duration::from_secs(4), "{piece:?} behind {opening:?} took {taken:?}");
        }
    }
}
