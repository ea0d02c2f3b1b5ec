//! What each framework refuses, or has no word for.

use super::written::{Each, Method, Padding, Reach, Sliding, Written};
use super::{Dialect, Layout};
use crate::error::{Error, ErrorKind, Result};
use crate::shown::Shown;

/// Whether the layer's own dialect takes it.
///
/// # Errors
/// Names the parameter, and why the framework does not take it.
pub(super) fn check(written: &Written) -> Result<()> {
    lengths(written)?;
    let name = written.dialect.name();
    let other = if written.dialect.layout() == Layout::ChannelsFirst { "last" } else { "first" };
    if written.dialect != Dialect::Keras && written.layout != written.dialect.layout() {
        return none("data_format", ["channels_", other].concat(), &[name, " reads the other layout: move the axes"]);
    }
    if let Reach::Adaptive(output_size) = &written.reach
        && (matches!(written.dialect, Dialect::Onnx | Dialect::Flax) || matches!(written.method, Method::Lp { .. }))
    {
        let sizes: Vec<_> = output_size.over(1).into_iter().flatten().collect();
        return none("output_size", sizes, &[name, " has no adaptive pooling by this method"]);
    }
    if written.reach == Reach::Global && matches!(written.dialect, Dialect::PyTorch | Dialect::Flax) {
        return none("global", true, &[name, " has no global pooling: a window or region of the input's size does it"]);
    }
    let window = matches!(written.reach, Reach::Window(_));
    match &written.method {
        Method::Average { count_include_pad: Some(count), .. } if !window => {
            return none("count_include_pad", *count, &["regions have no padding"]);
        }
        Method::Average { divisor_override: Some(divisor), .. } if !window => {
            return none("divisor_override", *divisor, &[name, "'s means of regions have no other divisor"]);
        }
        Method::Average { count_include_pad: Some(true), .. } if written.dialect == Dialect::Keras => {
            return none("count_include_pad", true, &["Keras's means never count padding"]);
        }
        Method::Average { divisor_override: Some(divisor), .. } => divisor_override(written, *divisor)?,
        Method::Lp { norm_type } => norm(written, *norm_type)?,
        _ => {}
    }
    if written.border.is_some() && matches!(written.dialect, Dialect::Onnx | Dialect::Flax) {
        return none("pad", true, &[name, "'s pooling pads by itself: write it there"]);
    }
    match &written.reach {
        Reach::Window(sliding) => match written.dialect {
            Dialect::PyTorch => pytorch(written, sliding),
            Dialect::Onnx => onnx(sliding),
            Dialect::Keras => keras(sliding),
            Dialect::Flax => undilated("Flax", sliding).and_then(|()| whole_windows("Flax", sliding)),
        },
        _ => Ok(()),
    }
}

#[cold]
fn none<T>(parameter: &'static str, value: impl Shown, rule: &[&str]) -> Result<T> {
    Err(Error::new(ErrorKind::Parameter, parameter, value, rule.concat()))
}

/// Every list has a value for each axis.
fn lengths(written: &Written) -> Result<()> {
    let Some(axes) = written.axes else { return Ok(()) };
    let wrong = |parameter: &'static str, count: usize| {
        let rule = format!("must have one value for each of {axes} spatial axes");
        Err(Error::new(ErrorKind::Parameter, parameter, format!("{count} values"), rule))
    };
    if axes == 0 || axes > crate::geometry::MAX_AXES {
        return wrong("kernel_size", axes);
    }
    let lists = match &written.reach {
        Reach::Window(sliding) => {
            let padding = if let Padding::Explicit(padding) = &sliding.padding { padding.axes() } else { None };
            vec![
                ("kernel_size", sliding.kernel_size.axes()),
                ("stride", sliding.stride.as_ref().and_then(Each::axes)),
                ("dilation", sliding.dilation.as_ref().and_then(Each::axes)),
                ("padding", padding),
            ]
        }
        Reach::Adaptive(output_size) => vec![("output_size", output_size.axes())],
        Reach::Global => vec![],
    };
    let border = ("pad", written.border.as_ref().map(|border| border.cells.len()));
    let odd = lists.into_iter().chain([border]).find(|(_, count)| count.is_some_and(|count| count != axes));
    odd.map_or(Ok(()), |(parameter, count)| wrong(parameter, count.unwrap_or_default()))
}

