//! How the page looks to people and to their tools: axe's rules, widths, shifts, and pictures for us to look at.

use std::{env, fs};

use anyhow::{Result, ensure};
use browser_tests::{
    files::photo,
    looks::{self, Look, SCREENS, are_pictures},
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

async fn tour(page: &Page, look: &Look) -> Result<()> {
    page.open().await?;
    look.at(page, "fresh").await?;
    page.click("#method-lp").await?;
    page.click("#windows-adaptive").await?;
    page.settled().await?;
    look.at(page, "the other controls").await?;
    page.open().await?;
    page.draw(Pointer::Mouse, SEVEN).await?;
    look.at(page, "digit drawn").await?;
    refused(page).await?;
    look.at(page, "refused").await?;
    page.open_at("#v=1&colour=red").await?;
    page.click("#clear-pad").await?;
    page.read().await?;
    look.at(page, "a damaged link, nothing drawn").await
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
    looks::nothing_moves_while_the_page_loads(async |page| {
        page.open().await?;
        page.read().await
    })
}

/// What the page asks of its workers waits until it is let go.
const HOLD: &str = "{ const { postMessage } = Worker.prototype;
  const asked = new Promise((letGo) => { window.letGo = letGo; });
  Worker.prototype.postMessage = function (...message) { asked.then(() => postMessage.apply(this, message)); }; }";

/// Whoever reads on below the photograph before it is pooled loses no line when it is.
#[test]
fn an_answer_takes_no_more_room_than_is_kept_for_it() -> Result<()> {
    let bottom = "document.querySelector('#photograph').getBoundingClientRect().bottom + scrollY";
    visit(async |page| {
        page.before_every_page(HOLD).await?;
        for [width, height] in SCREENS {
            page.resize(width, height).await?;
            page.go("").await?;
            page.until("document.querySelector('#photo-size').textContent").await?;
            let before = page.evaluate(bottom).await?;
            page.evaluate("letGo()").await?;
            page.settled().await?;
            let after = page.evaluate(bottom).await?;
            ensure!(before == after, "{width}: the section ended at {before}, and now at {after}");
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
