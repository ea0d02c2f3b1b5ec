//! What takes long: it is seen soon, goes on in slices, and gives way to what is newer. Large pictures, and files of the site.

use anyhow::{Result, ensure};
use browser_tests::{
    files::made,
    looks::{axe, is_accessible},
    visit,
};

use crate::{open, ready, sizes};

/// Counts the workers that are hired, and the stage's pictures.
const WATCH: &str = "window.hired = 0;
  window.Worker = class extends Worker { constructor(...how) { super(...how); hired += 1; } };";

/// Four million windows of 961 cells, drawn from: minutes of work.
const LONG: &str =
    "#v=1&input=pattern;noise;2000;2000;8;1&stack=pool;method:stochastic;kernelSize:31;stride:1;padding:15";

#[test]
fn what_takes_minutes_is_seen_at_once_and_gives_way() -> Result<()> {
    visit(async |page| {
        page.before_every_page(WATCH).await?;
        page.go(&format!("playground.html{LONG}")).await?;
        page.until("document.querySelector('pool-stage[stage=\"1\"]')?.dataset.previews > 0").await?;
        ensure!(
            !page
                .evaluate("document.querySelector('.card[data-stage=\"1\"]').hasAttribute('data-stale')")
                .await?
                .as_bool()
                .unwrap_or(true),
            "it is of the newest layer"
        );
        page.until("/^Working… [1-9]\\d? %$/.test(document.querySelector('#progress').textContent)").await?;
        ensure!(page.shows("#working").await?);
        ensure!(page.evaluate("document.querySelector('pool-stack').dataset.finished === '0'").await? == true);
        // A view and an answer come between its slices.
        page.evaluate("document.querySelector('pool-stage[stage=\"0\"] .map').dispatchEvent(new PointerEvent('pointermove', { bubbles: true, clientX: innerWidth / 4, clientY: document.querySelector('pool-stage[stage=\"0\"] .map').getBoundingClientRect().top + 50 }))").await?;
        page.until("document.querySelector('#cell-words').textContent.includes(' of the input is ')").await?;
        // Something newer takes its place, and the worker and the input in it stay.
        page.set("#layer-kernel-size", 2).await?;
        page.set("#layer-padding", 0).await?;
        page.set("#layer-stride", 2).await?;
        page.until("document.querySelector('[data-stage=\"1\"] .size').textContent === '1000 × 1000'").await?;
        ready(page).await?;
        // Stopped, it is over; the next change goes on with the same worker.
        page.set("#layer-stride", 1).await?;
        page.set("#layer-kernel-size", 61).await?;
        page.until("document.querySelector('pool-bar').hasAttribute('data-slow')").await?;
        page.click("#stop").await?;
        page.until("document.querySelector('pool-stack').dataset.state === 'error'").await?;
        page.click("[data-stage='1'] [data-do=remove]").await?;
        page.until("document.querySelectorAll('.card').length === 1").await?;
        ready(page).await?;
        ensure!(page.evaluate("hired === 1").await? == true, "{:?} workers", page.evaluate("hired").await?);
        Ok(())
    })?;
    Ok(())
}

#[test]
fn every_layer_has_a_first_look_and_it_reads_little() -> Result<()> {
    visit(async |page| {
        // Each through those before it too, which are not made yet.
        for stack in [
            "pool;kernelSize:3|unpool;way:max",
            "filter|pool;method:max-blur",
            "relu|pool;method:stochastic|unpool;way:bilinear",
            "pool;windows:fractional;outputSize:900|unpool;way:average|unpool",
        ] {
            page.go("index.html").await?;
            open(page, &format!("#v=1&input=pattern;sine;2000;2000;8;1&stack={stack}")).await?;
            for (at, layer) in stack.split('|').enumerate() {
                let stage = format!("document.querySelector('pool-stage[stage=\"{}\"]')", at + 1);
                page.until(&format!("{stage}?.dataset.previews > 0")).await?;
                let read = page.evaluate(&format!("Number({stage}.dataset.cells)")).await?;
                ensure!(read.as_f64().is_some_and(|read| read > 10_000. && read <= 1.2e6), "{layer}: {read} cells");
            }
        }
        Ok(())
    })?;
    Ok(())
}

