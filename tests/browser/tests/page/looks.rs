//! How the page looks to people and to their tools: axe's rules, widths, shifts, and pictures for us to look at.

use std::{env, fs};

use anyhow::{Context, Result, ensure};
use browser_tests::{
    files::photo,
    looks::{axe, fits, is_accessible},
    page::Page,
    pointer::{Pointer, SEVEN},
    visit,
};
use xtask::workspace::at;

/// Screens: the narrowest phone in use, a common one, a desktop.
const SCREENS: [[u32; 2]; 3] = [[320, 640], [390, 844], [1440, 1000]];

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

/// Web Vitals calls 0.1 good; here nothing is to move at all, and rounding may leave a trace.
#[test]
fn nothing_moves_while_the_page_loads() -> Result<()> {
    const WATCH: &str = "window.shifts = [];
      new PerformanceObserver((list) => shifts.push(...list.getEntries()))
        .observe({ type: 'layout-shift', buffered: true });";
    visit(async |page| {
        page.before_every_page(WATCH).await?;
        for [width, height] in SCREENS {
            page.resize(width, height).await?;
            page.open().await?;
            page.read().await?;
            page.rendered().await?;
            let moved = "shifts.map(({ value, sources }) => ({ value, what: sources.map(({ node }) => node?.outerHTML?.slice(0, 80)) }))";
            let moved = page.evaluate(moved).await?;
            let values = moved.as_array().context("shifts are a list")?.iter();
            let sum: f64 = values.filter_map(|shift| shift["value"].as_f64()).sum();
            ensure!(sum < 0.01, "{width}: the layout shifted by {sum}: {moved:#}");
            // The observer works: what does shift is seen.
            page.run(
                "const done = arguments[0];
                 new PerformanceObserver(() => done()).observe({ type: 'layout-shift' });
                 document.querySelector('main').style.marginTop = '300px';",
                vec![],
            )
            .await?;
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
        // Four pictures of four states: none is blank or another one's.
        let all = [desktop, dark, phone, error];
        for (at, picture) in all.iter().enumerate() {
            ensure!(picture.len() > 50_000, "picture {at} has {} bytes: is there anything on it?", picture.len());
            ensure!(!all[..at].contains(picture), "picture {at} is the same as one before");
        }
        Ok(())
    })?;
    Ok(())
}
