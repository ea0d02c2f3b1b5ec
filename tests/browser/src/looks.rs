//! How a page looks to people's tools: axe's rules, and widths.

use std::{env, fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use xtask::setup::NpmTools;

use crate::page::Page;

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
