//! What is done to a layer's input before the layer reads it: a frame of cells, |x|, −x.

use super::Layout;
use super::arguments::{each, pair, whole, wrong};
use super::operators;
use super::read::split;
use super::source::{Call, Expression};
use super::written::Each;
use crate::error::{Error, ErrorKind, Result};
use crate::shown::Shown;

/// The input, as the layer reads it.
#[derive(Clone, Debug, Default)]
pub(super) struct Operand {
    pub negated: bool,
    pub magnitude: bool,
    pub frame: Option<Frame>,
}

/// Cells that were set around the input.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// What the layer reads there.
    pub fill: f64,
    width: Width,
}

#[derive(Clone, Debug)]
enum Width {
    /// `F.pad`: pairs from the last axis backwards, as many as there are axes to pad.
    FromLast(Vec<[usize; 2]>),
    /// `pad` in NumPy's form: a pair for each spatial axis.
    Spatial(Vec<[usize; 2]>),
}

impl Frame {
    /// The pairs `[before, after]`, outermost spatial axis first.
    pub fn cells(&self, axes: Option<usize>) -> Result<Vec<[usize; 2]>> {
        let broken = |pairs: &[[usize; 2]]| {
            let rule = "must pad the spatial axes, and those alone";
            Err(Error::new(ErrorKind::Parameter, "pad", pairs, rule))
        };
        match &self.width {
            Width::Spatial(pairs) if axes.is_none_or(|axes| axes == pairs.len()) => Ok(pairs.clone()),
            Width::FromLast(pairs) if axes.is_some_and(|axes| axes >= pairs.len()) => {
                let outer = axes.unwrap_or_default() - pairs.len();
                Ok(std::iter::repeat_n([0, 0], outer).chain(pairs.iter().rev().copied()).collect())
            }
            Width::Spatial(pairs) | Width::FromLast(pairs) => broken(pairs),
        }
    }
}

/// Reads the steps around the input. Whatever it is that they are applied to is the input.
pub(super) fn operand(input: &Expression, layout: Layout) -> Result<Operand> {
    match input {
        Expression::Negated(inner) => {
            let inner = operand(inner, layout)?;
            if inner.magnitude {
                return Err(refused("-abs(x)", "no pooling layer reads −|x|"));
            }
            let frame = inner.frame.map(|frame| Frame { fill: -frame.fill, ..frame });
            Ok(Operand { negated: !inner.negated, frame, ..inner })
        }
        Expression::Call(call) => match call.name.rsplit('.').next().unwrap_or_default() {
            "pad" => pad(call, layout),
            // The method `x.abs()` too; a sign before it no longer matters.
            "abs" | "absolute" | "Abs" => {
                let inner = call.positional.first().map_or(Ok(Operand::default()), |inner| operand(inner, layout))?;
                let frame = inner.frame.map(|frame| Frame { fill: frame.fill.abs(), ..frame });
                Ok(Operand { negated: false, magnitude: true, frame })
            }
            _ if operators::is_operator(&call.name) => Err(refused(&call.name, "one layer at a time")),
            _ => Ok(Operand::default()),
        },
        Expression::Name(_) => Ok(Operand::default()),
        other => Err(refused(&other.shown(), "a layer's input is a name or a call")),
    }
}

fn refused(value: &str, rule: &'static str) -> Error {
    Error::new(ErrorKind::Format, "source", value, rule)
}

fn pad(call: &Call, layout: Layout) -> Result<Operand> {
    let argument = |at: usize, names: &[&str]| {
        let named = call.keywords.iter().find(|(name, _)| names.contains(&name.as_str()));
        call.positional.get(at).or(named.map(|(_, value)| value)).filter(|value| **value != Expression::None)
    };
    const KEYWORDS: [&str; 11] =
        ["input", "x", "tensor", "array", "pad", "pad_width", "paddings", "mode", "value", "constant_values", "name"];
    if let Some((keyword, value)) = call.keywords.iter().find(|(name, _)| !KEYWORDS.contains(&name.as_str())) {
        let rule = "pad has no such parameter";
        return Err(Error::new(ErrorKind::Parameter, keyword.clone(), value.shown(), rule));
    }
    let inner =
        argument(0, &["input", "x", "tensor", "array"]).map_or(Ok(Operand::default()), |x| operand(x, layout))?;
    if inner.frame.is_some() {
        return Err(refused("pad", "pad once"));
    }
    if let Some(mode) = argument(2, &["mode"])
        && !matches!(mode, Expression::Text(text) if text.eq_ignore_ascii_case("constant"))
    {
        return Err(wrong("mode", mode, "must be \"constant\": a pooling layer's padding is one value"));
    }
    let fill = match argument(3, &["value", "constant_values"]) {
        Some(value) => value.number().ok_or_else(|| wrong("value", value, "must be a number"))?,
        None => 0.0,
    };
    let Some(width) = argument(1, &["pad", "pad_width", "paddings"]) else {
        return Err(Error::new(ErrorKind::Parameter, "pad", "missing", "must be given"));
    };
    let nested = matches!(width, Expression::List(items) if matches!(items.first(), Some(Expression::List(_))));
    let width = if nested {
        // A list of lists: `each` gives one pair for each.
        let (outer, inner) = split(&each("pad_width", width, &pair)?.over(1), layout);
        if outer.iter().any(|&pair| pair != [0, 0]) || inner.is_empty() {
            return Err(wrong("pad_width", width, "N and C are not padded: (0, 0)"));
        }
        Width::Spatial(inner)
    } else {
        match each("pad", width, &whole)? {
            Each::List(sides) if !sides.is_empty() && sides.len() % 2 == 0 => {
                Width::FromLast(sides.chunks_exact(2).map(|sides| [sides[0], sides[1]]).collect())
            }
            _ => return Err(wrong("pad", width, "must have two values for each axis, the last axis first")),
        }
    };
    Ok(Operand { frame: Some(Frame { fill, width }), ..inner })
}
