//! `test`: everything that must pass, in steps that are announced; the first that fails ends it.

mod cores;
mod package;
mod programs;
mod tally;
mod types;
mod work;

use std::{cell::OnceCell, env, path::PathBuf, process::Command, time::Instant};

use anyhow::{Context, Result};
use clap::Args;

use crate::{
    bench,
    build::{Ahead, compiles_by_fallback},
    dist::dist,
    process::run,
    setup::{Browser, Compiler, CompilerArgs, CompilerChoice, NpmTools},
    tidy,
    workspace::{at, root},
};
use programs::Package;
use tally::Tally;

/// Names a folder with the data sets; with it, the shipped networks are evaluated on more than ships.
const DATA: &str = "DEEP_END_DATA";

/// The networks that ship, and the pooling of each.
const SHIPPED: [(&str, &str); 7] = [
    ("digits", "max"),
    ("digits", "average"),
    ("objects", "max"),
    ("objects", "average"),
    ("objects", "blur"),
    ("words", "max"),
    ("words", "average"),
];

/// What is evaluated on the data sets: name, pooling, the data's folder, and what it has to reach, in percent.
const WITH_DATA: [(&str, &str, &str, &[&str]); 6] = [
    ("digits", "max", "mnist", &["--at-least", "99.4"]),
    ("objects", "max", "cifar10", &["--every", "10"]),
    ("objects", "average", "cifar10", &["--every", "10"]),
    ("objects", "blur", "cifar10", &["--every", "10"]),
    ("words", "max", "text", &["--at-least", "75"]),
    ("words", "average", "text", &[]),
];

/// Tells the browser tests which folder holds the page.
pub const SITE: &str = "DEEP_END_SITE";

/// A step's name and what it does; it returns how many checks passed in it, 1 where it does not count them.
type Step<'a> = (&'static str, Box<dyn Fn() -> Result<Tally> + 'a>);

/// What `test` takes.
#[derive(Args)]
pub struct TestArgs {
    #[command(flatten)]
    compiler: CompilerArgs,
    /// Compile the core with Debian's compiler too
    #[arg(long)]
    fallback: bool,
}

/// `cargo xtask test`.
pub fn command(args: TestArgs) -> Result<()> {
    let mut total = Tally::default();
    let result = all(args, &mut total);
    if let Err(error) = &result {
        println!("\nFAILED: {error:#}");
    }
    println!("\n{total}");
    result.context("the tests did not pass")
}

fn all(TestArgs { compiler, fallback }: TestArgs, total: &mut Tally) -> Result<()> {
    println!("== set-up");
    let (compiler, tools, browser) = match set_up(compiler, fallback) {
        Ok(ready) => ready,
        Err(error) => return total.add("set-up", Err(error)),
    };
    let fallback = fallback && compiler != Compiler::Debian;
    let _ahead = Ahead::start(compiler, fallback);
    let programs = OnceCell::new();
    let mut steps = steps(compiler, &tools, &browser, &programs);
    if fallback {
        steps.push(("the fallback's compiler", once(compiles_by_fallback)));
    }
    for (name, step) in steps {
        println!("\n== {name}");
        let start = Instant::now();
        total.add(name, step())?;
        println!("-- {name}: {} s", start.elapsed().as_secs());
    }
    Ok(())
}

/// One after the other, since the system's packages are installed by one command at a time.
fn set_up(compiler: CompilerArgs, fallback: bool) -> Result<(Compiler, NpmTools, Browser)> {
    if fallback {
        Compiler::set_up(CompilerArgs { compiler: Some(CompilerChoice::Debian) })?;
    }
    Ok((Compiler::set_up(compiler)?, NpmTools::set_up()?, Browser::set_up()?))
}

/// Quick checks first, and each before those that build on it.
fn steps<'a>(
    compiler: Compiler,
    tools: &'a NpmTools,
    browser: &'a Browser,
    compiled: &'a OnceCell<Vec<(Package, PathBuf)>>,
) -> Vec<Step<'a>> {
    let programs = || compiled.get().map_or(&[][..], Vec::as_slice);
    let mut steps: Vec<Step> = vec![
        ("format", once(|| run(cargo("fmt").args(["--all", "--check"])))),
        ("invariants", once(tidy::command)),
        ("lints", once(|| run(cargo("clippy").args(["--workspace", "--all-targets", "--", "-D", "warnings"])))),
        ("test programs", once(|| compiled.set(programs::compiled()?).ok().context("they are compiled once"))),
        ("the core's tests", Box::new(move || programs::run(programs(), Package::Core, |_| ()))),
        ("the commands' tests", Box::new(move || programs::run(programs(), Package::Commands, |_| ()))),
        ("examples in the documentation", Box::new(programs::examples)),
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
        ("the page in a browser", Box::new(move || in_browser(programs(), tools, browser))),
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
    steps.push(("the shipped networks", once(evaluate)));
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
fn in_browser(programs: &[(Package, PathBuf)], tools: &NpmTools, browser: &Browser) -> Result<Tally> {
    programs::run(programs, Package::Browser, |tests| {
        browser.tell(tests).env("AXE", tools.axe()).env(SITE, at("dist/site"));
    })
}

/// The folder with the data sets, if the variable names one; relative to the repository's root.
fn data() -> Option<PathBuf> {
    let folder = root().join(env::var_os(DATA)?);
    folder.is_dir().then_some(folder)
}

/// Every kind of network that ships, natively and in WebAssembly: on the few test samples that ship; and, where the data
/// sets are there, digits on all of their test images, words on all sentences, objects on a tenth of theirs, which take
/// longest.
fn evaluate() -> Result<()> {
    for (name, pooling) in SHIPPED {
        run(evaluation(name, pooling)?.arg("--wasm"))?;
    }
    let Some(data) = data() else { return Ok(()) };
    for (name, pooling, folder, rest) in WITH_DATA {
        let folder = data.join(folder);
        if folder.is_dir() {
            run(evaluation(name, pooling)?.arg("--wasm").args(rest).arg("--data").arg(folder))?;
        }
    }
    Ok(())
}

fn evaluation(name: &str, pooling: &str) -> Result<Command> {
    let mut this = Command::new(env::current_exe()?);
    this.current_dir(at("")).args(["evaluate", name, "--pooling", pooling]);
    Ok(this)
}
