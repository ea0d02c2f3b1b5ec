//! What ChromeDriver offers beyond WebDriver: the browser's own commands and its logs.

use std::fs;

use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use fantoccini::wd::WebDriverCompatibleCommand;
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};
use xtask::workspace::target;

use crate::page::Page;

/// A command of a session that the client has no function for.
#[derive(Debug)]
struct Command {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

/// One line of the browser's console.
#[derive(Debug)]
pub struct Logged {
    /// `INFO`, `WARNING`, `SEVERE`, …
    pub level: String,
    /// Where it came from and what it says.
    pub message: String,
}

impl Page {
    /// Sends a WebDriver command; `path` begins after the session.
    pub(crate) async fn command(&self, path: &'static str, body: Value) -> Result<Value> {
        self.client.issue_cmd(Command { path, body }).await.with_context(|| format!("the driver's {path}"))
    }

    /// Calls a function of the DevTools protocol.
    pub async fn devtools(&self, function: &str, parameters: Value) -> Result<Value> {
        self.command("goog/cdp/execute", json!({ "cmd": function, "params": parameters })).await
    }

    /// Makes the page as wide and high as a screen of this size would, in CSS pixels.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await?;
        self.rendered().await
    }

    /// Has the system ask for dark pages, or for light ones.
    pub async fn darken(&self, dark: bool) -> Result<()> {
        let value = if dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.devtools("Emulation.setEmulatedMedia", features).await?;
        self.rendered().await
    }

    /// Runs a script in every page from now on, before anything of the page's own.
    pub async fn before_every_page(&self, script: &str) -> Result<()> {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await?;
        Ok(())
    }

    /// A picture of the page from top to bottom, as PNG.
    pub async fn picture(&self) -> Result<Vec<u8>> {
        let size = self.devtools("Page.getLayoutMetrics", json!({})).await?["cssContentSize"].clone();
        let clip = json!({ "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1 });
        self.captured(json!({ "format": "png", "captureBeyondViewport": true, "clip": clip })).await
    }

    /// A picture of what the window shows, as PNG.
    pub async fn first_screen_picture(&self) -> Result<Vec<u8>> {
        self.captured(json!({ "format": "png" })).await
    }

    async fn captured(&self, parameters: Value) -> Result<Vec<u8>> {
        let picture = self.devtools("Page.captureScreenshot", parameters).await?;
        Ok(BASE64_STANDARD.decode(picture["data"].as_str().context("a screenshot has data")?)?)
    }

    /// Writes a picture of the page to `target/screens`, for people to look at, and returns it.
    pub async fn photographed(&self, name: &str) -> Result<Vec<u8>> {
        let folder = target().join("screens");
        fs::create_dir_all(&folder)?;
        let picture = self.picture().await?;
        fs::write(folder.join(format!("{name}.png")), &picture)?;
        Ok(picture)
    }

    /// What the console has got since this was last asked.
    pub async fn console(&self) -> Result<Vec<Logged>> {
        let entries = self.command("se/log", json!({ "type": "browser" })).await?;
        let entries = entries.as_array().context("a log is a list")?;
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        Ok(entries
            .iter()
            .map(|entry| Logged { level: text(entry, "level"), message: text(entry, "message") })
            .collect())
    }
}
