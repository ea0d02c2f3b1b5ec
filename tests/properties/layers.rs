//! Random layers: windows with every parameter in one to three axes, adaptive regions, whole planes.

use deep_end::{Geometry, Window};
use ndarray::{ArrayD, IxDyn};
use proptest::prelude::*;

/// One axis of a sliding window, in the definition's terms.
#[derive(Clone, Debug)]
pub struct Axis {
    pub extent: usize,
    pub kernel_size: usize,
    pub stride: usize,
    pub padding: [usize; 2],
    pub dilation: usize,
}

/// Where a layer reads, and the plane it is laid over.
#[derive(Clone, Debug)]
pub enum Layer {
    Sliding { axes: Vec<Axis>, ceil_mode: bool },
    Adaptive { extents: Vec<usize>, output_size: Vec<usize> },
    Global { extents: Vec<usize> },
}

impl Layer {
    pub fn geometry(&self) -> Geometry {
        match self {
            Self::Sliding { axes, ceil_mode } => {
                let pick = |value: fn(&Axis) -> usize| axes.iter().map(value).collect::<Vec<_>>();
                Window::new(pick(|axis| axis.kernel_size))
                    .stride(pick(|axis| axis.stride))
                    .padding(axes.iter().map(|axis| axis.padding).collect::<Vec<_>>())
                    .dilation(pick(|axis| axis.dilation))
                    .ceil_mode(*ceil_mode)
                    .into()
            }
            Self::Adaptive { output_size, .. } => Geometry::Adaptive { output_size: output_size.clone() },
            Self::Global { .. } => Geometry::Global,
        }
    }

    pub fn extents(&self) -> Vec<usize> {
        match self {
            Self::Sliding { axes, .. } => axes.iter().map(|axis| axis.extent).collect(),
            Self::Adaptive { extents, .. } | Self::Global { extents } => extents.clone(),
        }
    }

    /// How many taps a sliding window has, wherever they fall; `None` for regions.
    pub fn taps(&self) -> Option<usize> {
        match self {
            Self::Sliding { axes, .. } => Some(axes.iter().map(|axis| axis.kernel_size).product()),
            _ => None,
        }
    }
}

/// An axis of any kind; whether a window fits it is another question.
pub fn axis() -> impl Strategy<Value = Axis> {
    (1..7usize, 1..4usize, 1..5usize, 1..4usize).prop_flat_map(|(extent, kernel_size, stride, dilation)| {
        let below = 0..dilation * (kernel_size - 1) + 1;
        [below.clone(), below].prop_map(move |padding| Axis { extent, kernel_size, stride, padding, dilation })
    })
}

/// A layer over a plane that at least one of its windows fits.
pub fn layer() -> impl Strategy<Value = Layer> {
    prop_oneof![4 => sliding(), 1 => adaptive(), 1 => extents().prop_map(|extents| Layer::Global { extents })]
}

/// A sliding window over a plane that it fits.
pub fn sliding() -> impl Strategy<Value = Layer> {
    any::<bool>().prop_flat_map(|ceil_mode| {
        let fits = axis().prop_filter("a window fits", move |axis| axis.outputs(ceil_mode) > 0);
        prop::collection::vec(fits, 1..=3).prop_map(move |axes| Layer::Sliding { axes, ceil_mode })
    })
}

/// Fewer regions than cells, as many, or more.
fn adaptive() -> impl Strategy<Value = Layer> {
    prop::collection::vec((1..7usize, 1..9usize), 1..=3).prop_map(|axes| {
        let (extents, output_size) = axes.into_iter().unzip();
        Layer::Adaptive { extents, output_size }
    })
}

fn extents() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1..7usize, 1..=3)
}

/// A layer and an input for it, from empty batches (N or C of 0) to four planes.
pub fn case(
    layer: impl Strategy<Value = Layer>,
    cell: impl Strategy<Value = f32> + Clone,
) -> impl Strategy<Value = (Layer, ArrayD<f32>)> {
    let batch = prop_oneof![1 => Just(0), 5 => Just(1), 3 => Just(2usize)];
    (layer, batch.clone(), batch).prop_flat_map(move |(layer, n, c)| {
        let shape = [&[n, c], layer.extents().as_slice()].concat();
        let values = prop::collection::vec(cell.clone(), shape.iter().product::<usize>());
        values.prop_map(move |values| (layer.clone(), ArrayD::from_shape_vec(IxDyn(&shape), values).unwrap()))
    })
}
