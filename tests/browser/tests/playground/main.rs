//! The playground in a real Chromium, as a visitor uses it. Each test has a browser and a server of its own; what holds in
//! all of them (a quiet console, no request but for files of the site) is checked by [`browser_tests::visit`].

mod cells;
mod errors;
mod keyboard;
mod large;
mod link;
mod looks;
mod offline;
mod panels;

use anyhow::{Context, Result};
use browser_tests::page::Page;

/// Opens the playground by a link with this fragment, and waits for its first result.
async fn open(page: &Page, fragment: &str) -> Result<()> {
    page.go(&format!("playground.html{fragment}")).await?;
    ready(page).await
}

/// Waits until the stack has run, or a layer of it is refused.
async fn ready(page: &Page) -> Result<()> {
    page.until("/^(ready|error)$/.test(document.querySelector('pool-stack')?.dataset.state)").await
}

/// The sizes that the cards tell, the input's first.
async fn sizes(page: &Page) -> Result<Vec<String>> {
    let sizes = "[...document.querySelectorAll('.card .size')].map((size) => size.textContent)";
    Ok(serde_json::from_value(page.evaluate(sizes).await?)?)
}

/// The numbers in a formula's end, after the last “=”.
fn result(formula: &str) -> Result<f32> {
    let text = formula.rsplit("= ").next().unwrap_or_default();
    text.replace('−', "-").trim().parse().with_context(|| formula.to_owned())
}
