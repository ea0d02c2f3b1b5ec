//! Small filters over pictures and maps.

use crate::error::{Error, ErrorKind, Result};
use crate::geometry::Positions;
use crate::pool::{length, product, reserve};
use crate::shown::{Shown, quoted};

/// What a filter reads beyond the map's ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Border {
    /// Zeros, as a convolution layer does.
    Zero,
    /// The nearest cell of the map, so that a filter whose weights add up to 0 finds no edge along the frame.
    Edge,
}

impl Border {
    /// The border of this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "zero" => Ok(Self::Zero),
            "edge" => Ok(Self::Edge),
            _ => Err(Error::new(ErrorKind::Parameter, "border", quoted(name), "must be zero or edge")),
        }
    }
}

/// The largest side of a filter.
const LARGEST: usize = 15;

pub(super) fn check_kernel(kernel: &[f32]) -> Result<()> {
    let side = kernel.len().isqrt();
    if side * side == kernel.len() && !side.is_multiple_of(2) && side <= LARGEST {
        return Ok(());
    }
    let rule = "must be a square of weights, 1 to 15 a side, odd";
    Err(Error::new(ErrorKind::Parameter, "kernel.length", kernel.len(), rule))
}

/// Lays the square `kernel`, row-major, its side odd, over every cell of every plane of `x`, shaped (N, C, height, width),
/// and adds up weight times cell, as convolution layers do (the kernel is not mirrored). The result has x's shape. Sums
/// are in f32, the kernel's cells one after the other.
///
/// ```
/// use deep_end::stages::{Border, filter};
/// // What grows from left to right: the right neighbour minus the left one.
/// let across = [0.0, 0.0, 0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0];
/// let y = filter(&[1.0, 2.0, 5.0], &[1, 1, 1, 3], &across, Border::Edge)?;
/// assert_eq!(y, [1.0, 4.0, 3.0]);
/// let y = filter(&[1.0, 2.0, 5.0], &[1, 1, 1, 3], &across, Border::Zero)?;
/// assert_eq!(y, [2.0, 4.0, -2.0]);
/// # Ok::<(), deep_end::Error>(())
/// ```
///
/// # Errors
/// When the kernel is not square with an odd side of at most 15, the shape has not four extents or another number of
/// cells, or the result does not fit into memory.
pub fn filter(x: &[f32], shape: &[usize], kernel: &[f32], border: Border) -> Result<Vec<f32>> {
    check_kernel(kernel)?;
    let &[_, _, height, width] = shape else {
        return Err(Error::new(ErrorKind::Shape, "shape", shape, "a filter takes N, C, height and width"));
    };
    check_length(x, shape)?;
    let mut y = reserve(x.len(), shape)?;
    y.resize(x.len(), 0.0);
    if !y.is_empty() {
        let all = [height, width].map(|extent| Positions::of_runs(vec![[0, extent]]));
        filter_part(x, [height, width], kernel, border, &all, &mut y)?;
    }
    Ok(y)
}

fn check_length(x: &[f32], shape: &[usize]) -> Result<()> {
    if product("shape", shape)? == x.len() {
        return Ok(());
    }
    let rule = ["must be the product of shape, ", &shape.shown()].concat();
    Err(Error::new(ErrorKind::Shape, "x.length", x.len(), rule))
}

/// The cells of an axis that a filter which reaches so far reads for these positions.
pub(super) fn around(positions: &Positions, extent: usize, reach: usize) -> Vec<[usize; 2]> {
    let run = |&[start, end]: &[usize; 2]| [start.saturating_sub(reach), extent.min(end + reach)];
    positions.runs().iter().map(run).collect()
}

/// The same for these rows and columns of every plane of these extents, into `y`, which has a cell for each. `x` has the
/// cells [`around`] them side by side. The kernel is one that [`check_kernel`] was content with.
pub(super) fn filter_part(
    x: &[f32],
    [height, width]: [usize; 2],
    kernel: &[f32],
    border: Border,
    [rows, columns]: &[Positions; 2],
    y: &mut [f32],
) -> Result<()> {
    let side = kernel.len().isqrt();
    let reach = side / 2;
    let (down, across) = (around(rows, height, reach), around(columns, width, reach));
    let (tall, wide) = (length(&down), length(&across));
    let room = columns.count() + 2 * reach * across.len();
    let mut row = reserve(room, &[room])?;
    row.resize(room, 0.0);
    y.fill(0.0);
    for (plane, target) in x.chunks_exact(tall * wide).zip(y.chunks_exact_mut(rows.count() * columns.count())) {
        let mut bases = Vec::new();
        down.iter().fold(0, |base, [start, end]| {
            bases.push(base);
            base + end - start
        });
        for ((at, run), target) in rows.each().zip(target.chunks_exact_mut(columns.count())) {
            for (weights, tap) in kernel.chunks_exact(side).zip(0..) {
                let Some(from) = source(at + tap, reach, height, border) else { continue };
                let from = bases[run] + from - down[run][0];
                widen(&plane[from * wide..][..wide], columns.runs(), &across, &mut row, reach, border);
                for (&weight, tap) in weights.iter().zip(0..) {
                    apply(weight, tap, columns.runs(), &row, 2 * reach, target);
                }
            }
        }
    }
    Ok(())
}

