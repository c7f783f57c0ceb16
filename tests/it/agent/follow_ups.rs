//! Questions that continue a conversation, and questions that do not although there is one.

use colega::agent::Agent;
use colega::answer::{Answer, Reply, SectionKind};
use colega::question::{Language, Question, Turn};
use colega::trace::Asked;

use super::{agent, ask, question};

/// What a follow-up must come to.
enum Means {
    /// An answer that cites this document.
    Of(&'static str),
    /// Such an answer of one part alone.
    Part(&'static str, SectionKind),
    /// An answer that cites one of these documents.
    Either(&'static str, &'static str),
    /// Nothing: the knowledge base does not say.
    Nothing,
}

use Means::{Either, Nothing, Of, Part};
use SectionKind::{Checklist, Definition, Example, Pitfalls, WhenToUse};

const FOLLOW_UPS: &[(&str, &str, Means)] = &[
    ("What is GraphQL?", "and when not?", Part("graphql", WhenToUse)),
    ("What is GraphQL?", "why?", Of("graphql")),
    ("What is GraphQL?", "and the drawbacks?", Of("graphql")),
    ("What is GraphQL?", "how does it work?", Part("graphql", Definition)),
    ("What is GraphQL?", "vs REST?", Of("graphql")),
    ("What is GraphQL?", "How do I limit the depth of its queries?", Of("graphql")),
    ("How does pagination work?", "and in GraphQL?", Either("pagination", "graphql")),
    ("How do I version an API?", "give me an example", Part("api-versioning", Example)),
    ("What is a circuit breaker?", "what about retries?", Either("circuit-breaker", "retries-and-backoff")),
    ("What is a circuit breaker?", "and common mistakes?", Part("circuit-breaker", Pitfalls)),
    ("What is a circuit breaker?", "do you have a checklist?", Part("circuit-breaker", Checklist)),
    ("How do connection pools work?", "and in Postgres?", Of("connection-pools")),
    ("How do connection pools work?", "and how do I size it?", Of("connection-pools")),
    ("What are database indexes for?", "when should I not use them?", Part("database-indexes", WhenToUse)),
    ("What is a dirty read?", "and how do I prevent it?", Of("isolation-levels")),
    ("What is idempotency?", "ok thanks, and an example?", Of("idempoten")),
    ("When should I use a message queue?", "what are the common mistakes?", Part("message-queues", Pitfalls)),
    ("How do blue-green deployments work?", "and with canary releases?", Of("deployment-strategies")),
    ("What is rate limiting?", "and the Retry-After header?", Either("rate-limiting", "retries-and-backoff")),
    ("What is JWT?", "and OAuth2?", Of("oauth2")),
    ("What is JWT?", "is it safe for sessions?", Of("jwt")),
    ("What is a readiness probe?", "and liveness?", Either("kubernetes-probes", "health-checks")),
    ("What is GraphQL?", "and in Paris?", Nothing),
    ("¿Qué es GraphQL?", "¿y cuándo no?", Part("graphql", WhenToUse)),
    ("¿Qué es GraphQL?", "¿por qué?", Of("graphql")),
    ("¿Qué es GraphQL?", "dame un ejemplo", Part("graphql", Example)),
    ("¿Cómo funcionan los pools de conexiones?", "y en Postgres?", Of("connection-pools")),
    ("¿Qué es un circuit breaker?", "¿y los reintentos?", Either("circuit-breaker", "retries-and-backoff")),
    ("¿Qué es un circuit breaker?", "¿y errores comunes?", Part("circuit-breaker", Pitfalls)),
    ("¿Qué es el rate limiting?", "¿tienes una lista de comprobación?", Part("rate-limiting", Checklist)),
    ("¿Qué es la paginación?", "¿y en GraphQL?", Either("pagination", "graphql")),
    ("¿Qué es el patrón saga?", "¿qué desventajas tiene?", Of("saga-pattern")),
    ("¿Qué es el patrón saga?", "¿cómo funciona?", Part("saga-pattern", Definition)),
    ("¿Cuándo uso una cola de mensajes?", "vale, ¿y cuándo no?", Part("message-queues", WhenToUse)),
    ("¿Qué es un índice de base de datos?", "¿y para consultas con LIKE?", Of("database-indexes")),
    ("¿Qué son las sondas de Kubernetes?", "¿cómo las configuro sin errores? dame un ejemplo", Of("kubernetes-probes")),
    ("¿Qué es CORS?", "¿y cómo lo configuro?", Of("cors")),
    ("¿Qué es CSRF?", "¿qué diferencia hay con CORS?", Either("csrf", "cors")),
    ("¿Qué es JWT?", "¿es seguro usarlo para sesiones?", Of("jwt")),
    ("What is TLS?", "¿y en español?", Of("es/infrastructure/tls")),
    ("¿Qué es TLS?", "and in English please", Of("en/infrastructure/tls")),
    ("What is chaos engineering?", "isn't that dangerous in production?", Of("chaos-engineering")),
    ("What is chaos engineering?", "pros and cons?", Of("chaos-engineering")),
    ("What is contract testing?", "how is it different from integration testing?", Of("contract-testing")),
    ("What is contract testing?", "show me some code", Part("contract-testing", Example)),
    ("How should I hash passwords?", "what can go wrong?", Part("password-hashing", Pitfalls)),
    ("How should I hash passwords?", "with bcrypt?", Of("password-hashing")),
    ("What is the transactional outbox pattern?", "but why not just publish the event directly?", Of("outbox")),
    ("What is an error budget?", "who owns it?", Of("sli-slo")),
    ("What is eventual consistency?", "when is it a bad idea?", Of("eventual-consistency")),
    ("What is structured logging?", "best practices?", Part("structured-logging", Checklist)),
    ("What is DNS?", "tell me more about TTLs", Of("dns")),
    ("¿Qué es la ingeniería del caos?", "¿y no es peligroso?", Of("chaos-engineering")),
    ("¿Qué es el consenso distribuido?", "¿y con Raft?", Of("consensus")),
    ("¿Cómo guardo contraseñas?", "¿qué suele salir mal?", Part("password-hashing", Pitfalls)),
    ("¿Cómo guardo contraseñas?", "¿y las buenas prácticas?", Part("password-hashing", Checklist)),
    ("¿Qué es un balanceador de carga?", "¿cuándo conviene?", Part("load-balancing", WhenToUse)),
    ("¿Qué es un balanceador de carga?", "¿y las desventajas de usarlo?", Of("load-balancing")),
    ("¿Qué es la replicación?", "pero ¿por qué se retrasa?", Of("replication")),
    ("¿Qué es una caché HTTP?", "¿y ETag?", Of("http-caching")),
    ("What is a load balancer?", "and for websockets?", Of("load-balancing")),
    ("What is a load balancer?", "does that help with TLS?", Of("load-balancing")),
    ("What is a reverse proxy?", "why would I need one?", Of("reverse-proxy")),
    ("What is sharding?", "limitations?", Of("partitioning")),
    ("What is sharding?", "how do we choose the key?", Of("partitioning")),
    ("What is a test double?", "mocks too?", Of("test-doubles")),
    ("What is Infrastructure as Code?", "with Terraform", Of("infrastructure-as-code")),
    ("¿Qué es un proxy inverso?", "¿para qué sirve?", Of("reverse-proxy")),
    ("¿Qué es el sharding?", "¿y cómo elijo la clave?", Of("partitioning")),
    ("¿Qué es gRPC?", "¿y los inconvenientes?", Of("grpc")),
    ("¿Qué es gRPC?", "¿qué tal frente a REST?", Of("grpc")),
    ("¿Qué es serverless?", "¿es caro?", Of("serverless")),
];

const NEW_QUESTIONS: &[(&str, &str, &str)] = &[
    ("What is GraphQL?", "What is a circuit breaker?", "circuit-breaker"),
    ("What is GraphQL?", "And what is a circuit breaker?", "circuit-breaker"),
    ("What is GraphQL?", "How do I rotate secrets safely?", "secrets-management"),
    ("What is GraphQL?", "JWT?", "jwt"),
    ("What is a circuit breaker?", "common mistakes with flaky tests", "flaky-tests"),
    ("What is a circuit breaker?", "When should I use serverless?", "serverless"),
    ("How do connection pools work?", "What is the difference between REST and GraphQL?", "graphql"),
    ("How do connection pools work?", "Give me an example of a saga", "saga-pattern"),
    ("What is CORS?", "What is a saga and how does it handle failures?", "saga-pattern"),
    ("What is CORS?", "checklist for load testing", "load-testing"),
    ("¿Qué es GraphQL?", "¿Qué es un circuit breaker?", "circuit-breaker"),
    ("¿Qué es GraphQL?", "¿Y qué es JWT?", "jwt"),
    ("¿Qué es CORS?", "¿Cómo hago copias idempotentes de mensajes en un consumidor?", "idempotent-consumers"),
    ("¿Qué es CORS?", "buenas prácticas de logs estructurados", "structured-logging"),
    ("¿Qué es CORS?", "¿Cuándo conviene usar sharding?", "partitioning"),
    ("¿Qué es CORS?", "rollbacks", "rollbacks"),
    ("What is chaos engineering?", "Is it safe to run schema migrations during a deploy?", "schema-migrations"),
    ("What is chaos engineering?", "How do message queues deliver their messages?", "message-queues"),
    ("What is DNS?", "what's the CAP theorem", "cap-theorem"),
    ("¿Qué es DNS?", "¿Cómo pruebo el rendimiento de una API bajo carga?", "load-testing"),
];

/// Asks `first` and then `second` in the same conversation.
async fn converse(agent: &Agent, first: &str, second: &str) -> Asked {
    let asked = ask(agent, question(first)).await;
    ask(agent, Question { earlier: vec![turn(asked)], ..question(second) }).await
}

fn turn(asked: Asked) -> Turn {
    let subject = if let Reply::Answer(answer) = asked.reply { answer.subject } else { String::new() };
    Turn { question: asked.trace.searched.unwrap_or(asked.trace.question), subject }
}

fn cites(answer: &Answer, document: &str) -> bool {
    answer.citations.iter().any(|citation| citation.source_file.contains(document))
}

fn comes_to(asked: &Asked, means: &Means) -> bool {
    let Reply::Answer(answer) = &asked.reply else { return matches!(means, Nothing) };
    asked.trace.searched.is_some()
        && match means {
            Of(document) => cites(answer, document),
            Part(document, kind) => {
                cites(answer, document) && answer.sections.iter().map(|section| section.kind).eq([*kind])
            }
            Either(one, other) => cites(answer, one) || cites(answer, other),
            Nothing => false,
        }
}

/// What an exchange came to, for people.
fn told(first: &str, second: &str, asked: &Asked) -> String {
    let came_to = match &asked.reply {
        Reply::Answer(answer) => {
            let parts: Vec<_> = answer.sections.iter().map(|section| section.kind).collect();
            format!("{} {parts:?}", answer.citations[0].source_file)
        }
        other => other.name().to_owned(),
    };
    format!("{first} | {second} | {:?} | {came_to}", asked.trace.searched)
}

#[tokio::test]
async fn follow_ups_are_understood_from_the_turn_before() {
    let agent = agent();
    let mut missed = Vec::new();
    for (first, second, means) in FOLLOW_UPS {
        let asked = converse(&agent, first, second).await;
        if !comes_to(&asked, means) {
            missed.push(told(first, second, &asked));
        }
    }
    assert!(missed.len() * 20 <= FOLLOW_UPS.len(), "{} of {}:\n{}", missed.len(), FOLLOW_UPS.len(), missed.join("\n"));
}

#[tokio::test]
async fn a_new_question_is_answered_as_if_it_came_first() {
    let agent = agent();
    for (first, second, document) in NEW_QUESTIONS {
        let asked = converse(&agent, first, second).await;
        assert_eq!(asked.trace.searched, None, "{second}");
        let Reply::Answer(answer) = &asked.reply else { panic!("{}", told(first, second, &asked)) };
        assert!(cites(answer, document), "{}", told(first, second, &asked));
        // A question that gives no sign of its language is taken to be in that of the conversation.
        let alone = ask(&agent, Question { language: Some(asked.trace.language), ..question(second) }).await;
        let Reply::Answer(alone) = alone.reply else { panic!("{second} has no answer on its own") };
        assert_eq!((&answer.subject, &answer.sections), (&alone.subject, &alone.sections), "{second}");
    }
    for off_topic in ["Who won the chess championship in 1972?", "¿Cuál es la capital de Francia?", "weather in Paris?"]
    {
        let asked = converse(&agent, "What is GraphQL?", off_topic).await;
        assert_eq!(asked.reply.name(), "no_evidence", "{}", told("What is GraphQL?", off_topic, &asked));
    }
}

#[tokio::test]
async fn a_conversation_goes_on_over_several_turns_in_the_language_of_each() {
    let agent = agent();
    let mut earlier = Vec::new();
    for (text, language, document) in [
        ("¿Qué es GraphQL?", Language::Spanish, "es/apis/graphql"),
        ("¿y cuándo no?", Language::Spanish, "es/apis/graphql"),
        ("¿por qué?", Language::Spanish, "es/apis/graphql"),
        ("REST?", Language::Spanish, "es/apis/rest-api-design"),
        ("and when should I not use it?", Language::English, "rest-api-design"),
    ] {
        let asked = ask(&agent, Question { earlier: earlier.clone(), ..question(text) }).await;
        assert_eq!(asked.trace.language, language, "{text}");
        let Reply::Answer(answer) = &asked.reply else { panic!("{}", told("", text, &asked)) };
        assert!(cites(answer, document), "{}", told("", text, &asked));
        earlier.push(turn(asked));
    }
}
