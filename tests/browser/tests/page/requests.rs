//! What the page asks for, and of whom.

use std::{collections::BTreeSet, path::PathBuf};

use anyhow::{Result, ensure};
use browser_tests::{site, visit};
use xtask::dist::first_screen;

/// The budget of the first screen weighs what `first_screen` lists, so nothing else may be asked for.
#[test]
fn the_first_screen_asks_for_what_its_budget_weighs() -> Result<()> {
    let asked = visit(async |page| page.open().await)?;
    let asked: BTreeSet<PathBuf> = asked.into_iter().collect();
    let weighed: BTreeSet<PathBuf> = first_screen(&site())?.into_iter().collect();
    let unweighed: Vec<_> = asked.difference(&weighed).collect();
    ensure!(unweighed.is_empty(), "asked for, but not weighed: {unweighed:?}");
    // The parts that only the worker asks for are in the list of what was asked: the check sees workers too.
    for part in ["pkg/deep_end_bg.wasm", "lib/core.js"] {
        ensure!(asked.contains(&PathBuf::from(part)), "{part} was not asked for: {asked:?}");
    }
    Ok(())
}

/// Not with the first screen, but however a visitor comes to the pad: by scrolling, by a link, by keys.
#[test]
fn the_network_is_asked_for_at_the_pad() -> Result<()> {
    for way in ["scrolling", "a link", "keys"] {
        let asked = visit(async |page| {
            page.open().await?;
            assert_eq!(page.text("#digit").await?, "–", "nothing is read before");
            match way {
                "scrolling" => drop(page.evaluate("document.querySelector('#pad').scrollIntoView()").await?),
                "a link" => page.click("main [href='#handwriting']").await?,
                _ => page.tab_to("#pad").await?,
            }
            page.until("document.querySelector('#digit').textContent === '3'").await
        })?;
        for part in ["networks/digits.safetensors", "lib/networks.js", "pkg/networks.js", "pkg/networks_bg.wasm"] {
            let times = asked.iter().filter(|file| file.ends_with(part)).count();
            ensure!(times == 1, "by {way} {part} was asked for {times} times: {asked:?}");
        }
    }
    Ok(())
}

/// The first worker that would recognise digits ends as one does whose modules do not come.
const LOST: &str = "{
    let lost = false;
    globalThis.Worker = class extends Worker {
        constructor(script, options) {
            super(script, options);
            if (lost || !String(script).endsWith('/recogniser.js')) return;
            lost = true;
            this.terminate();
            setTimeout(() => this.dispatchEvent(new Event('error', { cancelable: true })));
        }
    };
}";

/// What the pad needs comes with its first drawing. Where it does not, the page says so, and the next drawing tries again.
#[test]
fn a_network_that_did_not_come_is_asked_for_again() -> Result<()> {
    visit(async |page| {
        page.before_every_page(LOST).await?;
        page.open().await?;
        page.read().await?;
        let error = page.text("#network-error").await?;
        assert_eq!(error, "The digits cannot be recognised: The core stopped: its files could not be loaded");
        page.click("[data-example='8']").await?;
        page.read().await?;
        assert_eq!(page.text("#network-error").await?, "");
        assert_eq!(page.text("#digit").await?, "8");
        Ok(())
    })?;
    Ok(())
}

/// All six photographs can be chosen, and are files of the site.
#[test]
fn every_sample_is_there() -> Result<()> {
    visit(async |page| {
        page.open().await?;
        for name in ["chelsea", "astronaut", "rocket", "camera", "brick", "coffee"] {
            page.click(&format!("[data-sample={name}]")).await?;
            page.until(&format!("document.querySelector('[data-sample={name}]').ariaPressed === 'true'")).await?;
            page.settled().await?;
            assert_eq!(page.text("#photo-error").await?, "");
        }
        Ok(())
    })?;
    Ok(())
}
