//! The page as a visitor has it.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use deep_end::render::Rgba;
use fantoccini::{Client, Locator, elements::Element, key::Key};
use serde_json::Value;
use url::{Position::AfterQuery, Url};

/// A page in a browser of its own.
pub struct Page {
    pub(crate) client: Client,
    url: String,
}

impl Page {
    pub(crate) fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }

    pub(crate) async fn close(self) -> Result<()> {
        Ok(self.client.close().await?)
    }

    /// Opens the page and waits until its first screen has answered.
    pub async fn open(&self) -> Result<()> {
        self.open_at("").await
    }

    /// Opens the page by a link with this fragment.
    pub async fn open_at(&self, fragment: &str) -> Result<()> {
        self.go(fragment).await?;
        self.settled().await
    }

    /// Opens a page of the site; `address` is its file, with a fragment or without.
    ///
    /// An address that differs by its fragment alone loads nothing: the page is told of it, and has heard when this returns.
    pub async fn go(&self, address: &str) -> Result<()> {
        let url = Url::parse(&format!("{}{address}", self.url))?;
        let here = self.client.current_url().await?;
        if url.fragment().is_some() && url != here && url[..AfterQuery] == here[..AfterQuery] {
            let edit = "const [url, done] = arguments;
              addEventListener('hashchange', () => done(), { once: true });
              location.href = url;";
            self.run(edit, vec![url.as_str().into()]).await?;
            return Ok(());
        }
        Ok(self.client.goto(url.as_str()).await?)
    }

    /// Loads the page again, as it is.
    pub async fn reload(&self) -> Result<()> {
        self.client.refresh().await?;
        self.settled().await
    }

    /// Waits until the photograph is pooled, or refused.
    ///
    /// The page says that it works before it returns from the event that gave it the work, so there is no moment at which
    /// this finds an answer to something older.
    pub async fn settled(&self) -> Result<()> {
        self.until("/^(ready|error)$/.test(document.querySelector('pool-photo')?.dataset.state)").await
    }

    /// Goes to the pad, as the page reads no drawing before, and waits until it is read, or found empty.
    pub async fn read(&self) -> Result<()> {
        self.evaluate("document.querySelector('#pad').scrollIntoView({ block: 'nearest', behavior: 'instant' })")
            .await?;
        self.until("/^(ready|error)$/.test(document.querySelector('pool-digit')?.dataset.state)").await
    }

    /// Waits until a JavaScript expression is true; it is looked at whenever the document or the address changes.
    pub async fn until(&self, condition: &str) -> Result<()> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             const holds = () => {{ try {{ return Boolean({condition}); }} catch {{ return false; }} }};
             if (holds()) return done();
             const look = () => {{ if (holds()) {{ watcher.disconnect(); done(); }} }};
             const watcher = new MutationObserver(look);
             watcher.observe(document, {{ attributes: true, childList: true, characterData: true, subtree: true }});
             navigation.addEventListener('currententrychange', look);"
        );
        let outcome = self.client.execute_async(&script, Vec::new()).await;
        if let Err(error) = outcome {
            let shown = self.evaluate("document.querySelector('main').innerText").await?;
            return Err(error).with_context(|| format!("waiting for {condition}; the page shows {shown}"));
        }
        Ok(())
    }

    /// Waits until what is due is on the screen.
    pub async fn rendered(&self) -> Result<()> {
        let script = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()));";
        self.client.execute_async(script, Vec::new()).await?;
        Ok(())
    }

    /// The value of a JavaScript expression.
    pub async fn evaluate(&self, expression: &str) -> Result<Value> {
        let value = self.client.execute(&format!("return ({expression});"), Vec::new()).await;
        value.with_context(|| expression.to_owned())
    }

    /// Runs a script whose last argument tells it what to return.
    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.client.execute_async(script, arguments).await?)
    }

    /// The element that a selector names.
    pub async fn find(&self, selector: &str) -> Result<Element> {
        self.client.find(Locator::Css(selector)).await.with_context(|| selector.to_owned())
    }

    /// What an element says, seen or unseen.
    pub async fn text(&self, selector: &str) -> Result<String> {
        let text = self.evaluate(&format!("document.querySelector({selector:?}).textContent")).await?;
        text.as_str().map(str::to_owned).context("an element has text")
    }

    /// Whether an element can be seen.
    pub async fn shows(&self, selector: &str) -> Result<bool> {
        Ok(self.find(selector).await?.is_displayed().await?)
    }

    /// Clicks an element.
    pub async fn click(&self, selector: &str) -> Result<()> {
        self.find(selector).await?.click().await.with_context(|| selector.to_owned())
    }

    /// Types a number into a field, in place of what is there.
    pub async fn set(&self, selector: &str, value: impl ToString) -> Result<()> {
        let whole = format!("{}a{}{}", Key::Control, Key::Null, value.to_string());
        self.find(selector).await?.send_keys(&whole).await.with_context(|| selector.to_owned())
    }

    /// Ticks a box, or takes its tick away.
    pub async fn tick(&self, selector: &str, on: bool) -> Result<()> {
        let ticked = self.find(selector).await?.is_selected().await?;
        if ticked != on { self.click(selector).await } else { Ok(()) }
    }

    /// Chooses a file in the page's file input for pictures.
    pub async fn choose(&self, file: &Path) -> Result<()> {
        self.choose_for("#photo-file", file).await
    }

    /// Chooses a file in the file input that the selector names.
    pub async fn choose_for(&self, selector: &str, file: &Path) -> Result<()> {
        let path = file.to_str().context("the path is Unicode")?;
        Ok(self.find(selector).await?.send_keys(path).await?)
    }

    /// Chooses a picture, and waits until it is shown and pooled.
    pub async fn upload(&self, file: &Path) -> Result<()> {
        self.choose(file).await?;
        self.opened(file).await
    }

    /// Waits until a picture of this name is shown and pooled.
    pub async fn opened(&self, file: &Path) -> Result<()> {
        let name = file.file_name().context("a file has a name")?.to_string_lossy();
        self.until(&format!("document.querySelector('#photo-size').textContent.startsWith('“{name}”')")).await?;
        self.settled().await
    }

    /// The pixels of the canvas that a selector names.
    pub async fn pixels(&self, selector: &str) -> Result<Rgba> {
        let canvas = format!("document.querySelectorAll({selector:?})");
        let mut all = self.pictures(&canvas).await?;
        ensure!(all.len() == 1, "{selector} names {} canvases", all.len());
        Ok(all.remove(0))
    }

    /// The pixels of every canvas in a list, as `document.querySelectorAll` returns one.
    pub async fn pictures(&self, canvases: &str) -> Result<Vec<Rgba>> {
        let pictures = self
            .evaluate(&format!(
                "[...{canvases}].map((canvas) => {{
                   const {{ width, height }} = canvas;
                   // From a copy: Chromium moves a canvas that is read more than once, and warns of it.
                   const copy = new OffscreenCanvas(width, height).getContext('2d', {{ willReadFrequently: true }});
                   copy.drawImage(canvas, 0, 0);
                   const {{ data }} = copy.getImageData(0, 0, width, height);
                   let text = '';
                   for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
                   return {{ width, height, pixels: btoa(text) }};
                 }})"
            ))
            .await?;
        let pictures = pictures.as_array().context("canvases are a list")?;
        let extent = |picture: &Value, key: &str| picture[key].as_u64().map(|cells| cells as usize);
        let picture = |picture: &Value| {
            let (width, height) =
                extent(picture, "width").zip(extent(picture, "height")).context("a canvas has a size")?;
            let pixels = BASE64_STANDARD.decode(picture["pixels"].as_str().unwrap_or_default())?;
            Ok(Rgba { width, height, pixels })
        };
        pictures.iter().map(picture).collect()
    }

    /// Nothing in the console: no error, no warning, nothing forgotten there.
    pub(crate) async fn is_quiet(&self) -> Result<()> {
        let complaints = self.console().await?;
        ensure!(complaints.is_empty(), "the console has {complaints:#?}");
        Ok(())
    }
}
