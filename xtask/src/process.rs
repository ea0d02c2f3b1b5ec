//! Other programs: each is shown before it runs, and one that fails or is missing says what to do.

use std::{
    io::{self, BufRead, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, bail};

use crate::workspace::shown;

/// How to get a program that xtask starts but does not install itself.
const HINTS: [(&str, &str); 5] = [
    ("node", "install Node.js 20 or later: https://nodejs.org, or `apt-get install nodejs`"),
    ("npm", "install npm, which comes with Node.js: https://nodejs.org, or `apt-get install npm`"),
    ("rustup", "install it: https://rustup.rs"),
    ("apt-get", "it belongs to Debian and its relatives; elsewhere install the tool with the system's own packages"),
    ("sudo", "run the command as root"),
];

/// How often a command that may have to be ended is looked at.
const POLL: Duration = Duration::from_millis(50);

/// The command as it could be typed, with the environment that was set for it.
pub fn line(command: &Command) -> String {
    let variables = command
        .get_envs()
        .filter_map(|(name, value)| Some(format!("{}={}", name.to_string_lossy(), quoted(&value?.to_string_lossy()))));
    let program = std::path::Path::new(command.get_program());
    let words = command.get_args().map(|word| quoted(&shown(std::path::Path::new(word))));
    variables.chain([quoted(&shown(program))]).chain(words).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_=./:,@+".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.into() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// Shows the command, runs it and fails if it does.
pub fn run(command: &mut Command) -> Result<()> {
    announce(command);
    let status = spawn(command)?.wait().context("waiting for a command")?;
    succeeded(command, status)
}

/// As [`run`], but ends the command after `limit`, which is said beforehand.
pub fn run_within(command: &mut Command, limit: Duration) -> Result<()> {
    println!("$ {}   (given {} seconds)", line(command), limit.as_secs());
    let end = Instant::now() + limit;
    let mut child = spawn(command)?;
    loop {
        if let Some(status) = child.try_wait()? {
            return succeeded(command, status);
        }
        if Instant::now() >= end {
            child.kill()?;
            child.wait()?;
            bail!("`{}` was still running after {} seconds and was ended", line(command), limit.as_secs());
        }
        thread::sleep(POLL);
    }
}

/// What a quiet command prints on its standard output; it is an error if the command fails.
pub fn output(command: &mut Command) -> Result<String> {
    let text = line(command);
    let result = command.stdin(Stdio::null()).output().map_err(|error| cannot_start(command, &error))?;
    if !result.status.success() {
        bail!("`{text}` failed ({}): {}", result.status, String::from_utf8_lossy(&result.stderr).trim());
    }
    String::from_utf8(result.stdout).with_context(|| format!("`{text}` printed something that is not UTF-8"))
}

/// Whether a command can be started and succeeds; its output is dropped.
pub fn succeeds(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
}

/// Whether a command, of which nothing is shown, succeeds before `stop` is set; then it is ended.
pub fn finishes_quietly(command: &mut Command, stop: &AtomicBool) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = quiet.spawn() else { return false };
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) if !stop.load(Ordering::Relaxed) => thread::sleep(POLL),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return false;
            }
        }
    }
}

/// Shows and runs a command, and hands every line of its standard output to `each` while it runs.
pub fn run_lines(command: &mut Command, mut each: impl FnMut(&str)) -> Result<()> {
    announce(command);
    let mut child = spawn(command.stdout(Stdio::piped()))?;
    let out = child.stdout.take().context("a piped command has a standard output")?;
    for line in BufReader::new(out).lines() {
        each(&line?);
    }
    let status = child.wait()?;
    succeeded(command, status)
}

fn announce(command: &Command) {
    println!("$ {}", line(command));
}

fn spawn(command: &mut Command) -> Result<Child> {
    command.stdin(Stdio::null());
    command.spawn().map_err(|error| cannot_start(command, &error))
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() { Ok(()) } else { bail!("`{}` failed ({status})", line(command)) }
}

fn cannot_start(command: &Command, error: &io::Error) -> anyhow::Error {
    let program = command.get_program().to_string_lossy().into_owned();
    let hint = HINTS.iter().find(|(name, _)| *name == program).map(|(_, hint)| format!("; {hint}")).unwrap_or_default();
    match error.kind() {
        io::ErrorKind::NotFound => anyhow!("`{program}` is not on this machine{hint}"),
        _ => anyhow!("`{}` could not be started: {error}", line(command)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_failure_names_the_command_and_its_variables() {
        let error = run(shell("exit 3").env("WORD", "two words")).unwrap_err().to_string();
        assert!(error.contains("WORD='two words' sh -c 'exit 3'"), "{error}");
        assert!(error.contains("exit status: 3"), "{error}");
    }

    #[test]
    fn a_missing_program_is_named_with_its_remedy() {
        let mut command = Command::new("node");
        let error = cannot_start(command.arg("--version"), &io::ErrorKind::NotFound.into()).to_string();
        assert_eq!(error, format!("`node` is not on this machine; {}", HINTS[0].1));
        let error = run(&mut Command::new("no-such-program-anywhere")).unwrap_err().to_string();
        assert_eq!(error, "`no-such-program-anywhere` is not on this machine");
    }

    #[test]
    fn a_command_over_its_time_is_ended() {
        let error = run_within(&mut shell("exec sleep 60"), Duration::ZERO).unwrap_err().to_string();
        assert!(error.contains("was still running after 0 seconds"), "{error}");
        run_within(&mut shell("exit 0"), Duration::from_secs(60)).unwrap();
    }

    #[test]
    fn a_quiet_command_runs_to_its_end_or_until_it_is_stopped() {
        let going = AtomicBool::new(false);
        assert!(finishes_quietly(&mut shell("exit 0"), &going));
        assert!(!finishes_quietly(&mut shell("exit 1"), &going));
        assert!(!finishes_quietly(&mut Command::new("no-such-program-anywhere"), &going));
        assert!(!finishes_quietly(&mut shell("exec sleep 600"), &AtomicBool::new(true)));
    }

    #[test]
    fn lines_and_output_arrive_whole() {
        let mut lines = Vec::new();
        run_lines(&mut shell("echo one; echo two"), |line| lines.push(line.to_owned())).unwrap();
        assert_eq!(lines, ["one", "two"]);
        assert_eq!(output(&mut shell("printf 'a b'")).unwrap(), "a b");
        assert!(output(&mut shell("echo why >&2; false")).unwrap_err().to_string().contains("why"));
        assert!(!succeeds(&mut shell("false")) && succeeds(&mut shell("true")));
    }
}
