//! Chromium without a window, driven as a person would: by what is on the page.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs};

use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tempfile::TempDir;

/// How the driver tells its port.
const STARTED: &str = "was started successfully on port ";
/// How long a page may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Without a sandbox, since tests may run as root; without any request of the browser's own.
const ARGUMENTS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

pub struct Browser {
    client: Client,
    driver: Child,
    _profile: TempDir,
}

impl Browser {
    /// `None` where there is no driver on this machine; says so.
    pub async fn start() -> Option<Self> {
        let mut command = Command::new("chromedriver");
        let driver = command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let Ok(mut driver) = driver else {
            eprintln!("skipped: there is no chromedriver (Debian: apt-get install chromium chromium-driver)");
            return None;
        };
        let lines = BufReader::new(driver.stdout.take().expect("piped")).lines();
        let port = lines
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once(STARTED)?.1.trim_end_matches('.').parse::<u16>().expect("a port")));
        let profile = tempfile::tempdir().expect("a temporary folder");
        let mut arguments = ARGUMENTS.map(str::to_owned).to_vec();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        let wanted = json!({ "goog:chromeOptions": { "args": arguments } });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted.as_object().expect("an object").clone())
            .connect(&format!("http://127.0.0.1:{}", port.expect("the driver's port")))
            .await
            .expect("a session");
        client.set_window_size(1280, 1600).await.expect("a window");
        Some(Self { client, driver, _profile: profile })
    }

    pub async fn open(&self, address: &str) {
        self.client.goto(address).await.expect("opened");
    }

    /// As wide as a phone.
    pub async fn narrow(&self) {
        self.client.set_window_size(390, 844).await.expect("a window");
    }

    pub async fn count(&self, css: &str) -> usize {
        self.client.find_all(Locator::Css(css)).await.expect("looked").len()
    }

    /// What is to be read in the first element that `css` finds, as soon as there is one.
    pub async fn text(&self, css: &str) -> String {
        self.find(css).await.text().await.expect("a text")
    }

    /// What stands in a field.
    pub async fn value(&self, css: &str) -> String {
        self.find(css).await.prop("value").await.expect("read").expect("a field")
    }

    /// Types `text` in place of what stands in a field.
    pub async fn write(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.expect("cleared");
        field.send_keys(text).await.expect("typed");
    }

    /// Clicks on what leads to another page, and waits until that is there.
    pub async fn press(&self, css: &str) {
        let button = self.find(css).await;
        button.click().await.expect("clicked");
        for _ in 0..400 {
            if button.tag_name().await.is_err() {
                return;
            }
            tokio::time::sleep(PATIENCE / 400).await;
        }
        panic!("the page stays after a click on {css}");
    }

    /// Keeps what is to be seen now.
    pub async fn picture(&self, name: &str) {
        let folder = env::var_os("CARGO_TARGET_TMPDIR").unwrap_or_else(|| env!("CARGO_TARGET_TMPDIR").into());
        let picture = self.client.screenshot().await.expect("a picture");
        fs::write(Path::new(&folder).join(format!("{name}.png")), picture).expect("written");
    }

    pub async fn close(mut self) {
        self.client.clone().close().await.expect("closed");
        self.end();
    }

    fn end(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }

    async fn find(&self, css: &str) -> fantoccini::elements::Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        found.unwrap_or_else(|error| panic!("no {css}: {error}"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.end();
    }
}
