//! `test`: everything that must pass, in steps that are announced; the first that fails ends it.

mod cores;
mod package;
mod tally;
mod types;
mod work;

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{
    bench,
    build::Ahead,
    dist::dist,
    process::run,
    setup::{Browser, Compiler, CompilerArgs, NpmTools},
    tidy,
    workspace::{at, root},
};
use tally::{Tally, tested};

/// What the digits network has to reach on MNIST's test images, in percent.
const DIGITS_AT_LEAST: &str = "99.4";

/// Names a folder with the data sets; with its `mnist`, the shipped network is evaluated too.
const DATA: &str = "DEEP_END_DATA";

/// Tells the browser tests which folder holds the page.
pub const SITE: &str = "DEEP_END_SITE";

/// A step's name and what it does; it returns how many checks passed in it, 1 where it does not count them.
type Step<'a> = (&'static str, Box<dyn Fn() -> Result<Tally> + 'a>);

/// `cargo xtask test`.
pub fn command(args: CompilerArgs) -> Result<()> {
    let mut total = Tally::default();
    let result = all(args, &mut total);
    if let Err(error) = &result {
        println!("\nFAILED: {error:#}");
    }
    println!("\n{total}");
    result.context("the tests did not pass")
}

fn all(args: CompilerArgs, total: &mut Tally) -> Result<()> {
    println!("== set-up");
    let (compiler, tools, browser) = match set_up(args) {
        Ok(ready) => ready,
        Err(error) => return total.add("set-up", Err(error)),
    };
    let _ahead = Ahead::start(compiler);
    for (name, step) in steps(compiler, &tools, &browser) {
        println!("\n== {name}");
        total.add(name, step())?;
    }
    Ok(())
}

fn set_up(args: CompilerArgs) -> Result<(Compiler, NpmTools, Browser)> {
    Ok((Compiler::set_up(args)?, NpmTools::set_up()?, Browser::set_up()?))
}

/// Quick checks first, and each before those that build on it.
fn steps<'a>(compiler: Compiler, tools: &'a NpmTools, browser: &'a Browser) -> Vec<Step<'a>> {
    let mut steps: Vec<Step> = vec![
        ("format", once(|| run(cargo("fmt").args(["--all", "--check"])))),
        ("invariants", once(tidy::command)),
        ("lints", once(|| run(cargo("clippy").args(["--workspace", "--all-targets", "--", "-D", "warnings"])))),
        ("the core's tests", Box::new(|| tested(cargo("test").args(["--package", "deep-end"])))),
        ("the commands' tests", Box::new(|| tested(cargo("test").args(["--package", "xtask"])))),
        ("documentation", once(document)),
        ("release", once(move || dist(compiler, tools))),
        ("types of the JavaScript surface", once(types::compare)),
        ("types of the page", once(|| run(tools.tsc().current_dir(root()).args(["--project", "www", "--noEmit"])))),
        ("the package in Node", Box::new(|| package::tested(tools))),
        ("what looks inside networks in Node", Box::new(|| cores::tested("inside", "network"))),
        ("the playground's core in Node", Box::new(|| cores::tested("playground", "playground"))),
        ("the kernels' work", Box::new(|| work::counted(tools))),
        (
            "types of the benches",
            once(|| run(tools.tsc_with_node().current_dir(root()).args(["--project", "benches"]))),
        ),
        ("the benches' rows", once(bench::quick)),
        ("the page in a browser", Box::new(|| in_browser(tools, browser))),
    ];
    // Debian packages no clippy for its compiler; the build itself refuses warnings there.
    if compiler == Compiler::Rustup {
        steps.insert(
            3,
            (
                "lints of the browser's part",
                once(move || run(compiler.cargo("clippy", &["deep-end"]).args(["--", "-D", "warnings"]))),
            ),
        );
    }
    if let Some(data) = data() {
        steps.push(("the shipped network", once(move || evaluate(&data))));
    }
    steps
}

fn once<'a>(step: impl Fn() -> Result<()> + 'a) -> Box<dyn Fn() -> Result<Tally> + 'a> {
    Box::new(move || step().map(|()| Tally::ONE))
}

fn cargo(verb: &str) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root()).arg(verb);
    command
}

fn document() -> Result<()> {
    let mut cargo = cargo("doc");
    run(cargo
        .args(["--no-deps", "--lib", "--package", "deep-end", "--package", "xtask"])
        .env("RUSTDOCFLAGS", "-D warnings"))
}

/// On the release, since that is what visitors get.
fn in_browser(tools: &NpmTools, browser: &Browser) -> Result<Tally> {
    let mut cargo = cargo("test");
    let tests = browser.tell(cargo.args(["--package", "browser-tests"]));
    tested(tests.env("AXE", tools.axe()).env(SITE, at("dist/site")))
}

/// The folder with `mnist`, if the variable names one; relative to the repository's root.
fn data() -> Option<PathBuf> {
    let folder = root().join(env::var_os(DATA)?).join("mnist");
    folder.is_dir().then_some(folder)
}

fn evaluate(data: &Path) -> Result<()> {
    let mut this = Command::new(env::current_exe()?);
    run(this
        .current_dir(at(""))
        .args(["evaluate", "digits", "--wasm", "--at-least", DIGITS_AT_LEAST, "--data"])
        .arg(data))
}
