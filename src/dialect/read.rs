//! From a line of source to a layer: the operator, what its parameters mean, and what is done to its input before.

use super::arguments::{Arguments, each, pair, whole, wrong};
use super::nodes;
use super::operand::{Operand, operand};
use super::operators::{self, Form, Kind, Operator};
use super::source::{Call, Expression, parse};
use super::written::{Border, Each, Method, Padding, Reach, Sliding, Written};
use super::{Dialect, Layout, limits};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::OddCell;
use crate::shown::{Shown, quoted};

/// Reads `source` as the dialect's, or as that which the operator's name is of.
pub(super) fn read(source: &str, dialect: Option<Dialect>) -> Result<Written> {
    let expression = nodes::as_calls(parse(source)?)?;
    let (negated, inner) = match expression {
        Expression::Negated(inner) => (true, *inner),
        expression => (false, expression),
    };
    let Expression::Call(call) = &inner else {
        let rule = "must be a pooling layer: a call such as nn.MaxPool2d(2)";
        return Err(Error::new(ErrorKind::Format, "source", inner.shown(), rule));
    };
    let (operator, axes) = operators::find(&call.name, dialect)?;
    let written = written(&operator, call, axes, negated)?;
    limits::check(&written)?;
    Ok(written)
}

fn written(operator: &Operator, call: &Call, axes: Option<usize>, negated: bool) -> Result<Written> {
    let arguments = Arguments::bind(operator, call)?;
    let layout = layout(operator, &arguments)?;
    let mut reach = match operator.reach {
        Form::Window => Reach::Window(sliding(operator, &arguments, axes, layout)?),
        Form::Global => Reach::Global,
        Form::Adaptive => Reach::Adaptive(output_size(&arguments)?),
    };
    let axes = axes.or_else(|| known_axes(&reach));
    let operand = match (arguments.get(&["input", "inputs", "X"]), call.applied.as_deref()) {
        (Some((_, input)), None) => operand(input, layout)?,
        (None, None) => Operand::default(),
        (None, Some([input])) if !["input", "inputs", "X"].contains(&operator.parameters[0]) => operand(input, layout)?,
        _ => {
            let rule = "a layer is applied to one input";
            return Err(Error::new(ErrorKind::Format, "source", [&call.name, "(…)(…)"].concat(), rule));
        }
    };
    let method = method(operator, &arguments, negated, &operand)?;
    let mut border = border(&operand, operator.method, axes)?;
    if operator.dialect == Dialect::Keras {
        set_around(&mut reach, &mut border);
    }
    Ok(Written { dialect: operator.dialect, method, reach, axes, layout, border, magnitude: operand.magnitude })
}

/// `tf.nn.max_pool` takes padding in cells; in Keras's words they are set around the input.
fn set_around(reach: &mut Reach, border: &mut Option<Border>) {
    let Reach::Window(sliding) = reach else { return };
    if let (Padding::Explicit(Each::List(cells)), None) = (&mut sliding.padding, &border) {
        *border = Some(Border { cells: std::mem::take(cells), fill: f64::NEG_INFINITY });
        sliding.padding = Padding::None;
    }
}

fn known_axes(reach: &Reach) -> Option<usize> {
    match reach {
        Reach::Window(sliding) => {
            let lists = [Some(&sliding.kernel_size), sliding.stride.as_ref(), sliding.dilation.as_ref()];
            let padding = if let Padding::Explicit(padding) = &sliding.padding { padding.axes() } else { None };
            lists.into_iter().flatten().find_map(Each::axes).or(padding)
        }
        Reach::Adaptive(output_size) => output_size.axes(),
        Reach::Global => None,
    }
}

fn layout(operator: &Operator, arguments: &Arguments) -> Result<Layout> {
    let Some(text) = arguments.text("data_format")? else { return Ok(operator.dialect.layout()) };
    match text.as_str() {
        "channels_last" | "nwc" | "nhwc" | "ndhwc" => Ok(Layout::ChannelsLast),
        "channels_first" | "ncw" | "nchw" | "ncdhw" => Ok(Layout::ChannelsFirst),
        _ => {
            let rule = "must be channels_last or channels_first (in tf.nn NHWC or NCHW, and so on)";
            Err(Error::new(ErrorKind::Parameter, "data_format", quoted(&text), rule))
        }
    }
}

/// −max(−x) is the minimum; any other minus would change what a method is.
fn method(operator: &Operator, arguments: &Arguments, negated: bool, operand: &Operand) -> Result<Method> {
    if negated != operand.negated || negated && operator.method != Kind::Max {
        let rule = "a minus belongs to the minimum alone, on both sides: -max(-x)";
        return Err(Error::new(ErrorKind::Format, "source", "negated", rule));
    }
    let kind = if negated { Kind::Min } else { operator.method };
    if operand.magnitude && !matches!(kind, Kind::Max | Kind::Lp) {
        let rule = "|x| is read by Lp pooling, or by the maximum, which is the norm with p = ∞";
        return Err(Error::new(ErrorKind::Format, "source", "abs", rule));
    }
    Ok(match kind {
        Kind::Max => Method::Max,
        Kind::Min => Method::Min,
        Kind::Average => Method::Average {
            count_include_pad: arguments.flag("count_include_pad")?,
            divisor_override: divisor(arguments)?,
        },
        Kind::Lp => Method::Lp { norm_type: norm_type(operator, arguments)? },
    })
}

