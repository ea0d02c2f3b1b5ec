//! The operators of each dialect: names, and parameters in the order of the signature.
//!
//! From the signatures of PyTorch 2.15, Keras 3.15, TensorFlow 2.20, Flax 0.12 and ONNX opset 22.

use super::Dialect;
use crate::error::{Error, ErrorKind, Result};
use crate::shown::quoted;

/// One operator of one dialect.
pub(super) struct Operator {
    pub dialect: Dialect,
    /// What may stand before the name; the first is how it is written here.
    modules: &'static [&'static str],
    /// `#` stands for the number of spatial axes.
    name: &'static str,
    pub method: Kind,
    pub reach: Form,
    /// In order, the way a call binds them.
    pub parameters: &'static [&'static str],
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Max,
    Min,
    Average,
    Lp,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Form {
    Window,
    Adaptive,
    Global,
}

const TORCH: &[&str] = &["nn.", "torch.nn.", ""];
const FUNCTIONAL: &[&str] = &["F.", "torch.nn.functional.", "nn.functional.", "functional."];
const LAYERS: &[&str] = &["keras.layers.", "layers.", "tf.keras.layers.", ""];
const OPS: &[&str] = &["keras.ops.", "ops."];
const TF: &[&str] = &["tf.nn.", "tensorflow.nn."];
const LINEN: &[&str] = &["nn.", "linen.", "flax.linen.", "nnx.", "flax.nnx.", ""];
const NNX: &[&str] = &["nnx.", "flax.nnx.", ""];
const ONNX: &[&str] = &["op."];

const LAYER_WINDOW: &[&str] = &["pool_size", "strides", "padding", "data_format", "name", "dtype", "trainable"];
const LAYER_ADAPTIVE: &[&str] = &["output_size", "data_format", "name", "dtype", "trainable"];
const LAYER_GLOBAL: &[&str] = &["data_format", "keepdims", "name", "dtype", "trainable"];
const OPS_WINDOW: &[&str] = &["inputs", "pool_size", "strides", "padding", "data_format"];
const OPS_ADAPTIVE: &[&str] = &["inputs", "output_size", "data_format"];
const TF_WINDOW: &[&str] = &["input", "ksize", "strides", "padding", "data_format", "name"];
const LINEN_WINDOW: &[&str] = &["inputs", "window_shape", "strides", "padding"];
const LINEN_MEAN: &[&str] = &["inputs", "window_shape", "strides", "padding", "count_include_pad"];

