//! `tidy`: the invariants of the house, read from its source. Each rule is a function from the files to complaints.

mod page;
mod rust;
mod size;
mod sources;
mod text;

use anyhow::{Result, bail};

use crate::workspace::root;
use sources::Sources;

/// A rule's verdict: one line a violation, beginning with the place.
type Complaints = Vec<String>;

/// What a rule says, and the function that checks it.
type Rule = (&'static str, fn(&Sources) -> Complaints);

const RULES: [Rule; 10] = [
    ("geometry has no floats", rust::geometry_has_no_floats),
    ("only src/js names the bindings", rust::only_js_names_the_bindings),
    ("unsafe is in src/kernel and src/js alone, each with its reason", rust::unsafe_is_explained),
    ("every method is named in the conformance, family or gradient tests", rust::methods_are_tested),
    ("every kernel has a property test that names its plain twin", rust::kernels_have_twins),
    ("only the entries of www/lib import the core, and only the workers import these", page::one_way_to_the_core),
    ("the page reads no picture cell by cell: it computes no pooling", page::no_arithmetic_on_pictures),
    ("no path of a machine in a text file", text::no_machine_paths),
    ("no registry's address in a text file", text::no_registries),
    ("files are short", size::files_are_short),
];

/// `cargo xtask tidy`.
pub fn command() -> Result<()> {
    let sources = Sources::read(root())?;
    let mut broken = 0;
    for (rule, check) in RULES {
        let complaints = check(&sources);
        println!("{} {rule}", if complaints.is_empty() { "kept:  " } else { "BROKEN:" });
        complaints.iter().for_each(|complaint| println!("    {complaint}"));
        broken += usize::from(!complaints.is_empty());
    }
    if broken == 0 { Ok(()) } else { bail!("{broken} of {} rules are broken", RULES.len()) }
}