fn divisor(arguments: &Arguments) -> Result<Option<i32>> {
    let Some((name, value)) = arguments.get(&["divisor_override"]) else { return Ok(None) };
    let divisor = match value {
        Expression::Integer(divisor) => i32::try_from(*divisor).ok(),
        Expression::Negated(inner) => match **inner {
            Expression::Integer(divisor) => i32::try_from(-divisor).ok(),
            _ => None,
        },
        _ => None,
    };
    divisor.map(Some).ok_or_else(|| wrong(name, value, "must be a whole number of at most 32 bits"))
}

fn norm_type(operator: &Operator, arguments: &Arguments) -> Result<f64> {
    match arguments.get(&["norm_type", "p"]) {
        Some((name, value)) => value.number().ok_or_else(|| wrong(name, value, "must be a number: the norm's power")),
        None if operator.dialect == Dialect::Onnx => Ok(2.0),
        None => Err(missing("norm_type")),
    }
}

fn output_size(arguments: &Arguments) -> Result<Each<Option<usize>>> {
    let Some((name, value)) = arguments.get(&["output_size"]) else { return Err(missing("output_size")) };
    each(name, value, &|name, value| if *value == Expression::None { Ok(None) } else { whole(name, value).map(Some) })
}

fn sliding(operator: &Operator, arguments: &Arguments, axes: Option<usize>, layout: Layout) -> Result<Sliding> {
    let extents = |names: &[&str]| -> Result<Option<Each<usize>>> {
        let Some((name, values)) = arguments.extents(names)? else { return Ok(None) };
        spatial(operator, name, values, axes, layout).map(Some)
    };
    let kernel_size = match extents(&["kernel_size", "kernel_shape", "pool_size", "window_shape", "ksize"])? {
        Some(kernel_size) => kernel_size,
        // Keras's own default, for the maximum alone.
        None if operator.parameters.contains(&"pool_size")
            && operator.method == Kind::Max
            && !operator.parameters.contains(&"inputs") =>
        {
            Each::All(2)
        }
        None => return Err(missing(operator.parameters.iter().find(|name| is_kernel(name)).unwrap_or(&"kernel_size"))),
    };
    let stride = extents(&["stride", "strides"])?;
    if stride.is_none() && operator.parameters.contains(&"ksize") {
        return Err(missing("strides"));
    }
    let ceil_mode = arguments.flag("ceil_mode")?.unwrap_or(false);
    let padding = padding(operator, arguments, layout)?;
    if ceil_mode && arguments.text("auto_pad")?.as_deref() == Some("valid") {
        let rule = "does not go with auto_pad VALID, where the standard rounds down and ONNX Runtime up: write pads";
        return Err(Error::new(ErrorKind::Parameter, "ceil_mode", 1usize, rule));
    }
    Ok(Sliding { kernel_size, stride, padding, dilation: extents(&["dilation", "dilations"])?, ceil_mode })
}

fn is_kernel(name: &str) -> bool {
    ["kernel_size", "kernel_shape", "pool_size", "window_shape", "ksize"].contains(&name)
}

/// The spatial part of a list, and the forms that one framework alone takes or refuses.
fn spatial(
    operator: &Operator,
    name: &'static str,
    values: Each<usize>,
    axes: Option<usize>,
    layout: Layout,
) -> Result<Each<usize>> {
    match (operator.dialect, values) {
        (Dialect::PyTorch, Each::List(values)) if values.len() == 1 && operator.method != Kind::Lp => {
            Ok(Each::All(values[0]))
        }
        (Dialect::Flax | Dialect::Onnx, Each::All(value)) => {
            Err(Error::new(ErrorKind::Parameter, name, value, "must be a list with one value for each spatial axis"))
        }
        // TensorFlow: one value, one for each spatial axis, or with N and C, which no window spans.
        (_, Each::List(values))
            if operator.parameters.contains(&"ksize") && values.len() > axes.unwrap_or(2).max(1) =>
        {
            let (outer, inner) = split(&values, layout);
            if outer.iter().any(|&value| value != 1) || inner.is_empty() {
                let rule = "must be 1 for N and C";
                return Err(Error::new(ErrorKind::Parameter, name, values.as_slice(), rule));
            }
            Ok(Each::List(inner))
        }
        (_, Each::List(values)) if values.len() == 1 && operator.parameters.contains(&"ksize") => {
            Ok(Each::All(values[0]))
        }
        (_, values) => Ok(values),
    }
}

