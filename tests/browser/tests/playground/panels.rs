//! The panels below the stack: code, gradients, comparison, files.

use anyhow::{Result, ensure};
use browser_tests::{
    looks::{axe, fits, is_accessible},
    page::Page,
    visit,
};
use fantoccini::key::Key;

use crate::{open, ready, sizes};

/// Opens a panel, and waits for what it asks the core first.
async fn panel(page: &Page, name: &str) -> Result<()> {
    page.click(&format!("#tab-{name}")).await?;
    let there = match name {
        "code" => "document.querySelector('.lines code')",
        "backward" => "document.querySelector('#check-slope')?.textContent.length",
        "compare" => "document.querySelectorAll('.shifts tbody tr').length === 17",
        _ => "document.querySelector('#take-stage')?.options.length",
    };
    page.until(there).await
}

async fn says(page: &Page, selector: &str, text: &str) -> Result<()> {
    page.until(&format!("document.querySelector({selector:?}).textContent === {text:?}")).await
}

#[test]
fn a_pasted_line_sets_the_layer_and_other_text_is_refused() -> Result<()> {
    visit(async |page| {
        open(page, "").await?;
        panel(page, "code").await?;
        says(page, ".lines code", "nn.MaxPool2d(2)").await?;
        page.set("#paste-line", "nn.AvgPool2d(3, stride=2, padding=1)").await?;
        page.press(Key::Enter).await?;
        says(page, "#pasted", "Set: PyTorch’s line is the layer now.").await?;
        says(page, "[data-stage='1'] .name", "Average 3 × 3").await?;
        says(page, ".lines code", "nn.AvgPool2d(3, stride=2, padding=1)").await?;
        // What ONNX leaves out of the mean, PyTorch counts: seven cells see padding.
        says(page, ".verdicts [data-to=ONNX]", "ONNX 7 cells differ").await?;
        page.until(
            "document.querySelector('.reasons').textContent.startsWith('PyTorch divides by 9, ONNX by 6 in 6 cells')",
        )
        .await?;
        for (line, reason) in [
            ("nn.Conv2d(3, 8, 3)", "Conv2d"),
            ("nn.MaxPool2d(3, strid=2)", "strid"),
            ("MaxPooling2D(pool_size=2, padding='half')", "padding"),
            ("pool with 3 by 3", ""),
        ] {
            page.set("#paste-line", line).await?;
            page.press(Key::Enter).await?;
            page.until(&format!(
                "document.querySelector('#pasted.message')?.textContent.startsWith('Not set: ') && document.querySelector('#pasted').textContent.includes({reason:?})"
            ))
            .await?;
            ensure!(page.text("[data-stage='1'] .name").await? == "Average 3 × 3", "{line}: the layer stays");
        }
        page.click("#undo").await?;
        says(page, "[data-stage='1'] .name", "Max 2 × 2").await
    })?;
    Ok(())
}

#[test]
fn a_gradient_is_painted_and_checked_by_keys() -> Result<()> {
    visit(async |page| {
        open(page, "").await?;
        page.tab_to("#tab-code").await?;
        page.press(Key::Right).await?;
        page.until("document.activeElement.id === 'tab-backward'").await?;
        // The largest gradient is measured first: the winner of the first window with a single one.
        says(page, "#check-slope", "1").await?;
        says(page, "#verdict", "They agree.").await?;
        page.tab_to("#grad-value").await?;
        page.set("#grad-value", 4).await?;
        page.press_with(&[Key::Shift], Key::Tab).await?;
        page.until("document.activeElement.id === 'grad-output'").await?;
        page.press(Key::Right).await?;
        page.press(Key::Enter).await?;
        // The second window's winner, 8 in row 1 and column 3, now has the largest.
        says(page, "#check-cell", "row 1, column 3").await?;
        says(page, "#check-slope", "4").await?;
        says(page, "#check-measured", "4").await?;
        page.tab_to("#grad-input").await?;
        // Down to the four fives of one window, of which the second ties with the first.
        for _ in 0..3 {
            page.press(Key::Down).await?;
        }
        says(page, "#check-cell", "row 4, column 3").await?;
        says(page, "#check-sides", "0, 1").await?;
        page.until("document.querySelector('#verdict').textContent.includes('kink')").await?;
        page.click("[data-fill='0']").await?;
        says(page, "#check-sides", "0, 0").await?;
        // What was painted is undone by the keys that undo everything else, and done again.
        page.press_with(&[Key::Control], 'z').await?;
        says(page, "#check-sides", "0, 1").await?;
        page.press_with(&[Key::Control], 'z').await?;
        page.press_with(&[Key::Control, Key::Shift], 'z').await?;
        page.press_with(&[Key::Control, Key::Shift], 'z').await?;
        says(page, "#check-sides", "0, 0").await
    })?;
    Ok(())
}

