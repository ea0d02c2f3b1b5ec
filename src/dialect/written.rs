//! A layer as a line of source has it: the parameters that were written, and nothing that depends on an input.

use super::rules::{Meaning, Rules};
use super::{Dialect, Layout, limits};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Geometry, OddCell, Window};
use crate::pool::{Pool, Pooling};
use crate::shown::Shown;

/// A layer in the words of one dialect. What was left out stays out, so that another dialect can read the same line
/// with its own defaults; SAME stays SAME until there is an input.
///
/// ```
/// use deep_end::dialect::{self, Dialect};
/// use deep_end::{Pool, Pooling, Window};
/// let written = dialect::read(r#"MaxPooling2D(pool_size=3, strides=2, padding="same")"#)?;
/// assert_eq!(written.dialect(), Dialect::Keras);
/// // 8 rows need one row of padding in all, and Keras puts it at the end; 7 rows need one on either side.
/// let window = Window::new([3, 3]).stride([2, 2]).padding([[0, 1], [1, 1]]);
/// assert_eq!(written.layer(&[8, 7])?, Pool::new(Pooling::Max, window)?);
/// # Ok::<(), deep_end::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    pub(super) dialect: Dialect,
    pub(super) method: Method,
    pub(super) reach: Reach,
    /// How many spatial axes the input has to have, where the line tells.
    pub(super) axes: Option<usize>,
    pub(super) layout: Layout,
    /// Padding that is written out before the layer.
    pub(super) border: Option<Border>,
    /// Whether the layer reads |x|.
    pub(super) magnitude: bool,
}

/// The methods that the dialects share, with what was written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Method {
    Max,
    /// An operator of its own, or −max(−x).
    Min,
    Average {
        count_include_pad: Option<bool>,
        divisor_override: Option<i32>,
    },
    Lp {
        norm_type: f64,
    },
}

/// What decides which cells an output cell reads.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reach {
    Window(Sliding),
    /// Output extents; `None` keeps the input's.
    Adaptive(Each<Option<usize>>),
    Global,
}

/// The parameters of a sliding window.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sliding {
    pub kernel_size: Each<usize>,
    pub stride: Option<Each<usize>>,
    pub padding: Padding,
    pub dilation: Option<Each<usize>>,
    pub ceil_mode: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Padding {
    /// VALID, or nothing said.
    None,
    Explicit(Each<[usize; 2]>),
    Same(OddCell),
}

/// Cells set around the input before the layer reads it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Border {
    pub cells: Vec<[usize; 2]>,
    /// What the layer then reads there: after the minus, where the minimum is −max(−x).
    pub fill: f64,
}

/// One value for every axis, or one for each.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Each<T> {
    All(T),
    List(Vec<T>),
}

impl<T: Clone> Each<T> {
    pub fn over(&self, axes: usize) -> Vec<T> {
        match self {
            Self::All(value) => vec![value.clone(); axes],
            Self::List(values) => values.clone(),
        }
    }

    /// How many axes a list has.
    pub fn axes(&self) -> Option<usize> {
        if let Self::List(values) = self { Some(values.len()) } else { None }
    }
}

impl Written {
    /// The dialect that the layer is written in.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Where the channels of its input are.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// How many spatial axes its input has, where the line tells: `GlobalMaxPool` takes any.
    pub fn axes(&self) -> Option<usize> {
        self.axes
    }

    /// The same parameters under another dialect's defaults: what a line means when it is carried over word by word.
    ///
    /// ```
    /// use deep_end::dialect::{self, Dialect};
    /// // PyTorch's stride is the kernel's size where none is written, ONNX's is 1.
    /// let written = dialect::read("nn.MaxPool1d(2)")?;
    /// assert_eq!(written.layer(&[6])?.output_shape(&[1, 1, 6])?, [1, 1, 3]);
    /// let carried = written.carried_to(Dialect::Onnx)?;
    /// assert_eq!(carried.layer(&[6])?.output_shape(&[1, 1, 6])?, [1, 1, 5]);
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    ///
    /// # Errors
    /// Names the parameter that the other dialect does not have, or refuses.
    pub fn carried_to(&self, dialect: Dialect) -> Result<Self> {
        // One name for one thing: what is global in one dialect is adaptive, to 1, in another.
        let to_one = |size: &Each<Option<usize>>| size.over(1).iter().all(|&size| size == Some(1));
        let reach = match &self.reach {
            Reach::Global if dialect == Dialect::PyTorch => Reach::Adaptive(Each::All(Some(1))),
            Reach::Adaptive(size) if dialect == Dialect::Onnx && to_one(size) => Reach::Global,
            reach => reach.clone(),
        };
        let carried = Self { dialect, reach, layout: dialect.layout(), ..self.clone() };
        limits::check(&carried)?;
        Ok(carried)
    }

