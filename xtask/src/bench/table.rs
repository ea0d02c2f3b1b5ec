//! docs/benchmarks.md: read, so that a partial run keeps the rest and a check knows what was met; and written.

use std::{fs, io, path::Path};

use anyhow::{Context, Result, ensure};

use super::line::Line;

const HEAD: &str = "# How fast

The last measured ratios, written by `cargo xtask bench --write`. [ADR 14](adr/0014-ratios-not-times.md) says how they are measured and what each candidate does.

*1.10 × the time*: ours took 1.10 times as long as the other. *3.40 × as fast*: the other took 3.40 times as long as ours. Each is the median over all
rounds, beside the 10th and the 90th percentile; a target is met where the median meets it. `memory.copy` is the limit: WebAssembly's own copy of as many
bytes as the case reads and writes, halved, since a copy reads and writes each.
";

const COLUMNS: &str =
    "| work | ours | against | ratio | 10–90 % | target | met |\n| --- | --- | --- | --: | --: | --: | --- |\n";

/// The README shows these, of Chromium: the group, the row, which of ours, against what.
const SHOWN: [[&str; 4]; 0] = [];

/// Around what the README shows.
const MARKS: [&str; 2] = ["<!-- written by cargo xtask bench --write -->\n", "<!-- end -->"];

/// The last ratios of every place.
#[derive(Debug, Default, PartialEq)]
pub struct Table(Vec<Section>);

#[derive(Debug, Default, PartialEq)]
struct Section {
    place: String,
    about: String,
    rows: Vec<Row>,
}

/// A row as it is written.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    group: String,
    cells: Vec<String>,
}

impl Row {
    fn of(line: &Line) -> Self {
        let cells = [&line.row, &line.of, &line.against, &line.ratio(), &line.spread(), &line.wanted(), line.verdict()];
        Self { group: line.group.clone(), cells: cells.map(str::to_owned).to_vec() }
    }

    /// What makes two rows the same measurement.
    fn key(&self) -> (&str, &[String]) {
        (&self.group, &self.cells[..3])
    }

    fn met(&self) -> bool {
        self.cells[6] == "yes"
    }
}

impl Table {
    /// Reads the file; where there is none, nothing was measured yet.
    pub fn read(path: &Path) -> Result<Self> {
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(&text).with_context(|| format!("{} is not as it was written", path.display())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
    }

    fn parse(text: &str) -> Result<Self> {
        let mut table = Self::default();
        let mut group = "";
        for line in text.lines() {
            if let Some(place) = line.strip_prefix("## ") {
                table.0.push(Section { place: place.into(), ..Section::default() });
                continue;
            }
            let Some(section) = table.0.last_mut() else { continue };
            if let Some(heading) = line.strip_prefix("### ") {
                group = heading;
            } else if let Some(row) = line.strip_prefix('|') {
                let cells: Vec<String> = row.trim_end_matches('|').split('|').map(|cell| cell.trim().into()).collect();
                ensure!(cells.len() == 7, "{} columns instead of 7: {line}", cells.len());
                if cells[0] != "work" && cells[0] != "---" {
                    section.rows.push(Row { group: group.into(), cells });
                }
            } else if !line.is_empty() {
                section.about = line.into();
            }
        }
        Ok(table)
    }

    /// What is missed clearly now and is met in this table.
    pub fn regressions(&self, place: &str, lines: &[Line]) -> Vec<String> {
        let old: Vec<&Row> = self.0.iter().filter(|section| section.place == place).flat_map(|s| &s.rows).collect();
        let was_met = |line: &Line| old.iter().any(|row| row.met() && row.key() == Row::of(line).key());
        let missed = lines.iter().filter(|line| line.clearly_missed() && was_met(line));
        missed.map(|line| format!("{place}: {line}")).collect()
    }

    /// Puts new results in the place of old ones; a complete run leaves nothing else.
    pub fn take(&mut self, place: &str, about: String, lines: &[Line], complete: bool) {
        let at = self.0.iter().position(|section| section.place == place).unwrap_or_else(|| {
            self.0.push(Section { place: place.into(), ..Section::default() });
            self.0.len() - 1
        });
        let section = &mut self.0[at];
        section.about = about;
        if complete {
            section.rows.clear();
        }
        for row in lines.iter().map(Row::of) {
            match section.rows.iter_mut().find(|old| old.key() == row.key()) {
                Some(old) => *old = row,
                None => {
                    let after = section.rows.iter().rposition(|old| old.group == row.group).map(|at| at + 1);
                    section.rows.insert(after.unwrap_or(section.rows.len()), row);
                }
            }
        }
    }

    /// Writes the file, and what the README shows of it.
    pub fn write(&self, path: &Path, readme: &Path) -> Result<()> {
        fs::write(path, self.text()).with_context(|| format!("{} cannot be written", path.display()))?;
        let text = fs::read_to_string(readme)?;
        fs::write(readme, self.shown_in(&text)?)?;
        println!("Wrote {} and {}", path.display(), readme.display());
        Ok(())
    }

    fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        for Section { place, about, rows } in &self.0 {
            text += &format!("\n## {place}\n\n{about}\n");
            let mut group = None;
            for row in rows {
                if group != Some(&row.group) {
                    text += &format!("\n### {}\n\n{COLUMNS}", row.group);
                    group = Some(&row.group);
                }
                text += &format!("| {} |\n", row.cells.join(" | ")).replace("|  |", "| |");
            }
        }
        text
    }

    fn shown_in(&self, readme: &str) -> Result<String> {
        let (before, rest) = readme.split_once(MARKS[0]).context("README.md has no place for the table")?;
        let (_, after) = rest.split_once(MARKS[1]).context("README.md has no end of the table")?;
        let rows = self.0.iter().filter(|section| section.place == "Chromium").flat_map(|section| &section.rows);
        let shown = rows.filter(|row| {
            let [work, of, against] = [&row.cells[0], &row.cells[1], &row.cells[2]];
            SHOWN.contains(&[&row.group, work, of, against])
        });
        let lines: String = shown.map(|row| format!("| {} |\n", row.cells.join(" | "))).collect();
        Ok(format!("{before}{}{COLUMNS}{lines}{}{after}", MARKS[0], MARKS[1]))
    }
}
