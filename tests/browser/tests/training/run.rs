//! A whole run, against the same run natively: the same numbers to the last bit, and the same network.

use std::{fs, io::Read};

use anyhow::{Context, Result, ensure};
use base64::{Engine, prelude::BASE64_STANDARD};
use browser_tests::{page::Page, site, visit};
use deep_end::nn::{
    Network,
    augment::Augmentation,
    dataset::Dataset,
    evaluate::{predictions, score},
    optimizer::{OneCycle, Optimizer},
    recipes::{Downsampling, digits_with},
    settings::Settings,
    train::Trainer,
};
use flate2::read::ZlibDecoder;
use ndarray::Array4;
use serde_json::json;

use crate::{SAVED, TINY, train};

const TRAINING: usize = 10_000;
const TEST: usize = 2_000;
const SIDE: usize = 28;

/// The first training images that ship, and all test images.
fn images(count: usize) -> Result<[Dataset; 2]> {
    let mut bytes = Vec::new();
    ZlibDecoder::new(fs::File::open(site().join("data/mnist.bin"))?).read_to_end(&mut bytes)?;
    let part = |first: usize, count: usize| {
        let pixels = &bytes[TRAINING + TEST + first * SIDE * SIDE..][..count * SIDE * SIDE];
        let images = Array4::from_shape_vec((count, 1, SIDE, SIDE), pixels.to_vec())?;
        anyhow::Ok(Dataset::new(images, bytes[first..][..count].to_vec())?)
    };
    Ok([part(0, count)?, part(TRAINING, TEST)?])
}

/// Epoch, then accuracies and losses on training and test images, as the page's CSV has them; and the network at the end.
fn natively(downsampling: Downsampling, seed: u64, data: &[Dataset; 2]) -> Result<(Vec<[f64; 5]>, Network)> {
    let [training, test] = data;
    let settings = Settings {
        seed,
        epochs: 1,
        batch_size: 32,
        optimizer: Optimizer::Sgd { momentum: 0.9, weight_decay: 5e-4 },
        learning_rate: OneCycle { peak: 0.1, warm_up: 0.25 },
        augmentation: Augmentation::default(),
        average: 0.0,
    };
    let mut trainer = Trainer::new(digits_with(downsampling)?, settings)?;
    let mut points = Vec::new();
    while let Some(progress) = trainer.step(training)? {
        let network = trainer.network()?.fold_batch_norm()?;
        let [known, unknown] = [score(&network, training)?, score(&network, test)?];
        points.push([progress.done, known.accuracy, unknown.accuracy, known.loss, unknown.loss]);
    }
    Ok((points, trainer.network()?.fold_batch_norm()?))
}

/// The bytes of what was saved last.
async fn saved(page: &Page) -> Result<Vec<u8>> {
    let script = "const done = arguments[0]; const reader = new FileReader();
      reader.onload = () => done(reader.result.split(',')[1]); reader.readAsDataURL(saved.at(-1));";
    let text = page.run(script, vec![]).await?;
    Ok(BASE64_STANDARD.decode(text.as_str().context("a blob has bytes")?)?)
}

#[test]
fn a_run_is_the_same_run_as_natively() -> Result<()> {
    let data = images(200)?;
    let files = visit(async |page| {
        page.before_every_page(SAVED).await?;
        page.go(TINY).await?;
        train(page, 1).await?;
        page.click("#save-csv").await?;
        let csv = String::from_utf8(saved(page).await?)?;
        let mut rows = csv.lines().skip(1).map(|row| row.split(',').map(str::to_owned).collect::<Vec<_>>());
        for (downsampling, name) in [(Downsampling::Max, "Max"), (Downsampling::Blur, "Blur")] {
            let (points, network) = natively(downsampling, 7, &data)?;
            ensure!(points.len() == 7, "200 images are 7 steps of 32");
            for point in points {
                let row = rows.next().context("a row for each point")?;
                ensure!(row[..7] == ["1", name, "200", "1", "7", "0.1", "32"], "{row:?}");
                let values: Vec<f64> = row[7..].iter().map(|value| value.parse()).collect::<Result<_, _>>()?;
                ensure!(values == point, "{name}: {values:?} in the page, {point:?} natively");
            }
            let word = downsampling.word();
            page.evaluate(&format!("document.querySelector('#network').value = '1 {word}', document.querySelector('#network').dispatchEvent(new Event('change', {{ bubbles: true }}))")).await?;
            page.rendered().await?;
            page.click("#save-network").await?;
            let file = Network::from_bytes(&saved(page).await?)?;
            ensure!(predictions(&file, &data[1])? == predictions(&network, &data[1])?, "{name}: another network");
        }
        ensure!(rows.next().is_none(), "rows of nothing");
        Ok(())
    })?;
    let images = files.iter().filter(|file| file.ends_with("data/mnist.bin")).count();
    ensure!(images == 1, "the images were fetched {images} times");
    Ok(())
}

#[test]
fn the_page_fetches_neither_images_nor_core_before_it_is_asked_to_train() -> Result<()> {
    let files = visit(async |page| {
        page.go("training.html").await?;
        page.until("document.querySelector('#train')").await?;
        page.rendered().await
    })?;
    let early: Vec<_> = files.iter().filter(|file| file.starts_with("pkg") || file.starts_with("data")).collect();
    ensure!(early.is_empty(), "{early:?}");
    Ok(())
}

#[test]
fn a_trained_network_reads_what_is_drawn() -> Result<()> {
    visit(async |page| {
        page.go("training.html#images=500&epochs=4&poolings=max").await?;
        train(page, 1).await?;
        page.click("[data-example='1']").await?;
        page.until("document.querySelector('#digit').textContent === '1'").await?;
        let sum = page
            .evaluate("[...document.querySelectorAll('#probabilities li')].reduce((sum, bar) => sum + Number(getComputedStyle(bar).getPropertyValue('--part')), 0)")
            .await?;
        ensure!((sum.as_f64().unwrap_or_default() - 1.0).abs() < 1e-5, "the probabilities add up to {sum}");
        page.click("#clear-pad").await?;
        page.until("document.querySelector('#digit').textContent === '–'").await?;
        ensure!(page.evaluate("document.querySelector('#network-error').textContent").await? == json!(""));
        Ok(())
    })?;
    Ok(())
}
