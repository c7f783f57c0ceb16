//! The routes of the REST API that the fake knows.

use axum::http::Method;

/// A route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Route {
    Gateway,
    GatewayBot,
    Me,
    Guilds,
    Member,
    Application,
    ListCommands,
    PutCommands,
    ListGuildCommands,
    PutGuildCommands,
    Channel,
    ListMessages,
    CreateMessage,
    GetMessage,
    EditMessage,
    DeleteMessage,
    ListReactions,
    React,
    Unreact,
    Typing,
    StartThread,
    OpenDirect,
    Callback,
    FollowUp,
    GetResponse,
    EditResponse,
    DeleteResponse,
}

impl Route {
    /// Whether the token in the path is all that is needed.
    pub fn is_open(self) -> bool {
        use Route::{Callback, DeleteResponse, EditResponse, FollowUp, Gateway, GetResponse};
        matches!(self, Callback | FollowUp | GetResponse | EditResponse | DeleteResponse | Gateway)
    }
}

/// Which route `path` (below `/api/v10`) is, with what stands in its variable places. `Err`: the path exists, but not for
/// this method (`true`), or not at all.
pub fn find<'a>(method: &Method, path: &'a str) -> Result<(Route, Vec<&'a str>), bool> {
    let steps: Vec<&str> = path.trim_matches('/').split('/').collect();
    let routes = of_path(&steps);
    match routes.iter().find(|(own, _)| own == method) {
        Some((_, route)) => Ok((*route, variables(&steps))),
        None => Err(!routes.is_empty()),
    }
}

fn of_path(steps: &[&str]) -> Vec<(Method, Route)> {
    let get = |route| (Method::GET, route);
    let post = |route| (Method::POST, route);
    let put = |route| (Method::PUT, route);
    let patch = |route| (Method::PATCH, route);
    let delete = |route| (Method::DELETE, route);
    match steps {
        ["gateway"] => vec![get(Route::Gateway)],
        ["gateway", "bot"] => vec![get(Route::GatewayBot)],
        ["users", "@me"] => vec![get(Route::Me)],
        ["users", "@me", "guilds"] => vec![get(Route::Guilds)],
        ["guilds", _, "members", _] => vec![get(Route::Member)],
        ["users", "@me", "channels"] => vec![post(Route::OpenDirect)],
        ["applications", "@me"] | ["oauth2", "applications", "@me"] => vec![get(Route::Application)],
        ["applications", _, "commands"] => vec![get(Route::ListCommands), put(Route::PutCommands)],
        ["applications", _, "guilds", _, "commands"] => {
            vec![get(Route::ListGuildCommands), put(Route::PutGuildCommands)]
        }
        ["channels", _] => vec![get(Route::Channel)],
        ["channels", _, "typing"] => vec![post(Route::Typing)],
        ["channels", _, "messages"] => vec![get(Route::ListMessages), post(Route::CreateMessage)],
        ["channels", _, "messages", _] => {
            vec![get(Route::GetMessage), patch(Route::EditMessage), delete(Route::DeleteMessage)]
        }
        ["channels", _, "messages", _, "threads"] => vec![post(Route::StartThread)],
        ["channels", _, "messages", _, "reactions", _] => vec![get(Route::ListReactions)],
        ["channels", _, "messages", _, "reactions", _, "@me"] => vec![put(Route::React), delete(Route::Unreact)],
        ["interactions", _, _, "callback"] => vec![post(Route::Callback)],
        ["webhooks", _, _] => vec![post(Route::FollowUp)],
        ["webhooks", _, _, "messages", _] => {
            vec![get(Route::GetResponse), patch(Route::EditResponse), delete(Route::DeleteResponse)]
        }
        _ => Vec::new(),
    }
}

/// The steps that are no fixed words of a route.
fn variables<'a>(steps: &[&'a str]) -> Vec<&'a str> {
    const WORDS: &[&str] = &[
        "gateway",
        "bot",
        "users",
        "@me",
        "channels",
        "applications",
        "oauth2",
        "commands",
        "guilds",
        "members",
        "typing",
        "messages",
        "threads",
        "reactions",
        "interactions",
        "callback",
        "webhooks",
    ];
    steps.iter().copied().filter(|step| !WORDS.contains(step)).collect()
}
