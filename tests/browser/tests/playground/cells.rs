//! What the page says about cells, against the core as it runs here.

use anyhow::{Result, ensure};
use browser_tests::{page::Page, visit};
use deep_end::{
    Pool, Pooling, Window,
    inspect::{Inspector, Plane},
};

use crate::{open, ready, result, sizes};

/// The matrix that the page opens with.
const FIRST: [f32; 64] = [
    1., 0., 2., 3., 0., 1., 0., 0., 4., 6., 6., 8., 0., 0., 2., 0., 3., 1., 1., 0., 9., 7., 1., 0., 1., 2., 2., 4., 8.,
    9., 3., 1., 0., 0., 5., 5., 0., 2., -1., -2., 0., 1., 5., 5., 1., 0., -3., -4., 7., 0., 0., 1., 2., 3., 4., 5., 0.,
    0., 1., 0., 3., 2., 5., 4.,
];

/// Goes to a window by its number.
async fn scrub(page: &Page, window: usize) -> Result<()> {
    let script = format!(
        "(() => {{
          const scrub = document.querySelector('#scrub');
          scrub.value = {window};
          scrub.dispatchEvent(new Event('input', {{ bubbles: true }}));
        }})()"
    );
    page.evaluate(&script).await?;
    page.until(&format!("document.querySelector('#step').textContent.startsWith('{window} / ')")).await
}

/// Steps through every window of the layer and compares what is said with the core's own answer.
async fn steps_agree(page: &Page, pool: &Pool) -> Result<()> {
    let inspector = Inspector::new(pool, Plane::new(FIRST.to_vec(), [8, 8])?)?;
    let &[height, width] = inspector.output_shape() else { anyhow::bail!("two axes") };
    // From the last on: the next is the first.
    scrub(page, height * width).await?;
    for row in 0..height {
        for column in 0..width {
            page.click("#on").await?;
            let words = format!("Row {}, column {} of ", row + 1, column + 1);
            page.until(&format!("document.querySelector('#cell-words').textContent.startsWith({words:?})")).await?;
            let cell = inspector.output_cell(&[row, column])?;
            let formula = page.text("#formula").await?;
            ensure!((result(&formula)? - cell.value).abs() <= 1e-4, "{row}, {column}: {formula}, not {}", cell.value);
            let said = page.text("#cell-words").await?;
            if let Some(winner) = cell.winner {
                let place = format!("The winner is row {}, column {}", winner / 8 + 1, winner % 8 + 1);
                ensure!(said.contains(&place), "{said}, not {place}");
                ensure!(said.contains(" that are equal") == (cell.ties.len() > 1), "{said}: ties {:?}", cell.ties);
            }
        }
    }
    // The next is the first again.
    page.click("#on").await?;
    page.until("document.querySelector('#cell-words').textContent.startsWith('Row 1, column 1 of ')").await
}

#[test]
fn every_window_is_explained_as_the_core_explains_it() -> Result<()> {
    visit(async |page| {
        open(page, "").await?;
        ensure!(sizes(page).await? == ["8 × 8", "4 × 4"], "{:?}", sizes(page).await?);
        steps_agree(page, &Pool::new(Pooling::Max, Window::new([2, 2]))?).await?;
        // Another fragment alone would be no new page.
        page.go("index.html").await?;
        open(page, "#v=1&stack=pool;method:average;kernelSize:3;stride:3;padding:1;ceilMode:true").await?;
        let window = Window::new([3, 3]).stride([3, 3]).padding([[1, 1]; 2]).ceil_mode(true);
        steps_agree(page, &Pool::new(Pooling::average(), window)?).await
    })?;
    Ok(())
}

#[test]
fn an_input_cell_tells_who_reads_it() -> Result<()> {
    visit(async |page| {
        open(page, "#v=1&stack=pool;kernelSize:3;stride:2").await?;
        let at = |row: usize, column: usize| {
            format!(
                "(() => {{
                  const map = document.querySelector('.card[data-stage=\"0\"] .map');
                  const {{ left, top, width }} = map.getBoundingClientRect();
                  const size = width / 8;
                  map.dispatchEvent(new PointerEvent('pointermove', {{ bubbles: true, clientX: left + {column}.5 * size, clientY: top + {row}.5 * size }}));
                }})()"
            )
        };
        // Cell (4, 4) is in the windows 1 and 2 of both axes.
        page.evaluate(&at(4, 4)).await?;
        page.until("document.querySelector('#readers').textContent.startsWith('Read for 4 cells')").await?;
        // The last row and column are a dropped tail.
        page.evaluate(&at(7, 7)).await?;
        page.until("document.querySelector('#readers').textContent === 'No window of the next layer reads it.'").await
    })?;
    Ok(())
}

