//! From a layer to a line of source: candidates in the dialect's words, the plainest first, of which the first one
//! that means the layer is written. What a candidate means is decided where every line's meaning is, so nothing is
//! written that would be read as another layer.

use super::differences::Differences;
use super::rules::{Meaning, Rules};
use super::written::{Border, Each, Method, Padding, Reach, Sliding, Written};
use super::{Dialect, Layout, Reason, limits, print};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{Geometry, OddCell, Plan, Window};
use crate::pool::{Pool, Pooling};

pub(super) fn write(dialect: Dialect, pool: &Pool, spatial: &[usize], layout: Layout) -> Result<String> {
    let plan = pool.geometry().plan(spatial)?;
    let own = Meaning::new(pool.clone(), Rules::OWN);
    let methods = methods(pool.method());
    if methods.is_empty() {
        let rule = [dialect.name(), " has no pooling operator for this method"].concat();
        return Err(Error::new(ErrorKind::Parameter, "method", pool.method().name(), rule));
    }
    // What the framework has no word for tells more than how the words that it has miss the layer.
    let (mut refused, mut missed) = (None, None);
    for (reach, border) in reaches(dialect, pool, &plan) {
        for (method, magnitude) in &methods {
            let border = border.clone().map(|cells| Border { cells, fill: fill(method) });
            let (method, reach, axes) = (method.clone(), reach.clone(), Some(spatial.len()));
            let written = Written { dialect, method, reach, axes, layout, border, magnitude: *magnitude };
            if let Err(error) = limits::check(&written) {
                refused.get_or_insert(error);
                continue;
            }
            match faithful(&written, &own, spatial).and_then(|()| print::source(&written, spatial.len())) {
                Ok(source) => return Ok(source),
                Err(error) => missed.get_or_insert(error),
            };
        }
    }
    let windowless = !matches!(pool.geometry(), Geometry::Window(_)) && plan.as_window().is_none();
    match refused.or(missed) {
        Some(error) if !windowless || error.parameter() == "method" => Err(error),
        _ => no_window(dialect, &plan),
    }
}

/// Whether `written` means the layer, for these extents and any values.
fn faithful(written: &Written, own: &Meaning, spatial: &[usize]) -> Result<()> {
    let differences = Differences::new(written.meaning(spatial)?, own.clone(), spatial)?;
    // Which NaN wins is not the layer's: no dialect but two says so at all.
    let by_value = differences.by_value().into_iter().find(|reason| *reason != Reason::Nan);
    match by_value.or_else(|| differences.cells().next().map(|difference| difference.reason)) {
        Some(reason) => {
            let rule = reason.text([written.dialect.name(), "the layer"]);
            Err(Error::new(ErrorKind::Parameter, parameter(&reason), "as it is", rule))
        }
        None => Ok(()),
    }
}

fn parameter(reason: &Reason) -> &'static str {
    match reason {
        Reason::Divisor(_) | Reason::EmptyMean => "count_include_pad",
        Reason::Scale(_) => "ceil_mode",
        Reason::Sign => "norm_type",
        _ => "padding",
    }
}

/// The ways to say a method, and whether it then reads |x|. None for a method that no dialect has.
fn methods(method: &Pooling) -> Vec<(Method, bool)> {
    match *method {
        Pooling::Max => vec![(Method::Max, false)],
        Pooling::Min => vec![(Method::Min, false)],
        Pooling::Average { divisor_override, .. } => {
            let average =
                |count, divisor| (Method::Average { count_include_pad: count, divisor_override: divisor }, false);
            let natural = [None, Some(true), Some(false)].map(|count| average(count, None));
            natural.into_iter().chain(divisor_override.map(|divisor| average(None, Some(divisor)))).collect()
        }
        // The norm with p = ∞ is the maximum of |x|.
        Pooling::Lp { norm_type } if norm_type.is_infinite() => {
            vec![(Method::Lp { norm_type }, false), (Method::Max, true)]
        }
        Pooling::Lp { norm_type } => vec![(Method::Lp { norm_type }, false), (Method::Lp { norm_type }, true)],
        _ => vec![],
    }
}

