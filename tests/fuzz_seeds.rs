//! Replays the fuzz targets' kept seeds, each of which reached something that no other did: `fuzz/README.md`.

#[path = "../fuzz/targets/mod.rs"]
mod targets;

use std::{fs, path::Path};

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let seeds = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut replayed = 0;
    for seed in seeds {
        let path = seed.unwrap().path();
        // Said first: a panic names the assertion, not the file.
        println!("{}", path.display());
        run(&fs::read(path).unwrap());
        replayed += 1;
    }
    assert!(replayed > 0, "{} has no seeds", folder.display());
}

#[test]
fn layer() {
    replay("layer", targets::layer::run);
}

#[test]
fn options() {
    replay("options", targets::options::run);
}

#[test]
fn npy() {
    replay("npy", targets::npy::run);
}

#[test]
fn network() {
    replay("network", targets::network::run);
}

#[test]
fn families() {
    replay("families", targets::families::run);
}

#[test]
fn dialect() {
    replay("dialect", targets::dialect::run);
}
