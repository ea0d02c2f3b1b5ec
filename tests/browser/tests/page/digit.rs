//! A digit drawn by hand, read by the network: the page against the network as it runs here, to the last bit.

use std::fs;

use anyhow::{Context, Result};
use browser_tests::{
    page::Page,
    pointer::{NOUGHT, ONE, Pointer, SEVEN},
    site, visit,
};
use deep_end::{
    nn::{Network, digit::prepare_digit},
    render::{ColorMap, Rgba, colorize},
};

use crate::layer::same;

fn network() -> Result<Network> {
    Ok(Network::from_bytes(&fs::read(site().join("networks/digits.safetensors"))?)?)
}

/// The probabilities as the page has them: a bar's length is the number itself.
async fn probabilities(page: &Page) -> Result<Vec<f32>> {
    let parts = "[...document.querySelectorAll('#probabilities li')].map((bar) => Number(bar.style.getPropertyValue('--part')))";
    let parts: Vec<f64> = serde_json::from_value(page.evaluate(parts).await?)?;
    Ok(parts.into_iter().map(|part| part as f32).collect())
}

async fn feature_maps(page: &Page) -> Result<Vec<Rgba>> {
    page.pictures("document.querySelectorAll('.stage-maps canvas[data-layer]')").await
}

/// What the network here makes of the pad's pixels, and whether the page shows just that.
async fn is_read_as(page: &Page, network: &Network, digit: &str) -> Result<()> {
    let pad = page.pixels("#pad").await?;
    let input = prepare_digit(&pad.pixels, pad.width, pad.height)?;
    let values = input.as_slice().context("the digit is in one piece")?;
    let strongest = values.iter().copied().fold(0.0, f32::max);
    let seen = Rgba { width: 28, height: 28, pixels: colorize(values, ColorMap::Gray, 0.0, strongest)? };
    same(&page.pixels("#seen").await?, &seen, "what the network sees");

    let run = network.run(input.view().into_dyn())?;
    assert_eq!(probabilities(page).await?, run.probabilities.to_vec(), "the same bits here and there");
    let best = (0..10).max_by(|&a, &b| run.probabilities[a].total_cmp(&run.probabilities[b])).context("ten digits")?;
    assert_eq!(page.text("#digit").await?, network.labels()[best]);
    assert_eq!(page.text("#digit").await?, digit);
    assert_eq!(page.text("#probabilities li[data-best] .name").await?, digit);

    let maps = feature_maps(page).await?;
    let mut wanted = Vec::new();
    for at in (1..run.layers.len()).filter(|&at| run.layers[at].kind == "pool") {
        let [before, after] = [&run.layers[at - 1].values, &run.layers[at].values];
        let all = || before.iter().chain(after).copied();
        let (least, most) = (all().fold(f32::INFINITY, f32::min), all().fold(f32::NEG_INFINITY, f32::max));
        for (before, after) in before.outer_iter().zip(after.outer_iter()) {
            for map in [before, after] {
                let values: Vec<f32> = map.iter().copied().collect();
                let pixels = colorize(&values, ColorMap::Deep, least, most)?;
                wanted.push(Rgba { width: map.shape()[1], height: map.shape()[0], pixels });
            }
        }
    }
    assert_eq!(maps.len(), wanted.len(), "a canvas for every map before and after pooling");
    for (at, (map, wanted)) in maps.iter().zip(&wanted).enumerate() {
        same(map, wanted, &format!("feature map {at}"));
    }
    Ok(())
}

async fn says(page: &Page, digit: &str) -> Result<()> {
    let words = page.text("#verdict-words").await?;
    assert!(words.starts_with(&format!("I read a {digit}: ")) && words.ends_with(" %"), "{words}");
    Ok(())
}

#[test]
fn a_seven_drawn_with_the_mouse_is_read() -> Result<()> {
    let network = network()?;
    visit(async |page| {
        page.open().await?;
        page.read().await?;
        is_read_as(page, &network, "3").await?; // the example that the page opens with
        let (maps, before) = (feature_maps(page).await?, probabilities(page).await?);

        page.draw(Pointer::Mouse, SEVEN).await?;
        is_read_as(page, &network, "7").await?;
        says(page, "7").await?;
        let seven = feature_maps(page).await?;
        assert_ne!(seven, maps, "the feature maps are the new drawing's");
        assert_ne!(probabilities(page).await?, before);

        page.click("#clear-pad").await?;
        page.read().await?;
        assert_eq!(page.text("#digit").await?, "–");
        assert_eq!(page.text("#verdict-words").await?, "Draw a digit, or pick one.");
        assert!(page.pixels("#pad").await?.pixels.iter().all(|&code| code == 0), "the pad is empty");
        assert_eq!(probabilities(page).await?, [0.0; 10]);

        page.click("#undo-stroke").await?;
        page.read().await?;
        is_read_as(page, &network, "7").await?;
        assert_eq!(feature_maps(page).await?, seven);

        // A second stroke, then back to one: only it is taken back.
        let pad = page.pixels("#pad").await?;
        page.draw(Pointer::Mouse, &[&[[0.2, 0.55], [0.8, 0.55]]]).await?;
        assert_ne!(page.pixels("#pad").await?, pad);
        page.click("#undo-stroke").await?;
        page.read().await?;
        same(&page.pixels("#pad").await?, &pad, "after undo");
        is_read_as(page, &network, "7").await?;

        // Back to the very beginning, and no further.
        page.click("#undo-stroke").await?;
        page.read().await?;
        is_read_as(page, &network, "3").await?;
        assert!(!page.find("#undo-stroke").await?.is_enabled().await?);
        Ok(())
    })?;
    Ok(())
}

/// Notes what kind of pointer comes down on the pad.
const LISTEN: &str =
    "document.querySelector('#pad').addEventListener('pointerdown', ({ pointerType }) => pointers.push(pointerType))";

#[test]
fn fingers_and_pens_draw_too() -> Result<()> {
    let network = network()?;
    visit(async |page| {
        page.open().await?;
        page.evaluate(LISTEN).await?;
        let scrolled = "document.scrollingElement.scrollTop";
        for (pointer, strokes, digit) in
            [(Pointer::Touch, ONE, "1"), (Pointer::Pen, SEVEN, "7"), (Pointer::Mouse, NOUGHT, "0")]
        {
            page.click("#clear-pad").await?;
            page.read().await?;
            page.evaluate("window.pointers = []").await?;
            page.draw(pointer, strokes).await?;
            is_read_as(page, &network, digit).await?;
            says(page, digit).await?;
            let kinds = page.evaluate("pointers").await?;
            assert_eq!(kinds, serde_json::json!([format!("{pointer:?}").to_lowercase()]), "it was such a pointer");
            // Drawing must not move the page under the finger.
            let place = page.evaluate(scrolled).await?;
            page.draw(pointer, &[&[[0.5, 0.2], [0.5, 0.8]]]).await?;
            assert_eq!(page.evaluate(scrolled).await?, place);
        }
        Ok(())
    })?;
    Ok(())
}
