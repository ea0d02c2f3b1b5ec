//! Runs that are paused, stopped, refused and removed, and the page used by its keyboard alone.

use anyhow::{Result, ensure};
use browser_tests::{page::Page, visit};
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::{NO_IMAGES, TINY, finished, train};

/// Longer than any test lasts.
const LONG: &str = "training.html#poolings=max,average&images=10000&epochs=500";

/// How far each network is.
const DONE: &str = "[...document.querySelectorAll('#bars progress')].map((bar) => bar.value)";

async fn state(page: &Page, state: &str) -> Result<()> {
    page.until(&format!("document.querySelector('pool-progress').dataset.state === '{state}'")).await
}

/// Waits for so many pictures on the screen: a second's worth is as long as five slices of a run.
async fn frames(page: &Page, count: u32) -> Result<()> {
    let script =
        "let [left, done] = arguments; const next = () => (left-- > 0 ? requestAnimationFrame(next) : done()); next();";
    page.run(script, vec![json!(count)]).await.map(drop)
}

#[test]
fn a_run_pauses_goes_on_and_stops() -> Result<()> {
    visit(async |page| {
        page.go(LONG).await?;
        page.click("#train").await?;
        page.until(&format!("{DONE}.length === 2 && {DONE}.every((done) => done > 0)")).await?;
        page.click("#pause").await?;
        state(page, "paused").await?;
        // What was asked for before the pause still comes.
        frames(page, 90).await?;
        let before = page.evaluate(DONE).await?;
        frames(page, 60).await?;
        ensure!(page.evaluate(DONE).await? == before, "a paused run goes on");
        ensure!(page.text("#pause").await? == "Resume");
        page.click("#pause").await?;
        page.until(&format!("{DONE}.every((done, at) => done > {before}[at])")).await?;
        page.click("#stop").await?;
        state(page, "idle").await?;
        ensure!(page.text("#bars .where").await?.starts_with("stopped at epoch 0."));
        ensure!(page.evaluate("document.querySelector('#train').disabled").await? == Value::Bool(false));
        Ok(())
    })?;
    Ok(())
}

#[test]
fn images_that_do_not_come_are_asked_for_again() -> Result<()> {
    visit(async |page| {
        page.before_every_page(NO_IMAGES).await?;
        page.go(TINY).await?;
        page.click("#train").await?;
        page.until("document.querySelector('#images-error').textContent").await?;
        let message = page.text("#images-error").await?;
        ensure!(message.contains("503 Service Unavailable"), "{message}");
        ensure!(!page.shows("#train").await?);
        page.click("#retry").await?;
        finished(page, 1).await?;
        ensure!(page.text("#images-error").await?.is_empty());
        Ok(())
    })?;
    Ok(())
}

#[test]
fn what_cannot_be_is_said_beside_its_field() -> Result<()> {
    visit(async |page| {
        page.go(TINY).await?;
        for (field, value, part) in [
            ("epochs", "0", "“0” will not do: it must be a whole number from 1 to 500."),
            ("epochs", "many", "“many” will not do"),
            ("seed", "-1", "“-1” will not do: it must be a whole number from 0 to 4294967295."),
        ] {
            page.set(&format!("#{field}"), value).await?;
            page.click("#train").await?;
            let message = page.text(&format!("#{field}-error")).await?;
            ensure!(message.contains(part), "{field}: {message}");
            ensure!(page.evaluate(&format!("document.activeElement.id === '{field}'")).await? == true);
            page.set(&format!("#{field}"), "1").await?;
        }
        page.click("#pooling-max").await?;
        page.click("#pooling-blur").await?;
        page.click("#train").await?;
        ensure!(page.text("#poolings-error").await? == "Choose at least one.");
        page.click("#pooling-lp").await?;
        ensure!(page.text("#poolings-error").await?.is_empty());
        // What only the core knows: a rate at which the loss is no number any more.
        page.click("#advanced summary").await?;
        page.set("#learningRate", "1e30").await?;
        train(page, 1).await?;
        let message = page.text("#bars .where").await?;
        ensure!(message.contains("learning_rate is 1"), "{message}");
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_removed_run_comes_back_where_it_was() -> Result<()> {
    const NAMES: &str = "[...document.querySelectorAll('#runs b')].map((name) => name.textContent)";
    visit(async |page| {
        page.go(TINY).await?;
        train(page, 1).await?;
        page.click("#again").await?;
        finished(page, 2).await?;
        let names = page.evaluate(NAMES).await?;
        ensure!(names[0].as_str().is_some_and(|name| name.ends_with("1 epoch, seed 7")), "{names}");
        ensure!(names[1].as_str().is_some_and(|name| name.ends_with("1 epoch, seed 8")), "{names}");
        page.click("[data-remove='1']").await?;
        page.until(&format!("{NAMES}.length === 1")).await?;
        page.until("document.activeElement.id === 'undo-remove'").await?;
        page.press(Key::Enter).await?;
        page.until(&format!("{NAMES}.length === 2")).await?;
        ensure!(page.evaluate(NAMES).await? == names);
        // A run that is not shown has no curves.
        ensure!(page.evaluate("document.querySelectorAll('#readout tbody tr').length").await? == 4);
        page.click("#show-1").await?;
        page.until("document.querySelectorAll('#readout tbody tr').length === 2").await
    })?;
    Ok(())
}

#[test]
fn everything_is_done_by_keyboard() -> Result<()> {
    visit(async |page| {
        page.go("training.html#images=200&epochs=1").await?;
        page.until("document.querySelector('#train')").await?;
        page.tab_to("#pooling-average").await?;
        page.press(' ').await?;
        page.tab_to("#train").await?;
        page.press(Key::Enter).await?;
        finished(page, 1).await?;
        page.tab_to("#at").await?;
        let end = page.text("#readout").await?;
        for _ in 0..20 {
            page.press(Key::Left).await?;
        }
        page.rendered().await?;
        ensure!(page.text("#readout").await? != end, "the arrow keys do not move along the curves");
        let said = page.evaluate("document.querySelector('#at').getAttribute('aria-valuetext')").await?;
        ensure!(said.as_str().is_some_and(|said| said.starts_with("Epoch 0.2. Max, 200 images: test ")), "{said}");
        page.tab_to("#all summary").await?;
        page.press(Key::Enter).await?;
        page.until("document.querySelectorAll('#numbers tbody tr').length === 7").await
    })?;
    Ok(())
}
