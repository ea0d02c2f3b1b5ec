//! CIFAR-10 as two zip files of JPEGs, one folder a class.

use anyhow::{Context, Result, ensure};
use deep_end::nn::dataset::Dataset;
use ndarray::{Array4, s};
use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
};
use xtask::workspace::shown;
use zip::ZipArchive;
use zune_jpeg::JpegDecoder;

/// Pixels of a side.
const SIDE: usize = 32;

/// For those who lack the data.
const SOURCE: &str = "CIFAR-10 (https://www.cs.toronto.edu/~kriz/cifar.html) is wanted as train.zip and test.zip, \
    each with a folder of JPEGs for every class, in the folder that --data names";

/// Reads `folder/name`, images in the order of their names; a class is the number of its folder's name among `labels`.
pub fn read_cifar(folder: &Path, name: &str, labels: &[String]) -> Result<Dataset> {
    let path = folder.join(name);
    let file = File::open(&path).with_context(|| format!("{} cannot be read; {SOURCE}", shown(&path)))?;
    let mut archive = ZipArchive::new(BufReader::new(file)).with_context(|| shown(&path))?;
    let mut names = Vec::new();
    for name in archive.file_names() {
        let name = name?.into_owned();
        if name.ends_with(".jpg") {
            names.push(name);
        }
    }
    names.sort();
    ensure!(!names.is_empty(), "{} has no JPEGs; {SOURCE}", shown(&path));
    let mut images = Array4::zeros((names.len(), 3, SIDE, SIDE));
    let mut classes = Vec::with_capacity(names.len());
    for (name, mut image) in names.iter().zip(images.outer_iter_mut()) {
        let class = name.rsplit('/').nth(1).and_then(|class| labels.iter().position(|label| label == class));
        let class =
            class.with_context(|| format!("{name} lies in no class's folder; these are {}", labels.join(", ")))?;
        classes.push(u8::try_from(class)?);
        let mut jpeg = Vec::new();
        archive.by_name(name)?.read_to_end(&mut jpeg).with_context(|| name.clone())?;
        let pixels = decode(&jpeg).with_context(|| name.clone())?;
        for (channel, mut plane) in image.outer_iter_mut().enumerate() {
            plane
                .slice_mut(s![.., ..])
                .iter_mut()
                .zip(pixels[channel..].iter().step_by(3))
                .for_each(|(to, x)| *to = *x);
        }
    }
    Ok(Dataset::new(images, classes)?)
}

/// The pixels of a picture of 32 × 32, red, green and blue in turn.
fn decode(jpeg: &[u8]) -> Result<Vec<u8>> {
    let mut decoder = JpegDecoder::new(std::io::Cursor::new(jpeg));
    let pixels = decoder.decode().map_err(|error| anyhow::anyhow!("no JPEG: {error:?}"))?;
    let size = decoder.info().map(|info| (usize::from(info.width), usize::from(info.height)));
    ensure!(size == Some((SIDE, SIDE)) && pixels.len() == 3 * SIDE * SIDE, "it must be 32 × 32 pixels in colour");
    Ok(pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_no_picture_is_said() {
        let error = read_cifar(Path::new("no/such/folder"), "test.zip", &[]).unwrap_err().to_string();
        assert!(error.contains("train.zip"), "{error}");
        assert!(decode(b"\xff\xd8\xff").is_err());
    }
}
