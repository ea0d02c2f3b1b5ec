//! Files that a reader can hold in mind.

use super::{Complaints, sources::Sources};

const RUST: usize = 450;
const JAVASCRIPT: usize = 250;

/// Rust is counted without its test modules, which list cases.
pub fn files_are_short(sources: &Sources) -> Complaints {
    let long = sources.all().filter_map(|(path, text)| {
        let (lines, limit) = match path.rsplit_once('.')?.1 {
            "rs" => (without_tests(text), RUST),
            "js" | "mjs" => (text.lines().count(), JAVASCRIPT),
            _ => return None,
        };
        (lines > limit).then(|| format!("{path}: {lines} lines, over the limit of {limit}"))
    });
    long.collect()
}

/// Lines outside modules that are compiled for tests only: from the attribute to the brace in the same column.
fn without_tests(text: &str) -> usize {
    let (mut count, mut lines) = (0, text.lines().peekable());
    while let Some(line) = lines.next() {
        let module = |next: &&str| next.trim_start().starts_with("mod ") && next.ends_with('{');
        if line.trim() == "#[cfg(test)]" && lines.peek().is_some_and(module) {
            let indent = line.len() - line.trim_start().len();
            let end = format!("{}}}", " ".repeat(indent));
            lines.by_ref().find(|line| *line == end);
        } else {
            count += 1;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_found() {
        let long = "let x;\n".repeat(RUST + 1);
        let tests =
            format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", "let x;\n".repeat(RUST), "    let x;\n".repeat(900));
        let sources = Sources::of(&[
            ("a.rs", long.as_str()),
            ("b.rs", tests.as_str()),
            ("c.js", long.as_str()),
            ("d.md", long.as_str()),
        ]);
        assert_eq!(
            files_are_short(&sources),
            ["a.rs: 451 lines, over the limit of 450", "c.js: 451 lines, over the limit of 250"]
        );
    }

    #[test]
    fn code_after_the_tests_counts() {
        assert_eq!(without_tests("a\n#[cfg(test)]\nmod tests {\n    b\n}\nc\n"), 2);
        assert_eq!(without_tests("#[cfg(test)]\nmod twin;\nc\n"), 3);
    }
}