#[test]
fn methods_are_compared_and_chosen() -> Result<()> {
    visit(async |page| {
        open(page, "").await?;
        panel(page, "compare").await?;
        let rows = "[...document.querySelectorAll('.numbers tbody tr')].map((row) => row.innerText.replaceAll(/\\s+/g, ' ').trim())";
        page.until("document.querySelectorAll('.numbers tbody tr').length === 4").await?;
        let first = page.evaluate(rows).await?;
        // The maxima add up to 59; 16 outputs have 4 bytes each.
        ensure!(
            first[0].as_str().is_some_and(|row| row.starts_with("A Max 3.69 −1 to 9") && row.ends_with("64 B")),
            "{first:#}"
        );
        ensure!(first[1].as_str().is_some_and(|row| row.starts_with("B Average 2.13 −2.5 to 8.25")), "{first:#}");
        // By whole strides the output moves along exactly.
        let still = page.evaluate("[...document.querySelectorAll('.shifts tbody tr')].filter((row) => row.cells[1].textContent === '0.000').map((row) => row.cells[0].textContent).join()").await?;
        ensure!(still == "−8,−6,−4,−2,0,2,4,6,8", "{still}");
        page.click("[data-drop='3']").await?;
        page.until("document.querySelectorAll('.numbers tbody tr').length === 3").await?;
        page.click("#add-method").await?;
        page.until("document.querySelectorAll('.numbers tbody tr').length === 4").await?;
        // Another pooling layer, which is then the one that methods are compared over.
        page.evaluate("document.querySelector('[data-add=pool]').click()").await?;
        ready(page).await?;
        ensure!(sizes(page).await? == ["8 × 8", "4 × 4", "2 × 2"]);
        page.until("document.querySelector('.numbers tbody').textContent.includes('16 B')").await
    })?;
    Ok(())
}

#[test]
fn files_are_taken_away_and_an_animation_can_be_stopped() -> Result<()> {
    visit(async |page| {
        open(page, "").await?;
        panel(page, "take").await?;
        // What would be saved is looked at instead.
        let look = "(URL.createObjectURL = (file) => (window.file = file, '#'),
          HTMLAnchorElement.prototype.click = function () {
            file.slice(0, 8).arrayBuffer().then((bytes) => {
              document.body.dataset.saved = this.download + ' ' + String.fromCharCode(...new Uint8Array(bytes));
            });
          }, true)";
        page.evaluate(look).await?;
        for (form, file, begins) in [
            ("csv", "csv", "6,8,1,2"),
            ("npy", "npy", "\u{93}NUMPY"),
            ("png", "png", "\u{89}PNG"),
            ("gif", "gif", "GIF89a"),
        ] {
            page.click(&format!("[data-take={form}]")).await?;
            let name = if form == "gif" { "deep-end-stage-1-max-2x2-sweep" } else { "deep-end-stage-1-max-2x2" };
            page.until(&format!("document.querySelector('#taken').textContent.startsWith('Saved {name}.{file}, ')"))
                .await?;
            page.until(&format!("document.body.dataset.saved?.startsWith({:?})", format!("{name}.{file} {begins}")))
                .await?;
        }
        page.evaluate(
            "(document.querySelector('[data-take=gif]').click(), document.querySelector('#stop-gif').click(), true)",
        )
        .await?;
        says(page, "#taken", "Stopped: nothing was saved.").await?;
        page.until("document.querySelector('#stop-gif').hidden && !document.querySelector('[data-take=gif]').disabled")
            .await
    })?;
    Ok(())
}

#[test]
fn panels_are_accessible_and_fit() -> Result<()> {
    let axe = axe()?;
    visit(async |page| {
        open(page, "").await?;
        for name in ["code", "backward", "compare", "take"] {
            panel(page, name).await?;
            for (dark, [width, height]) in [(false, [1280, 900]), (true, [390, 844])] {
                page.darken(dark).await?;
                page.resize(width, height).await?;
                is_accessible(page, &axe, &format!("{name}, dark {dark}, {width}")).await?;
            }
            page.resize(320, 640).await?;
            fits(page, 320, name).await?;
            page.resize(1280, 900).await?;
        }
        panel(page, "code").await?;
        page.set("#paste-line", "nothing").await?;
        page.press(Key::Enter).await?;
        page.until("document.querySelector('#pasted.message')").await?;
        is_accessible(page, &axe, "a refused line").await
    })?;
    Ok(())
}