/// The minimum is −max(−x), and what the maximum reads around its input is −∞ too.
fn fill(method: &Method) -> f64 {
    match method {
        Method::Max | Method::Min => f64::NEG_INFINITY,
        Method::Average { .. } | Method::Lp { .. } => 0.0,
    }
}

/// The ways to say which cells are read; the second is what to set around the input first.
type Ways = Vec<(Reach, Option<Vec<[usize; 2]>>)>;

fn reaches(dialect: Dialect, pool: &Pool, plan: &Plan) -> Ways {
    let mut ways = Ways::new();
    let window = match pool.geometry() {
        Geometry::Window(window) => Some(window.clone()),
        _ => {
            let sizes = plan.output_shape();
            if sizes.iter().all(|&size| size == 1) {
                ways.push((Reach::Global, None));
            }
            let sizes = sizes.into_iter().map(Some).collect();
            ways.push((Reach::Adaptive(Each::List(sizes)), None));
            plan.as_window()
        }
    };
    if let Some(window) = window {
        let explicit = floored(&window, plan);
        let before: Vec<_> = window.padding.iter().map(|&[before, _]| [before, before]).collect();
        let plain = |window: &Window, padding: &[[usize; 2]], ceil_mode| {
            let padding = match padding.iter().all(|&pair| pair == [0, 0]) {
                true => Padding::None,
                false => Padding::Explicit(Each::List(padding.to_vec())),
            };
            (Reach::Window(sliding(dialect, window, padding, ceil_mode)), None)
        };
        ways.push(plain(&window, &window.padding, window.ceil_mode));
        ways.push(plain(&window, &explicit, false));
        ways.push(plain(&window, &before, false));
        ways.push(plain(&window, &before, true));
        // ONNX Runtime's SAME is not the standard's where there is dilation, and `pads` says all that it could.
        let same = if dialect == Dialect::Onnx { &[][..] } else { &[OddCell::After, OddCell::Before][..] };
        for &odd in same {
            ways.push((Reach::Window(sliding(dialect, &window, Padding::Same(odd), false)), None));
        }
        ways.push((Reach::Window(sliding(dialect, &window, Padding::None, false)), Some(explicit)));
        ways.push((Reach::Window(sliding(dialect, &window, Padding::None, true)), Some(window.padding.clone())));
    }
    ways
}

/// Padding with which the same windows fit without ceil_mode.
fn floored(window: &Window, plan: &Plan) -> Vec<[usize; 2]> {
    let axis = |(at, axis): (usize, &crate::geometry::AxisPlan)| {
        let [before, after] = window.padding[at];
        if !window.ceil_mode {
            return [before, after];
        }
        let effective = window.dilation[at].saturating_mul(window.kernel_size[at] - 1).saturating_add(1);
        let last = (axis.spans.len() - 1).saturating_mul(window.stride[at]).saturating_add(effective);
        [before, last.saturating_sub(axis.extent.saturating_add(before))]
    };
    plan.axes().iter().enumerate().map(axis).collect()
}

fn sliding(dialect: Dialect, window: &Window, padding: Padding, ceil_mode: bool) -> Sliding {
    // A kernel of one cell has no distances.
    let dilation: Vec<_> = window
        .dilation
        .iter()
        .zip(&window.kernel_size)
        .map(|(&step, &kernel)| if kernel == 1 { 1 } else { step })
        .collect();
    let stride = (!dialect.stride_is_kernel() || window.stride != window.kernel_size).then(|| window.stride.clone());
    Sliding {
        kernel_size: Each::List(window.kernel_size.clone()),
        stride: stride.map(Each::List),
        padding,
        dilation: dilation.iter().any(|&step| step != 1).then_some(Each::List(dilation)),
        ceil_mode,
    }
}

#[cold]
fn no_window(dialect: Dialect, plan: &Plan) -> Result<String> {
    let rule =
        [dialect.name(), " has no adaptive pooling by this method, and these regions are no even window"].concat();
    Err(Error::new(ErrorKind::Parameter, "output_size", plan.output_shape(), rule))
}
