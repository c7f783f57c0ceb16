//! The names of programming languages and formats.

/// Other names that fences carry, each with the usual one.
const ALIASES: &[(&str, &str)] = &[
    ("bash", "bash"),
    ("console", "bash"),
    ("docker", "dockerfile"),
    ("gql", "graphql"),
    ("golang", "go"),
    ("js", "javascript"),
    ("jsonc", "json"),
    ("jsx", "javascript"),
    ("k8s", "yaml"),
    ("mjs", "javascript"),
    ("postgres", "sql"),
    ("postgresql", "sql"),
    ("pgsql", "sql"),
    ("plpgsql", "sql"),
    ("proto", "protobuf"),
    ("proto3", "protobuf"),
    ("py", "python"),
    ("python3", "python"),
    ("rs", "rust"),
    ("sh", "bash"),
    ("shell", "bash"),
    ("terraform", "hcl"),
    ("tf", "hcl"),
    ("ts", "typescript"),
    ("yml", "yaml"),
    ("zsh", "bash"),
];

/// Tags of blocks that hold no code.
const PROSE: &[&str] = &["", "log", "markdown", "md", "mermaid", "none", "output", "plain", "plaintext", "text", "txt"];

/// The usual name of the language that a fence is tagged with; `None` for plain text.
pub fn format(tag: &str) -> Option<String> {
    let tag = tag.to_lowercase();
    if PROSE.contains(&tag.as_str()) {
        return None;
    }
    let usual = ALIASES.iter().find(|(alias, _)| *alias == tag).map(|(_, usual)| (*usual).to_owned());
    Some(usual.unwrap_or(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_language_has_one_name() {
        assert_eq!(format("YML").as_deref(), Some("yaml"));
        assert_eq!(format("sh").as_deref(), Some("bash"));
        assert_eq!(format("promql").as_deref(), Some("promql"));
        assert_eq!(format("text"), None);
        assert_eq!(format(""), None);
    }
}
