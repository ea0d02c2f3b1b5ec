//! The cells in which two layers answer differently, and why.

use super::Dialect;
use super::rules::{EmptyMean, Meaning, Nan};
use super::written::Written;
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{AxisPlan, Plan};
use crate::pool::Pooling;
use crate::shown::Shown;
use ndarray::{ArrayD, ArrayViewD};

/// Two layers over one input, cell by cell.
#[derive(Clone, Debug)]
pub struct Differences {
    meanings: [Meaning; 2],
    plans: [Plan; 2],
}

/// An output cell in which two layers differ.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Its place in the output: spatial, outermost axis first; from [`Differences::in_values`] (n, c, spatial…).
    pub at: Vec<usize>,
    /// Why.
    pub reason: Reason,
}

/// An output cell in which two layers' answers to one input differ.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueDifference {
    /// The cell, and why.
    pub difference: Difference,
    /// What either layer answers.
    pub answers: [Answer; 2],
}

/// What a layer has in an output cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Answer {
    /// This value.
    Value(f32),
    /// A value that the dialect does not fix.
    Unspecified,
    /// Its output has no such cell.
    Missing,
}

/// What one window reads along one axis: `count` cells from `start`, `step` apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reads {
    /// The first cell; 0 where there is none.
    pub start: usize,
    /// How many cells.
    pub count: usize,
    /// The distance between two of them; 1 where there is one at most.
    pub step: usize,
}

