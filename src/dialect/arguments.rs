//! A call's arguments, bound to the operator's parameters and read as what a layer needs.

use super::operators::Operator;
use super::source::{Call, Expression};
use super::written::Each;
use crate::error::{Error, ErrorKind, Result};
use crate::shown::Shown;

/// Arguments by parameter. Each is taken out by the rule that reads it.
pub(super) struct Arguments<'a> {
    bound: Vec<(&'static str, &'a Expression)>,
}

impl<'a> Arguments<'a> {
    /// Binds a call as Python does.
    ///
    /// # Errors
    /// Names the argument that has no parameter, or whose parameter is given twice.
    pub fn bind(operator: &Operator, call: &'a Call) -> Result<Self> {
        let parameters = operator.parameters;
        if let Some(extra) = call.positional.get(parameters.len()) {
            let rule = format!("{} takes {} arguments: {}", call.name, parameters.len(), parameters.join(", "));
            return Err(Error::new(ErrorKind::Parameter, "arguments", extra, rule));
        }
        let mut bound: Vec<_> = parameters.iter().copied().zip(&call.positional).collect();
        for (keyword, value) in &call.keywords {
            let Some(&parameter) = parameters.iter().find(|parameter| *parameter == keyword) else {
                let rule = format!("{} has no such parameter; there are {}", call.name, parameters.join(", "));
                return Err(Error::new(ErrorKind::Parameter, keyword.clone(), value, rule));
            };
            if bound.iter().any(|(taken, _)| *taken == parameter) {
                return Err(Error::new(ErrorKind::Parameter, parameter, value, "the parameter is given twice"));
            }
            bound.push((parameter, value));
        }
        Ok(Self { bound })
    }

    /// The first of these parameters that is given and not `None`, and its name.
    pub fn get(&self, names: &[&str]) -> Option<(&'static str, &'a Expression)> {
        let given = |(name, value): &&(&'static str, &Expression)| names.contains(name) && **value != Expression::None;
        self.bound.iter().find(given).copied()
    }

    /// True or false; ONNX writes 1 or 0.
    pub fn flag(&self, name: &str) -> Result<Option<bool>> {
        self.get(&[name])
            .map(|(name, value)| match value {
                Expression::Bool(flag) => Ok(*flag),
                Expression::Integer(flag @ (0 | 1)) => Ok(*flag == 1),
                _ => Err(wrong(name, value, "must be True or False")),
            })
            .transpose()
    }

    /// A text, in lower case: the frameworks do not tell cases apart where they take texts.
    pub fn text(&self, name: &str) -> Result<Option<String>> {
        self.get(&[name])
            .map(|(name, value)| match value {
                Expression::Text(text) => Ok(text.to_ascii_lowercase()),
                _ => Err(wrong(name, value, "must be a text")),
            })
            .transpose()
    }

    /// Whole numbers: one for every axis, or a list.
    pub fn extents(&self, names: &[&str]) -> Result<Option<(&'static str, Each<usize>)>> {
        self.get(names).map(|(name, value)| Ok((name, each(name, value, &whole)?))).transpose()
    }
}

/// One value for every axis, or a list with one each.
pub(super) fn each<T>(
    name: &'static str,
    value: &Expression,
    read: &dyn Fn(&'static str, &Expression) -> Result<T>,
) -> Result<Each<T>> {
    Ok(match value {
        Expression::List(items) => Each::List(items.iter().map(|item| read(name, item)).collect::<Result<_>>()?),
        single => Each::All(read(name, single)?),
    })
}

/// A whole number, 0 or above.
pub(super) fn whole(name: &'static str, value: &Expression) -> Result<usize> {
    if let Expression::Integer(number) = value
        && let Ok(number) = usize::try_from(*number)
    {
        return Ok(number);
    }
    Err(wrong(name, value, "must be a whole number, 0 or above, or a list with one for each axis"))
}

/// `[before, after]`.
pub(super) fn pair(name: &'static str, value: &Expression) -> Result<[usize; 2]> {
    match value {
        Expression::List(sides) if sides.len() == 2 => Ok([whole(name, &sides[0])?, whole(name, &sides[1])?]),
        _ => Err(wrong(name, value, "an axis has two numbers: (before, after)")),
    }
}

#[cold]
pub(super) fn wrong(name: &'static str, value: &Expression, rule: &'static str) -> Error {
    Error::new(ErrorKind::Parameter, name, value.shown(), rule)
}
