//! The playground by keys alone.

use anyhow::{Result, ensure};
use browser_tests::visit;
use fantoccini::key::Key;

use crate::{open, ready, sizes};

#[test]
fn a_finger_on_its_name_moves_a_layer() -> Result<()> {
    visit(async |page| {
        page.resize(1800, 1200).await?;
        open(page, "#v=1&stack=pool|relu|filter").await?;
        page.evaluate(
            "(() => {
              const [from, to] = [1, 3].map((stage) => document.querySelector(`.card[data-stage='${stage}'] .name`));
              from.scrollIntoView({ block: 'center' });
              const at = (element) => {
                const { left, top } = element.getBoundingClientRect();
                return { clientX: left + 5, clientY: top + 5 };
              };
              const touch = (name, place) => from.dispatchEvent(new PointerEvent(name, { bubbles: true, pointerType: 'touch', pointerId: 7, isPrimary: true, ...place }));
              touch('pointerdown', at(from));
              touch('pointermove', at(to));
              window.over = to.closest('.card').hasAttribute('data-over');
              touch('pointerup', at(to));
            })()",
        )
        .await?;
        let names = "[...document.querySelectorAll('.card .name')].map(({ textContent }) => textContent).join()";
        page.until(&format!("{names} === 'ReLU,Edges filter,Max 2 × 2'")).await?;
        ensure!(page.evaluate("over && !document.querySelector('[data-over], [data-moving]')").await? == true);
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_whole_use_by_keys() -> Result<()> {
    visit(async |page| {
        open(page, "").await?;
        page.tab_to(".skip").await?;

        // Cells can be painted: by the digit, or the brush.
        page.tab_to("#paint").await?;
        page.press(' ').await?;
        page.tab_to(".card[data-stage='0'] .map").await?;
        page.press(Key::Right).await?;
        page.press('9').await?;
        ready(page).await?;
        page.until("document.querySelector('#cell-words').textContent.startsWith('Row 1, column 2 of the input is 9')")
            .await?;

        page.tab_to(".card[data-stage='1'] .map").await?;
        let says = |formula: &str| format!("document.querySelector('#formula').textContent === {formula:?}");
        page.until(&says("max(1, 9, 4, 6) = 9")).await?;
        page.press(Key::Right).await?;
        page.until(&says("max(2, 3, 6, 8) = 8")).await?;
        page.press(Key::Down).await?;
        page.until(&says("max(1, 0, 2, 4) = 4")).await?;
        page.press_with(&[Key::Shift], Key::Left).await?;
        page.until(&says("max(3, 1, 1, 2) = 3")).await?;
        page.until("document.querySelector('#cell-said').textContent.includes('The winner is row 3, column 1')")
            .await?;
        // Pinned, it stays.
        page.press(Key::Enter).await?;
        page.until("document.querySelector('#pin').getAttribute('aria-pressed') === 'true'").await?;
        page.press(Key::Escape).await?;
        page.until("document.querySelector('#pin').getAttribute('aria-pressed') === 'false'").await?;

        page.tab_to("[data-add=relu]").await?;
        page.press(Key::Enter).await?;
        ready(page).await?;
        ensure!(sizes(page).await? == ["8 × 8", "4 × 4", "4 × 4"]);
        page.press_with(&[Key::Control], 'z').await?;
        page.until("document.querySelectorAll('.card').length === 2").await?;
        page.press_with(&[Key::Control, Key::Shift], 'z').await?;
        page.until("document.querySelectorAll('.card').length === 3").await?;
        page.press_with(&[Key::Control], 'z').await?;
        page.press_with(&[Key::Control], 'z').await?;
        page.until("!document.querySelector('#matrix-text').value.startsWith('1, 9')").await?;

        page.tab_to("#layer-kernel-size").await?;
        page.press(Key::Up).await?;
        page.until("document.querySelector('[data-stage=\"1\"] .name').textContent === 'Max 3 × 3'").await?;
        ready(page).await?;
        // The stride went along: windows that tile go on to tile.
        ensure!(sizes(page).await?[1] == "2 × 2");
        Ok(())
    })?;
    Ok(())
}
