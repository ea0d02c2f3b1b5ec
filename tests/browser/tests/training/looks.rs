//! How the training page looks to people and to their tools: axe's rules, widths, shifts, and pictures for us to look at.

use anyhow::Result;
use browser_tests::{
    looks::{SCREENS, are_pictures, axe, fits, is_accessible, stands_still, watch_shifts},
    page::Page,
    visit,
};

use crate::{NO_IMAGES, TINY, train};

async fn fresh(page: &Page) -> Result<()> {
    // An address that differs by its fragment alone would not load the page again.
    page.go("training.html").await?;
    page.go(TINY).await?;
    page.until("document.querySelector('#train') && document.querySelector('#pad')").await
}

async fn without_images(page: &Page) -> Result<()> {
    fresh(page).await?;
    page.set("#epochs", "none").await?;
    page.click("#seed").await?;
    page.set("#epochs", "1").await?;
    page.click("#train").await?;
    page.until("document.querySelector('#images-error').textContent").await
}

async fn trained(page: &Page) -> Result<()> {
    fresh(page).await?;
    train(page, 1).await?;
    page.click("#all summary").await
}

#[test]
fn axe_finds_nothing() -> Result<()> {
    let axe = axe()?;
    visit(async |page| {
        page.before_every_page(NO_IMAGES).await?;
        for [width, height] in [SCREENS[1], SCREENS[2]] {
            page.resize(width, height).await?;
            without_images(page).await?;
            for dark in [false, true] {
                page.darken(dark).await?;
                is_accessible(page, &axe, &format!("{width}, no images, dark: {dark}")).await?;
            }
            page.click("#retry").await?;
            crate::finished(page, 1).await?;
            for dark in [true, false] {
                page.darken(dark).await?;
                is_accessible(page, &axe, &format!("{width}, trained, dark: {dark}")).await?;
            }
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
            fresh(page).await?;
            fits(page, width, "fresh").await?;
            trained(page).await?;
            fits(page, width, "trained").await?;
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
            fresh(page).await?;
            stands_still(page, &format!("{width}")).await?;
        }
        Ok(())
    })?;
    Ok(())
}

#[test]
fn pictures_to_look_at() -> Result<()> {
    visit(async |page| {
        let mut all = Vec::new();
        page.resize(1280, 900).await?;
        trained(page).await?;
        all.push(page.photographed("training-desktop").await?);
        page.darken(true).await?;
        all.push(page.photographed("training-dark").await?);
        page.resize(390, 844).await?;
        page.darken(false).await?;
        all.push(page.photographed("training-phone").await?);
        are_pictures(&all)
    })?;
    Ok(())
}
