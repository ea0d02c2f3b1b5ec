//! The network page in a real Chromium: what it shows against the networks as they run here, the whole of it by keyboard,
//! and what it says where something cannot be had.

mod inside;
mod looks;
mod use_of_it;

use anyhow::Result;
use browser_tests::page::Page;

/// Opens the page and waits for its first answer.
async fn open(page: &Page) -> Result<()> {
    page.go("network.html").await?;
    answered(page).await
}

/// Waits until the newest state of the page is answered.
async fn answered(page: &Page) -> Result<()> {
    page.until("/^(ready|error)$/.test(document.querySelector('pool-layers')?.dataset.state)").await
}
