//! Rules about the Rust source, on its tokens: comments and strings cannot break them, nor keep them.

use proc_macro2::{TokenStream, TokenTree};

use super::{Complaints, sources::Sources};

const BINDINGS: [&str; 5] = ["wasm_bindgen", "wasm_bindgen_futures", "js_sys", "web_sys", "serde_wasm_bindgen"];

/// What src/pool and its families have beside methods: what they share.
const NOT_METHODS: [&str; 13] = [
    "arithmetic",
    "element",
    "exponentials",
    "lanes",
    "method",
    "mod",
    "options",
    "order",
    "described",
    "prepared",
    "probe",
    "shapes",
    "walk",
];

/// What src/kernel has beside its kernels: the trait, and the plain twins that exist to hold kernels equal.
const NOT_KERNELS: [&str; 2] = ["mod", "direct"];
const TWINS: [&str; 1] = ["direct"];

/// Sizes, strides and positions are integers, all the way.
pub fn geometry_has_no_floats(sources: &Sources) -> Complaints {
    let mut complaints = Vec::from_iter(sources.lacks("src/geometry/", ".rs"));
    for (path, text) in sources.within("src/geometry/", ".rs") {
        complaints.extend(each_token(path, text, |token| match token {
            TokenTree::Ident(name) => (name == "f32" || name == "f64").then(|| format!("names {name}")),
            TokenTree::Literal(number) => is_float(&number.to_string()).then(|| format!("has the float {number}")),
            _ => None,
        }));
    }
    complaints
}

/// The rest of the crate is Rust that knows nothing of JavaScript.
pub fn only_js_names_the_bindings(sources: &Sources) -> Complaints {
    let mut complaints = Vec::from_iter(sources.lacks("src/js/", ".rs"));
    // A module of its own, which no page loads, has bindings of its own.
    let other = |path: &str| !["src/js/", "benches/training/"].iter().any(|folder| path.starts_with(folder));
    for (path, text) in sources.within("", ".rs").filter(|(path, _)| other(path)) {
        complaints.extend(each_token(path, text, |token| match token {
            TokenTree::Ident(name) if BINDINGS.iter().any(|binding| name == binding) => Some(format!("names {name}")),
            _ => None,
        }));
    }
    complaints
}

/// Unsafe code may be where speed or the bindings ask for it, and says why it is sound.
pub fn unsafe_is_explained(sources: &Sources) -> Complaints {
    let mut complaints = Vec::new();
    for (path, text) in sources.within("", ".rs") {
        let allowed = path.starts_with("src/kernel/") || path.starts_with("src/js/");
        for line in unsafe_lines(path, text, &mut complaints) {
            if !allowed {
                complaints.push(format!("{path}:{line}: unsafe outside src/kernel and src/js"));
            } else if !explained(text, line) {
                complaints.push(format!("{path}:{line}: unsafe without a SAFETY comment above it"));
            }
        }
    }
    complaints
}

/// A method that nothing compares with PyTorch, and whose gradient nothing checks, is a claim.
pub fn methods_are_tested(sources: &Sources) -> Complaints {
    let stem = |path: &str| path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
    let files = sources.within("src/pool/", ".rs").map(|(path, _)| (path, stem(path)));
    let methods: Vec<_> = files.filter(|(_, stem)| !NOT_METHODS.contains(&stem.as_str())).collect();
    let mut complaints =
        Vec::from_iter(methods.is_empty().then(|| "src/pool/: there is no method to check".to_owned()));
    let tests: Vec<&str> = ["tests/conformance", "tests/families", "tests/gradients"]
        .iter()
        .flat_map(|start| sources.within(start, ".rs"))
        .map(|(_, text)| text)
        .collect();
    for (path, method) in methods {
        if !tests.iter().any(|text| names_method(text, &method)) {
            complaints.push(format!("{path}: no test in tests/conformance, families or gradients names {method}"));
        }
    }
    complaints
}

/// A fast loop is as right as the plain one it was compared with.
pub fn kernels_have_twins(sources: &Sources) -> Complaints {
    let kernels = stems(sources, "src/kernel/", &NOT_KERNELS);
    let mut complaints =
        Vec::from_iter(kernels.is_empty().then(|| "src/kernel/: there is no kernel to check".to_owned()));
    let tests: Vec<(&str, Vec<String>)> = ["src/kernel/", "tests/properties"]
        .iter()
        .flat_map(|start| sources.within(start, ".rs"))
        .map(|(path, text)| (path, identifiers(path, text).unwrap_or_default()))
        .filter(|(_, names)| has(names, "proptest") && TWINS.iter().any(|twin| has(names, twin)))
        .collect();
    for (path, kernel) in kernels {
        if !tests.iter().any(|(test, names)| *test == path || has(names, kernel)) {
            let twins = TWINS.join(", ");
            complaints.push(format!("{path}: no property test compares {kernel} with one of its twins, {twins}"));
        }
    }
    complaints
}

