//! What the page shows of a network, against the network as it runs here.

use std::{fs, io::Read};

use anyhow::{Context, Result, ensure};
use browser_tests::{files::photo, page::Page, site, visit};
use deep_end::{
    nn::{Network, digit::prepare_digit},
    options::Options,
    render::{ColorMap, colorize},
};
use flate2::read::ZlibDecoder;
use serde_json::json;

use crate::{answered, open};

fn network() -> Result<Network> {
    Ok(Network::from_bytes(&fs::read(site().join("networks/digits.safetensors"))?)?)
}

fn with(network: &Network, method: serde_json::Value) -> Result<Network> {
    Ok(network.with_pooling(&serde_json::from_value::<Options>(method)?)?)
}

/// What the pad holds, as the network takes it.
async fn input(page: &Page) -> Result<Vec<f32>> {
    let pad = page.pixels("#pad").await?;
    Ok(prepare_digit(&pad.pixels, pad.width, pad.height)?.iter().copied().collect())
}

/// The probabilities of each column as the page has them.
async fn probabilities(page: &Page) -> Result<Vec<Vec<f32>>> {
    let parts =
        "[...document.querySelectorAll('#probabilities li')].map(({ dataset }) => dataset.part.split(' ').map(Number))";
    let rows: Vec<Vec<f64>> = serde_json::from_value(page.evaluate(parts).await?)?;
    let columns = rows.first().context("there are labels")?.len();
    Ok((0..columns).map(|column| rows.iter().map(|row| row[column] as f32).collect()).collect())
}

#[test]
fn poolings_swap_live_and_compare() -> Result<()> {
    let max = network()?;
    visit(async |page| {
        open(page).await?;
        let input = input(page).await?;
        let wanted = |network: &Network| Ok::<_, anyhow::Error>(network.prepare()?.classify(&input)?.to_vec());
        assert_eq!(probabilities(page).await?, [wanted(&max)?], "the same bits here and there");
        ensure!(page.text("#says-1").await?.ends_with("The weights were trained with it."));

        for (name, method) in
            [("average", json!({ "method": "average" })), ("lp", json!({ "method": "lp", "normType": 2 }))]
        {
            page.evaluate(&format!("document.querySelector('#pooling-1').value = '{name}', document.querySelector('#pooling-1').dispatchEvent(new Event('change', {{ bubbles: true }}))")).await?;
            answered(page).await?;
            let file = site().join(format!("networks/digits-{name}.safetensors"));
            let own = Network::from_bytes(&fs::read(file)?)?;
            assert_eq!(probabilities(page).await?, [wanted(&own)?], "{name}, weights trained for it");
            ensure!(page.text("#says-1").await?.ends_with("The weights were trained with it."));
            page.click("label:has(#weights-1-same)").await?;
            answered(page).await?;
            assert_eq!(probabilities(page).await?, [wanted(&with(&max, method)?)?], "{name}, the same weights");
            ensure!(page.text("#says-1").await?.contains("trained with max pooling: they have never seen it"));
        }

        page.click("#compare").await?;
        answered(page).await?;
        page.click("label:has(#weights-2-same)").await?;
        answered(page).await?;
        let both = [with(&max, json!({ "method": "lp", "normType": 2 }))?, with(&max, json!({ "method": "average" }))?];
        assert_eq!(probabilities(page).await?, [wanted(&both[0])?, wanted(&both[1])?]);
        let layers = max.plan()?.len();
        assert_eq!(page.evaluate("document.querySelectorAll('.pair canvas').length").await?, 2 * layers);
        page.click("#compare").await?;
        answered(page).await?;
        assert_eq!(page.evaluate("document.querySelectorAll('.pair canvas').length").await?, layers);
        Ok(())
    })?;
    Ok(())
}

