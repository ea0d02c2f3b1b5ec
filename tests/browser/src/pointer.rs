//! Digits drawn as people draw them: the browser gets real pointer events, from the driver.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::page::Page;

/// What a digit is drawn with.
#[derive(Clone, Copy, Debug)]
pub enum Pointer {
    /// A mouse with its left button.
    Mouse,
    /// A finger.
    Touch,
    /// A pen, pressed half as hard as it goes.
    Pen,
}

/// A stroke's corners, from 0 to 1 across and down the pad.
pub type Stroke<'a> = &'a [[f64; 2]];

/// A seven without a bar: across, then down.
pub const SEVEN: &[Stroke] = &[&[[0.3, 0.22], [0.7, 0.2], [0.58, 0.48], [0.45, 0.82]]];
/// A one: a line, leaning a little.
pub const ONE: &[Stroke] = &[&[[0.53, 0.18], [0.5, 0.5], [0.48, 0.82]]];
/// A nought, as an octagon.
pub const NOUGHT: &[Stroke] = &[&[
    [0.5, 0.2],
    [0.36, 0.28],
    [0.3, 0.5],
    [0.36, 0.72],
    [0.5, 0.8],
    [0.64, 0.72],
    [0.7, 0.5],
    [0.64, 0.28],
    [0.5, 0.2],
]];

/// Steps that a pointer takes from one corner to the next.
const STEPS: u32 = 6;

impl Page {
    /// Draws strokes on the pad, and waits until they are read.
    pub async fn draw(&self, pointer: Pointer, strokes: &[Stroke<'_>]) -> Result<()> {
        let script = "(() => { const pad = document.querySelector('#pad'); pad.scrollIntoView({ block: 'center', behavior: 'instant' });
             const { left, top, width, height } = pad.getBoundingClientRect(); return [left, top, width, height]; })()";
        let place: [f64; 4] = serde_json::from_value(self.evaluate(script).await?).context("the pad has a place")?;
        for stroke in strokes {
            let kind = format!("{pointer:?}").to_lowercase();
            let source = json!({
                "type": "pointer", "id": kind, "parameters": { "pointerType": kind },
                "actions": movements(pointer, stroke, place),
            });
            self.command("actions", json!({ "actions": [source] })).await?;
        }
        self.read().await
    }
}

fn movements(pointer: Pointer, stroke: Stroke, [left, top, width, height]: [f64; 4]) -> Vec<Value> {
    let pressure = if matches!(pointer, Pointer::Pen) { json!(0.5) } else { Value::Null };
    let go = |[x, y]: [f64; 2]| {
        let (x, y) = ((left + x * width).round(), (top + y * height).round());
        match &pressure {
            Value::Null => json!({ "type": "pointerMove", "duration": 0, "x": x, "y": y }),
            _ => json!({ "type": "pointerMove", "duration": 0, "x": x, "y": y, "pressure": pressure }),
        }
    };
    let mut down = json!({ "type": "pointerDown", "button": 0 });
    if !pressure.is_null() {
        down["pressure"] = pressure.clone();
    }
    let mut all = vec![go(stroke[0]), down];
    for pair in stroke.windows(2) {
        for step in 1..=STEPS {
            let part = f64::from(step) / f64::from(STEPS);
            all.push(go([0, 1].map(|axis| pair[0][axis] + part * (pair[1][axis] - pair[0][axis]))));
        }
    }
    all.push(json!({ "type": "pointerUp", "button": 0 }));
    all
}
