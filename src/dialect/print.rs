//! The source of a written layer.

use super::written::{Border, Each, Method, Padding, Reach, Sliding, Written};
use super::{Dialect, Layout};
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::OddCell;

/// The line, for inputs with this many spatial axes. It reads back as what it was written from.
///
/// # Errors
/// When a number would take more digits than a line has.
pub(super) fn source(written: &Written, axes: usize) -> Result<String> {
    match written.dialect {
        Dialect::PyTorch => pytorch(written, axes),
        Dialect::Onnx => onnx(written, axes),
        Dialect::Keras => keras(written, axes),
        Dialect::Flax => flax(written, axes),
    }
}

/// `name(arguments, …)`.
fn call(name: &str, arguments: Vec<String>) -> String {
    [name, "(", &arguments.join(", "), ")"].concat()
}

fn pytorch(written: &Written, axes: usize) -> Result<String> {
    let digit = axes.to_string();
    let composed = written.border.is_some() || written.magnitude || written.method == Method::Min;
    let (layer, function) = match (&written.method, &written.reach) {
        (Method::Max | Method::Min, Reach::Window(_)) => ("MaxPool", "max_pool"),
        (Method::Max | Method::Min, _) => ("AdaptiveMaxPool", "adaptive_max_pool"),
        (Method::Average { .. }, Reach::Window(_)) => ("AvgPool", "avg_pool"),
        (Method::Average { .. }, _) => ("AdaptiveAvgPool", "adaptive_avg_pool"),
        (Method::Lp { .. }, _) => ("LPPool", "lp_pool"),
    };
    let mut arguments = Vec::new();
    if composed {
        arguments.push(pytorch_input(written));
    }
    if let Method::Lp { norm_type } = written.method {
        arguments.push(number(norm_type)?);
    }
    match &written.reach {
        Reach::Window(sliding) => {
            arguments.push(short(&sliding.kernel_size.over(axes)));
            arguments.extend(sliding.stride.as_ref().map(|stride| ["stride=", &short(&stride.over(axes))].concat()));
            if let Padding::Explicit(padding) = &sliding.padding {
                let sides: Vec<_> = padding.over(axes).iter().map(|&[side, _]| side).collect();
                arguments.push(["padding=", &short(&sides)].concat());
            }
            arguments.extend(sliding.dilation.as_ref().map(|steps| ["dilation=", &short(&steps.over(axes))].concat()));
            arguments.extend(sliding.ceil_mode.then(|| "ceil_mode=True".to_owned()));
        }
        Reach::Adaptive(output_size) => arguments.push(short(&sizes(output_size, axes))),
        Reach::Global => arguments.push("1".to_owned()),
    }
    if let Method::Average { count_include_pad, divisor_override } = written.method {
        arguments.extend(count_include_pad.map(|count| ["count_include_pad=", python(count)].concat()));
        arguments.extend(divisor_override.map(|divisor| ["divisor_override=", &divisor.to_string()].concat()));
    }
    if !composed {
        return Ok(call(&["nn.", layer, &digit, "d"].concat(), arguments));
    }
    let minus = if written.method == Method::Min { "-" } else { "" };
    Ok([minus, &call(&["F.", function, &digit, "d"].concat(), arguments)].concat())
}

/// The input of a composition: `F.pad(torch.abs(x), …)`. `F.pad` lists the last axis first.
fn pytorch_input(written: &Written) -> String {
    let x = bare_input(written, "torch.abs");
    let Some(border) = &written.border else { return x };
    let mut pairs: Vec<_> = border.cells.iter().rev().copied().collect();
    while pairs.len() > 1 && pairs.last() == Some(&[0, 0]) {
        pairs.pop();
    }
    let mut arguments = vec![x, tuple(&pairs.concat())];
    arguments.extend(fill(border).map(|fill| ["value=", fill].concat()));
    call("F.pad", arguments)
}

fn bare_input(written: &Written, abs: &str) -> String {
    if written.magnitude {
        return call(abs, vec!["x".to_owned()]);
    }
    if written.method == Method::Min { "-x".to_owned() } else { "x".to_owned() }
}

/// 0 is what every `pad` fills with when it is not told.
fn fill(border: &Border) -> Option<&'static str> {
    border.fill.is_infinite().then_some("float(\"-inf\")")
}

