//! Takes out of a PDF what makes the extraction of its text run away: no library below this one has limits of its own.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use flate2::read::ZlibDecoder;
use pdf_extract::content::Content;
use pdf_extract::{Dictionary, Document, Object, ObjectId, Stream};

/// A part that unpacks to more than this is left out, in bytes.
const MAX_UNPACKED: usize = 16 * 1024 * 1024;
/// A part packed with a method that cannot be bounded is left out when it is longer than this, in bytes.
const MAX_UNBOUNDED: usize = 64 * 1024;
/// How deep brackets may nest in a part; parsers of fonts call themselves at each.
const MAX_BRACKETS: usize = 100;
/// How deep drawings may draw others, and how many each may draw in all.
const MAX_DRAWING_DEPTH: usize = 40;
const MAX_DRAWINGS: usize = 2000;
/// How far up a page may inherit from.
const MAX_PAGE_DEPTH: usize = 200;
/// The highest code of a character in a font.
const MAX_CODE: u64 = 0xffff;

/// For the loader: keeps every object but collections of objects that unpack to too much.
pub fn keep(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    match object {
        Object::Stream(stream) => {
            let is_collection = stream.dict.has_type(b"ObjStm");
            (!is_collection || unpacked(stream).is_some()).then_some((id, Object::Null))
        }
        other => Some((id, other.clone())),
    }
}

/// Empties images and parts that are too large, or says what makes the file one that cannot be read safely.
pub fn tame(document: &mut Document) -> Result<(), &'static str> {
    let wide: Vec<_> =
        document.objects.iter().filter(|(_, object)| has_wide_codes(document, object)).map(|(&id, _)| id).collect();
    for id in wide {
        if let Ok(font) = document.get_dictionary_mut(id) {
            font.remove(b"W");
        }
    }
    for object in document.objects.values_mut() {
        if let Object::Stream(stream) = object {
            let is_image = stream.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|name| name == b"Image");
            if is_image || unpacked(stream).is_none_or(|plain| nests_deeply(&plain) || maps_wide_ranges(&plain)) {
                stream.set_plain_content(b" ".to_vec());
            }
        }
    }
    let pages = document.get_pages();
    if pages.values().any(|&page| inherits_without_end(document, page)) {
        return Err("its tree of pages runs in a circle");
    }
    Drawings::of(document).check()
}

/// What a part unpacks to; `None` if that is too much.
fn unpacked(stream: &Stream) -> Option<Vec<u8>> {
    let mut plain = stream.content.clone();
    for filter in stream.filters().unwrap_or_default() {
        match filter {
            b"FlateDecode" => {
                let mut unpacked = Vec::new();
                let limit = MAX_UNPACKED as u64 + 1;
                // Damaged data gives what could be read of it, as it does in the library.
                let _ = ZlibDecoder::new(plain.as_slice()).take(limit).read_to_end(&mut unpacked);
                plain = unpacked;
            }
            b"LZWDecode" if plain.len() > MAX_UNBOUNDED => return None,
            _ => {}
        }
    }
    (plain.len() <= MAX_UNPACKED).then_some(plain)
}

/// Whether brackets outside of strings, or those of strings, nest too deep in the readable beginning of a part.
fn nests_deeply(plain: &[u8]) -> bool {
    let (mut depth, mut depth_of_string) = (0_usize, 0_usize);
    let mut is_escaped = false;
    for &byte in plain.iter().take_while(|byte| byte.is_ascii()) {
        match byte {
            _ if is_escaped => {}
            b'(' => depth_of_string += 1,
            b')' => depth_of_string = depth_of_string.saturating_sub(1),
            b'[' | b'{' | b'<' if depth_of_string == 0 => depth += 1,
            b']' | b'}' | b'>' if depth_of_string == 0 => depth = depth.saturating_sub(1),
            _ => {}
        }
        is_escaped = byte == b'\\' && !is_escaped;
        if depth.max(depth_of_string) > MAX_BRACKETS {
            return true;
        }
    }
    false
}

/// Whether a map from codes to characters holds a range that would be written out code by code without end.
fn maps_wide_ranges(plain: &[u8]) -> bool {
    const BEGIN: &str = "beginbfrange";
    if !plain.windows(BEGIN.len()).any(|window| window == BEGIN.as_bytes()) {
        return false;
    }
    let text = String::from_utf8_lossy(plain);
    let sections = text.split(BEGIN).skip(1).map(|rest| rest.split("endbfrange").next().unwrap_or_default());
    sections.map(codes).any(|codes| {
        // Lowest code, highest code, and what the lowest one stands for.
        codes.chunks(3).any(|entry| match entry {
            [Some(low), Some(high), ..] => high.saturating_sub(*low) > MAX_CODE,
            _ => false,
        })
    })
}

/// The codes of a section (`<0041>`); `None` for a list of them and for what is too large to be one.
fn codes(section: &str) -> Vec<Option<u64>> {
    let mut codes = Vec::new();
    let mut rest = section;
    while let Some(at) = rest.find(['<', '[']) {
        let end = if rest[at..].starts_with('[') { ']' } else { '>' };
        let (inside, after) = rest[at + 1..].split_once(end).unwrap_or_default();
        codes.push(if end == '>' { u64::from_str_radix(inside.trim(), 16).ok() } else { None });
        rest = after;
    }
    codes
}

/// Whether a font gives widths to codes that no font has: they would be written out one by one.
fn has_wide_codes(document: &Document, object: &Object) -> bool {
    let widths = object.as_dict().and_then(|font| font.get_deref(b"W", document)).and_then(Object::as_array);
    widths.is_ok_and(|widths| {
        widths
            .iter()
            .any(|width| width.as_i64().is_ok_and(|code| u64::try_from(code).map_or(true, |code| code > MAX_CODE)))
    })
}

