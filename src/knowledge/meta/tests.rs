use super::*;
use crate::question::Language;

fn warnings(text: &str) -> Vec<String> {
    front_matter("a.md", text).warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn yaml_front_matter_is_read() {
    let text = "---\nTitle: Idempotency  keys\nlang: es-MX\ntags: [HTTP, '#Retries', http]\nsource: Some book\n\
                url: https://example.org/a?page=2\nlicence: MIT\nscope: ops\ntopic: http\nweight: 3\n---\nText\n";
    let front = front_matter("a.md", text);
    assert_eq!(front.warnings, []);
    assert_eq!(front.lines, 11);
    let expected = Meta {
        title: Some("Idempotency keys".into()),
        language: Some(Language::Spanish),
        topic: Some("http".into()),
        tags: vec!["http".into(), "retries".into()],
        url: Some("https://example.org/a?page=2".into()),
        scope: Some("ops".into()),
        license: Some("MIT".into()),
        ..Meta::default()
    };
    assert_eq!(front.meta, expected);
}

#[test]
fn questions_are_of_the_whole_document_or_of_its_headings() {
    let of = |pairs: &[(&str, &[&str])]| -> std::collections::BTreeMap<String, Vec<String>> {
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        pairs.iter().map(|&(heading, questions)| (heading.to_owned(), texts(questions))).collect()
    };
    let whole = front_matter("a.md", "---\nquestions:\n  - why is it slow\n  - is it down?\n---\nText");
    assert_eq!(whole.meta.questions, of(&[("", &["why is it slow", "is it down?"])]));
    let sidecar = parse_sidecar("a.meta.toml", "[questions]\n\"Common mistakes\" = [\"why is it slow\"]\nB = []\n");
    let expected = of(&[("Common mistakes", &["why is it slow"]), ("B", &[])]);
    assert_eq!(sidecar.expect("well-formed").questions, expected);
    for (line, wrong) in
        [(1, "questions = \"one\""), (2, "title = \"A\"\n[questions]\nB = 1"), (1, "questions = [[\"a\"]]")]
    {
        let error = parse_sidecar("a.meta.toml", wrong).expect_err(wrong).to_string();
        assert!(
            error.starts_with(&format!("a.meta.toml:{line}: `questions` is neither a list of questions")),
            "{error}"
        );
    }
}

#[test]
fn toml_front_matter_is_read() {
    let front = front_matter("a.md", "+++\ntitle = \"A\"\ntags = \"x, Y\"\ndate = 2024-01-01\n[extra]\nb = 1\n+++\n");
    assert_eq!((front.warnings, front.lines), (vec![], 7));
    assert_eq!(front.meta.title.as_deref(), Some("A"));
    assert_eq!(front.meta.tags, ["x", "y"]);
}

#[test]
fn text_between_rules_is_no_front_matter() {
    for text in ["---\nJust prose here\n---\n", "---\nNote this: a\n---\n", "---\ntitle: a\n", "--- \n", "", "---"] {
        assert_eq!(front_matter("a.md", text), FrontMatter::default(), "{text:?}");
    }
    assert_eq!(front_matter("a.md", "---\n---\nText").lines, 2);
}

#[test]
fn what_cannot_be_used_is_a_warning_with_its_line() {
    let broken = warnings("---\ntitle: a\ntags: [a, b\nlang: en\n---\nText");
    assert_eq!(broken.len(), 1);
    assert!(broken[0].starts_with("a.md:") && broken[0].contains("not YAML"), "{broken:?}");
    let foreign = warnings("---\ntitle: a\nlang: fr\n---\nText");
    assert_eq!(foreign, ["a.md:3: `lang` names the language “fr”, which Colega does not speak; write en or es"]);
    assert_eq!(warnings("+++\na = \n+++\n").len(), 1);
}

#[test]
fn addresses_that_give_access_are_refused_and_not_repeated() {
    for good in ["https://example.org", "http://example.org/a?b=c&keyword=x#part", "HTTPS://a.b/c@d"] {
        assert_eq!(web_address(good).expect(good), good);
    }
    for wrong in [
        "ftp://example.org",
        "javascript:alert(1)",
        "https://user:hunter2@example.org",
        "https://example.org/?access_token=hunter2",
        "https://example.org/?X-Amz-Signature=hunter2",
        "https://example.org/#token=hunter2",
        "https://",
        "https://exa mple.org",
    ] {
        let error = web_address(wrong).expect_err(wrong);
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}

#[test]
fn hostile_front_matter_is_answered_soon() {
    let bomb = format!(
        "a: &a [x,x,x,x,x,x,x,x,x]\n{}",
        (0..12).fold(String::new(), |text, n| {
            let (name, before) = (char::from(b'b' + n), char::from(b'a' + n));
            let list = vec![format!("*{before}"); 9].join(",");
            format!("{text}{name}: &{name} [{list}]\n")
        })
    );
    let deep = format!("a: {}", "[".repeat(30_000));
    for raw in [bomb, deep, "a: !!binary x".into(), "? [a]\n: b".into(), "1: 2\ntrue: x".into()] {
        let text = format!("---\n{raw}\n---\nText");
        assert!(front_matter("a.md", &text).meta == Meta::default());
    }
}

#[test]
fn a_sidecar_is_found_and_strict() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let document = folder.path().join("guide.md");
    assert_eq!(sidecar(&document), Ok(None));
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write("guide.meta.toml", "title = \"By stem\"\n");
    assert_eq!(sidecar(&document).expect("read").expect("found").title.as_deref(), Some("By stem"));
    write("guide.md.meta.toml", "title = \"By name\"\nlanguage = \"en\"\n");
    let found = sidecar(&document).expect("read").expect("found");
    assert_eq!((found.title.as_deref(), found.language), (Some("By name"), Some(Language::English)));
}

#[test]
fn a_wrong_sidecar_names_file_line_and_mend() {
    let check = |text: &str, expected: &str| {
        let error = parse_sidecar("a.meta.toml", text).expect_err(text).to_string();
        assert!(error.contains(expected), "{error} should hold {expected}");
    };
    check(
        "title = \"a\"\nlangauge = \"en\"\n",
        "a.meta.toml:2: `langauge` is no key of a sidecar; did you mean `language`?",
    );
    check("tag = [\"a\"]\n", "did you mean `tags`?");
    check("title = \"a\"\nlang = \"de\"\n", "a.meta.toml:2: `lang` names the language “de”");
    check("tags = [[1]]\n", "is not a list of texts");
    check("source = \"a book\"\n", "is not a web address");
    check("\ntitle = \n", "a.meta.toml:2: it is not TOML");
}

#[test]
fn the_upper_description_wins_field_by_field() {
    let upper = Meta { title: Some("upper".into()), ..Meta::default() };
    let lower = Meta { title: Some("lower".into()), tags: vec!["a".into()], ..Meta::default() };
    assert_eq!(merge(upper, lower.clone()), Meta { title: Some("upper".into()), ..lower });
}
