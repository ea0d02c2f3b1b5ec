//! A visitor's own photograph: every pixel of what the page shows against the core without a page.

use anyhow::Result;
use base64::{Engine, prelude::BASE64_STANDARD};
use browser_tests::{
    files::{noise, opened, photo},
    visit,
};
use deep_end::Pooling;
use serde_json::json;

use crate::layer::{Layer, same};

const MEAN: Pooling = Pooling::Average { count_include_pad: true, divisor_override: None };
const MEAN_OF_INPUT: Pooling = Pooling::Average { count_include_pad: false, divisor_override: None };

fn layers() -> Vec<Layer> {
    let two = |method| Layer::tiling(method, 2);
    let three = |method| Layer::tiling(method, 3);
    vec![
        two(Pooling::Max),
        Layer { stride: 2, padding: 1, dilation: 2, ceil_mode: true, ..three(Pooling::Max) },
        Layer { stride: 1, padding: 2, dilation: 3, ..two(Pooling::Max) },
        two(MEAN),
        Layer { stride: 2, padding: 1, ceil_mode: true, ..three(MEAN) },
        Layer { stride: 2, padding: 1, ceil_mode: true, ..three(MEAN_OF_INPUT) },
        Layer { stride: 5, dilation: 4, ..three(MEAN_OF_INPUT) },
        two(Pooling::lp(1.0)),
        Layer { stride: 1, padding: 1, ..three(Pooling::lp(2.0)) },
        Layer { stride: 2, padding: 2, dilation: 2, ceil_mode: true, ..three(Pooling::lp(3.5)) },
    ]
}

#[test]
fn every_pixel_is_the_cores() -> Result<()> {
    let file = photo("cat.png");
    let picture = opened(&file)?;
    visit(async |page| {
        page.open().await?;
        page.upload(&file).await?;
        same(&page.pixels("#source").await?, &picture, "the photograph");
        for layer in layers() {
            layer.set(page).await?;
            let wanted = layer.native(&picture)?;
            same(&page.pixels("#pooled").await?, &wanted, &format!("{layer:?}"));
            let shapes =
                format!("3 × {} × {} → 3 × {} × {}", picture.height, picture.width, wanted.height, wanted.width);
            assert_eq!(page.text("#shapes").await?, shapes, "{layer:?}");
        }
        Ok(())
    })?;
    Ok(())
}

/// As if the machine had four processors, whatever it has; and every report and worker is counted.
const FOUR: &str = "
  Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => 4 });
  window.hired = 0;
  window.reports = [];
  window.Worker = class extends Worker {
    constructor(...options) {
      super(...options);
      window.hired++;
      this.addEventListener('message', ({ data }) => { if (data.done) window.reports.push(data.done); });
    }
  };";

#[test]
fn a_large_photograph_is_split_over_workers() -> Result<()> {
    // Two shares of two million pixels, and rows left over.
    let file = noise("large.png", 2050, 2001)?;
    let picture = opened(&file)?;
    visit(async |page| {
        page.before_every_page(FOUR).await?;
        page.open().await?;
        let before = page.evaluate("hired").await?.as_u64();
        page.upload(&file).await?;
        let after = page.evaluate("hired").await?.as_u64();
        assert_eq!(after, before.map(|hired| hired + 1), "one more than for the first photograph");
        for layer in [
            Layer { stride: 7, padding: 5, dilation: 3, ceil_mode: true, ..Layer::tiling(Pooling::Max, 9) },
            // A window that reaches over most of a share: its worker needs other rows than it holds.
            Layer { stride: 300, padding: 450, ..Layer::tiling(MEAN, 901) },
            Layer::tiling(Pooling::lp(2.0), 16),
            Layer { stride: 50, ..Layer::tiling(MEAN_OF_INPUT, 2000) },
        ] {
            layer.set(page).await?;
            same(&page.pixels("#pooled").await?, &layer.native(&picture)?, &format!("{layer:?}"));
        }
        let parts: Vec<f64> = serde_json::from_value(page.evaluate("reports").await?)?;
        assert!(!parts.is_empty() && parts.iter().all(|&part| 0.0 < part && part < 1.0), "{parts:?}");
        // The cell in the middle is a row of the second worker's: what is told of it is its own.
        let layer = Layer::tiling(Pooling::Max, 99);
        layer.set(page).await?;
        let pooled = layer.native(&picture)?;
        page.click("#pooled-stage").await?;
        let told = page.text("#window-cell").await?;
        let numbers: Vec<usize> = told.split(|letter: char| !letter.is_ascii_digit()).flat_map(str::parse).collect();
        let at = 4 * ((numbers[0] - 1) * pooled.width + numbers[1] - 1);
        let [red, green, blue] = [0, 1, 2].map(|channel| pooled.pixels[at + channel]);
        assert_eq!(page.text("#window-value").await?, format!("R {red}  G {green}  B {blue}"), "{told}");
        Ok(())
    })?;
    Ok(())
}

#[test]
fn a_dropped_and_a_pasted_picture_are_opened() -> Result<()> {
    let layer = Layer::tiling(Pooling::Max, 8);
    visit(async |page| {
        page.open().await?;
        for (event, key, name) in [("DragEvent", "dataTransfer", "drop"), ("ClipboardEvent", "clipboardData", "paste")]
        {
            let file = if name == "drop" { photo("cat.png") } else { noise("pasted.png", 61, 43)? };
            let bytes = BASE64_STANDARD.encode(std::fs::read(&file)?);
            let title = file.file_name().map(|name| name.to_string_lossy().into_owned());
            let script = format!(
                "const [text, title, done] = arguments;
                 const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
                 const transfer = new DataTransfer();
                 transfer.items.add(new File([bytes], title, {{ type: 'image/png' }}));
                 const send = (type) => document.querySelector('#edge').dispatchEvent(
                   new {event}(type, {{ {key}: transfer, bubbles: true, cancelable: true }}));
                 if ('{name}' === 'drop') send('dragover');
                 done(send('{name}'));"
            );
            let unhandled = page.run(&script, vec![json!(bytes), json!(title)]).await?;
            assert!(name == "paste" || unhandled == false, "the browser would open the file by itself");
            page.opened(&file).await?;
            let picture = opened(&file)?;
            same(&page.pixels("#source").await?, &picture, name);
            same(&page.pixels("#pooled").await?, &layer.native(&picture)?, name);
            assert_eq!(page.evaluate("document.documentElement.hasAttribute('data-dropping')").await?, false);
        }
        Ok(())
    })?;
    Ok(())
}