type Row = (&'static str, Kind, Form, &'static [&'static str]);

const TORCH_ROWS: &[Row] = &[
    (
        "MaxPool#d",
        Kind::Max,
        Form::Window,
        &["kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode"],
    ),
    ("AvgPool1d", Kind::Average, Form::Window, &["kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"]),
    (
        "AvgPool#d",
        Kind::Average,
        Form::Window,
        &["kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"],
    ),
    ("LPPool#d", Kind::Lp, Form::Window, &["norm_type", "kernel_size", "stride", "ceil_mode"]),
    ("AdaptiveMaxPool#d", Kind::Max, Form::Adaptive, &["output_size", "return_indices"]),
    ("AdaptiveAvgPool#d", Kind::Average, Form::Adaptive, &["output_size"]),
];
const FUNCTIONAL_ROWS: &[Row] = &[
    (
        "max_pool#d",
        Kind::Max,
        Form::Window,
        &["input", "kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices"],
    ),
    (
        "avg_pool1d",
        Kind::Average,
        Form::Window,
        &["input", "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"],
    ),
    (
        "avg_pool#d",
        Kind::Average,
        Form::Window,
        &["input", "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"],
    ),
    ("lp_pool#d", Kind::Lp, Form::Window, &["input", "norm_type", "kernel_size", "stride", "ceil_mode"]),
    ("adaptive_max_pool#d", Kind::Max, Form::Adaptive, &["input", "output_size", "return_indices"]),
    ("adaptive_avg_pool#d", Kind::Average, Form::Adaptive, &["input", "output_size"]),
];
const LAYER_ROWS: &[Row] = &[
    ("MaxPooling#D", Kind::Max, Form::Window, LAYER_WINDOW),
    ("MaxPool#D", Kind::Max, Form::Window, LAYER_WINDOW),
    ("AveragePooling#D", Kind::Average, Form::Window, LAYER_WINDOW),
    ("AvgPool#D", Kind::Average, Form::Window, LAYER_WINDOW),
    ("AdaptiveMaxPooling#D", Kind::Max, Form::Adaptive, LAYER_ADAPTIVE),
    ("AdaptiveAveragePooling#D", Kind::Average, Form::Adaptive, LAYER_ADAPTIVE),
    ("GlobalMaxPooling#D", Kind::Max, Form::Global, LAYER_GLOBAL),
    ("GlobalMaxPool#D", Kind::Max, Form::Global, LAYER_GLOBAL),
    ("GlobalAveragePooling#D", Kind::Average, Form::Global, LAYER_GLOBAL),
    ("GlobalAvgPool#D", Kind::Average, Form::Global, LAYER_GLOBAL),
];
const OPS_ROWS: &[Row] = &[
    ("max_pool", Kind::Max, Form::Window, OPS_WINDOW),
    ("average_pool", Kind::Average, Form::Window, OPS_WINDOW),
    ("adaptive_max_pool", Kind::Max, Form::Adaptive, OPS_ADAPTIVE),
    ("adaptive_average_pool", Kind::Average, Form::Adaptive, OPS_ADAPTIVE),
];
const TF_ROWS: &[Row] = &[
    ("max_pool#d", Kind::Max, Form::Window, TF_WINDOW),
    ("max_pool", Kind::Max, Form::Window, TF_WINDOW),
    ("avg_pool#d", Kind::Average, Form::Window, TF_WINDOW),
    ("avg_pool", Kind::Average, Form::Window, TF_WINDOW),
];
const LINEN_ROWS: &[Row] =
    &[("max_pool", Kind::Max, Form::Window, LINEN_WINDOW), ("avg_pool", Kind::Average, Form::Window, LINEN_MEAN)];
/// `flax.linen` does not export it.
const NNX_ROWS: &[Row] = &[("min_pool", Kind::Min, Form::Window, LINEN_WINDOW)];
const ONNX_ROWS: &[Row] = &[
    (
        "MaxPool",
        Kind::Max,
        Form::Window,
        &["X", "kernel_shape", "strides", "pads", "auto_pad", "dilations", "ceil_mode", "storage_order"],
    ),
    (
        "AveragePool",
        Kind::Average,
        Form::Window,
        &["X", "kernel_shape", "strides", "pads", "auto_pad", "dilations", "ceil_mode", "count_include_pad"],
    ),
    (
        "LpPool",
        Kind::Lp,
        Form::Window,
        &["X", "kernel_shape", "strides", "pads", "auto_pad", "dilations", "ceil_mode", "p"],
    ),
    ("GlobalMaxPool", Kind::Max, Form::Global, &["X"]),
    ("GlobalAveragePool", Kind::Average, Form::Global, &["X"]),
    ("GlobalLpPool", Kind::Lp, Form::Global, &["X", "p"]),
];

/// Whose operators, from which module.
const TABLES: [(Dialect, &[&str], &[Row]); 8] = [
    (Dialect::PyTorch, TORCH, TORCH_ROWS),
    (Dialect::PyTorch, FUNCTIONAL, FUNCTIONAL_ROWS),
    (Dialect::Onnx, ONNX, ONNX_ROWS),
    (Dialect::Keras, LAYERS, LAYER_ROWS),
    (Dialect::Keras, OPS, OPS_ROWS),
    (Dialect::Keras, TF, TF_ROWS),
    (Dialect::Flax, LINEN, LINEN_ROWS),
    (Dialect::Flax, NNX, NNX_ROWS),
];

fn all() -> impl Iterator<Item = Operator> {
    TABLES.into_iter().flat_map(|(dialect, modules, rows)| {
        let row = move |&(name, method, reach, parameters): &Row| Operator {
            dialect,
            modules,
            name,
            method,
            reach,
            parameters,
        };
        rows.iter().map(row)
    })
}

impl Operator {
    /// The number of axes in a name as this operator's (`None` where its name has none), if it is one.
    fn matches(&self, name: &str) -> Option<Option<usize>> {
        let Some((start, end)) = self.name.split_once('#') else {
            return (name == self.name).then_some(self.name.ends_with("1d").then_some(1));
        };
        let digit = name.strip_prefix(start)?.strip_suffix(end)?;
        ["1", "2", "3"].iter().position(|&axes| axes == digit).map(|at| Some(at + 1))
    }
}

/// Whether `name`, with its module, is an operator's.
pub(super) fn is_operator(name: &str) -> bool {
    find(name, None).is_ok()
}

/// The operator of this name, with its module, and the number of spatial axes where the name has it. Without a
/// dialect, name and module tell which.
///
/// # Errors
/// When there is none: what there is.
pub(super) fn find(name: &str, dialect: Option<Dialect>) -> Result<(Operator, Option<usize>)> {
    let (module, last) = name.rfind('.').map_or(("", name), |dot| name.split_at(dot + 1));
    let candidates = || all().filter(|operator| dialect.is_none_or(|dialect| dialect == operator.dialect));
    for operator in candidates() {
        if let Some(axes) = operator.matches(last)
            && operator.modules.contains(&module)
        {
            return Ok((operator, axes));
        }
    }
    let unknown = |rule| Err(Error::new(ErrorKind::Parameter, "layer", quoted(name), rule));
    if let Some(elsewhere) = candidates().find(|operator| operator.matches(last).is_some()) {
        return unknown([elsewhere.dialect.name(), " has it as ", elsewhere.modules[0], last].concat());
    }
    let mut names: Vec<_> = candidates().map(|operator| [operator.modules[0], operator.name].concat()).collect();
    names.dedup();
    unknown(format!("is no pooling layer; there are, with 1, 2 or 3 for #, {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_dialect() {
        let expected = [
            ("nn.MaxPool2d", Dialect::PyTorch, Some(2)),
            ("AvgPool1d", Dialect::PyTorch, Some(1)),
            ("F.avg_pool1d", Dialect::PyTorch, Some(1)),
            ("torch.nn.functional.lp_pool3d", Dialect::PyTorch, Some(3)),
            ("op.AveragePool", Dialect::Onnx, None),
            ("tf.keras.layers.MaxPool2D", Dialect::Keras, Some(2)),
            ("ops.max_pool", Dialect::Keras, None),
            ("tf.nn.max_pool2d", Dialect::Keras, Some(2)),
            ("nn.max_pool", Dialect::Flax, None),
            ("nnx.min_pool", Dialect::Flax, None),
        ];
        for (name, dialect, axes) in expected {
            let (operator, found) = find(name, None).unwrap();
            assert_eq!((operator.dialect, found), (dialect, axes), "{name}");
        }
        assert_eq!(find("F.avg_pool1d", None).unwrap().0.parameters.len(), 6);
        assert_eq!(find("F.avg_pool2d", None).unwrap().0.parameters.len(), 7);
    }

    #[test]
    fn what_is_not_there_is_told() {
        let message = |name, dialect| find(name, dialect).err().unwrap().to_string();
        assert_eq!(message("x.MaxPool2d", None), r#"layer is "x.MaxPool2d": PyTorch has it as nn.MaxPool2d"#);
        let unknown = message("nn.MaxPool4d", Some(Dialect::Flax));
        assert!(
            unknown.ends_with("there are, with 1, 2 or 3 for #, nn.max_pool, nn.avg_pool, nnx.min_pool"),
            "{unknown}"
        );
        assert!(message("nn.FractionalMaxPool2d", None).contains("is no pooling layer; there are"));
    }
}
