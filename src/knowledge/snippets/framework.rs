//! Which framework or product a piece of code is for: by its imports and keywords, then by the sentence before it.

use std::sync::LazyLock;

use regex::Regex;

/// In these languages the sentence before the code may name the product; others import what they use.
const NAMED_BEFORE: &[&str] = &["sql", "yaml", "json", "bash", "http", "toml", "ini"];

/// Languages that are the configuration of one product.
const PRODUCTS: &[(&str, &str)] = &[
    ("dockerfile", "docker"),
    ("haproxy", "haproxy"),
    ("nginx", "nginx"),
    ("promql", "prometheus"),
    ("hcl", "terraform"),
];

/// A framework, the languages that it is looked for in, and what gives it away there. The more special come first.
const SIGNS: &[(&str, &[&str], &str)] = &[
    ("fastapi", &["python"], r"\b(from|import) fastapi\b"),
    ("flask", &["python"], r"\b(from|import) flask\b"),
    ("django", &["python"], r"\b(from|import) django\b"),
    ("celery", &["python"], r"\b(from|import) celery\b"),
    ("locust", &["python"], r"\b(from|import) locust\b"),
    ("pytest", &["python"], r"\bimport pytest\b|@pytest\."),
    ("hypothesis", &["python"], r"\b(from|import) hypothesis\b"),
    ("opentelemetry", &["python", "go", "java", "javascript", "typescript"], r"\bopentelemetry\b|\botel\b"),
    ("prometheus", &["python", "go", "java"], r"\bprometheus(_client)?\b"),
    ("sqlalchemy", &["python"], r"\b(from|import) sqlalchemy\b"),
    (
        "kafka",
        &["python", "java", "go", "javascript", "typescript"],
        r"(?i)\bconfluent_kafka\b|\bkafkajs\b|\baiokafka\b|apache\.kafka|\bKafka(Producer|Consumer|Listener)\b",
    ),
    (
        "rabbitmq",
        &["python", "java", "javascript", "typescript", "go"],
        r"\bimport pika\b|\baio_pika\b|\bamqplib\b|\bamqp091\b|\bRabbit(Template|Listener)\b",
    ),
    (
        "grpc",
        &["python", "go", "java"],
        r"\bimport grpc\b|google\.golang\.org/grpc|\bgrpc\.(New|Dial|aio|server|insecure)|\bio\.grpc\b",
    ),
    (
        "redis",
        &["python", "go", "javascript", "typescript", "java"],
        r#"\bimport redis\b|\bfrom redis\b|\bredis\.(Redis|from_url|asyncio|NewClient)\b|["']i?o?redis["']|\bJedis\b"#,
    ),
    (
        "postgresql",
        &["python", "go", "javascript", "typescript"],
        r#"\bpsycopg(2|_pool)?\b|\basyncpg\b|\bpgx(pool)?\b|["']pg["']"#,
    ),
    ("sqlite", &["python"], r"\bimport sqlite3\b"),
    ("httpx", &["python"], r"\bimport httpx\b"),
    ("requests", &["python"], r"\bimport requests\b"),
    ("pyjwt", &["python"], r"\bimport jwt\b"),
    ("argon2-cffi", &["python"], r"\b(from|import) argon2\b"),
    ("boto3", &["python"], r"\bimport boto3\b"),
    ("nestjs", &["typescript"], r"@nestjs/"),
    ("k6", &["javascript", "typescript"], r#"from ["']k6\b"#),
    ("playwright", &["javascript", "typescript", "python"], r"@?playwright\b"),
    ("express", &["javascript", "typescript"], r#"["']express["']|\bexpress\(\)"#),
    ("jest", &["javascript", "typescript"], r"@jest/|\bjest\.(fn|mock|spyOn)\b"),
    ("pact", &["javascript", "typescript", "python"], r"@pact-foundation|\bfrom pact\b"),
    ("gin", &["go"], r"gin-gonic/gin|\bgin\.(Context|Default|New)\b"),
    (
        "spring",
        &["java", "kotlin"],
        r"org\.springframework|@(RestController|SpringBootApplication|Transactional|Service|GetMapping|PostMapping|Scheduled|Bean)\b",
    ),
    ("resilience4j", &["java"], r"resilience4j|\bCircuitBreakerConfig\b"),
    ("junit", &["java"], r"org\.junit|@Test\b"),
    ("testcontainers", &["java", "python", "go", "typescript"], r"\btestcontainers\b"),
    ("tokio", &["rust"], r"\btokio::"),
    ("axum", &["rust"], r"\baxum::"),
    ("kubernetes", &["yaml", "json"], r#"(?m)^\s*"?apiVersion"?:"#),
    ("docker compose", &["yaml"], r"(?m)^services:\s*$"),
    ("github actions", &["yaml"], r"\bruns-on:|\buses: actions/"),
    ("gitlab ci", &["yaml"], r"(?m)^stages:\s*(\[|$)"),
    ("openapi", &["yaml", "json"], r#"(?m)^\s*"?openapi"?:|\$ref: ["']#/components/"#),
    ("asyncapi", &["yaml", "json"], r#"(?m)^\s*"?asyncapi"?:"#),
    ("opentelemetry", &["yaml"], r"(?m)^(receivers|exporters|processors):"),
    ("alertmanager", &["yaml"], r"(?m)^(route|receivers|inhibit_rules):\s*$"),
    ("prometheus", &["yaml"], r"(?m)^\s*- (alert|record):|\bscrape_configs:"),
    ("ansible", &["yaml"], r"(?m)^- hosts:|\bansible\."),
    ("kubernetes", &["bash"], r"(?m)^\s*(\$ )?kubectl\b"),
    ("docker", &["bash"], r"(?m)^\s*(\$ )?docker\b"),
    ("terraform", &["bash"], r"(?m)^\s*(\$ )?terraform\b"),
    ("postgresql", &["bash"], r"(?m)\b(psql|pg_dump|pg_restore|pg_basebackup)\b"),
    ("openssl", &["bash"], r"\bopenssl\b"),
    ("git", &["bash"], r"(?m)^\s*(\$ )?git\b"),
    ("curl", &["bash"], r"\bcurl\b"),
    (
        "postgresql",
        &["sql"],
        r"(?i)\bjsonb\b|\btimestamptz\b|\bON CONFLICT\b|\bRETURNING\b|\bCONCURRENTLY\b|\bpg_\w+|\bGENERATED (ALWAYS|BY DEFAULT) AS IDENTITY\b|\b(big)?serial\b|::\w+|\bEXPLAIN \(|\bPARTITION OF\b|\bINCLUDE \(|\b(lock|statement)_timeout\b|\bplpgsql\b",
    ),
    ("mysql", &["sql"], r"(?i)\bENGINE\s*=\s*InnoDB\b|\bAUTO_INCREMENT\b|\bON DUPLICATE KEY\b"),
];

/// Names in the sentence before the code.
const NAMES: &[(&str, &str)] = &[
    ("postgresql", r"\bPostgreSQL\b"),
    ("mysql", r"\bMySQL\b"),
    ("kubernetes", r"\bKubernetes\b"),
    ("github actions", r"\bGitHub Actions\b"),
    ("prometheus", r"\bPrometheus\b"),
    ("alertmanager", r"\bAlertmanager\b"),
    ("redis", r"\bRedis\b"),
    ("kafka", r"\bKafka\b"),
    ("cassandra", r"\bCassandra\b"),
];

static COMPILED: LazyLock<(Vec<Regex>, Vec<Regex>)> = LazyLock::new(|| {
    let compile = |pattern: &str| Regex::new(pattern).expect("a test compiles every pattern");
    (
        SIGNS.iter().map(|(_, _, pattern)| compile(pattern)).collect(),
        NAMES.iter().map(|(_, pattern)| compile(pattern)).collect(),
    )
});

/// The framework or product that `code` is for; empty when none shows.
pub fn of(language: &str, code: &str, explanation: &str) -> &'static str {
    if let Some((_, product)) = PRODUCTS.iter().find(|(format, _)| *format == language) {
        return product;
    }
    let (signs, names) = &*COMPILED;
    let by_code =
        SIGNS.iter().zip(signs).find(|((_, languages, _), sign)| languages.contains(&language) && sign.is_match(code));
    if let Some(((framework, ..), _)) = by_code {
        return framework;
    }
    let may_be_named = NAMED_BEFORE.contains(&language);
    let by_name = NAMES.iter().zip(names).find(|(_, name)| may_be_named && name.is_match(explanation));
    by_name.map_or("", |((framework, _), _)| framework)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_and_keywords_give_the_framework_away() {
        for (language, code, explanation, framework) in [
            ("python", "from fastapi import FastAPI", "", "fastapi"),
            ("javascript", "const app = require('express')();", "", "express"),
            ("java", "@RestController\nclass Orders {}", "", "spring"),
            ("yaml", "apiVersion: v1\nkind: Pod", "", "kubernetes"),
            ("nginx", "server {}", "", "nginx"),
            ("sql", "INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING;", "", "postgresql"),
            ("sql", "SELECT 1;", "In PostgreSQL, this is a query:", "postgresql"),
            ("sql", "SELECT 1;", "This is a query:", ""),
            ("python", "print(1)", "Redis is not used here:", ""),
            ("go", "package main", "", ""),
        ] {
            assert_eq!(of(language, code, explanation), framework, "{language}: {code}");
        }
    }
}
