//! The address holds the settings.

use anyhow::Result;
use browser_tests::visit;
use deep_end::Pooling;

use crate::layer::{Layer, same};

const FRAGMENT: &str = "#v=1&photo=chelsea&method=average&kernelSize=5&stride=3&padding=2&ceilMode=1&countIncludePad=0";

#[test]
fn settings_outlive_a_reload() -> Result<()> {
    let method = Pooling::Average { count_include_pad: false, divisor_override: None };
    let layer = Layer { stride: 3, padding: 2, ceil_mode: true, ..Layer::tiling(method, 5) };
    visit(async |page| {
        page.open().await?;
        page.click("[data-sample=chelsea]").await?;
        page.until("document.querySelector('[data-sample=chelsea]').ariaPressed === 'true'").await?;
        layer.set(page).await?;
        page.until(&format!("location.hash === {FRAGMENT:?}")).await?;
        let (source, pooled) = (page.pixels("#source").await?, page.pixels("#pooled").await?);
        same(&pooled, &layer.native(&source)?, "before");
        page.reload().await?;
        same(&page.pixels("#source").await?, &source, "the photograph");
        same(&page.pixels("#pooled").await?, &pooled, "after");
        for (id, value) in [("kernel-size", "5"), ("stride", "3"), ("padding", "2"), ("dilation", "1")] {
            for field in [id.to_owned(), format!("{id}-slider")] {
                assert_eq!(
                    page.find(&format!("#{field}")).await?.prop("value").await?.as_deref(),
                    Some(value),
                    "{field}"
                );
            }
        }
        for (id, on) in [("method-average", true), ("ceil-mode", true), ("count-include-pad", false)] {
            assert_eq!(page.find(&format!("#{id}")).await?.is_selected().await?, on, "{id}");
        }
        assert_eq!(page.text("#note").await?, "");
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_damaged_link_gives_the_defaults_and_says_so() -> Result<()> {
    visit(async |page| {
        page.open().await?;
        let defaults = page.pixels("#pooled").await?;
        page.open_at("#v=1&kernelSize=5").await?;
        assert_eq!(page.pixels("#pooled").await?.width, 600 / 5);
        let damaged = [
            ("#v=1&kernelSize=many&method=average", "kernelSize to “many”"),
            ("#v=7&kernelSize=5", "its version is “7”"),
            ("#v=1&colour=red", "“colour”"),
            ("#v=1&photo=elsewhere", "photo to “elsewhere”"),
        ];
        for (fragment, why) in damaged {
            // Edited in the address bar, then opened afresh.
            for fresh in [false, true] {
                page.open_at(fragment).await?;
                if fresh {
                    // By now the page has put its own settings there: the damage is asked for again.
                    page.before_every_page(&format!("history.replaceState(null, '', {fragment:?});")).await?;
                    page.reload().await?;
                }
                page.until("document.querySelector('#note').textContent").await?;
                page.settled().await?;
                let note = page.text("#note").await?;
                assert!(note.contains(why) && note.ends_with("You see the defaults."), "{note}");
                assert!(page.shows("#note").await?);
                same(&page.pixels("#pooled").await?, &defaults, fragment);
            }
        }
        Ok(())
    })?;
    Ok(())
}
