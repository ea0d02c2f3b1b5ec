//! The page in a real browser: a driver, a page to ask, and what a test compares it with.
//!
//! | module | what |
//! | --- | --- |
//! | [`driver`] | ChromeDriver as a child process, and a session of headless Chromium in it |
//! | [`page`] | the page: going there, using its controls, waiting for its answers, reading its pixels |
//! | [`devtools`] | what only Chromium offers: emulated screens, its console, whole-page pictures |
//! | [`requests`] | what the page and its workers asked for, on whatever host |
//! | [`pointer`], [`keys`] | a digit drawn with mouse, finger or pen; the page used without any of them |
//! | [`looks`] | axe's rules and widths |
//! | [`files`] | the pictures to upload, and their pixels |
//!
//! Nothing here sleeps: a test waits for a state of the page, which is looked at whenever the page changes, and a
//! deadline ends what never comes.

pub mod devtools;
pub mod driver;
pub mod files;
pub mod keys;
pub mod looks;
pub mod page;
pub mod pointer;
pub mod requests;

use std::{
    env,
    panic::{AssertUnwindSafe, resume_unwind},
    path::PathBuf,
    time::Duration,
};

use anyhow::{Context, Result};
use futures_util::FutureExt;
use xtask::{serve::Server, test::SITE, workspace::at};

use driver::Driver;
use page::Page;

/// How long a state of the page may take to come, however busy the machine is.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// The folder with the page: the release where `cargo xtask test` says so, else `www` as `cargo xtask build` leaves it.
pub fn site() -> PathBuf {
    env::var_os(SITE).map_or_else(|| at("www"), |folder| at("").join(folder))
}

/// Runs a test on a page of its own: a browser without a past, on a server without another visitor. The test runner has
/// as many tests at once as there are cores: a browser alone leaves half a core of two idle.
///
/// Whatever the test does, the page must not complain in the console, and must ask for nothing but files of this site
/// that are there. They are returned, as paths from the site's root, in the order in which they were asked for.
///
/// # Errors
/// What the test returned, or what the page was caught at.
pub fn visit(test: impl AsyncFnOnce(&Page) -> Result<()>) -> Result<Vec<PathBuf>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let log = files::made("net-log.json", &[])?;
    let server = Server::start(site(), 0)?;
    let driver = Driver::start()?;
    let outcome = runtime.block_on(async {
        let page = Page::new(driver.session(&log).await?, server.url());
        let outcome = AssertUnwindSafe(test(&page)).catch_unwind().await;
        let quiet = page.is_quiet().await;
        // The session ends here, and the browser with it; the driver after it, by its handle.
        page.close().await.context("the browser does not end")?;
        anyhow::Ok(outcome.map(|passed| passed.and(quiet)))
    })?;
    drop(driver);
    let asked = requests::read(&log);
    outcome.unwrap_or_else(|panic| resume_unwind(panic))?;
    requests::files(&asked?, &server.url())
}
