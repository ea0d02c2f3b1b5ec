//! Pictures one after the other, as an animated GIF (GIF89a).

use crate::error::{Error, ErrorKind, Result};
use gif::{DisposalMethod, Encoder, Frame, Repeat};
use std::borrow::Cow;

/// An animation that is being written; it repeats for ever.
///
/// Of each picture only the rectangle that differs from the last one is written. A rectangle with at most 256 colours,
/// which all drawings of small maps have, keeps them exactly; of more, the nearest of 256 that fit it are taken.
pub struct Animation {
    encoder: Encoder<Vec<u8>>,
    size: [usize; 2],
    /// The last picture, RGBA.
    last: Vec<u8>,
    /// The frame that is not written yet: whether it lasts longer is known with the next picture.
    waiting: Option<Frame<'static>>,
}

/// How carefully 256 colours are chosen where there are more, from 1, the best, to 30; what a photograph needs.
const SPEED: i32 = 10;

impl Animation {
    /// Begins an animation of pictures of this size.
    ///
    /// # Errors
    /// When a side is 0 or above 65535, as GIF allows, or the file does not fit into memory.
    pub fn new(width: usize, height: usize) -> Result<Self> {
        let side = |parameter, side: usize| match u16::try_from(side) {
            Ok(side @ 1..) => Ok(side),
            _ => Err(Error::new(ErrorKind::Parameter, parameter, side, "a GIF has sides of 1 to 65535 pixels")),
        };
        let mut encoder = Encoder::new(vec![], side("width", width)?, side("height", height)?, &[]).map_err(broken)?;
        encoder.set_repeat(Repeat::Infinite).map_err(broken)?;
        Ok(Self { encoder, size: [width, height], last: vec![], waiting: None })
    }

    /// Adds a picture, RGBA, that stays for so many milliseconds, in GIF's steps of ten. One that is the same as the last
    /// lets that one stay longer.
    ///
    /// # Errors
    /// When the picture has another size or would stay for more than 655 seconds, or the file does not fit into memory.
    pub fn add(&mut self, pixels: Vec<u8>, [width, height]: [usize; 2], milliseconds: usize) -> Result<()> {
        if [width, height] != self.size {
            let rule = "every picture of an animation has the size of the first";
            return Err(Error::new(ErrorKind::Shape, "image", [width, height], rule));
        }
        if pixels.len() != 4 * width * height {
            let rule = "must be 4 · width · height: RGBA";
            return Err(Error::new(ErrorKind::Shape, "image.data.length", pixels.len(), rule));
        }
        let delay = u16::try_from(milliseconds.div_ceil(10)).map_err(|_| too_long(milliseconds))?;
        let Some([left, top, right, bottom]) = self.changed(&pixels) else {
            if let Some(waiting) = &mut self.waiting {
                waiting.delay = waiting.delay.checked_add(delay).ok_or_else(|| too_long(milliseconds))?;
            }
            return Ok(());
        };
        let mut part = vec![];
        part.try_reserve_exact(4 * (right - left) * (bottom - top)).map_err(|_| no_room(pixels.len()))?;
        for row in pixels.chunks_exact(4 * width).take(bottom).skip(top) {
            part.extend_from_slice(&row[4 * left..4 * right]);
        }
        let mut frame = Frame::from_rgba_speed((right - left) as u16, (bottom - top) as u16, &mut part, SPEED);
        (frame.left, frame.top, frame.delay, frame.dispose) = (left as u16, top as u16, delay, DisposalMethod::Keep);
        frame.buffer = Cow::Owned(frame.buffer.into_owned());
        if let Some(before) = self.waiting.replace(frame) {
            self.encoder.write_frame(&before).map_err(broken)?;
        }
        self.last = pixels;
        Ok(())
    }

    /// The whole file.
    ///
    /// # Errors
    /// When no picture was added, or the file does not fit into memory.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        let Some(last) = self.waiting.take() else {
            return Err(Error::new(ErrorKind::Parameter, "images", 0usize, "an animation has at least one picture"));
        };
        self.encoder.write_frame(&last).map_err(broken)?;
        self.encoder.into_inner().map_err(broken)
    }

    /// The smallest rectangle [left, top, right, bottom) outside which the picture is the last one; none where it is the
    /// same throughout.
    fn changed(&self, pixels: &[u8]) -> Option<[usize; 4]> {
        let [width, height] = self.size;
        if self.last.is_empty() {
            return Some([0, 0, width, height]);
        }
        let rows = pixels.chunks_exact(4 * width).zip(self.last.chunks_exact(4 * width)).enumerate();
        let mut found: Option<[usize; 4]> = None;
        for (at, (row, last)) in rows {
            let differ = |(a, b): (&[u8], &[u8])| a != b;
            let mut pairs = row.chunks_exact(4).zip(last.chunks_exact(4));
            let Some(first) = pairs.position(differ) else { continue };
            let end = first + 1 + pairs.rposition(differ).map_or(0, |more| more + 1);
            let [left, top, right, _] = found.unwrap_or([first, at, end, at]);
            found = Some([left.min(first), top, right.max(end), at + 1]);
        }
        found
    }
}

