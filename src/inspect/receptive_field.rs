//! Which pixels a cell deep in a stack of layers can see.

use super::flat;
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{AxisPlan, Geometry, Span};

/// The receptive fields of a stack of layers: pooling, convolutions, anything with a [`Geometry`]. They are the windows';
/// what blur pooling's filter sees around them is not in them.
///
/// ```
/// use deep_end::inspect::ReceptiveField;
/// use deep_end::{Geometry, Window};
/// // A 3-wide convolution that keeps the size, pooling by 2, another such convolution.
/// let conv = Geometry::from(Window::new([3]).stride([1]).padding([[1, 1]]));
/// let layers = [conv.clone(), Window::new([2]).into(), conv];
/// let field = ReceptiveField::of(&layers, &[8])?;
/// let last = field.maps[3][0].regular.unwrap();
/// // 1 + 2·1 + 1·1 + 2·2 = 8 pixels, every 2 pixels, from −1 − 2 = −3: its centre lies at 0.5, between two pixels.
/// assert_eq!((last.size, last.jump, last.start, last.centre()), (8, 2, -3, 0.5));
/// assert_eq!(field.pixels(&[0])?, [[0, 5]]);
/// assert_eq!(field.pixels(&[3])?, [[3, 8]]);
/// # Ok::<(), deep_end::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ReceptiveField {
    /// For each map, the input first, then what each layer makes: its axes, outermost first.
    pub maps: Vec<Vec<AxisField>>,
}

/// The receptive fields of one map along one axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxisField {
    /// The usual numbers, as long as every layer so far has windows of one size at one distance: sliding windows, and
    /// regions that happen to be even.
    pub regular: Option<Regular>,
    /// For each position, the pixels `[start, end)` from the first to the last that it can see, cut off at the borders;
    /// `[0, 0]` where it sees padding only. Exact for every geometry. Padding of any layer shows no pixel.
    pub pixels: Vec<[usize; 2]>,
}

/// Receptive fields of one size, equally far apart. Padding counts as more pixels, on every layer. By the recurrence of
/// A. Araujo, W. Norris and J. Sim, *Computing Receptive Fields of Convolutional Neural Networks*, 2019: a layer with
/// kernel k, stride s, dilation d and b cells of padding before makes, from size r, jump j and start a, the size
/// r + (k − 1)·d·j, the jump j·s and the start a − b·j.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Regular {
    /// Pixels from the first to the last that a cell sees.
    pub size: usize,
    /// Pixels between the fields of neighbours: the product of the strides.
    pub jump: usize,
    /// The first pixel of the first cell's field; below 0 in the padding.
    pub start: i64,
}

impl Regular {
    /// The middle of the first cell's field, in pixels: whole at a pixel's centre, a half between two.
    pub fn centre(self) -> f64 {
        self.start as f64 + (self.size - 1) as f64 / 2.0
    }
}

impl ReceptiveField {
    /// The receptive fields of these layers, first to last, over an input with these spatial extents.
    ///
    /// # Errors
    /// When a layer does not fit the map it is given, or a receptive field has more pixels than a machine word counts.
    pub fn of<'g>(layers: impl IntoIterator<Item = &'g Geometry>, spatial: &[usize]) -> Result<Self> {
        let mut shape = spatial.to_vec();
        let mut maps = vec![shape.iter().map(|&extent| pixels_themselves(extent)).collect::<Result<Vec<_>>>()?];
        for geometry in layers {
            let plan = geometry.plan(&shape)?;
            let layer = |axis: usize| maps[maps.len() - 1][axis].after(&plan.axes()[axis], sliding(geometry, axis));
            let map = (0..shape.len()).map(layer).collect::<Result<_>>()?;
            shape = plan.output_shape();
            maps.push(map);
        }
        Ok(Self { maps })
    }

    /// The box of pixels that the cell at this position of the last map can see: `[start, end)` on each axis.
    ///
    /// # Errors
    /// When `output` is no position in the last map.
    pub fn pixels(&self, output: &[usize]) -> Result<Vec<[usize; 2]>> {
        let last = &self.maps[self.maps.len() - 1];
        flat("output", output, &last.iter().map(|axis| axis.pixels.len()).collect::<Vec<_>>())?;
        Ok(last.iter().zip(output).map(|(axis, &at)| axis.pixels[at]).collect())
    }
}

