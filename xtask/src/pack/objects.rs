//! Pictures to pick on the network page: CIFAR-10's first test images of each class, in the order of their names.
//!
//! Classes, a byte each, then the pictures, red, green, blue and opaque for each pixel as a canvas has them. No picture
//! format: what a browser's canvas gives back of one may differ from browser to browser.

use super::shipped;
use crate::networks::read_cifar;
use anyhow::{Context, Result, ensure};
use deep_end::nn::dataset::Dataset;
use ndarray::{Array4, Axis};
use std::path::Path;

/// Where the file ships.
pub const FILE: &str = "www/data/objects.bin";

/// Pictures of each class: nobody chose among them.
const EACH: usize = 3;

/// Pixels of a side.
const SIDE: usize = 32;

/// What the file holds, from `test.zip` in `data`.
pub fn unpacked(data: &Path) -> Result<Vec<u8>> {
    let all = read_cifar(data, "test.zip", &labels())?;
    let mut taken = [0; 10];
    let (mut classes, mut pixels) = (Vec::new(), Vec::new());
    for (image, class) in all.images().outer_iter().zip(all.labels()) {
        let taken = &mut taken[usize::from(*class)];
        if *taken == EACH {
            continue;
        }
        *taken += 1;
        classes.push(*class);
        for pixel in image.lanes(Axis(0)) {
            pixels.extend(pixel.iter().chain([&255]));
        }
    }
    ensure!(taken == [EACH; 10], "there are only {taken:?} pictures of the ten classes");
    classes.append(&mut pixels);
    Ok(classes)
}

/// The pictures that ship.
pub fn objects() -> Result<Dataset> {
    let bytes = shipped(FILE)?;
    let count = 10 * EACH;
    ensure!(bytes.len() == count * (1 + 4 * SIDE * SIDE), "{FILE} has {} bytes", bytes.len());
    let (classes, pixels) = bytes.split_at(count);
    let rgba = Array4::from_shape_vec((count, SIDE, SIDE, 4), pixels.to_vec()).context("four bytes a pixel")?;
    let rgb = rgba.slice_axis(Axis(3), (0..3).into()).permuted_axes([0, 3, 1, 2]);
    Ok(Dataset::new(rgb.as_standard_layout().into_owned(), classes.to_vec())?)
}

fn labels() -> Vec<String> {
    const LABELS: [&str; 10] =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
    LABELS.map(String::from).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{env, fs};
    use xtask::workspace::at;

    #[test]
    fn what_ships_is_small_and_has_as_many_of_each_class() {
        let data = objects().unwrap();
        assert_eq!(data.image_shape(), [3, SIDE, SIDE]);
        for class in 0..10 {
            assert_eq!(data.labels().iter().filter(|label| **label == class).count(), EACH);
        }
        assert!(fs::metadata(at(FILE)).unwrap().len() <= 100_000);
        let page = fs::read_to_string(at("www/lib/network/objects.js")).unwrap();
        assert!(page.contains(&format!("each: {EACH}, side: {SIDE}")), "www/lib/network/objects.js says otherwise");
    }

    /// Where the data are there, as in the tests of the shipped network.
    #[test]
    fn what_ships_is_cifar_10() {
        let Some(data) = env::var_os("DEEP_END_DATA").map(|folder| at("").join(folder).join("cifar10")) else { return };
        if data.is_dir() {
            assert!(unpacked(&data).unwrap() == shipped(FILE).unwrap());
        }
    }
}
