//! Sentences that praise or do not: rt-polarity and UCI's labelled sentences.

use anyhow::{Context, Result};
use std::{fs, path::Path};
use xtask::workspace::shown;

/// For those who lack the data.
const SOURCE: &str = "rt-polarity.pos and rt-polarity.neg (sentence polarity dataset v1.0, \
    https://www.cs.cornell.edu/people/pabo/movie-review-data/) and the three files of UCI's Sentiment Labelled Sentences \
    (https://archive.ics.uci.edu/dataset/331) are wanted in the folder that --data names";

/// Sentences and whether they praise (1) or not (0).
pub type Labelled = Vec<(String, u8)>;

/// The sentences by what they are for.
pub struct Sentences {
    /// To learn from: rt-polarity's other lines, and all of UCI's sentences.
    pub train: Labelled,
    /// To choose by: lines 9, 19, 29, … of both of rt-polarity's files.
    pub choose: Labelled,
    /// To test with: lines 10, 20, 30, …
    pub test: Labelled,
}

/// Reads all files of `folder`.
pub fn read_sentences(folder: &Path) -> Result<Sentences> {
    let mut sentences = Sentences { train: Vec::new(), choose: Vec::new(), test: Vec::new() };
    for (name, class) in [("rt-polarity.pos", 1), ("rt-polarity.neg", 0)] {
        for (index, line) in read(folder, name)?.lines().enumerate() {
            let part = match index % 10 {
                9 => &mut sentences.test,
                8 => &mut sentences.choose,
                _ => &mut sentences.train,
            };
            part.push((line.to_owned(), class));
        }
    }
    for name in ["amazon_cells_labelled.txt", "imdb_labelled.txt", "yelp_labelled.txt"] {
        for line in read(folder, name)?.lines() {
            let labelled =
                line.rsplit_once('\t').and_then(|(text, class)| Some((text, class.trim().parse::<u8>().ok()?)));
            let Some((text, class @ 0..=1)) = labelled else {
                anyhow::bail!("{name} has the line {line:?}: it must be a sentence, a tabulator, and 0 or 1");
            };
            sentences.train.push((text.to_owned(), class));
        }
    }
    Ok(sentences)
}

fn read(folder: &Path, name: &str) -> Result<String> {
    let path = folder.join(name);
    let bytes = fs::read(&path).with_context(|| format!("{} cannot be read; {SOURCE}", shown(&path)))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The sentences as a trainer wants them.
pub fn pairs(sentences: &Labelled) -> impl Iterator<Item = (&str, u8)> {
    sentences.iter().map(|(text, class)| (text.as_str(), *class))
}
