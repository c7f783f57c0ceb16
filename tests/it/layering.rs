//! Imports run downwards only: the layers of the architecture, read from the sources.

use std::fs;
use std::path::Path;

/// Modules from the top down; those of one line do not import each other.
const LAYERS: &[&[&str]] = &[
    &["main"],
    &["cli"],
    &["app"],
    &["config"],
    &["bench"],
    &["adapters", "eval"],
    &["desk", "backup"],
    &["reindex", "dataset"],
    &["agent", "knowledge", "goldset"],
    &["generate", "models"],
    &["render"],
    &["guard", "limit", "retrieve", "support", "feedback", "delivery"],
    &["reading"],
    &["embed"],
    &["language", "trace"],
    &["answer"],
    &["place", "passage", "words", "sentence", "telemetry", "shutdown", "jsonl"],
    &["question", "durable", "commit", "endpoints", "comma_list", "dump", "heap"],
    &["rule_policy"],
];

fn layer(module: &str) -> usize {
    LAYERS.iter().position(|layer| layer.contains(&module)).unwrap_or_else(|| panic!("`{module}` is in no layer"))
}

#[test]
fn imports_run_downwards() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut upwards = Vec::new();
    let mut pending = vec![sources.clone()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                pending.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "rs") && entry != sources.join("lib.rs") {
                upwards.extend(imports_upwards(&sources, &entry));
            }
        }
    }
    assert_eq!(upwards, Vec::<String>::new());
}

/// The imports of `file` that do not run downwards. What tests import does not count.
fn imports_upwards(sources: &Path, file: &Path) -> Vec<String> {
    let inside = file.strip_prefix(sources).expect("below the sources").with_extension("");
    let own = inside.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
    let text = fs::read_to_string(file).expect("UTF-8");
    let code = text.split("#[cfg(test)]").next().expect("the part before the tests");
    if inside.components().any(|part| part.as_os_str() == "tests") {
        return Vec::new();
    }
    code.match_indices("crate::")
        .map(|(at, found)| &code[at + found.len()..])
        .filter_map(|behind| {
            behind.split(|c: char| !c.is_alphanumeric() && c != '_').next().filter(|name| !name.is_empty())
        })
        .filter(|used| *used != own && layer(used) <= layer(&own))
        .map(|used| format!("{} uses {used}", inside.display()))
        .collect()
}
