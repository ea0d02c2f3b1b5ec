//! Which pixels decide an output cell of a stack of layers, and how much.

use super::{Inspector, Plane, position};
use crate::error::{Error, ErrorKind, Result};
use crate::pool::Pool;

/// Pooling layers over one feature map, each applied to the last one's output.
///
/// ```
/// use deep_end::inspect::{Plane, Share, Stack};
/// use deep_end::{Pool, Pooling, Window};
/// let layers = [Pool::new(Pooling::Max, Window::new([2]))?, Pool::new(Pooling::average(), Window::new([2]))?];
/// let stack = Stack::run(&layers, Plane::new(vec![1.0, 3.0, 8.0, 0.0, 9.0], [5])?)?;
/// assert_eq!(stack.output().cells(), [5.5]); // the mean of max(1, 3) and max(8, 0)
/// let maps = stack.trace(&[0])?;
/// // Half of it comes from each maximum, and through it from one pixel.
/// assert_eq!(maps[1].cells, [Share { at: 0, value: 3.0, slope: 0.5 }, Share { at: 1, value: 8.0, slope: 0.5 }]);
/// assert_eq!(maps[0].cells, [Share { at: 1, value: 3.0, slope: 0.5 }, Share { at: 2, value: 8.0, slope: 0.5 }]);
/// # Ok::<(), deep_end::Error>(())
/// ```
pub struct Stack<'a> {
    layers: Vec<Inspector<'a>>,
    output: Plane<'a>,
}

/// One of the maps that a trace passes through.
#[derive(Clone, Debug, PartialEq)]
pub struct TracedMap {
    /// Its extents.
    pub shape: Vec<usize>,
    /// The cells by which the traced output changes, ascending: those whose slope is not 0.
    pub cells: Vec<Share>,
}

/// What a cell has to do with an output cell further on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Its flat place in its map.
    pub at: usize,
    /// Its value.
    pub value: f32,
    /// The slope of the traced output by it: the product of the slopes on the way, added up over all ways.
    pub slope: f64,
}

impl<'a> Stack<'a> {
    /// Runs the layers, one after the other, and keeps every map.
    ///
    /// # Errors
    /// When a layer does not fit the map it is given, or the maps do not fit into memory.
    pub fn run(pools: &'a [Pool], plane: Plane<'a>) -> Result<Self> {
        let (mut layers, mut output) = (Vec::new(), plane);
        for pool in pools {
            let layer = Inspector::new(pool, output)?;
            output = layer.output()?;
            layers.push(layer);
        }
        Ok(Self { layers, output })
    }

    /// The layers over their inputs, first to last.
    pub fn layers(&self) -> &[Inspector<'a>] {
        &self.layers
    }

    /// What the last layer made; without layers, the map given.
    pub fn output(&self) -> &Plane<'a> {
        &self.output
    }

    /// Follows the output cell at this position back through the layers by the chain rule. The maps from the pixels on:
    /// map i is layer i's input, the last one the output with the cell itself, whose slope is 1. The slopes at the
    /// pixels are what the layers' backward passes give for a gradient of 1 at the output cell and 0 elsewhere; only
    /// the windows on the way are looked at.
    ///
    /// # Errors
    /// When `output` is no position in the last map, or the cells on the way do not fit into memory.
    pub fn trace(&self, output: &[usize]) -> Result<Vec<TracedMap>> {
        let at = super::flat("output", output, self.output.shape())?;
        let share = Share { at, value: self.output.cells()[at], slope: 1.0 };
        let mut maps = vec![TracedMap { shape: self.output.shape().to_vec(), cells: vec![share] }];
        for layer in self.layers.iter().rev() {
            let cells = back(layer, &maps[maps.len() - 1].cells)?;
            maps.push(TracedMap { shape: layer.plane.shape().to_vec(), cells });
        }
        maps.reverse();
        Ok(maps)
    }
}

/// A layer that a trace can pass through. Places are flat in the layer's whole input and output, which for a layer that
/// mixes channels are all of them.
trait Traced {
    /// The layer's input.
    fn input(&self) -> &[f32];
    /// Calls `each` with every input cell that the output cell at `output` reads, and the slope by it.
    fn slopes(&self, output: usize, each: &mut dyn FnMut(usize, f32) -> Result<()>) -> Result<()>;
}

impl Traced for Inspector<'_> {
    fn input(&self) -> &[f32] {
        self.plane.cells()
    }

    fn slopes(&self, output: usize, each: &mut dyn FnMut(usize, f32) -> Result<()>) -> Result<()> {
        let probe = self.probe(&position(output, self.output_shape()))?;
        probe.slopes()?.iter().zip(probe.places()).try_for_each(|(&slope, &at)| each(at, slope))
    }
}

/// From the cells of a layer's output to those of its input.
fn back(layer: &impl Traced, cells: &[Share]) -> Result<Vec<Share>> {
    let mut sums = Sums::default();
    for cell in cells {
        // Slopes of 0 are left out as they come: 0 · ∞ would be a NaN at a cell that changes nothing.
        layer.slopes(cell.at, &mut |at, slope| {
            if slope == 0.0 { Ok(()) } else { sums.add(at, cell.slope * f64::from(slope)) }
        })?;
    }
    sums.merge();
    sums.terms.retain(|term| term.slope != 0.0);
    let mut shares = reserve(sums.terms.len())?;
    let share = |term: &Term| Share { at: term.at, value: layer.input()[term.at], slope: term.slope };
    shares.extend(sums.terms.iter().map(share));
    Ok(shares)
}

/// Sums over cells of which few are known: a list of terms, merged whenever it has doubled.
#[derive(Default)]
struct Sums {
    terms: Vec<Term>,
    /// How many terms the last merging left.
    merged: usize,
}

struct Term {
    at: usize,
    /// The terms of one cell are added up in the order they came in.
    turn: usize,
    slope: f64,
}

/// Below this many terms merging costs more than it saves.
const FEW: usize = 4096;

impl Sums {
    fn add(&mut self, at: usize, slope: f64) -> Result<()> {
        if self.terms.len() >= FEW.max(2 * self.merged) {
            self.merge();
        }
        self.terms.try_reserve(1).map_err(|_| too_many(self.terms.len()))?;
        self.terms.push(Term { at, turn: self.terms.len(), slope });
        Ok(())
    }

    fn merge(&mut self) {
        self.terms.sort_unstable_by_key(|term| (term.at, term.turn));
        self.terms.dedup_by(|next, sum| {
            let same = next.at == sum.at;
            if same {
                sum.slope += next.slope;
            }
            same
        });
        self.terms.iter_mut().for_each(|term| term.turn = 0);
        self.merged = self.terms.len();
    }
}

fn reserve<T>(count: usize) -> Result<Vec<T>> {
    let mut values = Vec::new();
    values.try_reserve_exact(count).map_err(|_| too_many(count))?;
    Ok(values)
}

fn too_many(count: usize) -> Error {
    Error::new(ErrorKind::Memory, "output", count, "the cells on the way to the pixels do not fit into memory")
}
