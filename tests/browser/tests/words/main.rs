//! The words page in a real Chromium: what it shows against the network as it runs here, the whole of it by keyboard, and
//! what it says where something cannot be had.

mod looks;
mod reading;
mod use_of_it;

use anyhow::Result;
use browser_tests::page::Page;

/// Opens the page and waits for its first answer.
async fn open(page: &Page) -> Result<()> {
    page.go("words.html").await?;
    answered(page).await
}

/// Waits until the newest state of the page is answered.
async fn answered(page: &Page) -> Result<()> {
    page.until("/^(ready|error)$/.test(document.body.dataset.state)").await
}

/// Writes a sentence into the box, as an input method does: all at once.
async fn write(page: &Page, text: &str) -> Result<()> {
    let text = serde_json::to_string(text)?;
    page.evaluate(&format!("(() => {{ const box = document.querySelector('#sentence'); box.value = {text}; box.dispatchEvent(new Event('input')); }})()")).await?;
    answered(page).await
}

/// Scrolls to the comparison, which is made once it comes near the screen.
async fn compared(page: &Page) -> Result<()> {
    page.evaluate("document.querySelector('#order').scrollIntoView({ behavior: 'instant' })").await?;
    page.until("document.querySelectorAll('#trials tbody tr').length === 5").await
}
