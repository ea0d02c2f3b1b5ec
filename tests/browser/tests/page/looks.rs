//! How the page looks to people and to their tools: axe's rules, widths, shifts, and pictures for us to look at.

use std::{env, fs};

use anyhow::Result;
use browser_tests::{
    files::photo,
    looks::{SCREENS, are_pictures, axe, fits, is_accessible, stands_still, watch_shifts},
    page::Page,
    pointer::{Pointer, SEVEN},
    visit,
};
use xtask::workspace::at;

async fn refused(page: &Page) -> Result<()> {
    page.set("#padding", 12).await?;
    page.choose(&photo("truncated.jpg")).await?;
    page.until("document.querySelector('#photo-error').textContent").await?;
    page.settled().await
}

#[test]
fn axe_finds_nothing() -> Result<()> {
    let axe = axe()?;
    visit(async |page| {
        page.open().await?;
        is_accessible(page, &axe, "fresh").await?;
        page.draw(Pointer::Mouse, SEVEN).await?;
        is_accessible(page, &axe, "digit drawn").await?;
        refused(page).await?;
        is_accessible(page, &axe, "refused").await?;
        page.darken(true).await?;
        is_accessible(page, &axe, "refused, dark").await?;
        page.resize(390, 844).await?;
        is_accessible(page, &axe, "refused, dark, phone").await?;
        page.reload().await?;
        is_accessible(page, &axe, "dark, phone").await?;
        page.darken(false).await?;
        is_accessible(page, &axe, "phone").await?;
        page.click("#method-lp").await?;
        page.click("#windows-adaptive").await?;
        page.settled().await?;
        is_accessible(page, &axe, "the other controls").await
    })?;
    Ok(())
}

#[test]
fn nothing_is_wider_than_the_screen() -> Result<()> {
    visit(async |page| {
        for [width, height] in SCREENS {
            page.resize(width, height).await?;
            page.open().await?;
            fits(page, width, "fresh").await?;
            refused(page).await?;
            fits(page, width, "refused").await?;
            page.open_at("#v=1&colour=red").await?;
            page.click("#clear-pad").await?;
            page.read().await?;
            fits(page, width, "a damaged link, nothing drawn").await?;
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
            page.open().await?;
            page.read().await?;
            stands_still(page, &format!("{width}")).await?;
        }
        Ok(())
    })?;
    Ok(())
}

#[test]
fn pictures_to_look_at() -> Result<()> {
    visit(async |page| {
        page.open().await?;
        page.draw(Pointer::Mouse, SEVEN).await?;
        page.evaluate("document.activeElement.blur(), scrollTo({ top: 0, behavior: 'instant' })").await?;
        let desktop = page.photographed("desktop").await?;
        if env::var_os("DEEP_END_BLESS").is_some_and(|value| value == "1") {
            fs::write(at("docs/page.png"), page.first_screen_picture().await?)?;
        }
        page.darken(true).await?;
        let dark = page.photographed("dark").await?;
        page.darken(false).await?;
        page.resize(390, 844).await?;
        let phone = page.photographed("phone").await?;
        page.resize(1440, 1000).await?;
        refused(page).await?;
        let error = page.photographed("error").await?;
        are_pictures(&[desktop, dark, phone, error])
    })?;
    Ok(())
}
