//! The training page in a real Chromium: runs to their ends, paused, stopped and refused, and what they leave.

mod controls;
mod looks;
mod run;

use anyhow::Result;
use browser_tests::page::Page;

/// What is saved is kept for the test instead of in a folder.
const SAVED: &str = "window.saved = [];
  URL.createObjectURL = (blob) => `#${saved.push(blob)}`;
  URL.revokeObjectURL = () => {};
  HTMLAnchorElement.prototype.click = function () {};";

/// The images do not come at the first try.
const NO_IMAGES: &str = "const real = fetch; let failures = 1;
  window.fetch = (what, how) => /mnist/.test(what) && failures-- > 0
    ? Promise.resolve(new Response('', { status: 503, statusText: 'Service Unavailable' })) : real(what, how);";

/// 200 images, seen once.
const TINY: &str = "training.html#poolings=max,blur&images=200&epochs=1&seed=7";

/// Waits until so many runs have ended.
async fn finished(page: &Page, runs: u32) -> Result<()> {
    page.until(&format!("document.querySelector('pool-progress').dataset.finished === '{runs}'")).await
}

/// Presses Train, and waits for the end.
async fn train(page: &Page, runs: u32) -> Result<()> {
    page.click("#train").await?;
    finished(page, runs).await
}
