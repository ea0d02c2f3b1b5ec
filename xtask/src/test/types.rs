//! The types that the core shows to JavaScript, against the golden files: a change of the surface must be meant.

use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::{build::MODULES, workspace::at};

const BLESS: &str = "DEEP_END_BLESS";

/// Compares, or rewrites the golden files where the variable `DEEP_END_BLESS` is 1.
pub fn compare() -> Result<()> {
    MODULES.into_iter().try_for_each(compare_module)
}

fn compare_module(module: &str) -> Result<()> {
    let (made, golden) = (format!("www/pkg/{module}.d.ts"), format!("tests/golden/{module}.d.ts"));
    let read = |file: &str| fs::read_to_string(at(file)).with_context(|| format!("{file} cannot be read"));
    let made = read(&made)?;
    let made = surface(&made)?;
    if env::var_os(BLESS).is_some_and(|value| value == "1") {
        fs::write(at(&golden), made)?;
        println!("Wrote {golden}.");
        return Ok(());
    }
    match difference(&read(&golden)?, made) {
        None => Ok(()),
        Some(text) => bail!("the types differ from {golden}; if that is meant, {BLESS}=1 rewrites it\n{text}"),
    }
}

/// The part for those who call the core. What follows it lists a module's raw exports, whose names vary with the compiler.
fn surface(types: &str) -> Result<&str> {
    let end =
        types.find("export type InitInput").context("the types have no InitInput: is it still wasm-bindgen's?")?;
    Ok(&types[..end])
}

/// The first line that is not the same, from both.
fn difference(golden: &str, made: &str) -> Option<String> {
    let (mut golden, mut made) = (golden.lines(), made.lines());
    for line in 1.. {
        let (old, new) = (golden.next(), made.next());
        if old.is_none() && new.is_none() {
            break;
        }
        if old != new {
            let shown = |line: Option<&str>| line.unwrap_or("(the end)").to_owned();
            return Some(format!("line {line}\n  golden: {}\n  made:   {}", shown(old), shown(new)));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_an_added_and_a_missing_line_are_found() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
        assert!(difference("a\nb", "a\nc").unwrap().contains("line 2\n  golden: b\n  made:   c"));
        assert!(difference("a", "a\nb").unwrap().contains("golden: (the end)"));
        assert!(difference("a\nb", "a").unwrap().contains("made:   (the end)"));
    }

    #[test]
    fn raw_exports_do_not_count() {
        assert_eq!(
            surface("export function pool(): void;\nexport type InitInput = x;").unwrap(),
            "export function pool(): void;\n"
        );
        assert!(surface("export {}").is_err());
    }
}
