//! How the words page looks to people and to their tools: axe's rules, widths, shifts, and pictures for us to look at.

use anyhow::Result;
use browser_tests::{
    looks::{self, Look, are_pictures},
    page::Page,
    visit,
};

use crate::{answered, compared, open, write};

async fn fresh(page: &Page) -> Result<()> {
    // What an earlier state wrote into the address would come back.
    page.go("index.html").await?;
    open(page).await
}

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

async fn tour(page: &Page, look: &Look) -> Result<()> {
    fresh(page).await?;
    look.at(page, "fresh").await?;
    busy(page).await?;
    look.at(page, "busy").await?;
    refused(page).await?;
    look.at(page, "refused").await
}

#[test]
fn axe_finds_nothing() -> Result<()> {
    looks::axe_finds_nothing(tour)
}

#[test]
fn nothing_is_wider_than_the_screen() -> Result<()> {
    looks::nothing_is_wider_than_the_screen(tour)
}

#[test]
fn nothing_moves_while_the_page_loads() -> Result<()> {
    looks::nothing_moves_while_the_page_loads(fresh)
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