/// Why two layers differ. Pairs are (first layer, second layer).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// The output of this layer, 0 or 1, has no such cell.
    Missing(usize),
    /// They are different methods, or the same with another power.
    Method([&'static str; 2]),
    /// They read different cells of the input: per axis, outermost first.
    Reads([Vec<Reads>; 2]),
    /// They divide the same sum by different counts.
    Divisor([f64; 2]),
    /// They scale the norm of a partial window differently.
    Scale([f64; 2]),
    /// The window has no cell, and its mean is not the same, or not fixed.
    EmptyMean,
    /// One of them takes powers of x, the other of |x|: where a cell is negative.
    Sign,
    /// A NaN in the window, and what becomes of it is not the same, or not fixed.
    Nan,
}

/// Where the answers of `a` and `b` differ over inputs with these spatial extents, whatever the values.
///
/// ```
/// use deep_end::dialect::{self, Dialect, Reason};
/// // [10, 20], 3 cells wide, SAME: Keras leaves padding out of the mean, Flax counts it.
/// let keras = dialect::read(r#"AveragePooling1D(3, strides=2, padding="same")"#)?;
/// let flax = keras.carried_to(Dialect::Flax)?;
/// let differences = dialect::differences(&keras, &flax, &[2])?;
/// let cells: Vec<_> = differences.cells().collect();
/// assert_eq!((&cells[0].at[..], &cells[0].reason), (&[0][..], &Reason::Divisor([2.0, 3.0])));
/// assert_eq!(cells[0].reason.text(["Keras", "Flax"]), "Keras divides by 2, Flax by 3");
/// # Ok::<(), deep_end::Error>(())
/// ```
///
/// # Errors
/// When one of the layers does not fit the input.
pub fn differences(a: &Written, b: &Written, spatial: &[usize]) -> Result<Differences> {
    Differences::new(a.meaning(spatial)?, b.meaning(spatial)?, spatial)
}

impl Differences {
    /// Two meanings over inputs with these spatial extents.
    ///
    /// # Errors
    /// When one of the layers does not fit the input.
    pub fn new(a: Meaning, b: Meaning, spatial: &[usize]) -> Result<Self> {
        let plans = [a.pool().geometry().plan(spatial)?, b.pool().geometry().plan(spatial)?];
        Ok(Self { meanings: [a, b], plans })
    }

    /// The spatial extents of both outputs.
    pub fn output_shapes(&self) -> [Vec<usize>; 2] {
        [self.plans[0].output_shape(), self.plans[1].output_shape()]
    }

    /// The cells that differ whatever the values, row-major over the larger extent of each axis. Found one by one: a
    /// caller takes as many as it can show.
    pub fn cells(&self) -> impl Iterator<Item = Difference> + '_ {
        let [a, b] = self.output_shapes();
        let shape: Vec<_> = a.iter().zip(&b).map(|(&a, &b)| a.max(b)).collect();
        let shape = if self.same_everywhere() { vec![0; shape.len()] } else { shape };
        places(shape).filter_map(|at| Some(Difference { reason: self.reason(&at)?, at }))
    }

    /// Why other cells may differ, for some values.
    pub fn by_value(&self) -> Vec<Reason> {
        let [a, b] = &self.meanings;
        let sign = (a.is_signed() != b.is_signed()).then_some(Reason::Sign);
        let unspecified = [a, b].iter().any(|meaning| meaning.picks() && meaning.rules().nan == Nan::Unspecified);
        sign.into_iter().chain(unspecified.then_some(Reason::Nan)).collect()
    }

    /// The cells in which the answers for `x`, shaped (N, C, spatial…), differ.
    ///
    /// ```
    /// use deep_end::dialect::{self, Answer};
    /// use ndarray::array;
    /// let torch = dialect::read("nn.LPPool1d(1, 2)")?;
    /// let onnx = dialect::read(r#"helper.make_node("LpPool", ["x"], ["y"], kernel_shape=[2], strides=[2], p=1)"#)?;
    /// let found = dialect::differences(&torch, &onnx, &[4])?.in_values(array![[[1.0, 2.0, -3.0, 4.0]]].into_dyn().view())?;
    /// assert_eq!(found.len(), 1); // 1 + 2 is the same; −3 + 4 is not |−3| + |4|
    /// assert_eq!(found[0].answers, [Answer::Value(1.0), Answer::Value(7.0)]);
    /// # Ok::<(), deep_end::Error>(())
    /// ```
    ///
    /// # Errors
    /// When `x` has not the spatial extents that were compared, or the answers do not fit into memory.
    pub fn in_values(&self, x: ArrayViewD<f32>) -> Result<Vec<ValueDifference>> {
        let spatial = self.plans[0].input_shape();
        if x.shape().get(2..) != Some(spatial.as_slice()) {
            let rule = format!("must be N, C and the extents {}", spatial.shown());
            return Err(Error::new(ErrorKind::Shape, "shape", x.shape(), rule));
        }
        let answers = [self.meanings[0].forward(x.view())?, self.meanings[1].forward(x.view())?];
        let shape = answers[0].shape().iter().zip(answers[1].shape()).map(|(&a, &b)| a.max(b)).collect();
        let mut found = Vec::new();
        for at in places(shape) {
            let answers = [0, 1].map(|which| self.answer(which, &answers[which], &at));
            if same(answers) {
                continue;
            }
            let reason = self.reason(&at[2..]).unwrap_or_else(|| self.reason_in_values());
            if found.try_reserve(1).is_err() {
                let rule = "the list of differences does not fit into memory";
                return Err(Error::new(ErrorKind::Memory, "shape", x.shape(), rule));
            }
            found.push(ValueDifference { difference: Difference { at, reason }, answers });
        }
        Ok(found)
    }

    fn answer(&self, which: usize, answers: &ArrayD<f32>, at: &[usize]) -> Answer {
        let meaning = &self.meanings[which];
        match answers.get(at) {
            None => Answer::Missing,
            Some(_) if meaning.rules().empty_mean != EmptyMean::Zero && self.is_empty_mean(which, &at[2..]) => {
                if meaning.rules().empty_mean == EmptyMean::Nan {
                    Answer::Value(f32::NAN)
                } else {
                    Answer::Unspecified
                }
            }
            // The core gives NaN exactly where a window has one.
            Some(value) if value.is_nan() && meaning.picks() && meaning.rules().nan == Nan::Unspecified => {
                Answer::Unspecified
            }
            Some(&value) => Answer::Value(value),
        }
    }

    fn reason_in_values(&self) -> Reason {
        if self.meanings[0].picks() { Reason::Nan } else { Reason::Sign }
    }

    /// Whether both read and count the same along every axis, so that no cell needs a look.
    fn same_everywhere(&self) -> bool {
        let [a, b] = &self.meanings;
        let counts = |meaning: &Meaning, axis: &AxisPlan| -> Vec<_> {
            let span = |at| (reads(axis, at), axis.spans[at].taps(), count(meaning, axis, at));
            (0..axis.spans.len()).map(span).collect()
        };
        let mut axes = self.plans[0].axes().iter().zip(self.plans[1].axes());
        let has_empty =
            self.plans.iter().any(|plan| plan.axes().iter().any(|axis| axis.spans.iter().any(|s| s.len == 0)));
        let divisor = |meaning: &Meaning| match meaning.pool().method() {
            Pooling::Average { divisor_override, .. } => *divisor_override,
            _ => None,
        };
        same_method(a.pool().method(), b.pool().method())
            && divisor(a) == divisor(b)
            && !has_empty
            && axes.all(|(first, second)| counts(a, first) == counts(b, second))
    }

    /// Why this output cell differs whatever the values, if it does.
    fn reason(&self, at: &[usize]) -> Option<Reason> {
        let outside = |plan: &Plan| plan.axes().iter().zip(at).any(|(axis, &at)| at >= axis.spans.len());
        if let Some(which) = self.plans.iter().position(outside) {
            return Some(Reason::Missing(which));
        }
        let [a, b] = &self.meanings;
        let (first, second) = (a.pool().method(), b.pool().method());
        if !same_method(first, second) {
            return Some(Reason::Method([first.name(), second.name()]));
        }
        let read = [0, 1].map(|which| self.reads(which, at));
        let empty = read[0].iter().any(|reads| reads.count == 0);
        if empty != read[1].iter().any(|reads| reads.count == 0) || !empty && read[0] != read[1] {
            return Some(Reason::Reads(read));
        }
        if empty {
            let rule = [0, 1].map(|which| {
                if self.is_empty_mean(which, at) { self.meanings[which].rules().empty_mean } else { EmptyMean::Zero }
            });
            return (rule[0] != rule[1] || rule[0] == EmptyMean::Unspecified).then_some(Reason::EmptyMean);
        }
        if matches!(first, Pooling::Average { .. }) {
            let divisors = [0, 1].map(|which| self.divisor(which, at));
            return (divisors[0] != divisors[1]).then_some(Reason::Divisor(divisors));
        }
        let scales = [a.scale(&self.plans[0], at), b.scale(&self.plans[1], at)];
        (scales[0] != scales[1]).then_some(Reason::Scale(scales))
    }

    fn reads(&self, which: usize, at: &[usize]) -> Vec<Reads> {
        self.plans[which].axes().iter().zip(at).map(|(axis, &at)| reads(axis, at)).collect()
    }

    /// Whether the answer is the mean of no cells over no count.
    fn is_empty_mean(&self, which: usize, at: &[usize]) -> bool {
        matches!(
            self.meanings[which].pool().method(),
            Pooling::Average { count_include_pad: false, divisor_override: None }
        ) && self.reads(which, at).iter().any(|reads| reads.count == 0)
    }

    fn divisor(&self, which: usize, at: &[usize]) -> f64 {
        let meaning = &self.meanings[which];
        match meaning.pool().method() {
            Pooling::Average { divisor_override: Some(divisor), .. } => f64::from(*divisor),
            _ => {
                let axes = self.plans[which].axes().iter().zip(at);
                axes.map(|(axis, &at)| count(meaning, axis, at) as f64).product()
            }
        }
    }
}

