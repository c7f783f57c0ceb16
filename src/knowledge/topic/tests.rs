use super::*;

fn label(title: &str, text: &str, language: Language) -> Label {
    Topics::built_in().label(Unlabelled { title, headings: &[], text, language }, &Meta::default())
}

#[test]
fn the_built_in_topics_are_the_eight() {
    let topics = Topics::built_in();
    let slugs: Vec<_> = topics.all().iter().map(|topic| topic.slug.as_str()).collect();
    let expected =
        ["apis", "infrastructure", "security", "data", "distributed-systems", "observability", "devops", "testing"];
    assert_eq!(slugs, expected);
}

#[test]
fn words_show_the_topic_in_both_languages() {
    let check = |title, text, language, topic| assert_eq!(label(title, text, language).topic, topic, "{title}: {text}");
    check("Cursors", "Pagination with a cursor keeps the page size stable.", Language::English, "apis");
    check("Paginación", "El cursor es opaco.", Language::Spanish, "apis");
    check(
        "Notes",
        "The replica set elects by consensus; a leader election takes a second.",
        Language::English,
        "distributed-systems",
    );
    check("Notas", "El nivel de aislamiento de las transacciones evita la lectura sucia.", Language::Spanish, "data");
    check("Notas", "Un commit dispara el pipeline y el despliegue.", Language::Spanish, "devops");
    check("Lunch", "The canteen opens at noon.", Language::English, "");
}

#[test]
fn acronyms_are_matched_as_they_are_written() {
    assert_eq!(label("REST", "", Language::English).topic, "apis");
    assert_eq!(label("The rest", "For the rest of us.", Language::English).topic, "");
}

#[test]
fn spanish_cues_do_not_count_in_english() {
    let text = "El indice, el indice compuesto.";
    assert!(label("", text, Language::Spanish).tags.contains(&"indexes".to_owned()));
    assert_eq!(label("", text, Language::English).tags, Vec::<String>::new());
}

#[test]
fn a_document_knows_its_own_topic_and_tags() {
    let meta = Meta { topic: Some("data".into()), tags: vec!["Redis".into(), "retry".into()], ..Meta::default() };
    let passage = Unlabelled {
        title: "Retries",
        headings: &[],
        text: "Retry with backoff and jitter.",
        language: Language::English,
    };
    let label = Topics::built_in().label(passage, &meta);
    assert_eq!(label.topic, "data");
    assert_eq!(label.tags, ["redis", "retry", "resilience"]);
    let unknown = Meta { topic: Some("cooking".into()), ..Meta::default() };
    assert_eq!(Topics::built_in().label(passage, &unknown).topic, "distributed-systems");
}

#[test]
fn a_wrong_topics_file_is_told() {
    let check = |text: &str, expected: &str| {
        let error = Topics::parse(text).err().map(|error| format!("{error:#}")).unwrap_or_default();
        assert!(error.contains(expected), "{error}");
    };
    check("[[topic]]\nslug = \"a b\"\nname = {en='', es=''}\nsubtopics = []", "is no slug");
    check("[[topic]]\nslug = \"a\"\nnaem = 1", "naem");
    let topic = "[[topic]]\nslug = \"a\"\nname = {en='', es=''}\nsubtopics = []\n";
    check(&topic.repeat(2), "is there twice");
}
