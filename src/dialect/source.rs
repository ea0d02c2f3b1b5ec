//! Reading one Python expression: calls, numbers, texts, tuples and lists. Nothing is ever evaluated, and no name is
//! looked up: the tree is all there is.

use crate::error::{Error, ErrorKind, Result};
use crate::shown::{Shown, quoted};

/// A line that a person pastes is far below both; a hostile one stays cheap.
const MAX_LENGTH: usize = 4096;
const MAX_DEPTH: usize = 16;

/// A Python expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    Integer(i64),
    Float(f64),
    Text(String),
    Bool(bool),
    None,
    /// A dotted name: `x`, `jnp.inf`.
    Name(String),
    /// A tuple or a list: no parameter tells them apart.
    List(Vec<Expression>),
    Negated(Box<Expression>),
    Call(Box<Call>),
}

/// Named arguments, in order.
type Keywords = Vec<(String, Expression)>;

/// `name(positional, keyword=value)`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    /// Dotted, as written.
    pub name: String,
    pub positional: Vec<Expression>,
    pub keywords: Keywords,
    /// The arguments of a second pair of brackets: `nn.MaxPool2d(2)(x)`.
    pub applied: Option<Vec<Expression>>,
}

impl Expression {
    /// As a number, in any of the ways to write one: `2`, `-1.5`, `float("-inf")`, `-jnp.inf`.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Integer(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            Self::Negated(inner) => inner.number().map(|value| -value),
            Self::Name(name) => (name == "inf" || name.ends_with(".inf")).then_some(f64::INFINITY),
            Self::Call(call) if call.name == "float" && call.keywords.is_empty() => match call.positional.as_slice() {
                [Self::Text(text)] => match text.trim().to_ascii_lowercase().as_str() {
                    "inf" | "+inf" | "infinity" => Some(f64::INFINITY),
                    "-inf" | "-infinity" => Some(f64::NEG_INFINITY),
                    _ => None,
                },
                [number] => number.number(),
                _ => None,
            },
            _ => None,
        }
    }
}

/// What a message shows of it.
impl Shown for Expression {
    fn shown(&self) -> String {
        match self {
            Self::Integer(value) => value.to_string(),
            Self::Float(value) => value.shown(),
            Self::Text(text) => quoted(text),
            Self::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
            Self::None => "None".to_owned(),
            Self::Name(name) => name.clone(),
            Self::List(items) => items.shown(),
            Self::Negated(inner) => ["-", &inner.shown()].concat(),
            Self::Call(call) => [&call.name, "(…)"].concat(),
        }
    }
}

