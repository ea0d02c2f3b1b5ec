//! Backward beside forward, in the native library: JavaScript does not reach gradients. Measured as `benches/harness` does
//! it, and printed for `cargo xtask bench` to read: lines that begin with `result `.

use std::time::Instant;

use deep_end::{Pool, Pooling, Result, Window};
use ndarray::ArrayD;
use serde_json::{Value, json};

const SHAPES: [[usize; 4]; 2] = [[1, 64, 112, 112], [1, 3, 1024, 1024]];

/// Kernel, stride and padding.
const WINDOWS: [(&str, usize, usize, usize); 3] = [("k2 s2", 2, 2, 0), ("k3 s2 p1", 3, 2, 1), ("k3 s1 p1", 3, 1, 1)];

/// In times of the forward pass.
const AT_MOST: f64 = 2.0;

/// Of a sample, in seconds.
const SHORTEST: f64 = 1.5e-3;
const LONGEST: f64 = 25e-3;

const GROUP: &str = "Backward";

fn main() -> Result<()> {
    // cargo adds `--bench`.
    let options = std::env::args().skip(1).find(|argument| argument.starts_with('{')).unwrap_or_else(|| "{}".into());
    let options: Value = serde_json::from_str(&options).expect("the argument is JSON");
    let wanted = options["rows"].as_str().unwrap_or_default().to_lowercase();
    let rounds = options["rounds"].as_u64().unwrap_or(40) as usize;
    report(json!({ "runtime": "deep_end, compiled for this machine's kind of processor" }));
    let average = Pooling::Average { count_include_pad: false, divisor_override: None };
    for method in [Pooling::Max, average] {
        for (words, kernel, stride, padding) in WINDOWS {
            for shape in SHAPES {
                let name = format!("{} {words}, {}", method.name(), shape.map(|extent| extent.to_string()).join("×"));
                if format!("{GROUP}: {name}").to_lowercase().contains(&wanted) {
                    let window = Window::new([kernel; 2]).stride([stride; 2]).padding([[padding; 2]; 2]);
                    row(&name, &Pool::new(method.clone(), window)?, &shape, rounds)?;
                }
            }
        }
    }
    Ok(())
}

fn report(result: Value) {
    println!("result {result}");
}

fn row(name: &str, pool: &Pool, shape: &[usize], rounds: usize) -> Result<()> {
    let mut random = Random(1);
    let x = ArrayD::from_shape_simple_fn(shape, || random.next());
    let grad_output = ArrayD::from_shape_simple_fn(pool.output_shape(shape)?, || random.next());
    let grad_input = pool.backward(x.view(), grad_output.view())?;
    let total = |gradient: &ArrayD<f32>| gradient.iter().map(|&cell| f64::from(cell)).sum::<f64>();
    let (given, handed_on) = (total(&grad_output), total(&grad_input));
    if (given - handed_on).abs() > 1e-2 {
        report(json!({ "group": GROUP, "row": name, "error": format!("{given} came in, {handed_on} went on") }));
        return Ok(());
    }
    // Into given lists: a fresh one costs its pages, which says nothing of the arithmetic.
    let (cells, gradients) = (x.as_slice().expect("row-major"), grad_output.as_slice().expect("row-major"));
    let (mut output, mut input) = (vec![0.0; gradients.len()], vec![0.0; cells.len()]);
    let (mut ready, mut ready_back) = (pool.prepare(shape)?, pool.prepare(shape)?);
    let mut forward = || ready.forward_into(cells, &mut output).expect("as for the gradients above");
    let mut backward = || ready_back.backward_into(cells, gradients, &mut input).expect("as for the gradients above");
    // Samples are as long as each other: a busy machine takes the processor away from long ones.
    let fastest = |call: &mut dyn FnMut()| (0..5).map(|_| time(call, 1)).fold(f64::INFINITY, f64::min);
    let (once, back) = (fastest(&mut forward), fastest(&mut backward));
    let length = once.max(back).clamp(SHORTEST, LONGEST);
    let [forwards, backwards] = [once, back].map(|call| (length / call).ceil() as u32);
    let mut ratios = Vec::new();
    for _ in 0..rounds {
        let (over, under) = if random.next() < 0.0 {
            let over = time(&mut backward, backwards);
            (over, time(&mut forward, forwards))
        } else {
            let under = time(&mut forward, forwards);
            (time(&mut backward, backwards), under)
        };
        ratios.push(over / under);
    }
    ratios.sort_by(f64::total_cmp);
    let quantile = |part: f64| ratios[(part * (rounds - 1) as f64).round() as usize];
    let (low, median, high) = (quantile(0.1), quantile(0.5), quantile(0.9));
    report(json!({ "group": GROUP, "row": name, "of": "backward", "against": "forward", "low": low, "median": median,
        "high": high, "sense": "time", "target": AT_MOST }));
    Ok(())
}

/// Seconds of one call, the mean of `repeats` after one that is not timed.
fn time(call: &mut dyn FnMut(), repeats: u32) -> f64 {
    call();
    let start = Instant::now();
    (0..repeats).for_each(|_| call());
    start.elapsed().as_secs_f64() / f64::from(repeats)
}

/// From −1 to 1: xorshift32 (G. Marsaglia, *Xorshift RNGs*, 2003).
struct Random(u32);

impl Random {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (f64::from(self.0) / 2f64.powi(31) - 1.0) as f32
    }
}
