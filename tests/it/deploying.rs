//! The files in `deploy`: what they set exists, and what can check them does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use colega::config::Settings;
use regex::Regex;

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy")
}

#[test]
fn every_setting_that_they_make_exists() {
    let known = serde_json::to_value(Settings::default()).expect("JSON");
    let names = Regex::new(r"COLEGA__([A-Z0-9_]+?)__([A-Z0-9_]+)").expect("a pattern");
    let mut found = 0;
    for entry in fs::read_dir(deploy()).expect("the folder") {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("a text");
        for name in names.captures_iter(&text) {
            let (section, key) = (name[1].to_lowercase(), name[2].to_lowercase());
            assert!(known[&section].get(&key).is_some(), "{}: {}", path.display(), &name[0]);
            found += 1;
        }
    }
    assert!(found >= 8, "{found} settings");
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
