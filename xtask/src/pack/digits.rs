//! The images that the training page fetches, made small.
//!
//! A visitor waits for them, and they are nothing but greys and a background: 16 greys in place of 256 take off 40 % of
//! what deflate leaves. The file holds the classes of the training images, those of the test images, and then the pixels of
//! both in the same order, a byte each. No picture format: what a browser's canvas gives back of one may differ from
//! browser to browser.

use super::shipped;
use anyhow::{Context, Result, ensure};
use deep_end::io::idx::{Part, read_mnist};
use deep_end::nn::dataset::Dataset;
use ndarray::Array4;
use std::path::Path;

/// Where the file ships.
pub const FILE: &str = "www/data/mnist.bin";

/// How many images of each part are taken: the first ones, in the order of MNIST's files.
const TAKEN: [(Part, usize); 2] = [(Part::Train, 10_000), (Part::Test, 2_000)];

/// From one grey to the next.
const STEP: u16 = 17;

/// The test images that ship.
pub fn digits() -> Result<Dataset> {
    const SIDE: usize = 28;
    let [(_, training), (_, test)] = TAKEN;
    let bytes = shipped(FILE)?;
    ensure!(bytes.len() == (training + test) * (1 + SIDE * SIDE), "{FILE} has {} bytes", bytes.len());
    let (labels, pixels) = bytes.split_at(training + test);
    let images = Array4::from_shape_vec((test, 1, SIDE, SIDE), pixels[training * SIDE * SIDE..].to_vec());
    Ok(Dataset::new(images.context("a byte a pixel")?, labels[training..].to_vec())?)
}

/// Classes, then pixels in 16 greys.
pub fn unpacked(data: &Path) -> Result<Vec<u8>> {
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
    use std::{env, fs};
    use xtask::workspace::at;

    #[test]
    fn what_ships_is_what_the_page_says() {
        let (bytes, unpacked) = (fs::metadata(at(FILE)).unwrap().len(), shipped(FILE).unwrap());
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
            assert!(unpacked(&data).unwrap() == shipped(FILE).unwrap());
        }
    }
}