/// A picture of 5000 × 4000 pixels, black: a bitmap of one bit each.
fn twenty_million() -> Vec<u8> {
    let (width, height, row) = (5000u32, 4000u32, 628u32);
    let mut file = b"BM".to_vec();
    for number in [62 + row * height, 0, 62, 40, width, height] {
        file.extend(number.to_le_bytes());
    }
    file.extend([1, 0, 1, 0]);
    for number in [0, row * height, 0, 0, 2, 2, 0, 0x00ff_ffff] {
        file.extend(number.to_le_bytes());
    }
    file.resize(file.len() + (row * height) as usize, 0);
    file
}

#[test]
fn a_large_picture_is_opened_as_the_visitor_wants_it() -> Result<()> {
    let (axe, file) = (axe()?, made("large.bmp", &twenty_million())?);
    visit(async |page| {
        open(page, "#v=1&stack=pool;kernelSize:4;stride:4").await?;
        let choose =
            async || -> Result<()> { Ok(page.find("#input-file").await?.send_keys(&file.to_string_lossy()).await?) };
        choose().await?;
        page.until("document.activeElement.dataset.how === 'scaled'").await?;
        ensure!(page.text("#offer-said").await? == "“large.bmp” has 20 million pixels, 5000 × 4000.");
        is_accessible(page, &axe, "an offer").await?;
        page.click("[data-how=not]").await?;
        page.until("document.querySelector('pool-offer').hidden").await?;
        ensure!(sizes(page).await? == ["8 × 8", "2 × 2"], "what was there stays");
        choose().await?;
        page.until("document.activeElement.dataset.how === 'scaled'").await?;
        page.click("[data-how=scaled]").await?;
        page.until("document.querySelector('#input-said').textContent === '“large.bmp” is 5000 × 4000 pixels; it is scaled down to 3968 × 3174.'").await?;
        page.until("document.querySelector('.card .size').textContent === '3 × 3174 × 3968'").await?;
        choose().await?;
        page.until("document.activeElement.dataset.how === 'scaled'").await?;
        page.click("[data-how=whole]").await?;
        page.until("document.querySelector('.card .size').textContent === '3 × 4000 × 5000'").await?;
        ready(page).await?;
        ensure!(sizes(page).await? == ["3 × 4000 × 5000", "3 × 1000 × 1250"]);
        // Words are compared over all windows: ONNX's stride is 1 unless told, and only the first reads the same.
        let differ = "ONNX 19,973,008 cells differ";
        page.until(&format!("document.querySelector('.verdicts [data-to=ONNX]')?.textContent === {differ:?}")).await
    })?;
    Ok(())
}

#[test]
fn an_address_of_the_site_is_opened_and_others_are_not_asked() -> Result<()> {
    let axe = axe()?;
    visit(async |page| {
        open(page, "").await?;
        page.click("pool-address summary").await?;
        is_accessible(page, &axe, "an address").await?;
        let cases = [
            ("", "Type the address of a picture"),
            ("https://example.com/cat.png", "“https://example.com/cat.png” is on another site"),
            ("playground.html", "“playground.html” is no picture, .npy file or table: the server calls it text/html."),
            ("data:image/png;base64,AA", "“data:image/png;base64,AA” is on another site"),
        ];
        for (address, message) in cases {
            page.set("#address", address).await?;
            page.click("pool-address button").await?;
            page.until(&format!("document.querySelector('#input-error').textContent.startsWith({message:?})")).await?;
            ensure!(sizes(page).await? == ["8 × 8", "4 × 4"], "{address}: what was there stays");
        }
        // As a server answers that has no such file; a real one's would be an error in the console too.
        page.evaluate(
            "(window.asking = window.fetch, window.fetch = async () => new Response('', { status: 404 }), true)",
        )
        .await?;
        page.set("#address", "photos/none.png").await?;
        page.click("pool-address button").await?;
        let none = "There is no “/photos/none.png” on this site (404).";
        page.until(&format!("document.querySelector('#input-error').textContent === {none:?}")).await?;
        page.evaluate("(window.fetch = window.asking, true)").await?;
        page.set("#address", "photos/chelsea.webp").await?;
        page.click("pool-address button").await?;
        page.until("document.querySelector('#input-said').textContent.startsWith('“chelsea.webp”, ')").await?;
        // The link has it, and a page can be opened with it.
        page.until("location.hash.includes('input=address;photos/chelsea.webp')").await?;
        ready(page).await?;
        let there = sizes(page).await?;
        page.go("index.html").await?;
        page.go("playground.html?image=photos/chelsea.webp").await?;
        page.until(&format!("document.querySelector('.card .size')?.textContent === {:?}", there[0])).await
    })?;
    Ok(())
}
