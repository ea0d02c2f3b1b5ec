//! ONNX nodes as nested calls: `helper.make_node("MaxPool", ["x"], ["y"], …)` becomes `op.MaxPool(x, …)`, the form in
//! which everything else is read, and a list of nodes that feed one another becomes one expression.

use super::source::{Call, Expression};
use crate::error::{Error, ErrorKind, Result};
use crate::shown::Shown;

/// The expression with nodes as calls, and `op.Neg(…)` as a minus.
pub(super) fn as_calls(expression: Expression) -> Result<Expression> {
    match expression {
        Expression::List(nodes) if nodes.first().is_some_and(is_node) => {
            let mut made: Vec<(String, Expression)> = Vec::new();
            for node in nodes {
                let (output, call) = node_as_call(node, &mut made)?;
                made.push((output, call));
            }
            match made.pop() {
                Some((_, last)) if made.is_empty() => Ok(last),
                _ => Err(broken("nodes", "every node but the last must feed the next")),
            }
        }
        node if is_node(&node) => Ok(node_as_call(node, &mut Vec::new())?.1),
        Expression::Call(mut call)
            if call.name == "op.Neg" && call.keywords.is_empty() && call.positional.len() == 1 =>
        {
            Ok(Expression::Negated(Box::new(as_calls(call.positional.remove(0))?)))
        }
        Expression::Call(mut call) if call.name.starts_with("op.") => {
            call.positional = call.positional.into_iter().map(as_calls).collect::<Result<_>>()?;
            Ok(Expression::Call(call))
        }
        other => Ok(other),
    }
}

fn is_node(expression: &Expression) -> bool {
    let Expression::Call(call) = expression else { return false };
    ["helper.make_node", "onnx.helper.make_node", "make_node"].contains(&call.name.as_str())
}

/// The name of a node's output, and the node as a call of what its input is.
fn node_as_call(node: Expression, made: &mut Vec<(String, Expression)>) -> Result<(String, Expression)> {
    let Expression::Call(node) = node else { return Err(broken(&node.shown(), "must be a helper.make_node(…)")) };
    let Call { positional, keywords, applied: None, .. } = *node else {
        return Err(broken("make_node", "a node is not called"));
    };
    let named = |name: &str| keywords.iter().find(|(keyword, _)| keyword == name).map(|(_, value)| value);
    let argument = |at: usize, name: &str| positional.get(at).or_else(|| named(name));
    let Some(Expression::Text(operator)) = argument(0, "op_type") else {
        return Err(broken("op_type", "a node begins with its operator's name: make_node(\"MaxPool\", …)"));
    };
    let only = |at: usize, name: &'static str| match argument(at, name) {
        // MaxPool's second output is its indices.
        Some(Expression::List(names)) => match names.as_slice() {
            [Expression::Text(first), rest @ ..] if rest.is_empty() || name == "outputs" => Ok(first.clone()),
            _ => Err(broken(name, "a pooling node has one input: [\"x\"]")),
        },
        _ => Err(broken(name, "must be a list of names, such as [\"x\"]")),
    };
    let (input, output) = (only(1, "inputs")?, only(2, "outputs")?);
    let input = match made.iter().position(|(name, _)| *name == input) {
        Some(at) => made.remove(at).1,
        None => Expression::Name(input),
    };
    const NOT_ATTRIBUTES: [&str; 6] = ["op_type", "inputs", "outputs", "name", "doc_string", "domain"];
    let attributes = || keywords.iter().filter(|(name, _)| !NOT_ATTRIBUTES.contains(&name.as_str())).cloned().collect();
    let call = match operator.as_str() {
        "Neg" => Expression::Negated(Box::new(input)),
        _ => Expression::Call(Box::new(Call {
            name: ["op.", operator].concat(),
            positional: vec![input],
            keywords: attributes(),
            applied: None,
        })),
    };
    Ok((output, call))
}

#[cold]
fn broken(value: &str, rule: &'static str) -> Error {
    Error::new(ErrorKind::Format, "source", value, rule)
}