/// The expression in `source`: a statement of one line, of which an assignment's target, the name that PyTorch prints
/// before a submodule (`(pool): `), a comma after it and comments are left out.
///
/// # Errors
/// Names the character that is not part of it, and what should stand there.
pub(super) fn parse(source: &str) -> Result<Expression> {
    if source.len() > MAX_LENGTH {
        let rule = format!("a layer's source has at most {MAX_LENGTH} bytes");
        return Err(Error::new(ErrorKind::Format, "source", format!("{} bytes long", source.len()), rule));
    }
    let mut parser = Parser { rest: source, depth: 0 };
    parser.skip_target();
    let expression = parser.expression()?;
    parser.take(",");
    match parser.peek() {
        None => Ok(expression),
        Some(_) => Err(parser.expected("the end: one layer at a time")),
    }
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Parser<'a> {
    /// The next character that is neither white space nor in a comment.
    fn peek(&mut self) -> Option<char> {
        loop {
            self.rest = self.rest.trim_start();
            match self.rest.strip_prefix('#') {
                Some(comment) => self.rest = comment.split_once('\n').map_or("", |(_, rest)| rest),
                None => return self.rest.chars().next(),
            }
        }
    }

    fn take(&mut self, token: &str) -> bool {
        self.peek();
        self.rest.strip_prefix(token).map(|rest| self.rest = rest).is_some()
    }

    #[cold]
    fn expected(&mut self, what: &str) -> Error {
        let found = match self.peek() {
            Some(_) => quoted(&self.rest.chars().take(12).collect::<String>()),
            None => "at its end".to_owned(),
        };
        Error::new(ErrorKind::Format, "source", found, format!("here should be {what}"))
    }

    /// `self.pool = ` or `(pool): `, if there is one.
    fn skip_target(&mut self) {
        self.peek();
        let start = self.rest;
        let bracket = self.take("(");
        let name = self.word(|c| c.is_alphanumeric() || c == '_' || c == '.');
        let found = if bracket { self.take(")") && self.take(":") } else { !name.is_empty() && self.take("=") };
        if !found {
            self.rest = start;
        }
    }

    fn word(&mut self, part: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !part(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn expression(&mut self) -> Result<Expression> {
        if self.depth == MAX_DEPTH {
            return Err(self.expected(&format!("less: brackets may be {MAX_DEPTH} deep")));
        }
        self.depth += 1;
        let expression = self.nested();
        self.depth -= 1;
        expression
    }

    fn nested(&mut self) -> Result<Expression> {
        match self.peek() {
            Some('-') => {
                self.take("-");
                Ok(Expression::Negated(Box::new(self.expression()?)))
            }
            Some('(') => self.brackets("(", ")"),
            Some('[') => self.brackets("[", "]"),
            Some(quote @ ('"' | '\'')) => self.text(quote),
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(),
            Some(c) if c.is_alphabetic() || c == '_' => self.named(),
            _ => Err(self.expected("a value")),
        }
    }

    /// A tuple, a list, or one value in brackets.
    fn brackets(&mut self, open: &str, close: &str) -> Result<Expression> {
        self.take(open);
        let (mut items, mut comma) = (Vec::new(), false);
        while !self.take(close) {
            if !items.is_empty() && !comma {
                return Err(self.expected(&format!("a comma or {}", quoted(close))));
            }
            items.push(self.expression()?);
            comma = self.take(",");
        }
        if open == "(" && items.len() == 1 && !comma {
            return Ok(items.remove(0));
        }
        Ok(Expression::List(items))
    }

    /// No escapes: no name or mode of a layer has one.
    fn text(&mut self, quote: char) -> Result<Expression> {
        let inside = &self.rest[1..];
        match inside.find([quote, '\\', '\n']) {
            Some(end) if inside[end..].starts_with(quote) => {
                self.rest = &inside[end + 1..];
                Ok(Expression::Text(inside[..end].to_owned()))
            }
            _ => Err(self.expected("a text that ends in its line, without a backslash")),
        }
    }

    fn number(&mut self) -> Result<Expression> {
        let start = self.rest;
        let digits = self.word(|c| c.is_ascii_alphanumeric() || "._".contains(c));
        // An exponent's sign is the one sign that a number has inside.
        let exponent = digits.ends_with(['e', 'E']) && self.rest.starts_with(['+', '-']);
        if exponent {
            self.rest = &self.rest[1..];
            self.word(|c| c.is_ascii_digit());
        }
        let digits = start[..start.len() - self.rest.len()].replace('_', "");
        let broken = || {
            let rule = "must be a decimal number, a whole one below 2⁶³";
            Error::new(ErrorKind::Format, "source", quoted(&digits), rule)
        };
        if digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return digits.parse().map(Expression::Integer).map_err(|_| broken());
        }
        // `parse` also takes names of infinities, but no number begins with a letter.
        digits.parse().map(Expression::Float).map_err(|_| broken())
    }

    fn named(&mut self) -> Result<Expression> {
        let name = self.word(|c| c.is_alphanumeric() || c == '_' || c == '.').to_owned();
        match name.as_str() {
            "True" => return Ok(Expression::Bool(true)),
            "False" => return Ok(Expression::Bool(false)),
            "None" => return Ok(Expression::None),
            _ => {}
        }
        if self.peek() != Some('(') {
            return Ok(Expression::Name(name));
        }
        let (positional, keywords) = self.arguments()?;
        let applied = if self.peek() == Some('(') {
            let (applied, keywords) = self.arguments()?;
            if let Some((keyword, _)) = keywords.first() {
                let rule = "a layer is applied to its input, without keywords";
                return Err(Error::new(ErrorKind::Format, "source", quoted(keyword), rule));
            }
            Some(applied)
        } else {
            None
        };
        Ok(Expression::Call(Box::new(Call { name, positional, keywords, applied })))
    }

    fn arguments(&mut self) -> Result<(Vec<Expression>, Keywords)> {
        self.take("(");
        let (mut positional, mut keywords, mut comma) = (Vec::new(), Vec::new(), true);
        while !self.take(")") {
            if !comma {
                return Err(self.expected("a comma or \")\""));
            }
            self.peek();
            let start = self.rest;
            let keyword = self.word(|c| c.is_alphanumeric() || c == '_');
            if !keyword.is_empty() && self.take("=") {
                keywords.push((keyword.to_owned(), self.expression()?));
            } else {
                self.rest = start;
                if !keywords.is_empty() {
                    return Err(self.expected("a keyword: positional arguments come first"));
                }
                positional.push(self.expression()?);
            }
            comma = self.take(",");
        }
        Ok((positional, keywords))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Expression as E;
    use proptest::prelude::*;

    fn call(name: &str, positional: Vec<E>, keywords: Vec<(&str, E)>) -> E {
        let keywords = keywords.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        E::Call(Box::new(Call { name: name.to_owned(), positional, keywords, applied: None }))
    }

    #[test]
    fn calls_and_what_may_stand_around_them() {
        let pool = call("nn.MaxPool2d", vec![E::Integer(3)], vec![("stride", E::List(vec![E::Integer(2); 2]))]);
        for source in [
            "nn.MaxPool2d(3, stride=(2, 2))",
            "  self.pool = nn.MaxPool2d( 3 , stride = [2,2,] ,) # halves",
            "(maxpool): nn.MaxPool2d(3,\n  stride=(2, 2)),",
            "# the stem\n(nn.MaxPool2d)((3), stride=(2, 2))".replace("(nn.MaxPool2d)", "nn.MaxPool2d").as_str(),
        ] {
            assert_eq!(parse(source).unwrap(), pool, "{source}");
        }
        let E::Call(applied) = parse("nn.MaxPool2d(3)(x)").unwrap() else { panic!() };
        assert_eq!(applied.applied, Some(vec![E::Name("x".into())]));
    }

    #[test]
    fn values() {
        let expected = [
            ("-1.5e-3", E::Negated(Box::new(E::Float(1.5e-3)))),
            ("1_000", E::Integer(1000)),
            ("'same'", E::Text("same".into())),
            ("(1,)", E::List(vec![E::Integer(1)])),
            ("()", E::List(vec![])),
            ("[None, True, jnp.inf]", E::List(vec![E::None, E::Bool(true), E::Name("jnp.inf".into())])),
        ];
        for (source, expression) in expected {
            assert_eq!(parse(source).unwrap(), expression, "{source}");
        }
        for (source, number) in [
            ("-float(\"inf\")", f64::NEG_INFINITY),
            ("float('-inf')", f64::NEG_INFINITY),
            ("-math.inf", f64::NEG_INFINITY),
            ("-2", -2.0),
            ("1e+3", 1000.0),
        ] {
            assert_eq!(parse(source).unwrap().number(), Some(number), "{source}");
        }
    }

    #[test]
    fn messages_show_the_place() {
        let expected = [
            ("nn.MaxPool2d(3", r#"source is at its end: here should be a comma or ")""#),
            ("nn.MaxPool2d(3 4)", r#"source is "4)": here should be a comma or ")""#),
            (
                "nn.MaxPool2d(stride=2, 3)",
                r#"source is "3)": here should be a keyword: positional arguments come first"#,
            ),
            ("f(2); g(3)", r#"source is "; g(3)": here should be the end: one layer at a time"#),
            ("f(\"a", r#"source is ""a": here should be a text that ends in its line, without a backslash"#),
            ("f(0x10)", r#"source is "0x10": must be a decimal number, a whole one below 2⁶³"#),
            (
                "f(9223372036854775808)",
                r#"source is "9223372036854775808": must be a decimal number, a whole one below 2⁶³"#,
            ),
            ("", "source is at its end: here should be a value"),
        ];
        for (source, message) in expected {
            assert_eq!(parse(source).unwrap_err().to_string(), message, "{source}");
        }
        let deep = "(".repeat(MAX_DEPTH + 1);
        assert!(parse(&deep).unwrap_err().to_string().ends_with("here should be less: brackets may be 16 deep"));
        assert!(parse(&" ".repeat(MAX_LENGTH + 1)).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(source in r#"([a-zé.]{0,3}[(\[\])=,#"'\\ \n-]|[0-9eE+._-]{1,6}|True|None){0,24}"#) {
            let _ = parse(&source);
        }
    }
}
