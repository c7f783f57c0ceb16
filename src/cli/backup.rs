//! `colega backup` and `colega restore`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Result, bail};
use clap::Args;

use super::control::{self, Request, Response};
use super::{Output, stores};
use crate::app::App;
use crate::backup::{self, About, Saved, Target};

#[derive(Debug, Args)]
pub struct BackupArgs {
    /// Where to [default: a new file in backup.folder]
    file: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// A backup [default: the youngest in backup.folder]
    file: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

pub fn backup(app: &App, args: &BackupArgs) -> Result<ExitCode> {
    let file = args.file.clone().unwrap_or_else(|| app.backup_folder().join(backup::name(SystemTime::now())));
    // The daemon may have been started elsewhere.
    let file = std::path::absolute(file)?;
    let about = match control::ask(&app.settings.paths.var, &Request::Backup(file.clone()))? {
        Some(Response::Backup(about)) => about,
        Some(Response::Failed(why)) => bail!("{why}"),
        None => {
            let (feedback, delivery) = (stores::feedback(app, None)?, stores::delivery(app, None)?);
            let (generations, goldset) = (&app.generations, app.settings.paths.goldset.as_path());
            backup::write(&Saved { feedback: &feedback, delivery: &delivery, generations, goldset }, &file)?
        }
    };
    args.output.print(&about, || format!("{} holds {}.", file.display(), contents(&about)))?;
    Ok(ExitCode::SUCCESS)
}

pub fn restore(app: &App, args: &RestoreArgs) -> Result<ExitCode> {
    let file = match &args.file {
        Some(file) => file.clone(),
        None => match backup::all(&app.backup_folder())?.pop() {
            Some(youngest) => youngest,
            None => bail!("there is no backup in {}; name a file", app.backup_folder().display()),
        },
    };
    let target = Target {
        feedback: &app.feedback_folder(),
        delivery: &app.delivery_folder(),
        generations: &app.generations,
        goldset: &app.settings.paths.goldset,
    };
    let about = backup::restore(&file, &target)?;
    args.output.print(&about, || format!("Restored out of {}: {}.", file.display(), contents(&about)))?;
    Ok(ExitCode::SUCCESS)
}

fn contents(about: &About) -> String {
    let index =
        about.generation.as_ref().map_or_else(String::new, |name| format!(", and generation {name} of the index"));
    format!("{} rows of feedback, {} of messages{index}", about.feedback, about.delivery)
}
