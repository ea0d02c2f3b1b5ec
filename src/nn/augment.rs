//! Small random changes to pictures, so that a network also knows what the training set happens not to hold.

use super::random::Random;
use crate::error::{Error, ErrorKind, Result};
use crate::{Pool, Pooling, Window};
use ndarray::ArrayView4;
use serde::{Deserialize, Serialize};

/// How far each change may go; every one is drawn uniformly up to its limit, in both directions. 0 leaves it out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Augmentation {
    /// Shift down and across, in pixels.
    pub shift: f32,
    /// Rotation, in degrees.
    pub rotation: f32,
    /// Growth or shrinking of each axis, as a part of its size.
    pub scale: f32,
    /// Slant: shift across for each pixel down.
    pub shear: f32,
    /// Thicker or thinner strokes: how far each pixel goes towards the maximum, or the minimum, of its 3 × 3
    /// neighbours. People draw with any pen.
    pub thickness: f32,
    /// Shift down and across by whole pixels, nothing between them: what comes in from outside is 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub crop: u32,
    /// Whether every second image is seen in a mirror, left and right exchanged.
    #[serde(default, skip_serializing_if = "is_false")]
    pub flip: bool,
}

/// Files from before there were these two lack them.
fn is_zero(value: &u32) -> bool {
    *value == 0
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Augmentation {
    pub(crate) fn validate(&self) -> Result<()> {
        let limits = [
            ("shift", self.shift, 1000.0),
            ("rotation", self.rotation, 180.0),
            ("scale", self.scale, 0.9),
            ("shear", self.shear, 1.0),
            ("thickness", self.thickness, 1.0),
        ];
        for (name, value, most) in limits {
            if !(0.0..=most).contains(&value) {
                return Err(Error::new(ErrorKind::Parameter, name, value, format!("it must be from 0 to {most}")));
            }
        }
        if self.crop > 1000 {
            return Err(Error::new(ErrorKind::Parameter, "crop", u64::from(self.crop), "it must be from 0 to 1000"));
        }
        Ok(())
    }

    /// Writes a changed copy of `image` (`planes` of `height` × `width` cells) to `output`.
    ///
    /// # Errors
    /// When the sizes do not agree.
    pub fn apply(
        &self,
        image: &[f32],
        [planes, height, width]: [usize; 3],
        random: &mut Random,
        output: &mut [f32],
    ) -> Result<()> {
        let whole = ArrayView4::from_shape((1, planes, height, width), image);
        let (Ok(whole), true) = (whole, image.len() == output.len()) else {
            let rule = format!("{planes} planes of {height} × {width} are needed, in image and output");
            return Err(Error::new(ErrorKind::Shape, "number of values", image.len(), rule));
        };
        if *self == Self::default() {
            output.copy_from_slice(image);
            return Ok(());
        }
        if (Self { crop: 0, flip: false, ..*self }) == Self::default() {
            self.crop_and_flip(image, [height, width], random, output);
            return Ok(());
        }
        let map = self.draw(random, height, width);
        let thickness = random.within(self.thickness);
        let thicker = if thickness == 0.0 { None } else { Some(neighbours(whole, thickness > 0.0)?) };
        let source = match &thicker {
            Some(extreme) => {
                let mix = |(x, extreme): (&f32, &f32)| x + (extreme - x) * thickness.abs();
                image.iter().zip(extreme).map(mix).collect::<Vec<f32>>()
            }
            None => image.to_vec(),
        };
        let mut warped = vec![0.0; output.len()];
        for (from, to) in source.chunks_exact(height * width).zip(warped.chunks_exact_mut(height * width)) {
            for (index, value) in to.iter_mut().enumerate() {
                let (y, x) = map.source((index / width) as f32, (index % width) as f32);
                *value = bilinear(from, height, width, y, x);
            }
        }
        self.crop_and_flip(&warped, [height, width], random, output);
        Ok(())
    }

    /// Moves the image by whole pixels, and mirrors it or not.
    fn crop_and_flip(&self, image: &[f32], [height, width]: [usize; 2], random: &mut Random, output: &mut [f32]) {
        let mut shift =
            || if self.crop == 0 { 0 } else { random.below(2 * self.crop + 1) as isize - self.crop as isize };
        let (down, across) = (shift(), shift());
        let mirrored = self.flip && random.below(2) == 1;
        for (from, to) in image.chunks_exact(height * width).zip(output.chunks_exact_mut(height * width)) {
            for (index, value) in to.iter_mut().enumerate() {
                let (row, column) = (index / width, index % width);
                let column = if mirrored { width - 1 - column } else { column };
                let cell = (row.checked_add_signed(-down), column.checked_add_signed(-across));
                *value = match cell {
                    (Some(row), Some(column)) if row < height && column < width => from[row * width + column],
                    _ => 0.0,
                };
            }
        }
    }

    /// Draws the affine map from the output's pixels to the image's, about the centre.
    fn draw(&self, random: &mut Random, height: usize, width: usize) -> Affine {
        let (sin, cos) = {
            let angle = random.within(self.rotation).to_radians();
            (libm::sinf(angle), libm::cosf(angle))
        };
        let (scale_y, scale_x) = (1.0 + random.within(self.scale), 1.0 + random.within(self.scale));
        let shear = random.within(self.shear);
        let shift = [random.within(self.shift), random.within(self.shift)];
        let centre = [(height as f32 - 1.0) / 2.0, (width as f32 - 1.0) / 2.0];
        // Rotation times slant, each row then divided by its scale.
        let matrix = [[cos / scale_y, -sin / scale_y], [(sin + shear * cos) / scale_x, (cos - shear * sin) / scale_x]];
        Affine { matrix, centre, shift }
    }
}

struct Affine {
    matrix: [[f32; 2]; 2],
    centre: [f32; 2],
    shift: [f32; 2],
}

impl Affine {
    fn source(&self, y: f32, x: f32) -> (f32, f32) {
        let (y, x) = (y - self.centre[0] - self.shift[0], x - self.centre[1] - self.shift[1]);
        let [[yy, yx], [xy, xx]] = self.matrix;
        (yy * y + yx * x + self.centre[0], xy * y + xx * x + self.centre[1])
    }
}

/// The largest, or smallest, of each pixel and its neighbours: a pooling of stride 1.
fn neighbours(image: ArrayView4<f32>, largest: bool) -> Result<Vec<f32>> {
    let window = Window::new([3, 3]).stride([1, 1]).padding([[1, 1], [1, 1]]);
    let pool = Pool::new(Pooling::Max, window)?;
    let sign = if largest { 1.0 } else { -1.0 };
    let pooled = pool.forward(image.mapv(|x| sign * x).into_dyn().view())?;
    Ok(pooled.into_iter().map(|x| sign * x).collect())
}

/// The value between four pixels; outside the image everything is 0.
fn bilinear(plane: &[f32], height: usize, width: usize, y: f32, x: f32) -> f32 {
    let (top, left) = (y.floor(), x.floor());
    let (down, right) = (y - top, x - left);
    let pixel = |y: f32, x: f32| {
        let inside = (0.0..height as f32).contains(&y) && (0.0..width as f32).contains(&x);
        if inside { plane[y as usize * width + x as usize] } else { 0.0 }
    };
    let upper = pixel(top, left) * (1.0 - right) + pixel(top, left + 1.0) * right;
    let lower = pixel(top + 1.0, left) * (1.0 - right) + pixel(top + 1.0, left + 1.0) * right;
    upper * (1.0 - down) + lower * down
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::random::Purpose;

    const SIZE: [usize; 3] = [1, 9, 9];

    fn dot() -> Vec<f32> {
        let mut image = vec![0.0; 81];
        image[3 * 9 + 6] = 1.0;
        image
    }

    fn changed(augmentation: Augmentation, index: u64) -> Vec<f32> {
        let mut output = vec![0.0; 81];
        augmentation.apply(&dot(), SIZE, &mut Random::new(1, Purpose::Augment, index), &mut output).unwrap();
        output
    }

    #[test]
    fn limits_of_0_change_nothing() {
        assert_eq!(changed(Augmentation::default(), 0), dot());
    }

    #[test]
    fn each_limit_changes_something_and_each_index_is_another_change() {
        let none = Augmentation::default();
        for augmentation in [
            Augmentation { shift: 2.0, ..none },
            Augmentation { rotation: 20.0, ..none },
            Augmentation { scale: 0.2, ..none },
            Augmentation { shear: 0.3, ..none },
            Augmentation { thickness: 0.5, ..none },
            Augmentation { crop: 2, ..none },
        ] {
            assert_ne!(changed(augmentation, 0), dot(), "{augmentation:?}");
            assert_eq!(changed(augmentation, 0), changed(augmentation, 0));
            if augmentation.thickness == 0.0 {
                assert_ne!(changed(augmentation, 0), changed(augmentation, 1), "{augmentation:?}");
            }
        }
    }

    #[test]
    fn a_shift_moves_the_centre_of_mass_and_keeps_the_mass() {
        for index in 0..20 {
            let output = changed(Augmentation { shift: 1.5, ..Augmentation::default() }, index);
            let mass: f32 = output.iter().sum();
            let row: f32 = output.iter().enumerate().map(|(i, x)| (i / 9) as f32 * x).sum::<f32>() / mass;
            assert!((mass - 1.0).abs() < 1e-5 && (row - 3.0).abs() <= 1.5 + 1e-4, "mass {mass}, row {row}");
        }
    }

    #[test]
    fn a_crop_moves_every_pixel_as_far_and_a_flip_mirrors() {
        let places = |augmentation: Augmentation| {
            let place = |index| {
                let output = changed(augmentation, index);
                let at = output.iter().position(|x| *x == 1.0).unwrap();
                assert_eq!(output.iter().sum::<f32>(), 1.0);
                (at / 9, at % 9)
            };
            (0..60).map(place).collect::<std::collections::BTreeSet<_>>()
        };
        let cropped = places(Augmentation { crop: 1, ..Augmentation::default() });
        assert_eq!(cropped, (2..5).flat_map(|y| (5..8).map(move |x| (y, x))).collect());
        let flipped = places(Augmentation { flip: true, ..Augmentation::default() });
        assert_eq!(flipped.into_iter().collect::<Vec<_>>(), [(3, 2), (3, 6)]);
    }

    #[test]
    fn a_limit_out_of_range_is_refused() {
        let broken = Augmentation { scale: 1.0, ..Augmentation::default() };
        assert_eq!(broken.validate().unwrap_err().parameter(), "scale");
        assert!(Augmentation { shift: f32::NAN, ..Augmentation::default() }.validate().is_err());
    }
}