/// N and C, and the spatial axes.
pub(super) fn split<T: Clone>(values: &[T], layout: Layout) -> (Vec<T>, Vec<T>) {
    let channels = if layout == Layout::ChannelsFirst { 1 } else { values.len().saturating_sub(1) };
    let outer = |at: &usize| *at == 0 || *at == channels;
    let pick = |wanted: bool| (0..values.len()).filter(|at| outer(at) == wanted).map(|at| values[at].clone()).collect();
    (pick(true), pick(false))
}

fn padding(operator: &Operator, arguments: &Arguments, layout: Layout) -> Result<Padding> {
    let auto_pad = arguments.text("auto_pad")?.unwrap_or_else(|| "notset".to_owned());
    let given = arguments.get(&["padding", "pads"]);
    if auto_pad != "notset" {
        if let Some((name, value)) = given {
            return Err(wrong(name, value, "does not go with auto_pad, which decides the padding"));
        }
        return named_padding("auto_pad", &auto_pad);
    }
    let Some((name, value)) = given else { return Ok(Padding::None) };
    match (operator.dialect, value) {
        (Dialect::PyTorch, _) => {
            let sides = match spatial(operator, name, each(name, value, &whole)?, None, layout)? {
                Each::All(side) => Each::All([side, side]),
                Each::List(sides) => Each::List(sides.into_iter().map(|side| [side, side]).collect()),
            };
            Ok(Padding::Explicit(sides))
        }
        (Dialect::Onnx, _) => begins_and_ends(name, value),
        (_, Expression::Text(text)) => named_padding(name, &text.to_ascii_lowercase()),
        (Dialect::Keras, _) if !operator.parameters.contains(&"ksize") || operator.method != Kind::Max => {
            Err(wrong(name, value, "must be \"valid\" or \"same\""))
        }
        _ => {
            let Each::List(pairs) = each(name, value, &pair)? else {
                return Err(wrong(name, value, "must be a text, or a pair (before, after) for each axis"));
            };
            if operator.dialect == Dialect::Flax {
                return Ok(Padding::Explicit(Each::List(pairs)));
            }
            let (outer, inner) = split(&pairs, layout);
            if outer.iter().any(|&pair| pair != [0, 0]) || inner.is_empty() {
                return Err(wrong(name, value, "N and C are not padded: (0, 0)"));
            }
            Ok(Padding::Explicit(Each::List(inner)))
        }
    }
}

fn named_padding(name: &'static str, text: &str) -> Result<Padding> {
    match text {
        "valid" => Ok(Padding::None),
        "same" | "same_upper" => Ok(Padding::Same(OddCell::After)),
        "same_lower" => Ok(Padding::Same(OddCell::Before)),
        _ => {
            let rule = "must be VALID or SAME (in ONNX SAME_UPPER or SAME_LOWER, in Flax also SAME_LOWER)";
            Err(Error::new(ErrorKind::Parameter, name, quoted(text), rule))
        }
    }
}

/// ONNX's `pads`: where every axis begins, then where every axis ends.
fn begins_and_ends(name: &'static str, value: &Expression) -> Result<Padding> {
    match each(name, value, &whole)? {
        Each::List(sides) if !sides.is_empty() && sides.len() % 2 == 0 => {
            let (begins, ends) = sides.split_at(sides.len() / 2);
            Ok(Padding::Explicit(Each::List(begins.iter().zip(ends).map(|(&begin, &end)| [begin, end]).collect())))
        }
        _ => Err(wrong(name, value, "must be a list: the padding before every axis, then after every axis")),
    }
}

/// Cells around the input are padding if they are what the method's padding is; anything else would be data.
fn border(operand: &Operand, kind: Kind, axes: Option<usize>) -> Result<Option<Border>> {
    let Some(frame) = &operand.frame else { return Ok(None) };
    let (neutral, rule) = match kind {
        Kind::Max if operand.magnitude => (frame.fill == 0.0 || frame.fill == f64::NEG_INFINITY, "0 under a norm"),
        Kind::Max => (frame.fill == f64::NEG_INFINITY, "-inf under the maximum: any other value may win"),
        Kind::Min => (frame.fill == f64::INFINITY, "inf under the minimum: any other value may win"),
        Kind::Average => (frame.fill == 0.0, "0 under the mean"),
        Kind::Lp => (frame.fill == 0.0, "0 under a norm"),
    };
    if !neutral {
        return Err(Error::new(ErrorKind::Parameter, "value", frame.fill, ["padding is ", rule].concat()));
    }
    Ok(Some(Border { cells: frame.cells(axes)?, fill: frame.fill }))
}

#[cold]
fn missing(parameter: &'static str) -> Error {
    Error::new(ErrorKind::Parameter, parameter, "missing", "must be given")
}
