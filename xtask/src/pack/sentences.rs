//! Sentences to pick on the words page: the first test sentences of each class, with their labels and where they stand.

use crate::networks::read_sentences;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::{fs, path::Path};
use xtask::workspace::at;

/// Where the file ships.
pub const FILE: &str = "www/data/sentences.json";

/// Sentences of each class: lines 10, 20, … of rt-polarity.
const EACH: usize = 10;

const SOURCE: &str = "sentence polarity dataset v1.0 (Bo Pang and Lillian Lee, Seeing stars, ACL 2005): lines 10, 20, …, 100 of either file";

/// What the file holds, from the sentences in `data`: praise and blame in turn.
pub fn text(data: &Path) -> Result<String> {
    let test = read_sentences(data)?.test;
    let of = |class| test.iter().filter(move |(_, label)| *label == class).take(EACH).enumerate();
    let entry = |at: usize, text: &str, label: &str, file: &str| {
        json!({ "text": text.trim(), "label": label, "file": file, "line": 10 * (at + 1) }).to_string()
    };
    let pairs = of(1).zip(of(0)).flat_map(|((at, (praise, _)), (_, (blame, _)))| {
        [entry(at, praise, "positive", "rt-polarity.pos"), entry(at, blame, "negative", "rt-polarity.neg")]
    });
    let sentences: Vec<String> = pairs.collect();
    Ok(format!("{{ \"source\": {},\n\"sentences\": [\n{}\n] }}\n", json!(SOURCE), sentences.join(",\n")))
}

/// The sentences that ship and whether they praise (1) or not (0).
pub fn sentences() -> Result<Vec<(String, u8)>> {
    let file: Value = serde_json::from_str(&fs::read_to_string(at(FILE)).context(FILE)?).context(FILE)?;
    let read = |entry: &Value| Some((entry["text"].as_str()?.to_owned(), u8::from(entry["label"] == "positive")));
    let sentences = file["sentences"].as_array().and_then(|list| list.iter().map(read).collect());
    sentences.with_context(|| format!("{FILE} holds no list of sentences"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::env;

    #[test]
    fn as_many_praise_as_blame() {
        let sentences = sentences().unwrap();
        assert_eq!(sentences.len(), 2 * EACH);
        assert_eq!(sentences.iter().filter(|(_, class)| *class == 1).count(), EACH);
    }

    /// Where the data are there, as in the tests of the shipped network.
    #[test]
    fn what_ships_is_the_data_sets() {
        let Some(data) = env::var_os("DEEP_END_DATA").map(|folder| at("").join(folder).join("text")) else { return };
        if data.is_dir() {
            assert_eq!(text(&data).unwrap(), fs::read_to_string(at(FILE)).unwrap());
        }
    }
}
