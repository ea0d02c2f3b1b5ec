//! A drawing brought into the form of MNIST's digits (LeCun, Bottou, Bengio and Haffner 1998, section III A): the ink's
//! bounding box scaled into 20 × 20 with its proportions kept, grey by anti-aliasing, then moved by whole pixels in
//! 28 × 28 so that its centre of mass is in the middle.

use crate::error::{Error, ErrorKind, Result};
use ndarray::Array3;

/// Height and width of a prepared digit.
pub const SIZE: usize = 28;
/// The longer side of the ink's bounding box in it.
const BOX: f64 = 20.0;
/// Ink below this share of the darkest is the fringe of a stroke or noise of the paper: it does not widen the bounding box.
const FRINGE: f64 = 0.1;
/// Where MNIST's digits have their centre of mass, in pixels from the edge: in the middle of pixel 14. Their boxes were
/// moved by whole pixels, so that it is there within half a pixel either way (so in every one of the first 500 images).
const CENTRE: f64 = 14.5;

/// Prepares an RGBA drawing (`width` × `height` pixels, four bytes each, not premultiplied): 1 × 28 × 28 values from 0 to
/// 1, where 1 is the strongest ink; all zeros when nothing is drawn.
///
/// Ink is what is opaque, if any pixel is transparent: a drawing on an empty canvas. Otherwise it is what differs in
/// brightness from the picture's border: dark on light paper, or light on dark.
///
/// # Errors
/// When the number of bytes is not 4 × `width` × `height`.
pub fn prepare_digit(rgba: &[u8], width: usize, height: usize) -> Result<Array3<f32>> {
    let values = prepare_digit_flat(rgba, width, height)?;
    Ok(Array3::from_shape_vec((1, SIZE, SIZE), values).expect("scaling fills the square"))
}

/// [`prepare_digit`], row-major.
pub(crate) fn prepare_digit_flat(rgba: &[u8], width: usize, height: usize) -> Result<Vec<f32>> {
    if width.checked_mul(height).and_then(|pixels| pixels.checked_mul(4)) != Some(rgba.len()) {
        let rule = format!("a picture of {width} × {height} pixels has 4 for each pixel");
        return Err(Error::new(ErrorKind::Shape, "number of bytes", rgba.len(), rule));
    }
    let ink = Ink { cells: ink(rgba, width, height), width };
    let Some(place) = ink.place() else { return Ok(vec![0.0; SIZE * SIZE]) };
    let values = ink.scale(&place);
    let strongest = values.iter().fold(0.0, |most: f64, value| most.max(*value));
    Ok(values.iter().map(|value| (value / strongest) as f32).collect())
}

/// How much ink each pixel has, from 0 to 1.
fn ink(rgba: &[u8], width: usize, height: usize) -> Vec<f64> {
    let pixels = rgba.as_chunks::<4>().0;
    if pixels.iter().any(|[_, _, _, alpha]| *alpha < 255) {
        return pixels.iter().map(|[_, _, _, alpha]| f64::from(*alpha) / 255.0).collect();
    }
    // Rec. 601 luma, in whole numbers so that it is exact.
    let luma =
        |[red, green, blue, _]: &[u8; 4]| 299 * u32::from(*red) + 587 * u32::from(*green) + 114 * u32::from(*blue);
    let on_border = |index: usize| {
        let (y, x) = (index / width, index % width);
        y == 0 || x == 0 || y + 1 == height || x + 1 == width
    };
    let border: Vec<u32> =
        (0..pixels.len()).filter(|index| on_border(*index)).map(|index| luma(&pixels[index])).collect();
    let paper = median(&border);
    pixels.iter().map(|pixel| f64::from(luma(pixel).abs_diff(paper)) / f64::from(WHITE)).collect()
}

/// The value that as many are below as above, by halving the range it lies in: sorting would weigh more.
fn median(values: &[u32]) -> u32 {
    let (mut least, mut most) = (0, WHITE);
    while least < most {
        let middle = least + (most - least) / 2;
        let up_to_middle = values.iter().filter(|value| **value <= middle).count();
        (least, most) = if up_to_middle > values.len() / 2 { (least, middle) } else { (middle + 1, most) };
    }
    least
}

/// The luma of white.
const WHITE: u32 = 255_000;

struct Ink {
    cells: Vec<f64>,
    width: usize,
}

/// Where the ink goes: drawing pixel (y, x) to `origin` + `scale` × (y, x).
struct Place {
    scale: f64,
    origin: [f64; 2],
}

impl Ink {
    /// Scale by the bounding box, origin by the centre of mass; `None` without ink.
    fn place(&self) -> Option<Place> {
        let most = self.cells.iter().fold(0.0, |most: f64, ink| most.max(*ink));
        if most == 0.0 {
            return None;
        }
        let (mut first, mut last) = ([usize::MAX; 2], [0; 2]);
        let (mut mass, mut moment) = (0.0, [0.0; 2]);
        for (index, ink) in self.cells.iter().enumerate() {
            let position = [index / self.width, index % self.width];
            mass += ink;
            for axis in 0..2 {
                moment[axis] += ink * (position[axis] as f64 + 0.5);
                if *ink >= FRINGE * most {
                    first[axis] = first[axis].min(position[axis]);
                    last[axis] = last[axis].max(position[axis]);
                }
            }
        }
        let longer = (last[0] - first[0]).max(last[1] - first[1]) + 1;
        let scale = BOX / longer as f64;
        let origin = std::array::from_fn(|axis| {
            let start = first[axis] as f64;
            let extent = scale * (last[axis] + 1 - first[axis]) as f64;
            // A tie goes up and to the left, also where rounding errors blur it.
            let offset = (CENTRE - scale * (moment[axis] / mass - start) - 1e-9).round();
            // However lopsided the ink is, its box stays in the square.
            offset.max(0.0).min(SIZE as f64 - extent.ceil()) - scale * start
        });
        Some(Place { scale, origin })
    }