fn inherits_without_end(document: &Document, page: ObjectId) -> bool {
    let mut at = document.get_dictionary(page);
    for _ in 0..MAX_PAGE_DEPTH {
        let Ok(node) = at else { return false };
        let Ok(parent) = node.get(b"Parent").and_then(Object::as_reference) else { return false };
        at = document.get_dictionary(parent);
    }
    true
}

/// Which drawing draws which others.
struct Drawings {
    drawn_by: HashMap<ObjectId, Vec<ObjectId>>,
}

impl Drawings {
    fn of(document: &Document) -> Self {
        let mut named: HashMap<&[u8], Vec<ObjectId>> = HashMap::new();
        for object in document.objects.values() {
            let Ok(node) = object.as_dict().or_else(|_| object.as_stream().map(|stream| &stream.dict)) else {
                continue;
            };
            for (name, id) in drawings_in(document, node).into_iter().chain(drawings_of_resources(document, node)) {
                named.entry(name).or_default().push(id);
            }
        }
        let mut drawn_by = HashMap::new();
        for (&id, object) in &document.objects {
            let Object::Stream(stream) = object else { continue };
            let own = drawings_in(document, &stream.dict);
            let mut drawn = Vec::new();
            for name in drawn_names(stream) {
                match own.get(name.as_slice()) {
                    Some(&id) => drawn.push(id),
                    None => drawn.extend(named.get(name.as_slice()).into_iter().flatten()),
                }
            }
            if !drawn.is_empty() {
                drawn_by.insert(id, drawn);
            }
        }
        Self { drawn_by }
    }

    fn check(&self) -> Result<(), &'static str> {
        let mut counts = HashMap::new();
        for &id in self.drawn_by.keys() {
            self.count(id, 0, &mut counts).ok_or("its drawings draw one another without end")?;
        }
        Ok(())
    }

    /// How many drawings `id` leads to, itself counted; `None` if that is too many or too deep.
    fn count(&self, id: ObjectId, depth: usize, counts: &mut HashMap<ObjectId, Option<usize>>) -> Option<usize> {
        if depth > MAX_DRAWING_DEPTH {
            return None;
        }
        if let Some(&known) = counts.get(&id) {
            return known;
        }
        // Met again before it is counted, it draws itself.
        counts.insert(id, None);
        let mut total = 1_usize;
        for &drawn in self.drawn_by.get(&id).into_iter().flatten() {
            total = total.checked_add(self.count(drawn, depth + 1, counts)?)?;
            if total > MAX_DRAWINGS {
                return None;
            }
        }
        counts.insert(id, Some(total));
        Some(total)
    }
}

/// The drawings that a page or a drawing names in its resources.
fn drawings_in<'a>(document: &'a Document, node: &'a Dictionary) -> BTreeMap<&'a [u8], ObjectId> {
    let resources = node.get_deref(b"Resources", document).and_then(Object::as_dict);
    resources.map_or_else(|_| BTreeMap::new(), |resources| drawings_of_resources(document, resources))
}

fn drawings_of_resources<'a>(document: &'a Document, resources: &'a Dictionary) -> BTreeMap<&'a [u8], ObjectId> {
    let Ok(named) = resources.get_deref(b"XObject", document).and_then(Object::as_dict) else { return BTreeMap::new() };
    named.iter().filter_map(|(name, object)| Some((name.as_slice(), object.as_reference().ok()?))).collect()
}

/// The names of what a drawing draws, each as often as it does.
fn drawn_names(stream: &Stream) -> Vec<Vec<u8>> {
    let Ok(plain) = stream.get_plain_content() else { return Vec::new() };
    if !plain.windows(2).any(|window| window == b"Do") {
        return Vec::new();
    }
    let Ok(content) = Content::decode(&plain) else { return Vec::new() };
    let drawing = content.operations.into_iter().filter(|operation| operation.operator == "Do");
    drawing.filter_map(|operation| operation.operands.first()?.as_name().ok().map(<[u8]>::to_vec)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(length: usize) -> Stream {
        let mut stream = Stream::new(Dictionary::new(), vec![b' '; length]);
        stream.compress().expect("packed");
        assert!(stream.content.len() < MAX_UNBOUNDED, "{}", stream.content.len());
        stream
    }

    #[test]
    fn parts_that_unpack_to_too_much_are_told() {
        assert_eq!(unpacked(&packed(MAX_UNPACKED)).map(|plain| plain.len()), Some(MAX_UNPACKED));
        assert_eq!(unpacked(&packed(MAX_UNPACKED + 1)), None);
    }

    #[test]
    fn brackets_and_ranges_are_told() {
        assert!(!nests_deeply(format!("{}[({{<>}})]", "\\(".repeat(500)).as_bytes()));
        assert!(!nests_deeply(&b"(a <<) ".repeat(500)));
        assert!(nests_deeply("(".repeat(MAX_BRACKETS + 1).as_bytes()));
        assert!(nests_deeply("[".repeat(MAX_BRACKETS + 1).as_bytes()));
        let map = |range: &str| maps_wide_ranges(format!("1 beginbfrange {range} endbfrange").as_bytes());
        assert!(!map("<0000> <ffff> <0041>\n<00000041> <00000042> <0041>"));
        assert!(!map("<01> <02> <00660066006c>\n<03> <04> [<d835dc00> <d835dc01>] <05> <06> <d83dde00>"));
        assert!(map("<01> <02> [<0041> <0042>] <00> <ffffffff> <0041>"));
        assert!(map("<0000> <10000> <0041>"));
    }
}
