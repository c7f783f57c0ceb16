//! The real program as a process: started, killed and started again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::fakes::discord::Discord;
use crate::fakes::telegram::{FakeTelegram, TOKEN};

/// A folder with sources, and the program that runs in it.
pub struct Daemon {
    folder: TempDir,
    variables: Vec<(String, String)>,
    child: Option<Child>,
    /// How often it was started.
    pub starts: usize,
}

impl Daemon {
    /// A folder with the knowledge base that comes with the program, English and Spanish on APIs.
    pub fn new(variables: Vec<(String, String)>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let raw = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/raw");
        for topic in ["en/apis", "es/apis"] {
            let to = folder.path().join("data/raw").join(topic);
            fs::create_dir_all(&to).expect("made");
            for file in fs::read_dir(raw.join(topic)).expect("a folder").flatten() {
                fs::copy(file.path(), to.join(file.file_name())).expect("copied");
            }
        }
        let mut daemon = Self::of(folder);
        daemon.variables = variables;
        daemon
    }

    /// The program in a folder with sources of its own.
    pub fn of(folder: TempDir) -> Self {
        Self { folder, variables: Vec::new(), child: None, starts: 0 }
    }

    /// The same, with a bot on each platform.
    pub fn on_both(discord: &Discord, telegram: &FakeTelegram, variables: &[(&str, &str)]) -> Self {
        let both = [
            ("DISCORD_TOKEN", &*discord.token()),
            ("TELEGRAM_TOKEN", TOKEN),
            ("COLEGA__DISCORD__API_URL", &*discord.url()),
            ("COLEGA__TELEGRAM__API_URL", &*telegram.url()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let others = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self::new(both.into_iter().chain(others).collect())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_colega"));
        command.current_dir(self.folder.path()).args(args).stdin(Stdio::null()).env_remove("COLEGA_CONFIG");
        command.env("COLEGA__WEB__PORT", "0").env_remove("DISCORD_TOKEN").env_remove("TELEGRAM_TOKEN");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts it, and waits until its page is there.
    pub fn start(&mut self) {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.path("log")).expect("a log");
        let child = self.command(&[]).stdout(Stdio::null()).stderr(log).spawn().expect("the program starts");
        self.child = Some(child);
        self.starts += 1;
        for _ in 0..300 {
            if self.log().matches("Colega answers at").count() == self.starts {
                return;
            }
            assert!(self.is_running(), "the program ended at once: {}", self.log());
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the program does not get ready: {}", self.log());
    }

    /// Where its page is.
    pub fn page(&self) -> String {
        let log = self.log();
        let (_, rest) = log.rsplit_once("Colega answers at ").expect("it was started");
        rest.split_whitespace().next().expect("an address").to_owned()
    }

    /// Ends it as a power cut does.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("SIGKILL");
            child.wait().expect("gone");
        }
    }

    /// Asks it to end, and waits until it has.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let killed = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().expect("kill runs");
        assert!(killed.success());
        for _ in 0..150 {
            if child.try_wait().expect("known").is_some() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let _ = child.kill();
        panic!("the program did not end within 15 s of SIGTERM: {}", self.log());
    }

    pub fn is_running(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| child.try_wait().expect("known").is_none())
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// How many files and connections it has open.
    pub fn open_files(&self) -> u64 {
        let id = self.child.as_ref().expect("it was started").id();
        fs::read_dir(format!("/proc/{id}/fd")).expect("it runs").count() as u64
    }

    /// Memory in use and processor time used since its start, in KiB and milliseconds.
    pub fn usage(&self) -> Option<(u64, u64)> {
        let id = self.child.as_ref()?.id();
        let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        let fields: Vec<u64> =
            stat.rsplit_once(')')?.1.split_whitespace().skip(11).take(2).filter_map(|n| n.parse().ok()).collect();
        // A tick is 10 ms on every Linux that this runs on.
        Some((resident.trim_end_matches("kB").trim().parse().ok()?, fields.iter().sum::<u64>() * 10))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.kill();
    }
}