#[cold]
fn broken(error: gif::EncodingError) -> Error {
    Error::new(ErrorKind::Format, "animation", "refused", error.to_string())
}

#[cold]
fn too_long(milliseconds: usize) -> Error {
    Error::new(ErrorKind::Parameter, "milliseconds", milliseconds, "a GIF shows a picture for at most 655,350 ms")
}

#[cold]
fn no_room(bytes: usize) -> Error {
    Error::new(ErrorKind::Memory, "image.data.length", bytes, "the animation does not fit into memory")
}

#[cfg(test)]
mod tests {
    use super::*;
    use gif::{ColorOutput, DecodeOptions};

    /// Every picture of the file as a viewer shows it, and its delay.
    fn shown(file: &[u8]) -> Vec<(Vec<u8>, u16)> {
        let mut options = DecodeOptions::new();
        options.set_color_output(ColorOutput::RGBA);
        let mut decoder = options.read_info(file).unwrap();
        let (width, mut screen, mut pictures) = (usize::from(decoder.width()), vec![], vec![]);
        screen.resize(4 * width * usize::from(decoder.height()), 0);
        while let Some(frame) = decoder.read_next_frame().unwrap() {
            let wide = 4 * usize::from(frame.width);
            for (row, pixels) in frame.buffer.chunks_exact(wide).enumerate() {
                let at = 4 * ((usize::from(frame.top) + row) * width + usize::from(frame.left));
                screen[at..at + wide].copy_from_slice(pixels);
            }
            pictures.push((screen.clone(), frame.delay));
        }
        pictures
    }

    fn picture(red: [u8; 6]) -> Vec<u8> {
        red.iter().flat_map(|&red| [red, 7, 9, 255]).collect()
    }

    #[test]
    fn pictures_come_back_and_only_what_changed_is_written() {
        let mut animation = Animation::new(3, 2).unwrap();
        let (first, second) = (picture([0, 50, 100, 150, 200, 250]), picture([0, 50, 100, 150, 201, 250]));
        animation.add(first.clone(), [3, 2], 100).unwrap();
        animation.add(first.clone(), [3, 2], 55).unwrap();
        animation.add(second.clone(), [3, 2], 20).unwrap();
        let file = animation.finish().unwrap();
        assert_eq!(shown(&file), [(first, 16), (second, 2)]);
        let mut decoder = DecodeOptions::new().read_info(file.as_slice()).unwrap();
        decoder.read_next_frame().unwrap();
        let last = decoder.read_next_frame().unwrap().unwrap();
        assert_eq!([last.left, last.top, last.width, last.height], [1, 1, 1, 1]);
    }

    #[test]
    fn a_picture_with_many_colours_comes_back_nearly() {
        let shade = |at: u32| (at * 2) as u8;
        let pixels: Vec<u8> = (0..128 * 128).flat_map(|at| [shade(at % 128), shade(at / 128), 128, 255]).collect();
        let mut animation = Animation::new(128, 128).unwrap();
        animation.add(pixels.clone(), [128, 128], 10).unwrap();
        let (back, _) = &shown(&animation.finish().unwrap())[0];
        let away: f64 = pixels.iter().zip(back).map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
        let mean = away / pixels.len() as f64;
        // 256 colours spread over this square are 16 codes apart, so at most 8 away on two of four channels.
        assert!(mean < 6.0, "{mean}");
    }

    #[test]
    fn what_is_no_animation_is_refused() {
        let message = |width, height| Animation::new(width, height).err().unwrap().to_string();
        assert_eq!(message(0, 1), "width is 0: a GIF has sides of 1 to 65535 pixels");
        assert_eq!(message(1, 65536), "height is 65536: a GIF has sides of 1 to 65535 pixels");
        let mut animation = Animation::new(3, 2).unwrap();
        let refused = animation.add(picture([0; 6]), [2, 3], 10).unwrap_err();
        assert_eq!(refused.to_string(), "image is [2, 3]: every picture of an animation has the size of the first");
        assert!(animation.add(vec![0; 8], [3, 2], 10).is_err());
        assert!(animation.add(picture([0; 6]), [3, 2], 655_351).is_err());
        assert!(animation.finish().unwrap_err().to_string().contains("at least one picture"));
    }
}
