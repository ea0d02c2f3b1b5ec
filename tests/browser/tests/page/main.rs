//! The page in a real Chromium, as a visitor uses it. Each test has a browser and a server of its own; what holds in
//! all of them (a quiet console, no request but for files of the site) is checked by [`browser_tests::visit`].

mod digit;
mod keyboard;
mod layer;
mod link;
mod looks;
mod photograph;
mod refusals;
mod requests;
mod turns;
