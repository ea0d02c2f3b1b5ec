//! How the playground looks to people and to their tools: axe's rules, widths, shifts, and pictures for us to look at.

use anyhow::Result;
use browser_tests::{
    looks::{SCREENS, are_pictures, axe, fits, is_accessible, stands_still, watch_shifts},
    page::Page,
    visit,
};

use crate::{open, ready};

/// Numbers that cannot be read, and a layer that cannot be.
async fn refused(page: &Page) -> Result<()> {
    page.set("#layer-padding", 12).await?;
    page.until("document.querySelector('#layer-padding-error').textContent").await?;
    page.evaluate("document.querySelector('.of details').open = true").await?;
    page.set("#matrix-text", "1, 2, x").await?;
    page.until("document.querySelector('#input-error').textContent").await?;
    ready(page).await
}

#[test]
fn axe_finds_nothing() -> Result<()> {
    let axe = axe()?;
    visit(async |page| {
        open(page, "").await?;
        is_accessible(page, &axe, "fresh").await?;
        page.click("#on").await?;
        page.until("document.querySelector('#formula').textContent").await?;
        page.click("[data-add=filter]").await?;
        ready(page).await?;
        is_accessible(page, &axe, "a cell, and a filter").await?;
        page.click("#undo").await?;
        refused(page).await?;
        for dark in [false, true] {
            page.darken(dark).await?;
            for [width, height] in [[1280, 900], [390, 844]] {
                page.resize(width, height).await?;
                is_accessible(page, &axe, &format!("refused, dark {dark}, {width}")).await?;
            }
        }
        for tab in ["photo", "pattern"] {
            page.click(&format!("#tab-{tab}")).await?;
            page.until(&format!("!document.querySelector('.of[data-tab={tab}]').hidden")).await?;
            ready(page).await?;
            is_accessible(page, &axe, tab).await?;
        }
        Ok(())
    })?;
    Ok(())
}

#[test]
fn nothing_is_wider_than_the_screen() -> Result<()> {
    visit(async |page| {
        for [width, height] in SCREENS {
            page.resize(width, height).await?;
            page.go("index.html").await?;
            open(page, "").await?;
            fits(page, width, "fresh").await?;
            page.click("#on").await?;
            refused(page).await?;
            fits(page, width, "refused").await?;
            page.go("index.html").await?;
            open(page, "#v=1&colour=red").await?;
            page.click("#tab-pattern").await?;
            page.until("!document.querySelector('.of[data-tab=pattern]').hidden").await?;
            ready(page).await?;
            fits(page, width, "a damaged link, a pattern").await?;
        }
        Ok(())
    })?;
    Ok(())
}

#[test]
fn nothing_moves_while_the_page_loads() -> Result<()> {
    visit(async |page| {
        watch_shifts(page).await?;
        for [width, height] in SCREENS {
            page.resize(width, height).await?;
            open(page, "").await?;
            stands_still(page, &format!("{width}")).await?;
        }
        Ok(())
    })?;
    Ok(())
}

#[test]
fn pictures_to_look_at() -> Result<()> {
    visit(async |page| {
        open(page, "#v=1&stack=pool;kernelSize:3;stride:2;padding:1|relu").await?;
        for _ in 0..6 {
            page.click("#on").await?;
        }
        page.until("document.querySelector('#step').textContent.startsWith('6')").await?;
        let desktop = page.photographed("playground").await?;
        page.darken(true).await?;
        let dark = page.photographed("playground-dark").await?;
        page.resize(390, 844).await?;
        let phone = page.photographed("playground-phone").await?;
        page.darken(false).await?;
        page.resize(1280, 900).await?;
        page.click(".card[data-stage='1'] .name").await?;
        refused(page).await?;
        let error = page.photographed("playground-error").await?;
        are_pictures(&[desktop, dark, phone, error])
    })?;
    Ok(())
}
