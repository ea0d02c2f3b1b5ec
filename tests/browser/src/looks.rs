//! How a page looks to people and to their tools: axe's rules, widths, shifts, and pictures.

use std::{env, fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use xtask::setup::NpmTools;

use crate::{page::Page, visit};

/// Screens that a page is looked at on: the narrowest phone in use, a common one, a desktop.
pub const SCREENS: [[u32; 2]; 3] = [[320, 640], [390, 844], [1280, 900]];

/// How each state is looked at on a tour through what a page can show.
pub enum Look {
    /// By axe's rules; this is its script.
    Rules(String),
    /// By its width on a screen of this one.
    Width(u32),
}

impl Look {
    /// Looks at the page, which is in this state.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn at(&self, page: &Page, state: &str) -> Result<()> {
        match self {
            Self::Rules(axe) => is_accessible(page, axe, state).await,
            Self::Width(width) => fits(page, *width, state).await,
        }
    }
}

/// No state that a tour leads through breaks a rule of axe's. The tour begins with opening the page.
///
/// # Errors
/// What is broken, and in which state.
pub fn axe_finds_nothing(tour: impl AsyncFn(&Page, &Look) -> Result<()>) -> Result<()> {
    let look = Look::Rules(axe()?);
    visit(async |page| {
        // Contrast is the theme's and targets are the width's: two of the four pairs see them all.
        for ([width, height], dark) in [(SCREENS[1], true), (SCREENS[2], false)] {
            page.resize(width, height).await?;
            page.darken(dark).await?;
            tour(page, &look).await.with_context(|| format!("{width}, dark: {dark}"))?;
        }
        Ok(())
    })?;
    Ok(())
}

/// No state that a tour leads through is wider than a screen.
///
/// # Errors
/// What is, and in which state.
pub fn nothing_is_wider_than_the_screen(tour: impl AsyncFn(&Page, &Look) -> Result<()>) -> Result<()> {
    visit(async |page| {
        for [width, height] in SCREENS {
            page.resize(width, height).await?;
            tour(page, &Look::Width(width)).await?;
        }
        Ok(())
    })?;
    Ok(())
}

/// Nothing moves from when the page begins until it is open.
///
/// # Errors
/// What moved.
pub fn nothing_moves_while_the_page_loads(open: impl AsyncFn(&Page) -> Result<()>) -> Result<()> {
    visit(async |page| {
        watch_shifts(page).await?;
        for [width, height] in SCREENS {
            page.resize(width, height).await?;
            open(page).await?;
            stands_still(page, &format!("{width}")).await?;
        }
        Ok(())
    })?;
    Ok(())
}

/// axe's script.
///
/// # Errors
/// Where it is not installed, and cannot be.
pub fn axe() -> Result<String> {
    let path = env::var_os("AXE")
        .map_or_else(|| NpmTools::set_up().map(|tools| tools.axe()), |path| Ok(PathBuf::from(path)))?;
    fs::read_to_string(&path).with_context(|| path.display().to_string())
}

/// No rule of axe's is broken, and it has looked at something.
///
/// # Errors
/// Where one is: with all of them.
pub async fn is_accessible(page: &Page, axe: &str, state: &str) -> Result<()> {
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
/// has to show, so `innerWidth` would hide it. What scrolls by itself may be wider.
///
/// # Errors
/// Names what does.
pub async fn fits(page: &Page, width: u32, state: &str) -> Result<()> {
    let script = format!(
        "(() => {{
          const wide = [...document.querySelectorAll('body *')].filter((element) => {{
            const {{ right, width, height }} = element.getBoundingClientRect();
            return width > 1 && height > 1 && right > {width} + 0.5 && !element.closest('.strips, .skip, .scroll');
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

/// Has every page from now on note what moves while it loads, for [`stands_still`].
///
/// # Errors
/// Where the browser does not answer.
async fn watch_shifts(page: &Page) -> Result<()> {
    let watch = "window.shifts = [];
      new PerformanceObserver((list) => shifts.push(...list.getEntries()))
        .observe({ type: 'layout-shift', buffered: true });";
    page.before_every_page(watch).await
}

/// Nothing has moved since the page began. Web Vitals calls 0.1 good; here nothing is to move at all, and rounding may
/// leave a trace.
///
/// # Errors
/// Names what moved; or where the browser would not have noticed.
async fn stands_still(page: &Page, state: &str) -> Result<()> {
    page.rendered().await?;
    let moved = "shifts.map(({ value, sources }) => ({ value, what: sources.map(({ node }) => node?.outerHTML?.slice(0, 80)) }))";
    let moved = page.evaluate(moved).await?;
    let values = moved.as_array().context("shifts are a list")?.iter();
    let sum: f64 = values.filter_map(|shift| shift["value"].as_f64()).sum();
    ensure!(sum < 0.01, "{state}: the layout shifted by {sum}: {moved:#}");
    // The observer works: what does shift is seen.
    let shift = "const done = arguments[0];
      new PerformanceObserver(() => done()).observe({ type: 'layout-shift' });
      document.querySelector('main').style.marginTop = '300px';";
    page.run(shift, vec![]).await?;
    Ok(())
}

/// No picture is blank, or another one's.
///
/// # Errors
/// Names one that is.
pub fn are_pictures(all: &[Vec<u8>]) -> Result<()> {
    for (at, picture) in all.iter().enumerate() {
        ensure!(picture.len() > 20_000, "picture {at} has {} bytes: is there anything on it?", picture.len());
        ensure!(!all[..at].contains(picture), "picture {at} is the same as one before");
    }
    Ok(())
}