/// What the recurrence takes of a layer: taps, their distance, the windows' distance, where the first window starts.
#[derive(Clone, Copy)]
struct Layer {
    taps: usize,
    step: usize,
    stride: usize,
    origin: i64,
}

/// Of a sliding window; `None` for regions, whose plan has to tell.
fn sliding(geometry: &Geometry, axis: usize) -> Option<Layer> {
    let Geometry::Window(window) = geometry else { return None };
    let [before, _] = window.padding[axis];
    let (taps, step, stride) = (window.kernel_size[axis], window.dilation[axis], window.stride[axis]);
    Some(Layer { taps, step, stride, origin: -(before as i64) })
}

/// Of regions, if they are of one size and equally far apart. A single one counts as the first of a row.
fn even(axis: &AxisPlan) -> Option<Layer> {
    let first = axis.spans.first()?;
    let stride = match axis.spans.get(1) {
        Some(second) => second.start.checked_sub(first.start)?,
        None => first.len,
    };
    let follows = |pair: &[Span]| pair[1].len == first.len && pair[1].start.checked_sub(pair[0].start) == Some(stride);
    let layer = Layer { taps: first.len, step: axis.step, stride, origin: first.start as i64 };
    axis.spans.windows(2).all(follows).then_some(layer)
}

/// Every pixel sees itself.
fn pixels_themselves(extent: usize) -> Result<AxisField> {
    let mut pixels = reserve(extent)?;
    pixels.extend((0..extent).map(|at| [at, at + 1]));
    Ok(AxisField { regular: Some(Regular { size: 1, jump: 1, start: 0 }), pixels })
}

impl AxisField {
    /// The same one layer further on.
    fn after(&self, axis: &AxisPlan, sliding: Option<Layer>) -> Result<Self> {
        let regular = match (self.regular, sliding.or_else(|| even(axis))) {
            (Some(regular), Some(layer)) => Some(regular.after(layer)?),
            _ => None,
        };
        // Where fields come in order, the first and the last that are seen hold all between them.
        let seen = |pixels: &&[usize; 2]| pixels[0] < pixels[1];
        let in_order = self.pixels.iter().filter(seen).is_sorted_by(|a, b| a[0] <= b[0] && a[1] <= b[1]);
        let mut pixels = reserve(axis.spans.len())?;
        pixels.extend(axis.spans.iter().map(|span| {
            let read = |tap: usize| &self.pixels[span.start + tap * axis.step];
            if !in_order {
                return (0..span.len).map(read).filter(seen).fold([0, 0], around);
            }
            let (first, last) = ((0..span.len).map(read).find(seen), (0..span.len).rev().map(read).find(seen));
            first.into_iter().chain(last).fold([0, 0], around)
        }));
        Ok(Self { regular, pixels })
    }
}

/// The pixels from the first to the last of both.
fn around(a: [usize; 2], b: &[usize; 2]) -> [usize; 2] {
    if a[0] == a[1] { *b } else { [a[0].min(b[0]), a[1].max(b[1])] }
}

impl Regular {
    fn after(self, layer: Layer) -> Result<Self> {
        let next = || {
            let reach = (layer.taps - 1).checked_mul(layer.step)?.checked_mul(self.jump)?;
            Some(Self {
                size: self.size.checked_add(reach)?,
                jump: self.jump.checked_mul(layer.stride)?,
                start: self.start.checked_add(layer.origin.checked_mul(i64::try_from(self.jump).ok()?)?)?,
            })
        };
        next().ok_or_else(|| {
            let rule =
                "together with the layers before, it must give a receptive field and a jump that a machine word counts";
            Error::new(ErrorKind::Shape, "stride", layer.stride, rule)
        })
    }
}

fn reserve<T>(count: usize) -> Result<Vec<T>> {
    crate::pool::reserve(count, &[count])
}
