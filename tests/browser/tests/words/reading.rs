//! What the page shows of a sentence, against the network as it runs here.

use std::fs;

use anyhow::{Context, Result, ensure};
use browser_tests::{page::Page, site, visit};
use deep_end::{
    nn::{
        Network,
        words::{Reading, read},
    },
    options::Options,
};
use serde_json::json;

use crate::{answered, compared, open, write};

const SENTENCE: &str = "A zorbulous film, but the acting is moving and good!";

fn network(name: &str) -> Result<Network> {
    Ok(Network::from_bytes(&fs::read(site().join("networks").join(name))?)?)
}

fn reading(network: &Network, text: &str, lead: usize) -> Result<Reading> {
    Ok(read(network, &mut network.prepare()?, text, lead)?)
}

fn pull(by_label: &[f32]) -> f32 {
    by_label[1] - by_label[0]
}

/// As the page writes a pull.
fn shown(pull: f32) -> String {
    let sign = if pull < 0.0 { "−" } else { "+" };
    if pull.abs() < 0.005 { "0.00".to_owned() } else { format!("{sign}{:.2}", pull.abs()) }
}

async fn same_answer(page: &Page, wanted: &Reading, state: &str) -> Result<()> {
    let parts = page.evaluate("document.querySelector('pool-answer-over').dataset.part.split(' ').map(Number)").await?;
    let parts: Vec<f64> = serde_json::from_value(parts)?;
    let parts: Vec<f32> = parts.into_iter().map(|part| part as f32).collect();
    ensure!(parts == wanted.probabilities, "{state}: {parts:?} for {:?}", wanted.probabilities);
    Ok(())
}

#[test]
fn words_filters_and_the_answer_are_the_cores() -> Result<()> {
    let network = network("words.safetensors")?;
    let wanted = reading(&network, SENTENCE, 0)?;
    visit(async |page| {
        open(page).await?;
        write(page, SENTENCE).await?;
        same_answer(page, &wanted, "written").await?;
        let chips = "[...document.querySelectorAll('.word')].map((word) => [word.children[0].textContent, word.children[1].textContent, 'unknown' in word.dataset])";
        let chips: Vec<(String, String, bool)> = serde_json::from_value(page.evaluate(chips).await?)?;
        let words: Vec<_> = wanted
            .words
            .iter()
            .map(|part| {
                let text = SENTENCE[part.word.start..part.word.end].to_owned();
                (text, shown(pull(&part.contributions)), !part.known)
            })
            .collect();
        assert_eq!(chips, words);
        ensure!(chips[1].2, "nobody knows zorbulous");

        // The filters, by what they pull, and the words that each found.
        let mut sorted: Vec<_> = wanted.filters.iter().collect();
        sorted.sort_by(|a, b| pull(&b.contributions).abs().total_cmp(&pull(&a.contributions).abs()));
        let rows = "[...document.querySelectorAll('label.filter')].map((row) => [Number(row.querySelector('input').value), row.querySelector('.found').textContent, row.querySelector('.number').textContent])";
        let rows_shown: Vec<(usize, String, String)> = serde_json::from_value(page.evaluate(rows).await?)?;
        assert_eq!(rows_shown.len(), 12);
        for (row, evidence) in rows_shown.iter().zip(&sorted) {
            let (from, to) = (evidence.words.start, evidence.words.end);
            let found = &SENTENCE[wanted.words[from].word.start..wanted.words[to - 1].word.end];
            assert_eq!(*row, (evidence.filter, format!("“{found}”"), shown(pull(&evidence.contributions))));
        }
        page.click("#all-filters").await?;
        assert_eq!(page.evaluate(&format!("{rows}.length")).await?, 64);

        // Another filter: its curve, the winner, and its words underlined in the sentence.
        let other = sorted[5];
        page.evaluate(&format!("document.querySelector('input[name=filter][value=\"{}\"]').click()", other.filter))
            .await?;
        let winner = "[...document.querySelectorAll('.columns > div')].findIndex((place) => 'winner' in place.dataset)";
        assert_eq!(page.evaluate(winner).await?, other.place);
        let found =
            "[...document.querySelectorAll('.word')].flatMap((word, at) => 'found' in word.dataset ? [at] : [])";
        assert_eq!(page.evaluate(found).await?, json!(other.words.clone().collect::<Vec<_>>()));
        Ok(())
    })?;
    Ok(())
}

#[test]
fn the_mean_over_time_takes_its_place_with_either_weights() -> Result<()> {
    let max = network("words.safetensors")?;
    let mean = max.with_global_pooling(&serde_json::from_value::<Options>(json!({ "method": "average" }))?)?;
    let own = network("words-average.safetensors")?;
    visit(async |page| {
        open(page).await?;
        write(page, SENTENCE).await?;
        page.click("label:has(#over-average)").await?;
        answered(page).await?;
        same_answer(page, &reading(&own, SENTENCE, 0)?, "trained for it").await?;
        page.click("label:has(#weights-same)").await?;
        answered(page).await?;
        same_answer(page, &reading(&mean, SENTENCE, 0)?, "the same weights").await?;
        ensure!(page.text("#over-says").await?.contains("they have never seen it"));
        assert_eq!(page.evaluate("document.querySelectorAll('[data-winner]').length").await?, 0);
        ensure!(page.evaluate("location.hash").await?.as_str().context("a text")?.ends_with("over=average"));
        page.click("label:has(#over-max)").await?;
        answered(page).await?;
        same_answer(page, &reading(&max, SENTENCE, 0)?, "back").await
    })?;
    Ok(())
}

#[test]
fn the_same_words_otherwise_are_compared() -> Result<()> {
    let (max, average) = (network("words.safetensors")?, network("words-average.safetensors")?);
    visit(async |page| {
        open(page).await?;
        let text = "moving but bad";
        write(page, text).await?;
        compared(page).await?;
        page.until("document.querySelector('#trials small').textContent === 'bad but moving'").await?;
        let trials =
            [(text, 0), (text, 10), ("bad but moving", 0), ("bad but moving", 0), ("moving but bad moving but bad", 0)];
        let first = reading(&max, text, 0)?;
        for (row, (text, lead)) in trials.into_iter().enumerate() {
            let of = |name: &str| format!("Number(document.querySelector('tr[data-row=\"{row}\"]').dataset.{name})");
            let now = reading(&max, text, lead)?;
            let kept = now
                .filters
                .iter()
                .zip(&first.filters)
                .filter(|(now, then)| then.value > 0.0 && now.value == then.value)
                .count();
            assert_eq!(page.evaluate(&of("kept")).await?, kept, "row {row}");
            for (name, reading) in [("max", now), ("average", reading(&average, text, lead)?)] {
                let part = page.evaluate(&of(name)).await?.as_f64().context("a number")? as f32;
                assert_eq!(part, reading.probabilities[1], "row {row}, {name}");
            }
        }
        page.click("[data-try='2']").await?;
        answered(page).await?;
        same_answer(page, &reading(&max, "bad but moving", 0)?, "backwards").await?;
        ensure!(page.text("#changed").await?.starts_with("Before, positive had "));
        Ok(())
    })?;
    Ok(())
}
