//! Text as a layer in a framework's words: what is read, is written in every dialect and reads again.

use super::{MAX_CELLS, MAX_WORK, array, cells, check_message};
use arbitrary::Unstructured;
use deep_end::dialect::{self, Dialect, Layout, Written};
use deep_end::geometry::Plan;
use deep_end::{Error, Pool, Pooling};

/// Numbers up to here are planned; what a window of more does is the target `layer`'s to find out.
const SMALL: usize = 64;
const SPATIAL: [&[usize]; 6] = [&[], &[1], &[9], &[5, 8], &[7, 1], &[3, 4, 5]];

pub fn run(data: &[u8]) {
    let Ok(source) = std::str::from_utf8(data) else { return };
    for dialect in Dialect::ALL {
        let _ = dialect.read(source).inspect_err(check_error);
    }
    let Ok(written) = dialect::read(source).inspect_err(check_error) else { return };
    assert_eq!(written.dialect().read(source).as_ref(), Ok(&written));
    let small = is_small(source);
    for spatial in SPATIAL {
        match written.layer(spatial) {
            Ok(layer) if small => check_layer(data, &written, &layer, spatial),
            Ok(_) => {}
            Err(error) => check_error(&error),
        }
    }
}

fn check_error(error: &Error) {
    check_message(error);
}

/// Whether every number in the text is: in digits, without separators, without an exponent.
fn is_small(source: &str) -> bool {
    let digits = source.replace('_', "").to_ascii_lowercase();
    let mut numbers = digits.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.' && letter != '+');
    numbers.all(|word| {
        let of_digits = |part: &str| part.parse::<usize>().map_or(part.len() < 3, |number| number <= SMALL);
        !word.starts_with(|letter: char| letter.is_ascii_digit() || letter == '.')
            || (word.split('.').next().is_some_and(of_digits) && !word.contains(['e', 'x', '+']))
    })
}

fn check_layer(data: &[u8], written: &Written, layer: &Pool, spatial: &[usize]) {
    let plan = match layer.geometry().plan(spatial) {
        Ok(plan) => plan,
        Err(error) => return check_message(&error),
    };
    let read: Vec<usize> = plan.axes().iter().map(|axis| axis.spans.iter().map(|span| span.len).sum()).collect();
    if cells(&plan.output_shape()) > MAX_CELLS || cells(&read) > MAX_WORK {
        return;
    }
    for to in Dialect::ALL {
        for layout in [Layout::ChannelsFirst, Layout::ChannelsLast] {
            match to.write(layer, spatial, layout) {
                Ok(source) => check_again(&source, to, layout, layer, spatial),
                Err(error) => check_message(&error),
            }
        }
        let differences = match to.differences_from(written, spatial) {
            Ok(differences) => differences,
            Err(error) => {
                check_message(&error);
                continue;
            }
        };
        let names = [written.dialect().name(), to.name()];
        for reason in differences.cells().take(8).map(|cell| cell.reason).chain(differences.by_value()) {
            assert!(!reason.text(names).is_empty());
        }
        assert_eq!(differences.output_shapes()[0], plan.output_shape());
        let [_, theirs] = differences.output_shapes();
        let shape = [&[1, 2], spatial].concat();
        if let Some(x) = array(&mut Unstructured::new(data), &shape).filter(|_| cells(&theirs) <= MAX_CELLS) {
            let _ = differences.in_values(x.view()).map_err(|error| check_message(&error));
        }
        if to == written.dialect() {
            assert_eq!(differences.cells().count(), 0, "a line differs from itself");
        }
    }
    let _ = dialect::rust(layer).map_err(|error| check_message(&error));
}

/// A written line must read as a layer that reads the same cells and has the same method.
fn check_again(source: &str, dialect: Dialect, layout: Layout, layer: &Pool, spatial: &[usize]) {
    let again = dialect.read(source).unwrap_or_else(|error| panic!("{source}: {error}"));
    assert_eq!(again.layout(), layout, "{source}");
    let again = again.layer(spatial).unwrap_or_else(|error| panic!("{source} of {spatial:?}: {error}"));
    let [first, second] = [layer, &again].map(|layer| reads(&layer.geometry().plan(spatial).expect("it was planned")));
    assert_eq!(first, second, "{source} of {spatial:?} for {layer:?}");
    let means = [layer, &again].map(|layer| matches!(layer.method(), Pooling::Average { .. }));
    assert!(means == [true; 2] || layer.method() == again.method(), "{source} for {layer:?}");
}

/// The cells of every window along each axis.
fn reads(plan: &Plan) -> Vec<Vec<Vec<usize>>> {
    let axes = plan.axes().iter();
    axes.map(|axis| axis.spans.iter().map(|span| span.positions(axis.step).collect()).collect()).collect()
}
