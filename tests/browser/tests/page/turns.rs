//! Whose turn it is: only the newest request counts, whatever is still running.

use anyhow::Result;
use browser_tests::visit;
use deep_end::Pooling;
use fantoccini::key::Key;

use crate::layer::{Layer, same};

/// Between the page and its workers: `hold()` keeps back what is asked of them, as if the core never came to an end.
const GATE: &str = "
  let held = false;
  window.hold = () => { held = true; };
  window.pass = () => { held = false; };
  window.hired = 0;
  window.Worker = class extends Worker {
    constructor(...options) { super(...options); window.hired++; }
    postMessage(...message) { if (!held) super.postMessage(...message); }
  };";

#[test]
fn many_fast_inputs_end_in_the_last_one() -> Result<()> {
    visit(async |page| {
        page.open().await?;
        let source = page.pixels("#source").await?;
        page.click("#method-lp").await?;
        page.set("#norm-type", 3).await?;
        page.settled().await?;
        // Every result that is ever shown, in order.
        page.evaluate(
            "(() => { window.widths = [pooled.width]; new MutationObserver(() => widths.push(pooled.width))
                .observe(shapes, { childList: true, characterData: true, subtree: true }); })()",
        )
        .await?;
        let slider = page.find("#kernel-size-slider").await?;
        let right = char::from(Key::Right).to_string();
        slider.send_keys(&right.repeat(24)).await?;
        page.settled().await?;
        let last = Layer::tiling(Pooling::lp(3.0), 32).native(&source)?;
        same(&page.pixels("#pooled").await?, &last, "the last of 24");
        assert_eq!(page.find("#kernel-size").await?.prop("value").await?.as_deref(), Some("32"));
        let widths: Vec<usize> = serde_json::from_value(page.evaluate("widths").await?)?;
        assert!(widths.is_sorted_by(|a, b| a >= b), "an older result came after a newer one: {widths:?}");
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_long_request_says_so_and_can_be_stopped() -> Result<()> {
    visit(async |page| {
        page.before_every_page(GATE).await?;
        page.open().await?;
        let source = page.pixels("#source").await?;
        let before = page.pixels("#pooled").await?;
        let hired = page.evaluate("hired").await?;
        assert!(!page.shows("#stop").await?);

        page.evaluate("hold()").await?;
        page.set("#kernel-size", 4).await?;
        page.until("document.querySelector('pool-photo').hasAttribute('data-slow')").await?;
        assert!(page.shows("#stop").await?);
        page.evaluate("pass()").await?;
        page.click("#stop").await?;
        page.settled().await?;
        assert!(!page.shows("#stop").await?);
        assert_eq!(page.text("#other-error").await?, "Stopped. The pooled picture is still the one before.");
        same(&page.pixels("#pooled").await?, &before, "the last result stays");

        // The next request has a worker of its own, and answers.
        page.set("#kernel-size", 5).await?;
        page.settled().await?;
        assert_eq!(page.text("#other-error").await?, "");
        same(&page.pixels("#pooled").await?, &Layer::tiling(Pooling::Max, 5).native(&source)?, "after stopping");
        assert_ne!(page.evaluate("hired").await?, hired, "the worker that was stopped is not used again");
        Ok(())
    })?;
    Ok(())
}