fn has(names: &[String], wanted: &str) -> bool {
    names.iter().any(|name| name == wanted)
}

/// The modules directly in a folder, without those that are something else.
fn stems<'a>(sources: &'a Sources, folder: &'a str, others: &[&str]) -> Vec<(&'a str, &'a str)> {
    let files = sources.within(folder, ".rs").filter_map(|(path, _)| {
        let rest = &path[folder.len()..path.len() - ".rs".len()];
        Some((path, rest.split('/').next()?))
    });
    files.filter(|(_, stem)| !others.contains(stem)).collect()
}

/// Whether the text has the method's name as a word, or in a row of words: `log_sum_exp`, `LogSumExp`, `max_unpool`.
fn names_method(text: &str, method: &str) -> bool {
    let wanted: Vec<&str> = method.split('_').collect();
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.any(|word| parts(word).windows(wanted.len()).any(|parts| parts == wanted))
}

/// The words that a name in snake or camel case is made of, in lower case.
fn parts(name: &str) -> Vec<String> {
    let mut spaced = String::new();
    for (at, c) in name.char_indices() {
        let begins = c.is_uppercase() && name[..at].ends_with(|before: char| before.is_lowercase());
        spaced.extend(begins.then_some('_').into_iter().chain(c.to_lowercase()));
    }
    spaced.split('_').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn identifiers(path: &str, text: &str) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    let mut visit = |token: &TokenTree| {
        if let TokenTree::Ident(name) = token {
            names.push(name.to_string());
        }
    };
    walk(parse(path, text)?, &mut visit);
    Ok(names)
}

fn unsafe_lines(path: &str, text: &str, complaints: &mut Complaints) -> Vec<usize> {
    let mut lines = Vec::new();
    let mut visit = |token: &TokenTree| {
        if matches!(token, TokenTree::Ident(name) if name == "unsafe") {
            lines.push(token.span().start().line);
        }
    };
    match parse(path, text) {
        Ok(tokens) => walk(tokens, &mut visit),
        Err(complaint) => complaints.push(complaint),
    }
    lines
}

/// Whether the comment above the statement that line `line` (from 1) belongs to gives the reason.
fn explained(text: &str, line: usize) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_comment = |line: &str| line.starts_with("//");
    let before = &lines[..line - 1];
    // Back over the lines of the same statement, and over attributes.
    let statement =
        before.iter().rposition(|line| is_comment(line) || line.is_empty() || line.ends_with([';', '{', '}']));
    let Some(end) = statement.filter(|&at| is_comment(before[at])) else { return false };
    before[..=end]
        .iter()
        .rev()
        .take_while(|line| is_comment(line))
        .any(|line| line.contains("SAFETY: ") || line.contains("# Safety"))
}

/// Whether a number's literal has a point, an exponent or a float's suffix. The e of `0xe` and of `1usize` is neither.
fn is_float(literal: &str) -> bool {
    let decimal = literal.starts_with(|c: char| c.is_ascii_digit())
        && !["0x", "0b", "0o"].iter().any(|radix| literal.starts_with(radix));
    let number = literal.trim_end_matches("usize").trim_end_matches("isize");
    decimal && (number.contains(['.', 'e', 'E']) || number.ends_with("f32") || number.ends_with("f64"))
}

fn each_token(path: &str, text: &str, complain: impl Fn(&TokenTree) -> Option<String>) -> Complaints {
    let mut complaints = Vec::new();
    let mut visit = |token: &TokenTree| {
        if let Some(complaint) = complain(token) {
            complaints.push(format!("{path}:{}: {complaint}", token.span().start().line));
        }
    };
    match parse(path, text) {
        Ok(tokens) => walk(tokens, &mut visit),
        Err(complaint) => complaints.push(complaint),
    }
    complaints
}

fn parse(path: &str, text: &str) -> Result<TokenStream, String> {
    text.parse().map_err(|error| format!("{path}: it does not parse: {error}"))
}

