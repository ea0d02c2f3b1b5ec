//! How the words page looks to people and to their tools: axe's rules, widths, shifts, and pictures for us to look at.

use anyhow::Result;
use browser_tests::{
    looks::{SCREENS, are_pictures, axe, fits, is_accessible, stands_still, watch_shifts},
    page::Page,
    visit,
};

use crate::{answered, compared, open, write};

/// Everything that can be shown at once.
async fn busy(page: &Page) -> Result<()> {
    write(page, "Whether or not you're enlightened by any of the zorbulous lectures, he is an undeniably fascinating and playful fellow; the film about him, alas, is not, and drags on.").await?;
    page.click("label:has(#over-average)").await?;
    page.click(".word[data-at='3']").await?;
    page.click("[data-do=later]").await?;
    page.click("#all-filters").await?;
    answered(page).await?;
    compared(page).await
}

async fn refused(page: &Page) -> Result<()> {
    write(page, "").await
}

#[test]
fn axe_finds_nothing() -> Result<()> {
    let axe = axe()?;
    visit(async |page| {
        // Contrast is the theme's and targets are the width's: two of the four pairs see them all.
        for ([width, height], dark) in [(SCREENS[1], true), (SCREENS[2], false)] {
            page.resize(width, height).await?;
            page.darken(dark).await?;
            let state = format!("{width}, dark: {dark}");
            page.go("index.html").await?;
            open(page).await?;
            is_accessible(page, &axe, &format!("fresh, {state}")).await?;
            busy(page).await?;
            is_accessible(page, &axe, &format!("busy, {state}")).await?;
            refused(page).await?;
            is_accessible(page, &axe, &format!("refused, {state}")).await?;
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
            open(page).await?;
            fits(page, width, "fresh").await?;
            busy(page).await?;
            fits(page, width, "busy").await?;
            refused(page).await?;
            fits(page, width, "refused").await?;
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
            page.go("index.html").await?;
            open(page).await?;
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
        open(page).await?;
        compared(page).await?;
        all.push(page.photographed("words-desktop").await?);
        page.darken(true).await?;
        busy(page).await?;
        all.push(page.photographed("words-dark").await?);
        page.resize(390, 844).await?;
        page.darken(false).await?;
        refused(page).await?;
        all.push(page.photographed("words-phone").await?);
        are_pictures(&all)
    })?;
    Ok(())
}