/// Adds one tap's terms: written apart, so that the cells of a run are added up several at a time.
fn apply(weight: f32, tap: usize, runs: &[[usize; 2]], row: &[f32], around: usize, target: &mut [f32]) {
    if runs.len() == target.len() {
        let cells = row[tap..].iter().step_by(around + 1);
        return target.iter_mut().zip(cells).for_each(|(sum, cell)| *sum += weight * cell);
    }
    let (mut row, mut target) = (row, target);
    for [start, end] in runs {
        let (sums, rest) = target.split_at_mut(end - start);
        sums.iter_mut().zip(&row[tap..]).for_each(|(sum, cell)| *sum += weight * cell);
        (row, target) = (&row[end - start + around..], rest);
    }
}

/// The row that is read as row `at` − `reach`; none where that is zeros.
fn source(at: usize, reach: usize, height: usize, border: Border) -> Option<usize> {
    match (at.checked_sub(reach), border) {
        (Some(row), _) if row < height => Some(row),
        (_, Border::Zero) => None,
        (Some(_), Border::Edge) => Some(height - 1),
        (None, Border::Edge) => Some(0),
    }
}

/// Runs of a row, each with what its positions read to either side.
fn widen(cells: &[f32], runs: &[[usize; 2]], across: &[[usize; 2]], wide: &mut [f32], reach: usize, border: Border) {
    let (mut cells, mut wide) = (cells, wide);
    for (&[start, end], &[first, last]) in runs.iter().zip(across) {
        let (here, rest) = cells.split_at(last - first);
        let (row, further) = wide.split_at_mut(end - start + 2 * reach);
        // What is missing lies beyond the map's ends.
        let before = reach - (start - first);
        let ends = match border {
            Border::Zero => [0.0; 2],
            Border::Edge => [here[0], here[here.len() - 1]],
        };
        row[..before].fill(ends[0]);
        row[before..][..here.len()].copy_from_slice(here);
        row[before + here.len()..].fill(ends[1]);
        (cells, wide) = (rest, further);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, cell by cell.
    fn plain(x: &[f32], [height, width]: [usize; 2], kernel: &[f32], side: usize, border: Border) -> Vec<f32> {
        let read = |row: isize, column: isize| {
            let inside = (0..height as isize).contains(&row) && (0..width as isize).contains(&column);
            if !inside && border == Border::Zero {
                return 0.0;
            }
            let (row, column) = (row.clamp(0, height as isize - 1), column.clamp(0, width as isize - 1));
            x[row as usize * width + column as usize]
        };
        let reach = (side / 2) as isize;
        let mut y = vec![];
        for row in 0..height as isize {
            for column in 0..width as isize {
                let taps = (0..side as isize).flat_map(|a| (0..side as isize).map(move |b| (a, b)));
                let sum = taps.zip(kernel).map(|((a, b), w)| w * read(row + a - reach, column + b - reach));
                y.push(sum.fold(0.0, |sum, term| sum + term));
            }
        }
        y
    }

    proptest! {
        #[test]
        fn a_filter_is_its_definition(
            height in 1usize..7, width in 1usize..7, reach in 0usize..3, edge: bool,
            numbers in proptest::collection::vec(-8i8..8, 25 + 2 * 36),
        ) {
            let side = 2 * reach + 1;
            let numbers: Vec<f32> = numbers.iter().map(|&number| f32::from(number)).collect();
            let (kernel, cells) = (&numbers[..side * side], &numbers[25..][..2 * height * width]);
            let border = if edge { Border::Edge } else { Border::Zero };
            let y = filter(cells, &[1, 2, height, width], kernel, border).unwrap();
            let planes: Vec<f32> =
                cells.chunks(height * width).flat_map(|x| plain(x, [height, width], kernel, side, border)).collect();
            prop_assert_eq!(y, planes);
        }
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        let message =
            |shape: &[usize], kernel: &[f32]| filter(&[0.0; 4], shape, kernel, Border::Zero).unwrap_err().to_string();
        assert_eq!(
            message(&[1, 1, 2, 2], &[1.0; 4]),
            "kernel.length is 4: must be a square of weights, 1 to 15 a side, odd"
        );
        assert_eq!(message(&[1, 1, 4], &[1.0]), "shape is [1, 1, 4]: a filter takes N, C, height and width");
        assert_eq!(message(&[1, 1, 2, 3], &[1.0]), "x.length is 4: must be the product of shape, [1, 1, 2, 3]");
        assert_eq!(Border::named("wrap").unwrap_err().to_string(), "border is \"wrap\": must be zero or edge");
    }
}
