//! How the page looks to people and to their tools: axe's rules, widths, shifts, and pictures for us to look at.

use std::{env, fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use browser_tests::{
    files::photo,
    page::Page,
    pointer::{Pointer, SEVEN},
    visit,
};
use serde_json::json;
use xtask::{setup::NpmTools, workspace::at};

/// Screens: the narrowest phone in use, a common one, a desktop.
const SCREENS: [[u32; 2]; 3] = [[320, 640], [390, 844], [1440, 1000]];

fn axe() -> Result<String> {
    let path = env::var_os("AXE")
        .map_or_else(|| NpmTools::set_up().map(|tools| tools.axe()), |path| Ok(PathBuf::from(path)))?;
    fs::read_to_string(&path).with_context(|| path.display().to_string())
}

/// No rule of axe's is broken, and it has looked at something.
async fn is_accessible(page: &Page, axe: &str, state: &str) -> Result<()> {
    page.run(&format!("{axe}; arguments[arguments.length - 1]();"), vec![]).await?;
    let script = "const done = arguments[0];
      axe.run(document, { resultTypes: ['violations'] }).then(
        ({ violations, passes }) => done({ passes: passes.length, violations: violations.map(({ id, help, nodes }) =>
          `${id}: ${help}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`) }),
        (reason) => done({ passes: 0, violations: [String(reason)] }));";
    let found = page.run(script, vec![]).await?;
    ensure!(found["violations"] == json!([]), "{state}: {found:#}");
    ensure!(found["passes"].as_u64() > Some(20), "{state}: axe has looked at too little: {found:#}");
    Ok(())
}

/// Nothing reaches beyond the right edge, seen or cut off. The edge is the screen's: a phone's window grows with what it
/// has to show, so `innerWidth` would hide it.
async fn fits(page: &Page, width: u32, state: &str) -> Result<()> {
    let script = format!(
        "(() => {{
          const wide = [...document.querySelectorAll('body *')].filter((element) => {{
            const {{ right, width, height }} = element.getBoundingClientRect();
            return width > 1 && height > 1 && right > {width} + 0.5 && !element.closest('.strips, .skip');
          }});
          return {{ scrolls: document.documentElement.scrollWidth, wide: wide.map(({{ outerHTML }}) => outerHTML.slice(0, 120)) }};
        }})()"
    );
    let found = page.evaluate(&script).await?;
    ensure!(
        found["scrolls"].as_u64() <= Some(width.into()) && found["wide"] == json!([]),
        "{width}, {state}: {found:#}"
    );
    Ok(())
}

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
