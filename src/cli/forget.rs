//! `colega forget`: what `/forget` does, for somebody who cannot say it any more, or not to a bot.

use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{Output, runtime, stores};
use crate::app::App;
use crate::delivery::Removed;
use crate::feedback::kept::Forgotten;
use crate::question::{Language, Origin, UserId};
use crate::render::chat;
use crate::render::document::{Block, Document, Span};

#[derive(Debug, Args)]
pub struct ForgetArgs {
    /// The person's number on the platform; for `web`, what the cookie `colega` of their browser holds before the dot
    #[arg(long, value_name = "USER")]
    user: String,
    /// Where they asked
    #[arg(long)]
    platform: Platform,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Platform {
    Discord,
    Telegram,
    Web,
}

impl Platform {
    const fn origin(self) -> Origin {
        match self {
            Self::Discord => Origin::Discord,
            Self::Telegram => Origin::Telegram,
            Self::Web => Origin::Web,
        }
    }

    /// What can be done while the daemon holds the stores; the page has no commands.
    fn meanwhile(self) -> Option<&'static str> {
        (self != Self::Web).then_some("let the person say `/forget` in a chat")
    }
}

/// What was removed.
#[derive(Debug, PartialEq, Eq, Default, Serialize)]
struct Gone {
    #[serde(flatten)]
    forgotten: Forgotten,
    #[serde(flatten)]
    removed: Removed,
}

pub fn run(app: &App, args: &ForgetArgs) -> Result<ExitCode> {
    let user = UserId(args.user.trim().to_owned());
    ensure!(!user.0.is_empty(), "--user is empty; write the person's number on the platform");
    let (origin, meanwhile) = (args.platform.origin(), args.platform.meanwhile());
    // Both before anything is removed: a person is forgotten in both or in neither.
    let (feedback, delivery) = (stores::feedback(app, meanwhile)?, stores::delivery(app, meanwhile)?);
    let person = feedback.pseudonym(origin, &user);
    let gone = runtime()?.block_on(async {
        let forgotten = feedback.forget(&person).await?;
        let removed = delivery.forget(origin, &user, &person).await?;
        anyhow::Ok(Gone { forgotten, removed })
    })?;
    args.output.print(&gone, || words(&gone, app.settings.language.default))?;
    Ok(ExitCode::SUCCESS)
}

fn words(gone: &Gone, language: Language) -> String {
    // In a chat somebody speaks of themselves.
    match language {
        Language::English if *gone == Gone::default() => "There was nothing of that person.".to_owned(),
        Language::Spanish if *gone == Gone::default() => "No guardaba nada de esa persona.".to_owned(),
        _ => lines(&chat::forgotten(language, &gone.forgotten, &gone.removed)),
    }
}

fn lines(document: &Document) -> String {
    let text = |spans: &[Span]| spans.iter().map(Span::text).collect::<String>();
    let of = |block: &Block| match block {
        Block::Title(spans) | Block::Heading(spans) | Block::Paragraph(spans) | Block::Small(spans) => text(spans),
        Block::List { items, .. } => {
            items.iter().map(|item| format!("  • {}", text(item))).collect::<Vec<_>>().join("\n")
        }
        Block::Code { code, .. } => code.clone(),
    };
    document.blocks.iter().map(of).collect::<Vec<_>>().join("\n")
}
