//! ChromeDriver and the browser it drives.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result, bail};
use fantoccini::{Client, ClientBuilder, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use xtask::setup::Browser;

use crate::DEADLINE;

/// What a browser does for its maker is no part of the page, and fails where there is no network.
const FLAGS: [&str; 9] = [
    "--headless",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-color-profile=srgb",
    // So that a page has the same width with and without something to scroll.
    "--hide-scrollbars",
    "--window-size=1440,1000",
    // So that what is scrolled to is there at once, and can be clicked.
    "--force-prefers-reduced-motion",
];

/// How often a driver is started at most.
const STARTS: usize = 3;

/// A ChromeDriver of one test; it ends when this is dropped.
pub struct Driver {
    process: Child,
    /// Kept open: a driver that cannot print stops.
    output: BufReader<ChildStdout>,
    browser: Browser,
    port: u16,
}

impl Driver {
    /// Starts the driver on a port that it finds free.
    ///
    /// # Errors
    /// Where it cannot be started, or ends before it names its port, again and again: it finds a port that is free to one
    /// version of the internet's protocol, and gives up where another program has it in the other.
    pub fn start() -> Result<Self> {
        let mut driver = Self::start_once();
        for _ in 1..STARTS {
            if driver.is_ok() {
                break;
            }
            driver = Self::start_once();
        }
        driver
    }

    fn start_once() -> Result<Self> {
        let browser = Browser::set_up()?;
        let mut process = Command::new(&browser.driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} cannot be started", browser.driver.display()))?;
        let output = BufReader::new(process.stdout.take().context("the output was asked for")?);
        // Dropped from here on, it takes its process with it.
        let mut driver = Self { process, output, browser, port: 0 };
        driver.port = driver.announced()?;
        Ok(driver)
    }

    fn announced(&mut self) -> Result<u16> {
        let mut said = String::new();
        while self.output.read_line(&mut said)? > 0 {
            let last = said.trim_end().lines().next_back().unwrap_or_default();
            if let Some((_, port)) = last.split_once(" successfully on port ") {
                return port.trim_end_matches('.').parse().with_context(|| last.to_owned());
            }
        }
        bail!("ChromeDriver ended without naming its port: {said}")
    }

    /// A browser with a fresh profile, which the driver makes and removes; it writes down what it asks for in `net_log`.
    ///
    /// # Errors
    /// Where the browser does not start.
    pub async fn session(&self, net_log: &Path) -> Result<Client> {
        let mut args: Vec<String> = FLAGS.map(str::to_owned).to_vec();
        args.push(format!("--log-net-log={}", net_log.display()));
        if is_root() {
            args.push("--no-sandbox".to_owned()); // Chromium's own rule: its sandbox is none for root
        }
        let deadline = DEADLINE.as_millis() as u64;
        let wanted = json!({
            "goog:chromeOptions": { "binary": self.browser.chrome, "args": args },
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "script": deadline, "pageLoad": deadline },
        });
        let wanted: Capabilities = wanted.as_object().context("capabilities are an object")?.clone();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let address = format!("http://127.0.0.1:{}", self.port);
        builder.capabilities(wanted).connect(&address).await.context("the browser does not start")
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself: then there is nothing left to end.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Whether this is root's process, as Linux tells by the owner of its folder in /proc; elsewhere root runs no browsers.
fn is_root() -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata("/proc/self").is_ok_and(|this| this.uid() == 0)
    }
    #[cfg(not(unix))]
    false
}