/// Chooses a cell by a click in the middle of it, and finds its path: the heat, the window and who won.
#[test]
fn a_cell_is_clicked_and_followed_to_the_pixels() -> Result<()> {
    let network = network()?;
    visit(async |page| {
        page.resize(1440, 1000).await?;
        open(page).await?;
        let input = input(page).await?;
        let plan = network.plan()?;
        let layer = plan.iter().position(|layer| layer.name == "pool_1").context("there is a first pooling layer")?;
        // The first map is at the canvas' corner, 14 cells a side: row 6, column 8.
        let click = "(() => {
               const canvas = document.querySelector('[data-layer=pool_1] .pair canvas');
               canvas.scrollIntoView({ block: 'center', behavior: 'instant' });
               const { left, top } = canvas.getBoundingClientRect();
               const cell = Number(canvas.dataset.tile) / 14;
               canvas.dispatchEvent(new MouseEvent('click', { clientX: left + 8.5 * cell, clientY: top + 6.5 * cell, bubbles: true }));
             })()";
        page.evaluate(click).await?;
        answered(page).await?;
        assert!(page.text("#path-which").await?.starts_with("Pooling 1, map 1 of 8, row 7, column 9: "));

        let look = network.look(&mut network.prepare()?, &input)?;
        let cell = 6 * 14 + 8;
        let path = look.trace(layer, cell)?;
        let most = path.pixels.iter().fold(0.0, |most: f32, part| most.max(part.abs()));
        let wanted = colorize(&path.pixels, ColorMap::Tide, -most, most)?;
        // One of the heat's pixels is ten of the canvas'; where the digit is not, nothing lies over it.
        let heat = page.pixels("#heat-1").await?;
        let (_, seen) = (heat.width, page.pixels("#seen").await?);
        let mut compared = 0;
        for at in (0..784).filter(|at| seen.pixels[4 * at] == 0) {
            let from = 4 * ((at / 28 * 10 + 5) * heat.width + at % 28 * 10 + 5);
            assert_eq!(heat.pixels[from..][..4], wanted[4 * at..][..4], "pixel {at}");
            compared += 1;
        }
        ensure!(compared > 400, "only {compared} pixels are empty paper");

        let window = look.window(layer, cell)?;
        assert_eq!(page.evaluate("document.querySelectorAll('.window-taps td').length").await?, window.taps.len());
        let winner = page
            .evaluate("[...document.querySelectorAll('.window-taps td')].findIndex((cell) => 'winner' in cell.dataset)")
            .await?;
        let winner = winner.as_u64().context("there is a winner")? as usize;
        let place = |tap: usize| (12 + tap / 2) * 28 + 16 + tap % 2;
        assert_eq!(Some(place(winner)), window.winner);
        Ok(())
    })?;
    Ok(())
}

/// Moving, noise and covering are the core's, and the curve tells what each shift gives.
#[test]
fn what_is_moved_is_answered_anew() -> Result<()> {
    use deep_end::nn::inside::Disturbance;
    let network = network()?;
    visit(async |page| {
        open(page).await?;
        let input = input(page).await?;
        let wanted = |disturbance: Disturbance| {
            let moved = network.disturb(&input, &disturbance)?;
            Ok::<_, anyhow::Error>(network.prepare()?.classify(&moved)?.to_vec())
        };
        page.click("[data-move=right]").await?;
        page.click("[data-move=right]").await?;
        page.click("[data-move=up]").await?;
        answered(page).await?;
        let shift = [-1, 2];
        assert_eq!(page.text("#moved").await?, "Moved 1 up, 2 right");
        assert_eq!(probabilities(page).await?, [wanted(Disturbance { shift, ..Default::default() })?]);
        ensure!(page.text("[data-layer=pool_2] .along").await?.starts_with("Moves along: "));

        page.evaluate("document.querySelector('#noise').value = 0.4, document.querySelector('#noise').dispatchEvent(new Event('input'))").await?;
        answered(page).await?;
        assert_eq!(
            probabilities(page).await?,
            [wanted(Disturbance { shift, noise: 0.4, seed: 1, ..Default::default() })?]
        );

        page.until("document.querySelectorAll('#curve circle').length === 17").await?;
        let rows =
            page.evaluate("[...document.querySelectorAll('#curve-table td')].map((cell) => cell.textContent)").await?;
        let rows: Vec<String> = serde_json::from_value(rows)?;
        let plain = wanted(Disturbance::default())?;
        let best = (0..10).max_by(|&a, &b| plain[a].total_cmp(&plain[b])).context("ten digits")?;
        for (at, text) in rows.iter().enumerate() {
            let part = wanted(Disturbance { shift: [0, at as isize - 8], ..Default::default() })?[best];
            let shown: f32 = text.trim_start_matches("> ").trim_end_matches(" %").parse()?;
            ensure!((shown - 100.0 * part).abs() < 0.11, "shift {}: {text} for {part}", at as isize - 8);
        }

        page.click("#cover-all").await?;
        page.until("document.querySelector('.covered canvas')").await?;
        let map = page.pixels(".covered figure > canvas").await?;
        ensure!((map.width, map.height) == (28, 28));
        Ok(())
    })?;
    Ok(())
}