impl Reason {
    /// The reason in a sentence, with the names of the two layers: "PyTorch divides by 4, Keras by 2".
    pub fn text(&self, names: [&str; 2]) -> String {
        let [a, b] = names;
        match self {
            Self::Missing(which) => format!("{} has no such output", names[*which % 2]),
            Self::Method([first, second]) => format!("{a} computes {first}, {b} {second}"),
            Self::Reads([first, second]) => format!("{a} reads {}, {b} {}", cells(first), cells(second)),
            Self::Divisor([first, second]) => format!("{a} divides by {}, {b} by {}", first.shown(), second.shown()),
            Self::Scale([first, second]) => {
                format!("the window is partial: {a} scales its norm by {}, {b} by {}", first.shown(), second.shown())
            }
            Self::EmptyMean => "the window has no cell, and its mean is 0, NaN or not specified".to_owned(),
            Self::Sign => format!("{a} and {b} differ in the sign of negative cells: powers of x, or of |x|"),
            Self::Nan => "a NaN in the window wins, or is passed over, or that is not specified".to_owned(),
        }
    }
}

/// `[0, 2) × [1, 6) in steps of 2`.
fn cells(axes: &[Reads]) -> String {
    let axis = |reads: &Reads| match *reads {
        Reads { count: 0, .. } => "nothing".to_owned(),
        Reads { start, count, step } => {
            let end = start + (count - 1) * step + 1;
            let steps = if step > 1 { [" in steps of ", &step.shown()].concat() } else { String::new() };
            ["[", &start.shown(), ", ", &end.shown(), ")", &steps].concat()
        }
    };
    axes.iter().map(axis).collect::<Vec<_>>().join(" × ")
}

fn reads(axis: &AxisPlan, at: usize) -> Reads {
    let span = axis.spans[at];
    let (start, step) = (if span.len == 0 { 0 } else { span.start }, if span.len < 2 { 1 } else { axis.step });
    Reads { start, count: span.len, step }
}

/// How many cells of an axis the mean's divisor counts, or a scaled norm.
fn count(meaning: &Meaning, axis: &AxisPlan, at: usize) -> usize {
    let span = axis.spans[at];
    match meaning.pool().method() {
        Pooling::Average { count_include_pad: false, .. } => span.len,
        Pooling::Average { .. } => span.padded_len,
        Pooling::Lp { .. } if meaning.rules().lp_scaled => span.padded_len,
        _ => 0,
    }
}

/// The same but for divisors, which are compared window by window.
fn same_method(a: &Pooling, b: &Pooling) -> bool {
    a == b || matches!((a, b), (Pooling::Average { .. }, Pooling::Average { .. }))
}

fn same(answers: [Answer; 2]) -> bool {
    match answers {
        [Answer::Value(a), Answer::Value(b)] => a == b || a.is_nan() && b.is_nan(),
        _ => false,
    }
}

/// Every place of a shape, row-major.
fn places(shape: Vec<usize>) -> impl Iterator<Item = Vec<usize>> {
    let first = (!shape.contains(&0)).then(|| vec![0; shape.len()]);
    std::iter::successors(first, move |at| {
        let mut next = at.clone();
        for (place, &extent) in next.iter_mut().zip(&shape).rev() {
            *place += 1;
            if *place < extent {
                return Some(next);
            }
            *place = 0;
        }
        None
    })
}

impl Dialect {
    /// The cells in which two dialects' readings of the same written parameters differ: `written` as it stands, and
    /// [carried](Written::carried_to) to this dialect.
    ///
    /// # Errors
    /// Names the parameter that this dialect does not have; or when the layer does not fit the input.
    pub fn differences_from(self, written: &Written, spatial: &[usize]) -> Result<Differences> {
        differences(written, &written.carried_to(self)?, spatial)
    }
}