fn divisor_override(written: &Written, divisor: i32) -> Result<()> {
    if written.dialect != Dialect::PyTorch {
        return none("divisor_override", divisor, &[written.dialect.name(), "'s means have no other divisor"]);
    }
    if written.axes == Some(1) {
        return none("divisor_override", divisor, &["PyTorch's avg_pool1d has no other divisor"]);
    }
    Ok(())
}

fn norm(written: &Written, norm_type: f64) -> Result<()> {
    match written.dialect {
        Dialect::PyTorch => Ok(()),
        Dialect::Onnx if norm_type >= 1.0 && norm_type.trunc() == norm_type && norm_type < f64::from(i32::MAX) => {
            Ok(())
        }
        Dialect::Onnx => none("norm_type", norm_type, &["ONNX's p is a whole number, 1 or above"]),
        Dialect::Keras | Dialect::Flax => none("method", "lp", &[written.dialect.name(), " has no Lp pooling"]),
    }
}

fn pytorch(written: &Written, sliding: &Sliding) -> Result<()> {
    let bare = matches!(written.method, Method::Lp { .. });
    if bare || matches!(written.method, Method::Average { .. }) {
        undilated("PyTorch, but for the maximum,", sliding)?;
    }
    match &sliding.padding {
        Padding::None => Ok(()),
        Padding::Same(_) => none("padding", "same", &["PyTorch's pooling takes padding in cells only"]),
        Padding::Explicit(padding) => {
            let axes = written.axes.unwrap_or(1);
            let (padding, kernel) = (padding.over(axes), sliding.kernel_size.over(axes));
            let dilation = sliding.dilation.as_ref().map_or_else(|| vec![1; axes], |dilation| dilation.over(axes));
            if bare && padding.iter().any(|&pair| pair != [0, 0]) {
                return none("padding", padding, &["PyTorch's Lp pooling has no padding"]);
            }
            if let Some(pair) = padding.iter().find(|[before, after]| before != after) {
                return none("padding", pair.as_slice(), &["PyTorch pads both sides of an axis alike"]);
            }
            for ((&[side, _], &kernel), &dilation) in padding.iter().zip(&kernel).zip(&dilation) {
                // max_pool1d has a path of its own, which measures the kernel without its dilation.
                let dilation = if axes == 1 { 1 } else { dilation };
                let effective = kernel.saturating_sub(1).saturating_mul(dilation).saturating_add(1);
                if side > effective / 2 {
                    return none(
                        "padding",
                        side,
                        &["PyTorch takes at most half of the kernel, ", &(effective / 2).shown()],
                    );
                }
            }
            Ok(())
        }
    }
}

/// ONNX Runtime's rule; the standard has none.
fn onnx(sliding: &Sliding) -> Result<()> {
    let Padding::Explicit(padding) = &sliding.padding else { return Ok(()) };
    let axes = padding.axes().unwrap_or(1);
    let kernel = sliding.kernel_size.over(axes);
    match padding.over(axes).iter().zip(&kernel).find(|(pair, kernel)| pair.iter().any(|side| side >= *kernel)) {
        Some((pair, kernel)) => {
            none("pads", pair.as_slice(), &["ONNX Runtime takes less than the kernel_shape, ", &kernel.shown()])
        }
        None => Ok(()),
    }
}

fn keras(sliding: &Sliding) -> Result<()> {
    undilated("Keras", sliding)?;
    whole_windows("Keras", sliding)?;
    match &sliding.padding {
        Padding::Explicit(padding) if padding.over(1).iter().any(|&pair| pair != [0, 0]) => {
            none("padding", sliding.padding.shown(), &["Keras's padding is \"valid\" or \"same\""])
        }
        Padding::Same(crate::geometry::OddCell::Before) => {
            none("padding", "SAME_LOWER", &["Keras puts the odd cell of \"same\" after the input"])
        }
        _ => Ok(()),
    }
}

fn undilated(name: &str, sliding: &Sliding) -> Result<()> {
    match &sliding.dilation {
        Some(dilation) if dilation.over(1).iter().any(|&dilation| dilation != 1) => {
            none("dilation", dilation.over(1), &[name, " pools without dilation"])
        }
        _ => Ok(()),
    }
}

fn whole_windows(name: &str, sliding: &Sliding) -> Result<()> {
    if sliding.ceil_mode {
        return none("ceil_mode", true, &[name, " has no ceil_mode: a partial window is dropped"]);
    }
    Ok(())
}
