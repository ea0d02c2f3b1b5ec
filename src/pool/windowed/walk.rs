//! Methods that look at all cells of a window at once.

use crate::error::{Error, ErrorKind, Result};
use crate::kernel::{Block, BlockRoom, Lift, RowOfSums, Sums, Tap, blocks, gather, visit};
use crate::pool::arithmetic::{Picked, Room};
use crate::pool::shapes::{Shapes, reserve};
use std::cell::OnceCell;

/// A window of some plane.
pub(super) struct Seen<'a> {
    /// Its number among the windows of all planes, which is its output cell's flat position.
    pub number: usize,
    /// Where its plane begins.
    pub plane: usize,
    /// Which cells of the plane it reads.
    pub taps: &'a [Tap],
    /// Their values.
    pub cells: &'a [f32],
}

impl Seen<'_> {
    /// The flat positions of the window's cells, and the cells.
    pub fn places(&self) -> impl Iterator<Item = (usize, f32)> + Clone {
        self.taps.iter().map(|tap| self.plane + tap.at).zip(self.cells.iter().copied())
    }
}

/// Calls `see` for each window of each plane, row-major.
pub(super) fn windows(cells: &[f32], shapes: &Shapes, see: &mut dyn FnMut(Seen)) -> Result<()> {
    // No planes need no room, however large they would be.
    if cells.is_empty() {
        return Ok(());
    }
    let mut gathered: Vec<f32> = reserve(shapes.largest_window(), &shapes.plan.input_shape())?;
    for (number, plane) in cells.chunks_exact(shapes.plane_in).enumerate() {
        let (first, begin) = (number * shapes.plane_out, number * shapes.plane_in);
        visit(&shapes.plan, |window, taps| {
            gathered.clear();
            gathered.extend(taps.iter().map(|tap| plane[tap.at]));
            see(Seen { number: first + window, plane: begin, taps, cells: &gathered });
        })?;
    }
    Ok(())
}

/// Room for values and, where they are asked for, for the places of the cells that they are.
pub(super) struct Picks<'o> {
    pub values: &'o mut [f32],
    pub places: Option<&'o mut [i32]>,
}

impl<'o> From<Picked<'o, f32>> for Picks<'o> {
    fn from(Picked { values, places }: Picked<'o, f32>) -> Self {
        Self { values, places: Some(places) }
    }
}

/// Where what is picked for the windows of a block goes.
pub(super) struct Target<'t> {
    /// The number of the first window among those of all planes.
    pub first: usize,
    plane: &'t [f32],
    special: &'t OnceCell<bool>,
    pub values: &'t mut [f32],
    pub places: Option<&'t mut [i32]>,
}

impl Target<'_> {
    /// Puts a window's cell at a tap, and its place if that is asked for.
    #[inline(always)]
    pub fn put(&mut self, block: &Block, window: usize, tap: usize) {
        self.values[window] = block.cells[tap * block.count + window];
        if let Some(places) = &mut self.places {
            places[window] = block.place(window, tap);
        }
    }

    /// Whether the plane has a NaN or a −0: where it has none, equal values are the same.
    pub fn special(&self) -> bool {
        *self.special.get_or_init(|| {
            let special = |cell: &f32| u32::from(cell.is_nan()) | u32::from(cell.to_bits() == (-0f32).to_bits());
            self.plane.iter().fold(0, |any, cell| any | special(cell)) > 0
        })
    }
}

/// Lets `pick` pick a cell for each window that has any.
pub(super) fn pick(
    cells: &[f32],
    shapes: &Shapes,
    out: Picks,
    room: &mut BlockRoom,
    pick: &mut dyn FnMut(&mut Block, Target) -> Result<()>,
) -> Result<()> {
    shapes.check_places()?;
    let Picks { values, mut places } = out;
    values.fill(0.0);
    if let Some(places) = &mut places {
        places.fill(-1);
    }
    for (number, plane) in cells.chunks_exact(shapes.plane_in).enumerate() {
        let special = OnceCell::new();
        blocks(plane, &shapes.plan, room, &mut |block| {
            let first = number * shapes.plane_out + block.first;
            let windows = first..first + block.count;
            let places = places.as_deref_mut().map(|places| &mut places[windows.clone()]);
            pick(block, Target { first, plane, special: &special, values: &mut values[windows], places })
        })?;
    }
    Ok(())
}

