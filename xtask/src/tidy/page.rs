//! Rules about the page: the core computes, the page shows.

use super::{Complaints, sources::Sources};

/// What starts a module of the core, and the generated module.
const ENTRIES: [(&str, &str); 5] = [
    ("www/lib/core.js", "pkg/deep_end.js"),
    ("www/lib/networks.js", "pkg/networks.js"),
    ("www/lib/training.js", "pkg/training.js"),
    ("www/lib/network/core.js", "pkg/inside.js"),
    ("www/lib/playground/core.js", "pkg/playground.js"),
];

/// Who may start a core: the workers, which keep long work away from the page.
const STARTERS: [&str; 8] = [
    "www/lib/worker.js",
    "www/lib/recogniser.js",
    "www/lib/training/worker.js",
    "www/lib/training/reader.js",
    "www/lib/network/worker.js",
    "www/lib/sentences/worker.js",
    "www/lib/playground/worker.js",
    "www/lib/playground/takeaway-worker.js",
];

/// Data flows one way: page, worker, core.
pub fn one_way_to_the_core(sources: &Sources) -> Complaints {
    let needed = ENTRIES.iter().map(|(entry, _)| entry).chain(&STARTERS);
    let mut complaints: Complaints = needed.filter_map(|file| sources.lacks(file, "")).collect();
    for (path, line, code) in code_lines(sources) {
        for (entry, generated) in ENTRIES {
            if names_file(code, generated) {
                let alone = format!("{path}:{line}: imports the generated module; {entry} alone does");
                complaints.extend((path != entry).then_some(alone));
            } else if !STARTERS.contains(&path) && names_file(code, entry.trim_start_matches("www/lib/")) {
                complaints.push(format!("{path}:{line}: imports {entry}; only {} may", STARTERS.join(", ")));
            }
        }
    }
    complaints
}

/// Pooling reads cells by their index. A page that never indexes a picture's numbers cannot pool them.
pub fn no_arithmetic_on_pictures(sources: &Sources) -> Complaints {
    let indexed = code_lines(sources).filter(|(_, _, code)| code.contains(".data["));
    let mut complaints = Vec::from_iter(sources.lacks("www/", ".js"));
    complaints.extend(
        indexed.map(|(path, line, _)| format!("{path}:{line}: reads a picture cell by cell; the core does that")),
    );
    complaints
}

/// Every line of the page's scripts, in modules and in HTML, that is not a comment.
fn code_lines(sources: &Sources) -> impl Iterator<Item = (&str, usize, &str)> {
    let files = sources.within("www/", "").filter(|(path, _)| path.ends_with(".js") || path.ends_with(".html"));
    let lines = files.flat_map(|(path, text)| text.lines().enumerate().map(move |(at, line)| (path, at + 1, line)));
    lines.filter(|(_, _, line)| !["//", "/*", "*", "<!--"].iter().any(|start| line.trim_start().starts_with(start)))
}

/// Whether a string of the line is a path to the file; a type's `import("…")` in a JSDoc comment is none of these lines.
fn names_file(code: &str, file: &str) -> bool {
    ['"', '\'', '`']
        .iter()
        .any(|quote| code.contains(&format!("/{file}{quote}")) || code.contains(&format!("{quote}{file}{quote}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [(&str, &str); 13] = [
        ("www/lib/core.js", r#"import start from "../pkg/deep_end.js";"#),
        ("www/lib/networks.js", r#"import start from "../pkg/networks.js";"#),
        ("www/lib/network/core.js", r#"import start from "../../pkg/inside.js";"#),
        ("www/lib/network/worker.js", r#"import init from "./core.js";"#),
        ("www/lib/sentences/worker.js", r#"import init from "../network/core.js";"#),
        ("www/lib/worker.js", r#"import init from "./core.js";"#),
        ("www/lib/recogniser.js", r#"import { Network } from "./networks.js";"#),
        ("www/lib/playground/core.js", r#"import start from "../../pkg/playground.js";"#),
        ("www/lib/playground/worker.js", r#"import init from "./core.js";"#),
        ("www/lib/playground/takeaway-worker.js", r#"import init from "./core.js";"#),
        ("www/lib/training.js", r#"import start from "../pkg/training.js";"#),
        ("www/lib/training/worker.js", r#"import { Training } from "../training.js";"#),
        ("www/lib/training/reader.js", r#"import { Network } from "../networks.js";"#),
    ];

    fn with(files: &[(&str, &str)]) -> Sources {
        Sources::of(&[&GOOD[..], files].concat())
    }

    #[test]
    fn a_second_way_to_the_core_is_found() {
        let check = |text: &str| one_way_to_the_core(&with(&[("www/elements/photo.js", text)]));
        assert_eq!(check(r#"/** @typedef {import("../lib/core.js").Network} Network */"#), [""; 0]);
        assert_eq!(check("const score = 'hardcore.js';"), [""; 0]);
        for bad in [
            r#"import init from "../lib/core.js";"#,
            r#"import { Network } from "../lib/networks.js";"#,
            "await import('../pkg/deep_end.js')",
            "await import('../pkg/networks.js')",
            "await import('../../pkg/playground.js')",
            r#"import { Training } from "../lib/training.js";"#,
        ] {
            assert_eq!(check(bad).len(), 1, "{bad}");
        }
        let page = with(&[("www/index.html", "<script type=module>import '/lib/core.js'</script>")]);
        assert!(one_way_to_the_core(&page)[0].starts_with("www/index.html:1:"));
        assert_eq!(one_way_to_the_core(&Sources::default()).len(), ENTRIES.len() + STARTERS.len());
    }

    #[test]
    fn arithmetic_on_pictures_is_found() {
        let check = |text: &str| no_arithmetic_on_pictures(&with(&[("www/elements/photo.js", text)]));
        assert_eq!(check("context.putImageData(image, 0, 0); // image.data"), [""; 0]);
        assert_eq!(check("let most = 0;\nmost = Math.max(most, image.data[at]);").len(), 1);
        assert_eq!(no_arithmetic_on_pictures(&Sources::default()).len(), 1);
    }
}