#[test]
fn a_cell_sees_back_through_all_layers() -> Result<()> {
    visit(async |page| {
        // 2 × 2 windows at stride 2, then 3 × 3 at stride 1: (3 − 1) · 2 + 2 = 6 rows, and one less in the padding.
        open(page, "#v=1&stack=pool|relu|pool;kernelSize:3;stride:1;padding:1").await?;
        for (step, cells) in [(0, "4 × 4"), (0, "4 × 6"), (4, "6 × 6")] {
            for _ in 0..step {
                page.click("#on").await?;
            }
            page.click("#on").await?;
            let words = format!("Through all layers it sees {cells} cells of the input.");
            page.until(&format!("document.querySelector('#cell-words').textContent.endsWith({words:?})")).await?;
        }
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_window_is_explained_before_anybody_points() -> Result<()> {
    visit(async |page| {
        open(page, "").await?;
        page.until("document.querySelector('#formula').textContent === 'max(2, 3, 6, 8) = 8'").await?;
        page.until("document.querySelector('#cell-words').textContent.includes('The winner is row 2, column 4')")
            .await?;
        // Pointing elsewhere moves on; a link has its own cells to point at.
        page.click("#back").await?;
        page.until("document.querySelector('#formula').textContent === 'max(1, 0, 4, 6) = 6'").await?;
        page.go("index.html").await?;
        open(page, "#v=1&stack=pool;kernelSize:4").await?;
        ensure!(page.text("#formula").await?.is_empty());
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_cell_that_went_back_up_has_its_formula() -> Result<()> {
    visit(async |page| {
        let stack = "#v=1&input=matrix;1,5/3,7&stack=";
        for (up, window, formula) in [
            ("unpool;way:bilinear", 6, "0.563 · 1 + 0.188 · 5 + 0.188 · 3 + 0.063 · 7 = 2.5"),
            ("unpool", 3, "copy of 5 = 5"),
            ("pool;kernelSize:2;stride:1;padding:1|unpool;way:max", 2, "last of (5, 5) = 5"),
            ("pool;kernelSize:2;stride:2|unpool;way:max", 1, "no maximum came from here: 0"),
            ("pool;kernelSize:2;stride:1;padding:1|unpool;way:average", 1, "(1 + 5 + 3 + 7) / 4 = 4"),
        ] {
            page.go("index.html").await?;
            open(page, &format!("{stack}{up}")).await?;
            let last = if up.contains('|') { 2 } else { 1 };
            page.click(&format!(".card[data-stage='{last}'] .name")).await?;
            scrub(page, window).await?;
            page.until(&format!("document.querySelector('#formula').textContent === {formula:?}")).await?;
        }
        Ok(())
    })?;
    Ok(())
}

#[test]
fn in_colour_every_plane_has_its_formula() -> Result<()> {
    visit(async |page| {
        open(page, "").await?;
        page.click("#tab-photo").await?;
        page.until("document.querySelector('.card .size').textContent === '3 × 400 × 600'").await?;
        ready(page).await?;
        page.click("#on").await?;
        let formulas = "[...document.querySelectorAll('[data-channel] .shape')].map(({ textContent }) => textContent)";
        page.until(&format!("{formulas}.every((formula) => /^max\\(\\d.*= \\d+$/.test(formula))")).await?;
        ensure!(!page.shows("#formula").await?);
        ensure!(page.text("#cell-words").await?.contains(" in red. "), "{}", page.text("#cell-words").await?);
        page.click("[data-channel='2']").await?;
        page.until("document.querySelector('#cell-words').textContent.includes(' in blue. ')").await?;
        ensure!(
            page.evaluate("document.querySelector('[data-channel=\"2\"]').getAttribute('aria-pressed')").await?
                == "true"
        );
        // Near enough, every plane's winner is marked with its letter.
        page.evaluate("(window.tags = '', ((fill) => (CanvasRenderingContext2D.prototype.fillText = function (text, ...at) { if (/^R?G?B?$/.test(text)) tags += text; fill.call(this, text, ...at); }))(CanvasRenderingContext2D.prototype.fillText), true)").await?;
        for _ in 0..8 {
            page.click("#nearer").await?;
        }
        page.until("['R', 'G', 'B'].every((letter) => tags.includes(letter))").await?;
        page.evaluate("(() => { const plane = document.querySelector('#plane'); plane.value = '1'; plane.dispatchEvent(new Event('change', { bubbles: true })); })()").await?;
        page.until("document.querySelector('.channels').hidden").await
    })?;
    Ok(())
}

#[test]
fn a_photograph_goes_through_a_stack() -> Result<()> {
    visit(async |page| {
        open(page, "").await?;
        page.click("#tab-photo").await?;
        page.until("document.querySelector('#input-said').textContent === '“Coffee”, 600 × 400 pixels.'").await?;
        ready(page).await?;
        for kind in ["filter", "relu", "unpool"] {
            page.click(&format!("[data-add={kind}]")).await?;
            ready(page).await?;
        }
        let wanted = ["3 × 400 × 600", "3 × 200 × 300", "3 × 200 × 300", "3 × 200 × 300", "3 × 400 × 600"];
        ensure!(sizes(page).await? == wanted, "{:?}", sizes(page).await?);
        page.click("[data-stage='1'] [data-do=remove]").await?;
        ready(page).await?;
        ensure!(sizes(page).await?[1..] == ["3 × 400 × 600", "3 × 400 × 600", "3 × 800 × 1200"]);
        page.click("#undo").await?;
        ready(page).await?;
        ensure!(sizes(page).await? == wanted);
        // Nearer, until the cells have their numbers: the button says when there is no more.
        for _ in 0..12 {
            page.click("#nearer").await?;
        }
        ensure!(page.find("#farther").await?.is_enabled().await?);
        page.click("#whole").await?;
        ensure!(!page.find("#farther").await?.is_enabled().await?);
        Ok(())
    })?;
    Ok(())
}
