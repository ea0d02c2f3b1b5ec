//! How the network page looks to people and to their tools: axe's rules, widths, shifts, and pictures for us to look at.

use anyhow::Result;
use browser_tests::{
    files::{noise, photo},
    looks::{self, Look, are_pictures},
    page::Page,
    visit,
};

use crate::{answered, open};

/// Everything that can be shown at once.
async fn busy(page: &Page) -> Result<()> {
    open(page).await?;
    page.click("#compare").await?;
    page.click("[data-move=right]").await?;
    page.click("label:has(#cover-part)").await?;
    page.click("#curve-table summary").await?;
    page.click("#cover-all").await?;
    page.until("document.querySelectorAll('.covered figure').length === 2").await?;
    answered(page).await
}

/// A photograph, and one that was refused.
async fn refused(page: &Page) -> Result<()> {
    page.click("label:has(#source-photo)").await?;
    page.choose(&noise("wide.png", 80, 40)?).await?;
    page.until("!document.querySelector('pool-crop').hidden").await?;
    page.choose(&photo("truncated.jpg")).await?;
    page.until("document.querySelector('#photo-error').textContent").await?;
    answered(page).await
}

/// Test pictures to pick, and a network file that was refused.
async fn picked(page: &Page) -> Result<()> {
    page.choose_for("#network-file", &photo("truncated.jpg")).await?;
    page.until("document.querySelector('#own-error').textContent").await?;
    page.evaluate("document.querySelector('#network-choice').value = 'objects', document.querySelector('#network-choice').dispatchEvent(new Event('change'))").await?;
    page.click("label:has(#source-object)").await?;
    page.until("document.querySelector('#truth').textContent").await?;
    answered(page).await
}

async fn tour(page: &Page, look: &Look) -> Result<()> {
    open(page).await?;
    look.at(page, "fresh").await?;
    busy(page).await?;
    look.at(page, "busy").await?;
    refused(page).await?;
    look.at(page, "refused").await?;
    picked(page).await?;
    look.at(page, "picked").await
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
    looks::nothing_moves_while_the_page_loads(open)
}

#[test]
fn pictures_to_look_at() -> Result<()> {
    visit(async |page| {
        page.resize(1280, 900).await?;
        open(page).await?;
        let desktop = page.photographed("network-desktop").await?;
        page.darken(true).await?;
        busy(page).await?;
        let dark = page.photographed("network-dark").await?;
        page.darken(false).await?;
        page.resize(390, 844).await?;
        open(page).await?;
        let phone = page.photographed("network-phone").await?;
        are_pictures(&[desktop, dark, phone])
    })?;
    Ok(())
}
