//! Debian's packages.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, bail};

use crate::process::{output, run, succeeds};

/// Whether this machine has Debian's package tools.
pub fn exists() -> bool {
    Path::new("/usr/bin/apt-get").exists() && Path::new("/usr/bin/dpkg-query").exists()
}

/// The command that installs the packages, for a person to type.
pub fn advice(packages: &[&str]) -> String {
    format!("sudo apt-get install --no-install-recommends {}", packages.join(" "))
}

/// Installs those of the packages that are missing: as root, or where sudo asks for no password. `why` is said first.
pub fn install(packages: &[&str], why: &str) -> Result<()> {
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("Installing Debian packages, {why}: {}", missing.join(" "));
    if !root() && !succeeds(Command::new("sudo").args(["-n", "true"])) {
        bail!("installing packages takes root, and sudo asks for a password here; run `{}`", advice(&missing));
    }
    run(&mut apt_get(&["update", "--quiet"]))?;
    // `--no-remove`: rustc-web excludes Debian's own rustc and rustup packages, which are not ours to take away.
    run(apt_get(&["install", "--yes", "--quiet", "--no-install-recommends", "--no-remove"]).args(&missing))
        .with_context(|| format!("apt-get could not do it; try `{}` and read what it says", advice(&missing)))
}

fn installed(package: &str) -> bool {
    output(Command::new("dpkg-query").args(["--show", "--showformat=${db:Status-Status}", package]))
        .is_ok_and(|status| status == "installed")
}

fn apt_get(arguments: &[&str]) -> Command {
    let mut command = Command::new(if root() { "apt-get" } else { "sudo" });
    if root() {
        command.env("DEBIAN_FRONTEND", "noninteractive");
    } else {
        command.args(["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    }
    command.args(arguments);
    command
}

fn root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