fn onnx(written: &Written, axes: usize) -> Result<String> {
    let operator = match (&written.method, &written.reach) {
        (Method::Max | Method::Min, Reach::Window(_)) => "MaxPool",
        (Method::Average { .. }, Reach::Window(_)) => "AveragePool",
        (Method::Lp { .. }, Reach::Window(_)) => "LpPool",
        (Method::Max | Method::Min, _) => "GlobalMaxPool",
        (Method::Average { .. }, _) => "GlobalAveragePool",
        (Method::Lp { .. }, _) => "GlobalLpPool",
    };
    let mut attributes = Vec::new();
    if let Reach::Window(sliding) = &written.reach {
        attributes.push(["kernel_shape=", &list(&sliding.kernel_size.over(axes))].concat());
        attributes.extend(sliding.stride.as_ref().map(|stride| ["strides=", &list(&stride.over(axes))].concat()));
        match &sliding.padding {
            Padding::None => {}
            Padding::Same(OddCell::After) => attributes.push("auto_pad=\"SAME_UPPER\"".to_owned()),
            Padding::Same(OddCell::Before) => attributes.push("auto_pad=\"SAME_LOWER\"".to_owned()),
            Padding::Explicit(padding) => {
                let pairs = padding.over(axes);
                let sides: Vec<_> = [0, 1].iter().flat_map(|&side| pairs.iter().map(move |pair| pair[side])).collect();
                attributes.push(["pads=", &list(&sides)].concat());
            }
        }
        attributes.extend(sliding.dilation.as_ref().map(|steps| ["dilations=", &list(&steps.over(axes))].concat()));
        attributes.extend(sliding.ceil_mode.then(|| "ceil_mode=1".to_owned()));
    }
    match written.method {
        Method::Average { count_include_pad: Some(count), .. } => {
            attributes.push(["count_include_pad=", if count { "1" } else { "0" }].concat());
        }
        Method::Lp { norm_type } => attributes.push(["p=", &number(norm_type)?].concat()),
        _ => {}
    }
    let node = |operator: &str, from: &str, to: &str, attributes: Vec<String>| {
        let mut arguments = vec![quote(operator), ["[", &quote(from), "]"].concat(), ["[", &quote(to), "]"].concat()];
        arguments.extend(attributes);
        call("helper.make_node", arguments)
    };
    let nodes = if written.method == Method::Min {
        vec![
            node("Neg", "x", "negated", vec![]),
            node(operator, "negated", "pooled", attributes),
            node("Neg", "pooled", "y", vec![]),
        ]
    } else if written.magnitude {
        vec![node("Abs", "x", "magnitude", vec![]), node(operator, "magnitude", "y", attributes)]
    } else {
        return Ok(node(operator, "x", "y", attributes));
    };
    Ok(["[", &nodes.join(", "), "]"].concat())
}

fn keras(written: &Written, axes: usize) -> Result<String> {
    let composed = written.border.is_some() || written.magnitude || written.method == Method::Min;
    let mean = matches!(written.method, Method::Average { .. });
    let mut arguments = Vec::new();
    if composed {
        arguments.push(keras_input(written));
    }
    match &written.reach {
        Reach::Window(sliding) => arguments.extend(keras_window(sliding, axes, composed)),
        Reach::Adaptive(output_size) => arguments.push(["output_size=", &short(&sizes(output_size, axes))].concat()),
        Reach::Global => arguments.push("keepdims=True".to_owned()),
    }
    if written.layout == Layout::ChannelsFirst {
        arguments.push("data_format=\"channels_first\"".to_owned());
    }
    if composed {
        let name = match (&written.reach, mean) {
            (Reach::Window(_), false) => "keras.ops.max_pool",
            (Reach::Window(_), true) => "keras.ops.average_pool",
            (Reach::Adaptive(_), false) => "keras.ops.adaptive_max_pool",
            (Reach::Adaptive(_), true) => "keras.ops.adaptive_average_pool",
            (Reach::Global, _) => {
                let rule = "keras.ops has no global pooling";
                return Err(Error::new(ErrorKind::Parameter, "global", true, rule));
            }
        };
        return Ok([if written.method == Method::Min { "-" } else { "" }, &call(name, arguments)].concat());
    }
    let prefix = match written.reach {
        Reach::Window(_) => "",
        Reach::Adaptive(_) => "Adaptive",
        Reach::Global => "Global",
    };
    let method = if mean { "AveragePooling" } else { "MaxPooling" };
    Ok(call(&["keras.layers.", prefix, method, &axes.to_string(), "D"].concat(), arguments))
}

/// On JAX, `keras.ops` fails where strides are left to their default (Keras 3.15), so there they are always written.
fn keras_window(sliding: &Sliding, axes: usize, composed: bool) -> Vec<String> {
    let mut arguments = vec![["pool_size=", &short(&sliding.kernel_size.over(axes))].concat()];
    let stride = sliding.stride.as_ref().or(composed.then_some(&sliding.kernel_size));
    arguments.extend(stride.map(|stride| ["strides=", &short(&stride.over(axes))].concat()));
    if let Padding::Same(_) = sliding.padding {
        arguments.push("padding=\"same\"".to_owned());
    }
    arguments
}

