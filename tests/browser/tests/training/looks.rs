//! How the training page looks to people and to their tools: axe's rules, widths, shifts, and pictures for us to look at.

use anyhow::Result;
use browser_tests::{
    looks::{self, Look, are_pictures},
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
    page.run(&format!("{NO_IMAGES}; arguments[0]();"), vec![]).await?;
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

async fn tour(page: &Page, look: &Look) -> Result<()> {
    fresh(page).await?;
    look.at(page, "fresh").await?;
    without_images(page).await?;
    look.at(page, "no images").await?;
    page.click("#retry").await?;
    crate::finished(page, 1).await?;
    page.click("#all summary").await?;
    look.at(page, "trained").await
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