    /// Every output cell is the mean of the ink over the part of the drawing that it covers, rows first, then columns.
    fn scale(&self, place: &Place) -> Vec<f64> {
        let height = self.cells.len() / self.width;
        let rows: Vec<Vec<f64>> = (0..SIZE)
            .map(|y| {
                let mut row = vec![0.0; self.width];
                for (from, share) in covered(place, 0, y, height) {
                    let cells = &self.cells[from * self.width..][..self.width];
                    row.iter_mut().zip(cells).for_each(|(sum, ink)| *sum += share * ink);
                }
                row
            })
            .collect();
        let columns: Vec<Vec<(usize, f64)>> = (0..SIZE).map(|x| covered(place, 1, x, self.width).collect()).collect();
        let cell = |row: &Vec<f64>, column: &Vec<(usize, f64)>| column.iter().map(|(x, share)| share * row[*x]).sum();
        rows.iter().flat_map(|row| columns.iter().map(move |column| cell(row, column))).collect()
    }
}

/// The drawing's pixels that output cell `cell` covers along an axis of `length` pixels, and the share of the cell that each fills.
fn covered(place: &Place, axis: usize, cell: usize, length: usize) -> impl Iterator<Item = (usize, f64)> {
    let edge = |cell: usize| (cell as f64 - place.origin[axis]) / place.scale;
    // Not `clamp`: its panic prints floats, and that printing would be a tenth of the bytes that a visitor loads.
    let inside = |cell: usize| edge(cell).max(0.0).min(length as f64);
    let (start, end) = (inside(cell), inside(cell + 1));
    let scale = place.scale;
    (start as usize..end.ceil() as usize).map(move |pixel| {
        let overlap = end.min(pixel as f64 + 1.0) - start.max(pixel as f64);
        (pixel, overlap.max(0.0) * scale)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A canvas with the rectangle rows × columns filled by `ink`.
    fn rectangle(
        size: usize,
        rows: std::ops::Range<usize>,
        columns: std::ops::Range<usize>,
        paper: [u8; 4],
        ink: [u8; 4],
    ) -> Vec<u8> {
        (0..size * size)
            .flat_map(|i| if rows.contains(&(i / size)) && columns.contains(&(i % size)) { ink } else { paper })
            .collect()
    }

    const CLEAR: [u8; 4] = [0; 4];
    const RED: [u8; 4] = [200, 0, 0, 255];

    #[test]
    fn nothing_drawn_is_all_zeros() {
        for paper in [CLEAR, [255; 4], [0, 0, 0, 255]] {
            let digit = prepare_digit(&rectangle(50, 0..0, 0..0, paper, RED), 50, 50).unwrap();
            assert!(digit.iter().all(|value| *value == 0.0), "{paper:?}");
        }
        assert_eq!(prepare_digit(&[], 0, 0).unwrap().sum(), 0.0);
    }

    #[test]
    fn a_bar_of_any_size_and_place_becomes_20_pixels_long_in_the_middle() {
        for (rows, columns) in [(10..210, 30..50), (60..100, 20..24), (80..280, 240..260)] {
            let digit = prepare_digit(&rectangle(280, rows, columns, CLEAR, RED), 280, 280).unwrap();
            for ((_, y, x), value) in digit.indexed_iter() {
                let inside = (4..24).contains(&y) && (13..15).contains(&x);
                let expected = if inside { 1.0 } else { 0.0 };
                assert!((value - expected).abs() < 1e-5, "row {y}, column {x}: {value}");
            }
        }
    }

    #[test]
    fn paper_may_be_clear_light_or_dark() {
        let draw = |paper, ink| prepare_digit(&rectangle(90, 20..70, 40..47, paper, ink), 90, 90).unwrap();
        let on_clear = draw(CLEAR, RED);
        // White strokes on a clear canvas of a dark page count by their alpha.
        for other in
            [draw(CLEAR, [255; 4]), draw([255; 4], [0, 0, 0, 255]), draw([30, 30, 30, 255], [240, 240, 240, 255])]
        {
            assert!(on_clear.iter().zip(&other).all(|(a, b)| (a - b).abs() < 1e-6));
        }
    }

    #[test]
    fn a_dot_fills_the_box_and_an_edge_is_no_trouble() {
        let digit = prepare_digit(&rectangle(28, 0..1, 27..28, CLEAR, RED), 28, 28).unwrap();
        assert_eq!(digit.iter().filter(|value| **value == 1.0).count(), 400);
        assert_eq!(digit.iter().filter(|value| **value != 0.0).count(), 400);
    }

    #[test]
    fn a_wrong_number_of_bytes_is_refused() {
        assert_eq!(prepare_digit(&[0; 15], 2, 2).unwrap_err().parameter(), "number of bytes");
        assert!(prepare_digit(&[], usize::MAX, 2).is_err());
    }
}
