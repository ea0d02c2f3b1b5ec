//! The types that the core shows to JavaScript, against the golden file: a change of the surface must be meant.

use std::{env, fs};

use anyhow::{Context, Result, bail};

use crate::workspace::at;

const GOLDEN: &str = "tests/golden/deep_end.d.ts";
const BLESS: &str = "DEEP_END_BLESS";

/// Compares, or rewrites the golden file where the variable `DEEP_END_BLESS` is 1.
pub fn compare() -> Result<()> {
    let made = fs::read_to_string(at("www/pkg/deep_end.d.ts")).context("www/pkg/deep_end.d.ts cannot be read")?;
    let made = surface(&made)?;
    if env::var_os(BLESS).is_some_and(|value| value == "1") {
        fs::write(at(GOLDEN), made)?;
        println!("Wrote {GOLDEN}.");
        return Ok(());
    }
    let golden = fs::read_to_string(at(GOLDEN)).with_context(|| format!("{GOLDEN} cannot be read"))?;
    match difference(&golden, made) {
        None => Ok(()),
        Some(text) => bail!("the types differ from {GOLDEN}; if that is meant, {BLESS}=1 rewrites it\n{text}"),
    }
}

/// The part for those who call the core. What follows it lists the module's raw exports, whose names vary with the compiler.
fn surface(types: &str) -> Result<&str> {
    let end =
        types.find("export type InitInput").context("deep_end.d.ts has no InitInput: is it still wasm-bindgen's?")?;
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