/// The pixels that ship, not a picture of them: the page answers as the network does here, and says what is right.
#[test]
fn test_pictures_come_with_their_class() -> Result<()> {
    let network = Network::from_bytes(&fs::read(site().join("networks/objects-max.safetensors"))?)?;
    let mut packed = Vec::new();
    ZlibDecoder::new(fs::File::open(site().join("data/objects.bin"))?).read_to_end(&mut packed)?;
    let (classes, pixels) = packed.split_at(packed.len() / (1 + 32 * 32 * 4));
    visit(async |page| {
        open(page).await?;
        page.evaluate("document.querySelector('#network-choice').value = 'objects', document.querySelector('#network-choice').dispatchEvent(new Event('change'))").await?;
        page.click("label:has(#source-object)").await?;
        page.until("document.querySelector('#truth').textContent").await?;
        let mut right = 0;
        for at in [0, 10, 29] {
            page.evaluate(&format!("document.querySelector('input[name=object][value=\"{at}\"]').click()")).await?;
            answered(page).await?;
            let input = network.picture(&pixels[4096 * at..][..4096], 32, 32)?;
            let wanted = network.prepare()?.classify(&input)?.to_vec();
            let kind = network.labels()[usize::from(classes[at])].as_str();
            let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
            let best = (0..10).max_by(|&a, &b| wanted[a].total_cmp(&wanted[b])).context("ten kinds")?;
            let says = if network.labels()[best] == kind { "Right." } else { "Wrong." };
            page.until(&format!("document.querySelector('#truth').textContent === 'CIFAR-10 calls this picture {article} {kind}. {says}'")).await?;
            assert_eq!(probabilities(page).await?, [wanted], "picture {at}");
            right += usize::from(says == "Right.");
        }
        ensure!(right > 0, "none of them is read rightly");
        Ok(())
    })?;
    Ok(())
}

/// A network file of the visitor's own, under its pooling and under another; a file that is none changes nothing.
#[test]
fn a_network_is_opened_from_a_file() -> Result<()> {
    let path = site().join("networks/digits-strided.safetensors");
    let network = Network::from_bytes(&fs::read(&path)?)?;
    visit(async |page| {
        open(page).await?;
        page.choose_for("#network-file", &photo("truncated.jpg")).await?;
        page.until("document.querySelector('#own-error').textContent").await?;
        let text = page.text("#own-error").await?;
        ensure!(
            text.starts_with("“truncated.jpg” cannot be run: ") && text.ends_with("What is shown stays."),
            "{text}"
        );
        page.choose_for("#network-file", &path).await?;
        page.until("document.querySelector('#network-choice').value === 'own'").await?;
        answered(page).await?;
        let input = input(page).await?;
        assert_eq!(probabilities(page).await?, [network.prepare()?.classify(&input)?.to_vec()]);
        ensure!(page.text("#says-1").await?.starts_with("The file’s own pooling is whatever its layers say."));
        ensure!(page.text("#trained-on").await?.starts_with("Trained on: MNIST training images"));
        ensure!(!page.shows("#own-error").await?);
        Ok(())
    })?;
    Ok(())
}
