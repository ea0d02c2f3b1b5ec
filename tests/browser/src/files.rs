//! The files that tests upload, and the pixels in them.

use std::{fs, io::BufWriter, path::PathBuf, thread};

use anyhow::{Context, Result, ensure};
use deep_end::render::Rgba;
use xtask::workspace::{at, target};

/// A file of `tests/photos`, as an absolute path.
pub fn photo(name: &str) -> PathBuf {
    at("tests/photos").join(name)
}

/// A file with these bytes, made for this test: another that runs beside it may have one of the same name.
///
/// # Errors
/// Where it cannot be written.
pub fn made(name: &str, bytes: &[u8]) -> Result<PathBuf> {
    // The test runner names a test's thread after it.
    let test = thread::current().name().unwrap_or_default().replace("::", "-");
    let path = target().join("browser").join(test).join(name);
    fs::create_dir_all(path.parent().context("it lies in a folder")?)?;
    fs::write(&path, bytes)?;
    Ok(path)
}

/// A PNG of noise, which is the same at every run: a picture in which no two windows are alike.
///
/// # Errors
/// Where it cannot be written.
pub fn noise(name: &str, width: u32, height: u32) -> Result<PathBuf> {
    // Marsaglia's xorshift32 (Xorshift RNGs, 2003).
    let mut state = 0x9e37_79b9_u32;
    let pixels: Vec<u8> = (0..width * height * 3)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 24) as u8
        })
        .collect();
    let path = made(name, &[])?;
    let mut encoder = png::Encoder::new(BufWriter::new(fs::File::create(&path)?), width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(path)
}

/// The pixels of a PNG file with 8-bit colours, without an alpha channel or with one.
///
/// # Errors
/// Where the bytes are no such PNG.
pub fn decoded(bytes: &[u8]) -> Result<Rgba> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info()?;
    let mut pixels = vec![0; reader.output_buffer_size().context("the picture fits into memory")?];
    let info = reader.next_frame(&mut pixels)?;
    ensure!(info.bit_depth == png::BitDepth::Eight, "the colours have {:?} bits", info.bit_depth);
    let pixels = match info.color_type {
        png::ColorType::Rgb => pixels.chunks_exact(3).flat_map(|rgb| [rgb[0], rgb[1], rgb[2], 255]).collect(),
        png::ColorType::Rgba => pixels,
        other => anyhow::bail!("the colours are {other:?}"),
    };
    Ok(Rgba { width: info.width as usize, height: info.height as usize, pixels })
}

/// The pixels of a PNG file.
///
/// # Errors
/// Where it cannot be read.
pub fn opened(path: &PathBuf) -> Result<Rgba> {
    decoded(&fs::read(path).with_context(|| path.display().to_string())?)
}
