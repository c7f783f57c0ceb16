//! `colega doctor` for Discord: what is missing, each with its mend.

use std::collections::HashSet;
use std::sync::Arc;

use reqwest::Method;
use serde::Deserialize;
use serenity::all::{ApplicationFlags, ApplicationId, Channel, ChannelId, GuildId, Permissions};
use serenity::http::Route;

use super::DiscordSettings;
use super::rest::{BAD_TOKEN, Call, Problem, Rest};
use super::serve::APPLICATION;
use crate::adapters::finding::Finding;
use crate::adapters::token::Token;
use crate::desk::Failure;
use crate::desk::health::Health;

/// Servers that Discord gives at once; more need not be looked at here.
const MOST_GUILDS: usize = 200;
/// What Colega needs in a channel.
const NEEDED: Permissions = Permissions::VIEW_CHANNEL
    .union(Permissions::SEND_MESSAGES)
    .union(Permissions::SEND_MESSAGES_IN_THREADS)
    .union(Permissions::READ_MESSAGE_HISTORY);

#[derive(Deserialize)]
struct Application {
    id: ApplicationId,
    #[serde(default)]
    name: String,
    flags: Option<u64>,
}

#[derive(Deserialize)]
struct Joined {
    id: GuildId,
    #[serde(default)]
    name: String,
    /// What Colega may do there, but for what single channels forbid.
    permissions: Permissions,
}

/// Everything that can be found out about Discord without connecting to the gateway.
pub async fn doctor(settings: &DiscordSettings, token: &Token) -> Vec<Finding> {
    let rest = match Rest::new(settings, token, Arc::new(Health::default())) {
        Ok(rest) => rest,
        Err(why) => return vec![Finding::bad(format!("{why:#}"), BAD_TOKEN)],
    };
    let application = match rest.fetch::<Application>(Call::at(Method::GET, APPLICATION)).await {
        Ok(application) => application,
        Err(problem) => return vec![unreachable(settings, &problem)],
    };
    let mut findings =
        vec![Finding::good(format!("the token is that of “{}”", application.name)), intents(&application)];
    let call = Call::new(Method::GET, Route::UserMeGuilds).query("limit", MOST_GUILDS);
    match rest.fetch::<Vec<Joined>>(call).await {
        Ok(joined) => {
            findings.push(guilds(&application, &joined));
            findings.extend(missing_guilds(settings, &application, &joined));
            findings.extend(joined.iter().filter_map(|guild| missing_permissions(&application, guild)));
        }
        Err(problem) => findings.push(unreachable(settings, &problem)),
    }
    findings.extend(missing_channels(settings, &rest).await);
    findings
}

/// Where Colega can be invited to a server, with the permissions that it needs.
pub fn invite_link(application: ApplicationId) -> String {
    let permissions = NEEDED.bits();
    format!(
        "https://discord.com/oauth2/authorize?client_id={application}&scope=bot+applications.commands\
         &permissions={permissions}"
    )
}

fn unreachable(settings: &DiscordSettings, problem: &Problem) -> Finding {
    if problem.is_unauthorized() {
        return Finding::bad("Discord does not accept the token", BAD_TOKEN);
    }
    let mend = format!("look whether {} can be reached from here (discord.api_url)", settings.api_url);
    Finding::bad(format!("Discord cannot be asked: {problem}"), mend)
}

fn intents(application: &Application) -> Finding {
    let wanted = ApplicationFlags::GATEWAY_MESSAGE_CONTENT | ApplicationFlags::GATEWAY_MESSAGE_CONTENT_LIMITED;
    let flags = ApplicationFlags::from_bits_truncate(application.flags.unwrap_or_default());
    if flags.intersects(wanted) {
        return Finding::good("Colega may read messages (Message Content Intent)");
    }
    Finding::bad(
        "the Message Content Intent is off, so Discord refuses the connection",
        format!(
            "switch it on at https://discord.com/developers/applications/{}/bot, under Privileged Gateway Intents",
            application.id
        ),
    )
}

fn guilds(application: &Application, joined: &[Joined]) -> Finding {
    let invite = format!("invite it: {}", invite_link(application.id));
    match joined {
        [] => Finding::bad("Colega is in no server", invite),
        [one] => Finding::good(format!("in the server “{}”; {invite}", one.name)),
        many => Finding::good(format!("in {} servers; {invite}", many.len())),
    }
}

fn missing_guilds<'a>(
    settings: &'a DiscordSettings,
    application: &Application,
    joined: &[Joined],
) -> impl Iterator<Item = Finding> + 'a {
    let joined: HashSet<String> = joined.iter().map(|guild| guild.id.to_string()).collect();
    let invite = invite_link(application.id);
    settings.guilds.iter().filter(move |guild| !joined.contains(*guild)).map(move |guild| {
        Finding::bad(
            format!("Colega is not in the server {guild} of discord.guilds"),
            format!("invite it ({invite}), or take the server out"),
        )
    })
}

fn missing_permissions(application: &Application, guild: &Joined) -> Option<Finding> {
    let missing = NEEDED.difference(guild.permissions);
    (!missing.is_empty() && !guild.permissions.administrator()).then(|| {
        Finding::bad(
            format!("in the server “{}” Colega may not: {}", guild.name, missing.get_permission_names().join(", ")),
            format!("open {} again, or give its role these rights", invite_link(application.id)),
        )
    })
}

async fn missing_channels(settings: &DiscordSettings, rest: &Rest) -> Vec<Finding> {
    let listed = settings.channels.iter().map(|id| ("discord.channels", id));
    let special = settings.channel.iter().map(|channel| ("discord.channel.id", &channel.id));
    let gaps = settings.gaps_to.iter().map(|id| ("discord.gaps_to", id));
    let mut findings = Vec::new();
    let mut looked_at = HashSet::new();
    for (key, id) in listed.chain(special).chain(gaps) {
        let Some(number) = id.parse().ok().filter(|number| *number > 0 && looked_at.insert(*number)) else { continue };
        let call = Call::new(Method::GET, Route::Channel { channel_id: ChannelId::new(number) });
        match rest.fetch::<Channel>(call).await {
            Ok(_) => {}
            Err(Problem { failure: Failure::Gone(why), .. }) => findings.push(Finding::bad(
                format!("the channel {id} of {key} is not there, or Colega may not see it: {why}"),
                "give Colega's role the right to view it, or take it out",
            )),
            Err(problem) => findings.push(unreachable(settings, &problem)),
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_invite_link_asks_for_what_is_needed_and_no_more() {
        assert_eq!(
            invite_link(ApplicationId::new(42)),
            "https://discord.com/oauth2/authorize?client_id=42&scope=bot+applications.commands&permissions=274877975552"
        );
    }
}