    /// The layer for inputs with these spatial extents, outermost first: its padding is in cells, whatever was
    /// written. What its dialect answers where that differs from this crate is in [`meaning`](Self::meaning).
    ///
    /// # Errors
    /// When the number of axes differs, or a value breaks a rule.
    pub fn layer(&self, spatial: &[usize]) -> Result<Pool> {
        if self.axes.is_some_and(|axes| axes != spatial.len()) {
            let rule = format!("the layer has {} spatial axes", self.axes.unwrap_or_default());
            return Err(Error::new(ErrorKind::Shape, "shape", spatial, rule));
        }
        let axes = spatial.len();
        let geometry = match &self.reach {
            Reach::Global => Geometry::Global,
            Reach::Adaptive(output_size) => {
                let kept =
                    output_size.over(axes).into_iter().zip(spatial).map(|(size, &extent)| size.unwrap_or(extent));
                Geometry::Adaptive { output_size: kept.collect() }
            }
            Reach::Window(sliding) => self.window(sliding, spatial)?.into(),
        };
        Pool::with_geometry(self.pooling()?, geometry)
    }

    /// The layer, and the rules by which its dialect answers.
    ///
    /// # Errors
    /// As [`layer`](Self::layer).
    pub fn meaning(&self, spatial: &[usize]) -> Result<Meaning> {
        let rules = Rules { lp_signed: self.dialect == Dialect::PyTorch && !self.magnitude, ..self.dialect.rules() };
        Ok(Meaning::new(self.layer(spatial)?, rules))
    }

    fn window(&self, sliding: &Sliding, spatial: &[usize]) -> Result<Window> {
        let axes = spatial.len();
        let kernel_size = sliding.kernel_size.over(axes);
        let stride = match &sliding.stride {
            Some(stride) => stride.over(axes),
            None if self.dialect.stride_is_kernel() => kernel_size.clone(),
            None => vec![1; axes],
        };
        let mut window = Window::new(kernel_size).stride(stride).ceil_mode(sliding.ceil_mode);
        if let Some(dilation) = &sliding.dilation {
            window = window.dilation(dilation.over(axes));
        }
        match (&sliding.padding, &self.border) {
            (Padding::Same(odd), None) => window.ceil_mode(false).same_padding(spatial, *odd),
            (Padding::Explicit(padding), None) => Ok(window.padding(padding.over(axes))),
            (Padding::None, None) => Ok(window),
            (Padding::None, Some(border)) => bordered(window, border, spatial),
            (padding, Some(_)) => {
                let rule = "the input is padded before the layer already: pad once";
                Err(Error::new(ErrorKind::Parameter, "padding", padding.shown(), rule))
            }
        }
    }

    fn pooling(&self) -> Result<Pooling> {
        Ok(match self.method {
            Method::Max if self.magnitude => Pooling::lp(f64::INFINITY),
            Method::Max => Pooling::Max,
            Method::Min => Pooling::Min,
            Method::Lp { norm_type } => Pooling::lp(norm_type),
            Method::Average { count_include_pad, divisor_override } => Pooling::Average {
                // Cells that were set around the input are cells.
                count_include_pad: self.border.is_some()
                    || count_include_pad.unwrap_or_else(|| self.dialect.counts_padding()),
                divisor_override,
            },
        })
    }
}

/// The window over the input as it was before the border: the border is its padding.
fn bordered(window: Window, border: &Border, spatial: &[usize]) -> Result<Window> {
    let padded: Option<Vec<usize>> = spatial
        .iter()
        .zip(&border.cells)
        .map(|(extent, [before, after])| extent.checked_add(*before)?.checked_add(*after))
        .collect();
    let bare = Geometry::from(window.clone());
    let inside = window.padding(border.cells.clone());
    if let Some(padded) = padded
        && bare.plan(&padded)?.output_shape() == Geometry::from(inside.clone()).plan(spatial)?.output_shape()
    {
        return Ok(inside);
    }
    let rule = "with ceil_mode a last window would lie in the cells set after the input, where this crate has none";
    Err(Error::new(ErrorKind::Parameter, "padding", border.cells.as_slice(), rule))
}

impl Shown for Padding {
    fn shown(&self) -> String {
        match self {
            Self::None => "none".to_owned(),
            Self::Explicit(Each::All(pair)) => pair.shown(),
            Self::Explicit(Each::List(pairs)) => pairs.shown(),
            Self::Same(_) => "SAME".to_owned(),
        }
    }
}
