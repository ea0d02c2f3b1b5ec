//! The address holds what is shown.

use anyhow::{Result, ensure};
use browser_tests::visit;

use crate::{open, ready, sizes};

#[test]
fn a_link_restores_numbers_and_stack() -> Result<()> {
    visit(async |page| {
        open(page, "").await?;
        page.click("[data-matrix=signed]").await?;
        page.click("[data-add=relu]").await?;
        page.click(".card[data-stage='1'] .name").await?;
        page.set("#layer-stride", 1).await?;
        page.until("location.hash.includes('input=matrix') && location.hash.includes('stride:1')").await?;
        ready(page).await?;
        let before = (sizes(page).await?, page.evaluate("location.hash").await?);
        ensure!(before.0 == ["5 × 5", "4 × 4", "4 × 4"], "{before:?}");
        page.evaluate("location.reload()").await?;
        ready(page).await?;
        page.until("document.querySelectorAll('.card .size')[2]?.textContent === '4 × 4'").await?;
        ensure!((sizes(page).await?, page.evaluate("location.hash").await?) == before);
        ensure!(!page.shows("pool-note").await?);
        ensure!(
            page.evaluate("document.querySelector('#matrix-text').value.startsWith('-3, -1, 2, -4, 1')").await? == true
        );
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_damaged_link_opens_what_the_page_opens_with() -> Result<()> {
    let damaged = [
        ("#v=9&stack=relu", "its version is “9”, and this page reads 1"),
        ("#v=1&stack=swirl", "there is no layer “swirl”"),
        ("#v=1&stack=pool;method:swirl", "method is “swirl”"),
        ("#v=1&stack=pool;kernelSize:-2", "kernelSize is “-2”"),
        ("#v=1&input=matrix;1,2/3", "its numbers cannot be read"),
        ("#v=1&input=pattern;sine;9;9", "its pattern cannot be read"),
        ("#v=1&colour=red", "it sets “colour” to “red”"),
    ];
    visit(async |page| {
        for (fragment, reason) in damaged {
            page.go("index.html").await?;
            open(page, fragment).await?;
            let note =
                format!("The link that opened this page is damaged: {reason}. You see what the page opens with.");
            ensure!(page.text("#note").await? == note, "{fragment}: {}", page.text("#note").await?);
            ensure!(sizes(page).await? == ["8 × 8", "4 × 4"]);
        }
        page.click("#dismiss-note").await?;
        ensure!(!page.shows("pool-note").await?);
        Ok(())
    })?;
    Ok(())
}