/// `keras.ops.pad` has a pair for N and for C as well.
fn keras_input(written: &Written) -> String {
    let x = bare_input(written, "keras.ops.abs");
    let Some(border) = &written.border else { return x };
    let mut pairs = vec![[0, 0]];
    if written.layout == Layout::ChannelsFirst {
        pairs.push([0, 0]);
    }
    pairs.extend(&border.cells);
    if written.layout == Layout::ChannelsLast {
        pairs.push([0, 0]);
    }
    let mut arguments = vec![x, tuple_of_pairs(&pairs)];
    arguments.extend(fill(border).map(|fill| ["constant_values=", fill].concat()));
    call("keras.ops.pad", arguments)
}

fn flax(written: &Written, axes: usize) -> Result<String> {
    let name = match written.method {
        Method::Max | Method::Lp { .. } => "nn.max_pool",
        Method::Min => "nnx.min_pool",
        Method::Average { .. } => "nn.avg_pool",
    };
    let x = if written.magnitude { "jnp.abs(x)" } else { "x" };
    let mut arguments = vec![x.to_owned()];
    if let Reach::Window(sliding) = &written.reach {
        arguments.push(["window_shape=", &tuple(&sliding.kernel_size.over(axes))].concat());
        arguments.extend(sliding.stride.as_ref().map(|stride| ["strides=", &tuple(&stride.over(axes))].concat()));
        match &sliding.padding {
            Padding::None => {}
            Padding::Same(OddCell::After) => arguments.push("padding=\"SAME\"".to_owned()),
            Padding::Same(OddCell::Before) => arguments.push("padding=\"SAME_LOWER\"".to_owned()),
            Padding::Explicit(padding) => {
                arguments.push(["padding=", &tuple_of_pairs(&padding.over(axes))].concat());
            }
        }
    }
    if let Method::Average { count_include_pad: Some(count), .. } = written.method {
        arguments.push(["count_include_pad=", python(count)].concat());
    }
    Ok(call(name, arguments))
}

fn sizes(output_size: &Each<Option<usize>>, axes: usize) -> Vec<usize> {
    output_size.over(axes).into_iter().map(Option::unwrap_or_default).collect()
}

fn python(flag: bool) -> &'static str {
    if flag { "True" } else { "False" }
}

fn quote(text: &str) -> String {
    ["\"", text, "\""].concat()
}

/// One number where all are the same, else a tuple.
fn short(values: &[usize]) -> String {
    match values {
        [first, rest @ ..] if rest.iter().all(|value| value == first) => first.to_string(),
        _ => tuple(values),
    }
}

fn list(values: &[usize]) -> String {
    ["[", &joined(values), "]"].concat()
}

fn tuple(values: &[usize]) -> String {
    ["(", &joined(values), if values.len() == 1 { "," } else { "" }, ")"].concat()
}

fn joined(values: &[usize]) -> String {
    values.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
}

fn tuple_of_pairs(pairs: &[[usize; 2]]) -> String {
    let inner = pairs.iter().map(|pair| tuple(pair)).collect::<Vec<_>>().join(", ");
    ["(", &inner, if pairs.len() == 1 { "," } else { "" }, ")"].concat()
}

/// A positive number in the fewest decimals that read back as it.
///
/// # Errors
/// When sixteen digits do not.
pub(super) fn number(value: f64) -> Result<String> {
    if value == f64::INFINITY {
        return Ok("float(\"inf\")".to_owned());
    }
    // A whole number below 2⁵³ over a power of ten up to 10²² is one rounding away from its decimal, so that what is
    // equal here is what a reader of decimals gets.
    let mut unit = 1.0f64;
    for digits in 0..=22usize {
        let scaled = (value * unit).round();
        if scaled >= 9_007_199_254_740_992.0 {
            break;
        }
        if scaled / unit == value {
            let text = (scaled as u64).to_string();
            if digits == 0 {
                return Ok(text);
            }
            let text = ["0".repeat((digits + 1).saturating_sub(text.len())), text].concat();
            let (whole, fraction) = text.split_at(text.len() - digits);
            return Ok([whole, ".", fraction].concat());
        }
        unit *= 10.0;
    }
    Err(Error::new(ErrorKind::Parameter, "norm_type", value, "must have at most 16 digits to be written"))
}