fn walk(tokens: TokenStream, visit: &mut impl FnMut(&TokenTree)) {
    for token in tokens {
        visit(&token);
        if let TokenTree::Group(group) = token {
            walk(group.stream(), visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn geometry(text: &str) -> Complaints {
        geometry_has_no_floats(&Sources::of(&[("src/geometry/window.rs", text)]))
    }

    #[test]
    fn a_float_in_geometry_is_found() {
        for bad in ["fn f(x: f32) {}", "const X: u8 = 1.5 as u8;", "let x = 2e3;", "m!(1f64)"] {
            assert_eq!(geometry(&format!("\n{bad}")).len(), 1, "{bad}");
        }
        assert!(geometry("\nlet x = 2.5;")[0].starts_with("src/geometry/window.rs:2: has the float 2.5"));
        assert_eq!(
            geometry("// 1.5 of f32\nconst X: usize = 0xfe + 1_usize; fn f() { for i in 0..3 { s(\"1.5\") } }"),
            [""; 0]
        );
        assert!(geometry_has_no_floats(&Sources::default())[0].contains("there is none"));
    }

    #[test]
    fn a_binding_outside_js_is_found() {
        let sources = Sources::of(&[
            ("src/js/mod.rs", "use wasm_bindgen::prelude::*;"),
            ("src/pool/max.rs", "/// Not wasm_bindgen.\nuse js_sys::Array;"),
        ]);
        assert_eq!(only_js_names_the_bindings(&sources), ["src/pool/max.rs:2: names js_sys"]);
        assert!(only_js_names_the_bindings(&Sources::default())[0].starts_with("src/js/"));
    }

    #[test]
    fn unsafe_needs_its_place_and_its_reason() {
        let complaints = |path: &str, text: &str| unsafe_is_explained(&Sources::of(&[(path, text)]));
        let bare = "fn f() {\n    unsafe { g() }\n}";
        assert!(complaints("src/pool/max.rs", bare)[0].contains("src/pool/max.rs:2: unsafe outside"));
        assert!(complaints("src/kernel/lanes.rs", bare)[0].contains("without a SAFETY comment"));
        for good in [
            "fn f() {\n    // SAFETY: the slice has\n    // four cells.\n    let x =\n        unsafe { g() };\n}",
            "/// Reads.\n///\n/// # Safety\n/// In bounds.\n#[inline]\nunsafe fn f() {}",
            "// unsafe\nconst X: &str = \"unsafe\";",
        ] {
            assert_eq!(complaints("src/kernel/lanes.rs", good), [""; 0], "{good}");
        }
        let far = "// SAFETY: of another line.\nlet x = 1;\nunsafe { g() }";
        assert_eq!(complaints("src/js/mod.rs", far).len(), 1);
        assert!(complaints("src/a.rs", "fn f( {")[0].contains("does not parse"));
    }

    #[test]
    fn an_untested_method_is_found() {
        let pool = [
            ("src/pool/mod.rs", ""),
            ("src/pool/windowed/mod.rs", ""),
            ("src/pool/windowed/walk.rs", ""),
            ("src/pool/windowed/max.rs", ""),
            ("src/pool/windowed/log_sum_exp.rs", ""),
        ];
        let with =
            |test: &str| methods_are_tested(&Sources::of(&[&pool[..], &[("tests/conformance.rs", test)]].concat()));
        assert_eq!(with("Pooling::LogSumExp; Pooling::Max"), [""; 0]);
        assert_eq!(with("log_sum_exp(); max_unpool()"), [""; 0]);
        assert_eq!(with("Pooling::LogSumExp; maximum; climax").len(), 1);
        assert_eq!(with("Max, Log, SumExp, logsumexp").len(), 1);
        assert!(with("max")[0].starts_with("src/pool/windowed/log_sum_exp.rs"));
        let up = Sources::of(&[("src/pool/up/nearest.rs", ""), ("tests/families/nearest.rs", "upsample_nearest()")]);
        assert_eq!(methods_are_tested(&up), [""; 0]);
        assert_eq!(methods_are_tested(&Sources::default()).len(), 1);
    }

    #[test]
    fn a_kernel_without_its_twin_is_found() {
        let with = |kernel: &str, test: &str| {
            let files = [("src/kernel/mod.rs", ""), ("src/kernel/direct.rs", ""), ("src/kernel/fast.rs", kernel)];
            kernels_have_twins(&Sources::of(&[&files[..], &[("tests/properties/main.rs", test)]].concat()))
        };
        assert_eq!(with("proptest! { fn f() { direct::reduce() } }", ""), [""; 0]);
        assert_eq!(with("", "proptest! { fn f() { fast::reduce() == direct::reduce() } }"), [""; 0]);
        assert_eq!(with("// proptest direct", "proptest! { fn f() { direct::reduce() } }").len(), 1);
        assert_eq!(with("proptest! { fn f() {} }", "").len(), 1);
        assert_eq!(kernels_have_twins(&Sources::default()).len(), 1);
    }
}
