//! How the playground looks to people and to their tools: axe's rules, widths, shifts, and pictures for us to look at.

use anyhow::Result;
use browser_tests::{
    looks::{self, Look, are_pictures},
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

async fn tour(page: &Page, look: &Look) -> Result<()> {
    page.go("index.html").await?;
    open(page, "").await?;
    look.at(page, "fresh").await?;
    page.click("#on").await?;
    page.until("document.querySelector('#formula').textContent").await?;
    page.click("[data-add=filter]").await?;
    ready(page).await?;
    look.at(page, "a cell, and a filter").await?;
    page.click("#undo").await?;
    refused(page).await?;
    look.at(page, "refused").await?;
    page.click("#tab-photo").await?;
    page.until("!document.querySelector('.of[data-tab=photo]').hidden").await?;
    ready(page).await?;
    look.at(page, "a photograph").await?;
    page.go("index.html").await?;
    open(page, "#v=1&colour=red").await?;
    page.click("#tab-pattern").await?;
    page.until("!document.querySelector('.of[data-tab=pattern]').hidden").await?;
    ready(page).await?;
    look.at(page, "a damaged link, a pattern").await
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
    looks::nothing_moves_while_the_page_loads(async |page| open(page, "").await)
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
