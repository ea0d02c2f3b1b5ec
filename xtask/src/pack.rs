//! `pack`: the images that the training page fetches, made small.
//!
//! A visitor waits for them, and they are nothing but greys and a background: 16 greys in place of 256 take off 40 % of
//! what deflate leaves. The file is one zlib stream, which every browser can unpack (`DecompressionStream`, RFC 1950), of
//! the classes of the training images, those of the test images, and then the pixels of both in the same order, a byte
//! each. No picture format: what a browser's canvas gives back of one may differ from browser to browser.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use clap::Args;
use deep_end::io::idx::{Part, read_mnist};
use flate2::{Compression, write::ZlibEncoder};
use xtask::workspace::{at, shown};

/// Where the file ships.
const FILE: &str = "www/data/mnist.bin";

/// How many images of each part are taken: the first ones, in the order of MNIST's files.
const TAKEN: [(Part, usize); 2] = [(Part::Train, 10_000), (Part::Test, 2_000)];

/// From one grey to the next.
const STEP: u16 = 17;

/// What `pack` takes.
#[derive(Args)]
pub struct PackArgs {
    /// The folder with MNIST's four files
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Where to write the images; by default where they ship
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl PackArgs {
    /// Runs the command.
    pub fn run(self) -> Result<()> {
        let path = self.out.unwrap_or_else(|| at(FILE));
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
        packer.write_all(&unpacked(&self.data)?)?;
        let bytes = packer.finish()?;
        fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
        fs::write(&path, &bytes).with_context(|| format!("{} cannot be written", shown(&path)))?;
        println!("{}: {} bytes", shown(&path), bytes.len());
        Ok(())
    }
}

/// Classes, then pixels in 16 greys.
fn unpacked(data: &Path) -> Result<Vec<u8>> {
    let (mut labels, mut pixels) = (Vec::new(), Vec::new());
    for (part, count) in TAKEN {
        let all = read_mnist(data, part)?;
        let rest = all.len().checked_sub(count).with_context(|| format!("{part:?} has only {} images", all.len()))?;
        let (taken, _) = all.split(rest)?;
        labels.extend_from_slice(taken.labels());
        pixels.extend(taken.images().iter().map(|grey| nearest(*grey)));
    }
    labels.append(&mut pixels);
    Ok(labels)
}

/// The nearest of 16 greys.
fn nearest(grey: u8) -> u8 {
    ((u16::from(grey) + STEP / 2) / STEP * STEP) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::ZlibDecoder;
    use std::{env, io::Read};

    fn shipped() -> (usize, Vec<u8>) {
        let bytes = fs::read(at(FILE)).unwrap();
        let mut unpacked = Vec::new();
        ZlibDecoder::new(bytes.as_slice()).read_to_end(&mut unpacked).unwrap();
        (bytes.len(), unpacked)
    }

    #[test]
    fn what_ships_is_what_the_page_says() {
        let (bytes, unpacked) = shipped();
        let count: usize = TAKEN.iter().map(|(_, count)| count).sum();
        assert_eq!(unpacked.len(), count * (1 + 28 * 28));
        let (labels, pixels) = unpacked.split_at(count);
        assert!(pixels.iter().all(|grey| u16::from(*grey).is_multiple_of(STEP)));
        for part in [&labels[..TAKEN[0].1], &labels[TAKEN[0].1..]] {
            for digit in 0..10 {
                let share = part.iter().filter(|label| **label == digit).count() as f64 / part.len() as f64;
                assert!((0.08..0.12).contains(&share), "{digit}: {share}");
            }
        }
        let page = fs::read_to_string(at("www/lib/training/images.js")).unwrap().replace('_', "");
        for fact in [format!("bytes: {bytes},"), format!("training: {},", TAKEN[0].1), format!("test: {},", TAKEN[1].1)]
        {
            assert!(page.contains(&fact), "www/lib/training/images.js does not say {fact}");
        }
        assert!(bytes <= 2_500_000);
    }

    /// Where the data are there, as in the tests of the shipped network.
    #[test]
    fn what_ships_is_mnist_in_16_greys() {
        let Some(data) = env::var_os("DEEP_END_DATA").map(|folder| at("").join(folder).join("mnist")) else { return };
        if data.is_dir() {
            assert!(unpacked(&data).unwrap() == shipped().1);
        }
    }
}