/// Checks a count of cells against the largest window: a sliding one has been, a region is known only now.
pub(super) fn check_within(parameter: &'static str, count: usize, shapes: &Shapes) -> Result<()> {
    let most = shapes.most_taps;
    if count <= most {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Shape, parameter, count, format!("must not exceed the largest window's {most} cells")))
}

/// Makes a row's values of the two rows of cells that its windows read, and nothing else.
pub(super) type Squares = fn([&[f32]; 2], &mut [f32]);

/// A method whose values follow from sums of what cells are lifted to.
pub(super) trait FromSums: Lift {
    /// How many numbers a cell is lifted to.
    fn numbers(&self) -> usize;

    /// What makes the values of windows of 2 × 2 side by side, if that is quicker than by way of their sums.
    fn squares(&self) -> Option<Squares> {
        None
    }

    /// The values of a row of windows.
    fn finish(&self, row: &mut RowOfSums, values: &mut [f32]);

    /// The value of one window, where the sums gave NaN.
    fn alone(&self, _window: &[f32]) -> f64 {
        f64::NAN
    }
}

/// The values of such a method.
pub(super) fn sums(
    method: &dyn FromSums,
    cells: &[f32],
    shapes: &Shapes,
    values: &mut [f32],
    room: &mut Room,
) -> Result<()> {
    if cells.is_empty() {
        return Ok(());
    }
    let squares = method.squares().zip(shapes.squares());
    let mut sums = Sums::new(&shapes.plan, method.numbers(), &mut room.sums)?;
    shapes.each_plane(cells, values, |plane, values| {
        if let Some((squares, [_, columns])) = squares {
            let (width, windows) = (columns.extent, columns.spans.len());
            for (rows, values) in plane.chunks_exact(2 * width).zip(values.chunks_exact_mut(windows)) {
                let (above, below) = rows.split_at(width);
                squares([&above[..2 * windows], &below[..2 * windows]], values);
            }
        } else {
            sums.reduce(plane, method, &mut |row| method.finish(row, &mut values[row.first..][..row.len()]))?;
        }
        // Fast ways give a NaN wherever they do not know.
        if values.iter().fold(0, |any, value| any | u32::from(value.is_nan())) == 0 {
            return Ok(());
        }
        for (window, value) in values.iter_mut().enumerate().filter(|(_, value)| value.is_nan()) {
            gather(plane, &shapes.plan, window, &mut room.cells)?;
            *value = method.alone(&room.cells) as f32;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use crate::{Pool, Pooling, Window};

    #[test]
    fn a_repeated_call_asks_for_no_memory() {
        let methods = [
            Pooling::Max,
            Pooling::Min,
            Pooling::Average { count_include_pad: true, divisor_override: None },
            Pooling::Average { count_include_pad: false, divisor_override: None },
            Pooling::lp(2.0),
            Pooling::lp(2.5),
            Pooling::lp(8.0),
            Pooling::GeneralizedMean { norm_type: 3.0 },
            Pooling::LogSumExp { sharpness: 1.0 },
            Pooling::Soft,
            Pooling::Stochastic { seed: 1 },
            Pooling::StochasticMean,
            Pooling::Median,
            Pooling::Rank { rank: 2 },
            Pooling::TopK { k: 2 },
            Pooling::Subsample,
        ];
        let shape = [1, 2, 9, 11];
        let mut x: Vec<f32> = (0..198u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 28) as f32 - 8.0).collect();
        // What has to be done one by one too.
        (x[5], x[70], x[150]) = (f32::NAN, f32::INFINITY, 1e9);
        let windows = [
            Window::new([3, 2]).stride([2, 1]).padding([[1, 1], [1, 0]]),
            Window::new([3, 3]).padding([[1, 1], [1, 1]]),
            Window::new([5, 7]).padding([[2, 2], [3, 3]]),
        ];
        for (method, window) in methods.iter().flat_map(|method| windows.iter().map(move |window| (method, window))) {
            let layer = Pool::new(method.clone(), window.clone()).unwrap();
            let mut ready = layer.prepare(&shape).unwrap();
            let mut y = vec![0.0; ready.output_shape().iter().product()];
            ready.forward_into(&x, &mut y).unwrap();
            let first = y.clone();
            let again = allocation_counter::measure(|| ready.forward_into(&x, &mut y).unwrap());
            // What leads from a method to its arithmetic is a box, which may hold parameters.
            assert!(again.count_total <= 1 && again.bytes_total <= 64, "{layer:?}: {again:?}");
            assert!(y.iter().zip(&first).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
    }
}
