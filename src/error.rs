//! The one error type: which parameter, its value, the rule it broke.

use crate::shown::Shown;
use std::{borrow::Cow, fmt};

/// What every function of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What an [`Error`] is about, for a caller that wants to branch on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A parameter breaks its own rule, whatever the input: a stride of 0, an unknown method.
    Parameter,
    /// The parameters are sound, but do not fit the input's shape or the number of its values.
    Shape,
    /// A file or a buffer is not what its format says.
    Format,
    /// The result does not fit into memory.
    Memory,
    /// The file system or the network failed.
    Io,
}

/// A broken rule: the parameter that broke it, the value it had, and the rule.
///
/// ```
/// use deep_end::error::{Error, ErrorKind};
/// let error = Error::new(ErrorKind::Parameter, "stride", "[0, 2]", "every stride must be at least 1");
/// assert_eq!(error.to_string(), "stride is [0, 2]: every stride must be at least 1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Broken>);

/// Apart, so that a result is no larger than a pointer where nothing failed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Broken {
    kind: ErrorKind,
    parameter: Cow<'static, str>,
    value: String,
    rule: Cow<'static, str>,
}

impl Error {
    /// An error about `parameter`, which had `value` and broke `rule` (a sentence without its full stop).
    // Cold, so that the many places that may fail stay small.
    #[cold]
    #[inline(never)]
    pub fn new(
        kind: ErrorKind,
        parameter: impl Into<Cow<'static, str>>,
        value: impl Shown,
        rule: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Broken { kind, parameter: parameter.into(), value: value.shown(), rule: rule.into() }))
    }

    /// What the error is about.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The name of the parameter, in this crate's spelling (`kernel_size`, not `kernelSize`).
    pub fn parameter(&self) -> &str {
        &self.0.parameter
    }

    /// The offending value, as text.
    pub fn value(&self) -> &str {
        &self.0.value
    }

    /// The whole message.
    #[cold]
    pub(crate) fn text(&self) -> String {
        [self.parameter(), " is ", self.value(), ": ", self.rule()].concat()
    }

    /// The rule that the value broke.
    pub fn rule(&self) -> &str {
        &self.0.rule
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl std::error::Error for Error {}
