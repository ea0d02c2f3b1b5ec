//! The cells in which two layers answer differently, and why.

use super::Dialect;
use super::alike::Alike;
use super::rules::{EmptyMean, Meaning, Nan};
use super::written::Written;
use crate::error::{Error, ErrorKind, Result};
use crate::geometry::{AxisPlan, Plan};
use crate::pool::Pooling;
use crate::shown::Shown;
use ndarray::{ArrayD, ArrayViewD};
use std::rc::Rc;

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
    /// caller takes as many as it can show. Of cells whose windows are alike, one is looked at.
    pub fn cells(&self) -> impl Iterator<Item = Difference> + '_ {
        let axes = self.alike();
        let outer: Vec<_> = axes[..axes.len() - 1].iter().map(Alike::positions).collect();
        // For the kinds of an outer place, the inner positions of cells that differ.
        let mut rows: Vec<Option<Rc<[usize]>>> =
            vec![None; axes.iter().rev().skip(1).map(|axis| axis.firsts().len()).product()];
        let row = move |place: Vec<usize>| {
            let (inner, outer) = (&axes[axes.len() - 1], &axes[..axes.len() - 1]);
            let number =
                outer.iter().zip(&place).fold(0, |number, (axis, &at)| number * axis.firsts().len() + axis.kind(at));
            let row = rows[number].get_or_insert_with(|| {
                let differs = |&at: &usize| self.reason(&[&place[..], &[at]].concat()).is_some();
                let differs: Vec<_> = inner.firsts().iter().map(differs).collect();
                (0..inner.positions()).filter(|&at| differs[inner.kind(at)]).collect()
            });
            let row = Rc::clone(row);
            (0..row.len()).map(move |number| [&place[..], &[row[number]]].concat())
        };
        places(outer).flat_map(row).filter_map(|at| Some(Difference { reason: self.reason(&at)?, at }))
    }

    /// How many cells differ whatever the values: as many as [`cells`](Self::cells) finds, counted by their kinds.
    pub fn count(&self) -> usize {
        let axes = self.alike();
        let counts: Vec<_> = axes.iter().map(Alike::counts).collect();
        let of_kind = |kinds: Vec<usize>| {
            let at: Vec<_> = kinds.iter().zip(&axes).map(|(&kind, axis)| axis.firsts()[kind]).collect();
            let cells: usize = kinds.iter().zip(&counts).map(|(&kind, counts)| counts[kind]).product();
            self.reason(&at).map_or(0, |_| cells)
        };
        places(counts.iter().map(Vec::len).collect()).map(of_kind).sum()
    }

    /// Each axis's positions by what [`reason`](Self::reason) asks of them.
    fn alike(&self) -> Vec<Alike> {
        let [a, b] = &self.meanings;
        let overridden =
            |meaning: &Meaning| matches!(meaning.pool().method(), Pooling::Average { divisor_override: Some(_), .. });
        // Counts that are the same in both say nothing, unless one is held against a divisor that was set.
        let plain = !overridden(a) && !overridden(b);
        let look = |axes: [&AxisPlan; 2], at: usize| {
            let spans = axes.map(|axis| axis.spans.get(at));
            let [Some(first), Some(second)] = spans else {
                return (spans.map(|span| span.is_none()), false, [false; 2], [[0; 2]; 2]);
            };
            let read = axes.map(|axis| reads(axis, at));
            let counts = [count(a, axes[0], at), count(b, axes[1], at)];
            let scaled = |meaning: &Meaning, [taps, cells]: [usize; 2]| {
                if meaning.rules().lp_scaled && taps != cells { [taps, cells] } else { [1; 2] }
            };
            let scales = [scaled(a, [first.taps(), first.padded_len]), scaled(b, [second.taps(), second.padded_len])];
            let counts = match a.pool().method() {
                Pooling::Average { .. } if plain && counts[0] == counts[1] => [[1; 2]; 2],
                Pooling::Average { .. } => [counts, [1; 2]],
                _ => scales,
            };
            ([false; 2], read[0] == read[1], read.map(|reads| reads.count == 0), counts)
        };
        let axes = self.plans[0].axes().iter().zip(self.plans[1].axes());
        axes.map(|(first, second)| {
            Alike::new(first.spans.len().max(second.spans.len()), |at| look([first, second], at))
        })
        .collect()
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

    /// Why this output cell differs whatever the values, if it does.
    fn reason(&self, at: &[usize]) -> Option<Reason> {
        #[cfg(test)]
        tests::LOOKS.set(tests::LOOKS.get() + 1);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::{Rules, read};
    use crate::{Pool, Window};
    use proptest::prelude::*;
    use std::cell::Cell;

    thread_local! {
        /// How many cells were looked at.
        pub(super) static LOOKS: Cell<usize> = const { Cell::new(0) };
    }

    /// Every cell, looked at.
    fn one_by_one(found: &Differences) -> Vec<Difference> {
        let [a, b] = found.output_shapes();
        let shape = a.iter().zip(&b).map(|(&a, &b)| a.max(b)).collect();
        places(shape).filter_map(|at| Some(Difference { reason: found.reason(&at)?, at })).collect()
    }

    fn method() -> impl Strategy<Value = Pooling> {
        prop_oneof![
            Just(Pooling::Max),
            Just(Pooling::lp(3.0)),
            any::<bool>().prop_map(|count| Pooling::Average { count_include_pad: count, divisor_override: None }),
            Just(Pooling::Average { count_include_pad: true, divisor_override: Some(4) }),
        ]
    }

    fn layer() -> impl Strategy<Value = Meaning> {
        let sides = || [0usize..4, 0usize..4];
        let window = ([1usize..5, 1..5], [1usize..4, 1..4], [sides(), sides()], [1usize..4, 1..3], any::<bool>());
        let rules = [true, false, false].map(|_| any::<bool>());
        (method(), window, rules, 0usize..3).prop_filter_map(
            "no layer",
            |(method, window, [scaled, signed, _], empty)| {
                let (kernel, stride, padding, dilation, ceil) = window;
                let window = Window::new(kernel).stride(stride).padding(padding).dilation(dilation).ceil_mode(ceil);
                let empty_mean = [EmptyMean::Zero, EmptyMean::Nan, EmptyMean::Unspecified][empty];
                let rules = Rules { lp_scaled: scaled, lp_signed: signed, empty_mean, ..Rules::OWN };
                Some(Meaning::new(Pool::new(method, window).ok()?, rules))
            },
        )
    }

    proptest! {
        #[test]
        fn kinds_of_cells_find_what_a_look_at_each_does(a in layer(), b in layer(), same: bool, rows in 1usize..12, columns in 1usize..12) {
            // The same layer under other rules too: few cells differ then.
            let b = if same { Meaning::new(a.pool().clone(), b.rules()) } else { b };
            let Ok(found) = Differences::new(a, b, &[rows, columns]) else { return Ok(()) };
            let wanted = one_by_one(&found);
            prop_assert_eq!(found.count(), wanted.len());
            prop_assert_eq!(found.cells().collect::<Vec<_>>(), wanted);
        }
    }

    #[test]
    fn what_is_looked_at_does_not_grow_with_the_input() {
        let window = |kernel: usize| Window::new([kernel, kernel]).stride([1, 1]);
        let layers = [
            (Pooling::lp(3.0), window(3)),
            (Pooling::lp(2.0), window(3).padding([[1, 1]; 2])),
            (Pooling::average(), window(31).padding([[15, 15]; 2])),
            (Pooling::Max, window(31).padding([[15, 14]; 2])),
        ];
        for (method, window) in layers {
            let layer = Pool::new(method, window).unwrap();
            let looks = |spatial: &[usize]| {
                LOOKS.set(0);
                for dialect in Dialect::ALL {
                    let Ok(line) = dialect.write(&layer, spatial, dialect.layout()) else { continue };
                    for other in Dialect::ALL {
                        let Ok(found) = other.differences_from(&read(&line).unwrap(), spatial) else { continue };
                        assert!(found.count() >= found.cells().take(9).count());
                    }
                }
                LOOKS.get()
            };
            let (small, large) = (looks(&[99, 98]), looks(&[3000, 4000]));
            assert!(large <= small && large < 9000, "{layer:?}: {small}, {large} cells looked at");
        }
    }
}
