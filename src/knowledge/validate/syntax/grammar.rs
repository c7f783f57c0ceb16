//! Parsers that take long to build: SQL, GraphQL, Protocol Buffers, and the grammars of programming languages.

use sqlparser::dialect::{Dialect, GenericDialect, MySqlDialect, PostgreSqlDialect};
use sqlparser::parser::Parser as SqlParser;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};
use tree_sitter::{Language, Node, Parser};

/// Whether `code` parses; `None` without a parser for the language.
pub(super) fn check(language: &str, code: &str) -> Option<Result<(), String>> {
    match language {
        "sql" => return Some(sql(code)),
        "graphql" => return Some(graphql(code)),
        "protobuf" => return Some(protobuf(code)),
        _ => {}
    }
    let grammar: Language = match language {
        "bash" => tree_sitter_bash::LANGUAGE.into(),
        "go" => tree_sitter_go::LANGUAGE.into(),
        "hcl" => tree_sitter_hcl::LANGUAGE.into(),
        "java" => tree_sitter_java::LANGUAGE.into(),
        // The grammar knows JSX, too.
        "javascript" => tree_sitter_javascript::LANGUAGE.into(),
        "python" => tree_sitter_python::LANGUAGE.into(),
        "rust" => tree_sitter_rust::LANGUAGE.into(),
        "typescript" => tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into(),
        "tsx" => tree_sitter_typescript::LANGUAGE_TSX.into(),
        _ => return None,
    };
    Some(by(&grammar, code))
}

fn by(grammar: &Language, code: &str) -> Result<(), String> {
    let mut parser = Parser::new();
    parser.set_language(grammar).map_err(|error| error.to_string())?;
    let tree = parser.parse(code, None).ok_or("it takes too long to parse")?;
    match fault(tree.root_node()) {
        None => Ok(()),
        Some(node) => Err(format!("line {} cannot be read", node.start_position().row + 1)),
    }
}

/// The first node that the grammar could not make sense of.
fn fault(node: Node<'_>) -> Option<Node<'_>> {
    if node.is_error() || node.is_missing() {
        return Some(node);
    }
    if !node.has_error() {
        return None;
    }
    let mut cursor = node.walk();
    node.children(&mut cursor).find_map(fault)
}

/// Statements of `PostgreSQL` that the parser does not know yet.
const UNKNOWN_STATEMENTS: &[&[&str]] = &[
    &["ALTER", "SYSTEM"],
    &["COMMIT", "PREPARED"],
    &["CREATE", "PUBLICATION"],
    &["CREATE", "STATISTICS"],
    &["CREATE", "SUBSCRIPTION"],
    &["PREPARE", "TRANSACTION"],
    &["REINDEX"],
    &["ROLLBACK", "PREPARED"],
];

/// Content is mostly written for `PostgreSQL`; what is written for others need only be read by one of them.
fn sql(code: &str) -> Result<(), String> {
    let first = sql_of(&PostgreSqlDialect {}, code);
    if first.is_ok() || sql_of(&MySqlDialect {}, code).is_ok() || sql_of(&GenericDialect {}, code).is_ok() {
        Ok(())
    } else {
        first
    }
}

fn sql_of(dialect: &dyn Dialect, code: &str) -> Result<(), String> {
    let tokens = Tokenizer::new(dialect, code).tokenize_with_location().map_err(|error| error.to_string())?;
    tokens.split(|found| found.token == Token::SemiColon).try_for_each(|statement| {
        let words: Vec<String> = statement.iter().filter_map(word).collect();
        let is_empty = statement.iter().all(|found| matches!(found.token, Token::Whitespace(_) | Token::EOF));
        let is_unknown = UNKNOWN_STATEMENTS.iter().any(|begin| words.iter().take(begin.len()).eq(begin.iter()));
        if is_empty || is_unknown {
            return Ok(());
        }
        let mut parser = SqlParser::new(dialect).with_tokens_with_locations(statement.to_vec());
        parser
            .parse_statement()
            .and_then(|_| parser.expect_token(&Token::EOF))
            .map(drop)
            .map_err(|error| error.to_string())
    })
}

/// A word of SQL in capital letters.
fn word(found: &TokenWithSpan) -> Option<String> {
    match &found.token {
        Token::Word(word) => Some(word.value.to_uppercase()),
        _ => None,
    }
}

fn graphql(code: &str) -> Result<(), String> {
    let tree = apollo_parser::Parser::new(code).parse();
    let first = tree.errors().next().map(|error| error.message().to_owned());
    first.map_or(Ok(()), Err)
}

fn protobuf(code: &str) -> Result<(), String> {
    protox_parse::parse("snippet.proto", code).map(drop).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_is_read_by_its_grammar() {
        for (language, right, wrong) in [
            ("bash", "for i in a b; do echo \"$i\"; done", "for i in a b; do echo"),
            ("go", "package a\n\nfunc f() int { return 1 }", "package a\n\nfunc f( int { return 1 }"),
            ("graphql", "type Query { order(id: ID!): Order }", "type Query { order(id: ID!: Order }"),
            ("hcl", "resource \"a\" \"b\" {\n  c = 1\n}", "resource \"a\" \"b\" {\n  c = \n"),
            ("java", "class A { int f() { return 1; } }", "class A { int f( { return 1; } }"),
            ("javascript", "const f = async (a) => { await a; };", "const f = async (a) => { await a; "),
            ("protobuf", "syntax = \"proto3\";\nmessage A { string b = 1; }", "message A { string b = ; }"),
            ("python", "def f(a):\n    return a", "def f(a:\n    return a"),
            ("rust", "fn f() -> u8 { 1 }", "fn f( -> u8 { 1 }"),
            ("sql", "SELECT a FROM b WHERE c = 1 FOR UPDATE SKIP LOCKED;", "SELECT a FROM WHERE c = 1;"),
            (
                "sql",
                "CREATE STATISTICS s ON a, b FROM c; SELECT 1;",
                "CREATE STATISTICS s ON a, b FROM c; SELECT FROM;;(",
            ),
            ("typescript", "interface A { b: string }", "interface A { b: string"),
        ] {
            assert_eq!(check(language, right), Some(Ok(())), "{language}");
            assert!(matches!(check(language, wrong), Some(Err(_))), "{language}");
        }
        assert_eq!(check("cobol", ""), None);
    }
}
