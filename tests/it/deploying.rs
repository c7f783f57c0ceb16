//! The files in `deploy`: what they set exists, and what can check them does.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use colega::config::Settings;
use regex::Regex;

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy")
}

/// The texts of all files there.
fn texts() -> Vec<(PathBuf, String)> {
    let (mut texts, mut pending) = (Vec::new(), vec![deploy()]);
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                pending.push(path);
            } else {
                texts.push((path.clone(), fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    texts
}

#[test]
fn every_setting_that_they_make_exists() {
    let known = serde_json::to_value(Settings::default()).expect("JSON");
    let names = Regex::new(r"COLEGA__([A-Z0-9_]+)").expect("a pattern");
    let mut found = 0;
    for (path, text) in texts() {
        for name in names.captures_iter(&text) {
            let way = name[1].to_lowercase().replace("__", "/");
            assert!(known.pointer(&format!("/{way}")).is_some(), "{}: {}", path.display(), &name[0]);
            found += 1;
        }
    }
    assert!(found >= 12, "{found} settings");
}

#[test]
fn every_figure_that_alerts_and_charts_use_is_counted() {
    let source = fs::read_to_string(deploy().join("../src/telemetry/metrics.rs")).expect("the source");
    let names = Regex::new(r"\b(colega_[a-z_]+|process_[a-z_]+)\b").expect("a pattern");
    let in_text = |text: &str| names.find_iter(text).map(|name| name.as_str().to_owned()).collect::<BTreeSet<_>>();
    let counted = in_text(&source);
    let mut used = BTreeSet::new();
    for (path, text) in texts().iter().filter(|(path, _)| !path.ends_with("colega.service")) {
        for name in in_text(text) {
            let plain = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
            assert!(counted.contains(plain), "{}: {name}", path.display());
            used.insert(plain.to_owned());
        }
    }
    let unused: Vec<_> = counted.difference(&used).collect();
    assert!(unused.len() <= 3, "nobody looks at {unused:?}");
}

#[test]
fn systemd_takes_the_unit() {
    let folder = tempfile::tempdir().expect("a folder");
    let unit = fs::read_to_string(deploy().join("colega.service")).expect("the unit");
    let here = env!("CARGO_BIN_EXE_colega");
    let copy = folder.path().join("colega.service");
    fs::write(&copy, unit.replace("/usr/local/bin/colega", here)).expect("written");
    let Ok(checked) = Command::new("systemd-analyze").arg("verify").arg(&copy).output() else {
        eprintln!("skipped: systemd-analyze is not here");
        return;
    };
    let says = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(checked.status.success() && !says.contains("colega.service"), "{says}");
}

#[test]
fn the_image_and_the_composition_name_files_that_are_there() {
    let root = deploy().join("..");
    let image = fs::read_to_string(deploy().join("Dockerfile")).expect("the Dockerfile");
    let copied = image.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|line| !line.starts_with("--from"));
    for source in copied.flat_map(|line| line.split(' ').rev().skip(1).map(str::to_owned).collect::<Vec<_>>()) {
        assert!(root.join(&source).exists(), "{source}");
    }
    let composition: serde_json::Value =
        serde_saphyr::from_str(&fs::read_to_string(deploy().join("compose.yaml")).expect("the file")).expect("YAML");
    let service = &composition["services"]["colega"];
    assert!(root.join(service["build"]["dockerfile"].as_str().expect("a name")).exists());
    assert_eq!((&service["read_only"], &service["ports"][0]), (&true.into(), &"127.0.0.1:8787:8787".into()));
}
