//! The page used by its keyboard alone, with photographs, and where something cannot be had.

use anyhow::{Result, ensure};
use browser_tests::{
    files::{made, noise, photo},
    page::Page,
    visit,
};
use fantoccini::key::Key;

use crate::{answered, open};

/// The worker is sent to a file that is no network until the page is told otherwise.
const NO_NETWORKS: &str = "const RealWorker = Worker; window.networks = false;
  window.Worker = class extends RealWorker {
    postMessage(message, transfer) {
      const options = message.options?.sources && !window.networks ? { ...message.options, sources: message.options.sources.map((source) => ({ ...source, file: '../network.html' })) } : message.options;
      super.postMessage({ ...message, options }, transfer);
    }
  };";

#[test]
fn the_whole_page_by_keyboard() -> Result<()> {
    visit(async |page| {
        open(page).await?;
        // Another example, another pooling, moved; then a cell of the last pooling layer.
        page.tab_to("[data-example='5']").await?;
        page.press(Key::Enter).await?;
        answered(page).await?;
        ensure!(page.text("#verdict").await?.starts_with("I read a 5"));
        page.tab_to(".seen-stage").await?;
        page.press(Key::Right).await?;
        page.press(Key::Down).await?;
        answered(page).await?;
        ensure!(page.text("#moved").await? == "Moved 1 down, 1 right");
        page.tab_to("#pooling-1").await?;
        page.press(Key::Down).await?;
        answered(page).await?;
        ensure!(page.text("#says-1").await?.starts_with("Average pooling"));
        page.tab_to("[data-layer=pool_3] .pair canvas").await?;
        page.press(Key::Enter).await?;
        answered(page).await?;
        ensure!(page.text("#path-which").await?.starts_with("Pooling 3, map "));
        page.press(Key::Home).await?;
        page.press(Key::PageDown).await?;
        answered(page).await?;
        ensure!(page.text("#path-which").await?.starts_with("Pooling 3, map 2 of 24, "));
        let before = page.text("#path-which").await?;
        page.press(Key::Left).await?;
        page.press(Key::Left).await?;
        page.press(Key::Up).await?;
        page.press(Key::Up).await?;
        page.press(Key::Right).await?;
        answered(page).await?;
        let text = page.text("#path-which").await?;
        ensure!(text.starts_with("Pooling 3, map 2 of 24, row 1, column 2"), "{before}, then {text}");
        page.until(
            "document.querySelector('#path-said').textContent.startsWith('Pooling 3, map 2 of 24, row 1, column 2')",
        )
        .await?;
        page.tab_to("#cover-all").await?;
        page.press(Key::Enter).await?;
        page.until("document.querySelector('.covered canvas')").await
    })?;
    Ok(())
}

async fn crop(page: &Page) -> Result<String> {
    let said = "['left', 'top', 'width'].map((side) => document.querySelector('#crop').style[side]).join(' ')";
    Ok(page.evaluate(said).await?.as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_photograph_is_cropped() -> Result<()> {
    visit(async |page| {
        open(page).await?;
        page.click("label:has(#source-photo)").await?;
        page.choose(&noise("wide.png", 80, 40)?).await?;
        page.until("!document.querySelector('pool-crop').hidden").await?;
        answered(page).await?;
        ensure!(crop(page).await? == "25% 0% 50%");
        page.click("label:has(#centred)").await?;
        answered(page).await?;
        let whole = page.pixels("#seen").await?;
        page.click("#crop").await?;
        page.press(Key::Right).await?;
        answered(page).await?;
        ensure!(crop(page).await? == "26.25% 0% 50%", "{}", crop(page).await?);
        ensure!(page.pixels("#seen").await? != whole, "another part is seen");
        page.press('-').await?;
        answered(page).await?;
        ensure!(page.text("#crop-said").await?.starts_with("35 pixels a side"));

        // What cannot be read is refused beside it, and what is there stays.
        let before = page.pixels("#seen").await?;
        page.choose(&photo("truncated.jpg")).await?;
        page.until("document.querySelector('#photo-error').textContent").await?;
        ensure!(page.text("#photo-error").await?.contains("What is shown stays."));
        page.choose(&made("empty.png", &[])?).await?;
        page.until("document.querySelector('#photo-error').textContent.includes('it holds no bytes')").await?;
        ensure!(page.pixels("#seen").await? == before);
        page.click("label:has(#source-drawing)").await?;
        answered(page).await?;
        ensure!(page.text("#verdict").await?.starts_with("I read a 3"));
        Ok(())
    })?;
    Ok(())
}

#[test]
fn an_empty_pad_says_so_and_a_stroke_brings_it_back() -> Result<()> {
    visit(async |page| {
        open(page).await?;
        page.click("#clear-pad").await?;
        answered(page).await?;
        ensure!(page.text("#verdict").await? == "Draw a digit, or pick one.");
        page.click("#undo-stroke").await?;
        answered(page).await?;
        ensure!(page.text("#verdict").await?.starts_with("I read a 3"));
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_broken_network_file_is_said_and_tried_again() -> Result<()> {
    visit(async |page| {
        page.before_every_page(NO_NETWORKS).await?;
        open(page).await?;
        let text = page.text("#network-error").await?;
        ensure!(text.starts_with("The network cannot be run: "), "{text}");
        page.evaluate("window.networks = true").await?;
        page.click("#look-again").await?;
        page.until("document.querySelector('#verdict').textContent.startsWith('I read a 3')").await?;
        ensure!(!page.shows("#network-error").await?);
        Ok(())
    })?;
    Ok(())
}
