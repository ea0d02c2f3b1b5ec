//! Which cells each output cell reads, written down window by window as a person would read it.

use crate::layers::{Axis, Layer};
use ndarray::{ArrayD, Dimension, IxDyn};

/// What one output cell reads of a plane.
#[derive(Clone, Debug)]
pub struct Window {
    /// The taps that lie in the padded input: the divisor of a mean that counts padding.
    pub padded: usize,
    /// The cells read, row-major.
    pub cells: Vec<Place>,
}

/// One cell of a window.
#[derive(Clone, Debug)]
pub struct Place {
    /// The number of the tap in the kernel, row-major.
    pub tap: usize,
    /// The number of its tap along each axis, and how many there are.
    pub along: Vec<[usize; 2]>,
    /// Where the cell lies, flat in the plane.
    pub flat: usize,
}

/// One axis of a window: for each tap its number and its position, `None` on padding.
type Taps = Vec<(usize, Option<usize>)>;

impl Axis {
    /// How many windows fit, by trying them one after the other: all of a window lies in the padded input; with ceil
    /// mode the one after the last full window too, if it begins in the input or the padding before it. Where none
    /// fits, ceil mode keeps a first one that hangs over by less than a stride.
    pub fn outputs(&self, ceil_mode: bool) -> usize {
        let padded = self.padding[0] + self.extent + self.padding[1];
        let last_tap = self.dilation * (self.kernel_size - 1);
        let full = (0..).take_while(|output| output * self.stride + last_tap < padded).count();
        let reaches_end = |count: usize| count > 0 && (count - 1) * self.stride + last_tap + 1 == padded;
        if !ceil_mode || reaches_end(full) {
            return full;
        }
        if full == 0 {
            return usize::from(last_tap + 1 - padded < self.stride);
        }
        full + usize::from(full * self.stride < self.padding[0] + self.extent)
    }

    /// The taps of one window; those beyond the padded input are left out.
    fn taps(&self, output: usize) -> Taps {
        let in_padded = |tap: usize| output * self.stride + tap * self.dilation;
        let cell = |tap: usize| in_padded(tap).checked_sub(self.padding[0]).filter(|&at| at < self.extent);
        let end = self.padding[0] + self.extent + self.padding[1];
        (0..self.kernel_size).filter(|&tap| in_padded(tap) < end).map(|tap| (tap, cell(tap))).collect()
    }
}

/// Region `i` of `m` over n cells: the cells that the interval from i · n/m to (i + 1) · n/m touches.
fn region(i: usize, m: usize, n: usize) -> Taps {
    let touched = (0..n).filter(|cell| (cell + 1) * m > i * n && cell * m < (i + 1) * n);
    touched.enumerate().map(|(tap, cell)| (tap, Some(cell))).collect()
}

impl Layer {
    /// The output's extents.
    pub fn outputs(&self) -> Vec<usize> {
        match self {
            Self::Sliding { axes, ceil_mode } => axes.iter().map(|axis| axis.outputs(*ceil_mode)).collect(),
            Self::Adaptive { output_size, .. } => output_size.clone(),
            Self::Global { extents } => vec![1; extents.len()],
        }
    }

    /// One axis of the window at one output position, and how many taps that axis of the kernel has.
    fn taps_of(&self, axis: usize, output: usize) -> (Taps, usize) {
        let sized = |taps: Taps| (taps.clone(), taps.len());
        match self {
            Self::Sliding { axes, .. } => (axes[axis].taps(output), axes[axis].kernel_size),
            Self::Adaptive { extents, output_size } => sized(region(output, output_size[axis], extents[axis])),
            Self::Global { extents } => sized(region(0, 1, extents[axis])),
        }
    }

    /// All windows, in the order of the output's cells.
    pub fn windows(&self) -> Vec<Window> {
        let outputs = self.outputs();
        ndarray::indices(IxDyn(&outputs)).into_iter().map(|place| self.window(place.slice())).collect()
    }

    /// The window at any position, as many strides on along each axis.
    pub fn window(&self, output: &[usize]) -> Window {
        let extents = self.extents();
        let start = vec![(0, Vec::new(), Some(Vec::new()))];
        let taps = output.iter().enumerate().fold(start, |outer, (axis, &position)| {
            let (inner, size) = self.taps_of(axis, position);
            type Tap = (usize, Vec<[usize; 2]>, Option<Vec<usize>>);
            let join = |(tap, along, at): &Tap, (inner, cell): &(usize, Option<usize>)| -> Tap {
                let at = at.as_ref().zip(*cell).map(|(at, cell)| [at.as_slice(), &[cell]].concat());
                (tap * size + inner, [along.as_slice(), &[[*inner, size]]].concat(), at)
            };
            outer.iter().flat_map(|outer| inner.iter().map(move |inner| join(outer, inner))).collect()
        });
        let padded = taps.len();
        let flat = |at: &[usize]| at.iter().zip(&extents).fold(0, |flat, (at, extent)| flat * extent + at);
        let place =
            |(tap, along, at): (usize, Vec<_>, Option<Vec<usize>>)| at.map(|at| Place { tap, flat: flat(&at), along });
        Window { padded, cells: taps.into_iter().filter_map(place).collect() }
    }
}

/// The planes of an array shaped (N, C, spatial…), each as its row-major cells.
pub fn planes(x: &ArrayD<f32>) -> impl Iterator<Item = &[f32]> {
    let cells = x.shape()[2..].iter().product();
    x.as_slice().expect("made in standard layout").chunks_exact(cells)
}
