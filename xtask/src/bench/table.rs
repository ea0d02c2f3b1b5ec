//! docs/benchmarks.md: read, so that a partial run keeps the rest and a check knows what was met; and written.

use std::{fs, io, path::Path};

use anyhow::{Context, Result, ensure};

use super::line::Line;

const HEAD: &str = "# How fast

The last measured ratios of each place and processor, written by `cargo xtask bench --write`. [ADR 14](adr/0014-ratios-not-times.md) says how they are measured and what each candidate does.

*1.10 × the time*: ours took 1.10 times as long as the other. *3.40 × as fast*: the other took 3.40 times as long as ours. Each is the median over all
rounds, beside the 10th and the 90th percentile; a target is met where the median meets it. `memory.copy` is the limit: WebAssembly's own copy of as many
bytes as the case reads and writes, halved, since a copy reads and writes each.
";

const COLUMNS: &str =
    "| work | ours | against | ratio | 10–90 % | target | met |\n| --- | --- | --- | --: | --: | --: | --- |\n";

/// The README shows these, of the first processor that Chromium ran on: the group, the row, which of ours, against what.
const SHOWN: [[&str; 4]; 16] = [
    [KERNEL, "max k2 s2, 1×64×112×112", "ours", "memory.copy"],
    [KERNEL, "max k2 s2, 1×64×112×112", "ours", "tfjs-wasm"],
    [KERNEL, "max k2 s2, 1×64×112×112", "ours", "ORT Web"],
    [CALL, "max k2 s2, 1×64×112×112", "ours, out given", "tfjs-wasm"],
    [CALL, "max k2 s2, 1×64×112×112", "ours, out given", "ORT Web"],
    [CALL, "max k2 s2, 1×64×112×112", "ours, numbers resident", "tfjs-wasm"],
    ["Large windows, the kernel", "max k31 s1 same, 1024×1024", "ours", "OpenCV.js"],
    ["Large windows, the kernel", "max s1 same, 1024×1024: k63 and k7", "ours, k63", "ours, k7"],
    ["Large windows, from array to array", "max k63 s1 same, 1024×1024", "ours, out given", "ORT Web"],
    ["A photograph", "max k2 s2, RGBA8 4000×3000", "ours, fresh result", "JavaScript"],
    ["A photograph", "max k2 s2, RGBA8 4000×3000", "ours, fresh result", "tfjs-wasm"],
    ["Other methods", "softpool k3 s1, 1×64×112×112", "ours, out given", "JavaScript"],
    ["Networks, one sample", "digits, 1×28×28", "ours", "tfjs-wasm"],
    ["Networks, one sample", "digits, 1×28×28", "ours", "ORT Web"],
    ["Cold start", "first max pooling, 10 Mbit/s and 40 ms", "ours", "tfjs-wasm"],
    ["Cold start", "first max pooling, 10 Mbit/s and 40 ms", "ours", "ORT Web"],
];

const KERNEL: &str = "Small windows, the kernel";
const CALL: &str = "Small windows, from array to array";

/// Around what the README shows.
const MARKS: [&str; 2] = ["<!-- what follows is written by cargo xtask bench --write -->\n", "<!-- so far -->"];

/// The last ratios of every place and processor.
#[derive(Debug, Default, PartialEq)]
pub struct Table(Vec<Section>);

#[derive(Debug, Default, PartialEq)]
struct Section {
    /// [`heading`].
    heading: String,
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
            if let Some(heading) = line.strip_prefix("## ") {
                table.0.push(Section { heading: heading.into(), ..Section::default() });
                continue;
            }
            let Some(section) = table.0.last_mut() else { continue };
            if let Some(name) = line.strip_prefix("### ") {
                group = name;
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
    pub fn regressions(&self, heading: &str, lines: &[Line]) -> Vec<String> {
        let old: Vec<&Row> = self.0.iter().filter(|section| section.heading == heading).flat_map(|s| &s.rows).collect();
        let was_met = |line: &Line| old.iter().any(|row| row.met() && row.key() == Row::of(line).key());
        let missed = lines.iter().filter(|line| line.clearly_missed() && was_met(line));
        missed.map(|line| format!("{heading}: {line}")).collect()
    }

    /// Puts new results in the place of old ones; a complete run leaves nothing else.
    pub fn take(&mut self, heading: &str, about: String, lines: &[Line], complete: bool) {
        let at = self.0.iter().position(|section| section.heading == heading).unwrap_or_else(|| {
            self.0.push(Section { heading: heading.into(), ..Section::default() });
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
        for Section { heading, about, rows } in &self.0 {
            text += &format!("\n## {heading}\n\n{about}\n");
            let mut group = None;
            for row in rows {
                if group != Some(&row.group) {
                    text += &format!("\n### {}\n\n{COLUMNS}", row.group);
                    group = Some(&row.group);
                }
                text += &written(&row.cells);
            }
        }
        text
    }

    fn shown_in(&self, readme: &str) -> Result<String> {
        let (before, rest) = readme.split_once(MARKS[0]).context("README.md has no place for the table")?;
        let (_, after) = rest.split_once(MARKS[1]).context("README.md has no end of the table")?;
        let section = self.0.iter().find(|section| section.heading.starts_with("Chromium"));
        let rows = section.map_or(&[][..], |section| &section.rows);
        let mut lines = String::new();
        for [group, key @ ..] in SHOWN {
            match rows.iter().find(|row| row.group == group && row.cells[..3] == key) {
                Some(row) => lines += &written(&[&[format!("{group}: {}", row.cells[0])], &row.cells[1..]].concat()),
                None => println!("The README cannot show {group}: {}: it was not measured in Chromium", key.join(", ")),
            }
        }
        Ok(format!("{before}{}\n{COLUMNS}{lines}\n{}{after}", MARKS[0], MARKS[1]))
    }
}

/// What the results of a place on a processor stand below.
pub fn heading(place: &str, processor: &str) -> String {
    format!("{place} on {processor}")
}

fn written(cells: &[String]) -> String {
    let cell = |cell: &String| if cell.is_empty() { " |".to_owned() } else { format!(" {cell} |") };
    format!("|{}\n", cells.iter().map(cell).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::super::line::{Target, tests::line};
    use super::*;

    fn table(lines: &[Line]) -> Table {
        let mut table = Table::default();
        table.take("Node", "Node v0, 40 rounds.".into(), lines, true);
        table
    }

    fn of(table: &Table) -> Vec<(&str, &str)> {
        table.0.iter().flat_map(|one| one.rows.iter().map(|row| (&*one.heading, &*row.cells[0]))).collect()
    }

    const SPREAD: [f64; 3] = [1.0, 2.5, 3.0];

    #[test]
    fn what_is_written_is_read_again() {
        let free = line("b", SPREAD, Target::AtLeast(None));
        let table = table(&[line("a: 1×2", SPREAD, Target::AtMost(Some(2.0))), free]);
        assert_eq!(Table::parse(&table.text()).unwrap(), table);
        assert!(table.text().contains("### Group\n"), "{}", table.text());
        assert!(table.text().contains("| a: 1×2 | ours | peer | 2.50 × the time | 1.00–3.00 | ≤ 2 | **no** |\n"));
        assert!(table.text().contains("| b | ours | peer | 2.50 × as fast | 1.00–3.00 | | |\n"), "{}", table.text());
        assert!(Table::parse("## Node\n| a | b |").unwrap_err().to_string().contains("2 columns"));
    }

    #[test]
    fn a_partial_run_keeps_the_rest_and_a_complete_one_does_not() {
        let target = Target::AtLeast(Some(2.0));
        let mut table = table(&[line("a", SPREAD, target), line("b", SPREAD, target)]);
        table.take("Node", String::new(), &[line("b", [9.0; 3], target), line("c", SPREAD, target)], false);
        table.take("Chromium", String::new(), &[line("a", SPREAD, target)], false);
        assert_eq!(of(&table), [("Node", "a"), ("Node", "b"), ("Node", "c"), ("Chromium", "a")]);
        assert!(table.text().contains("9.00 × as fast"), "{}", table.text());
        table.take("Node", String::new(), &[line("c", SPREAD, target)], true);
        assert_eq!(of(&table), [("Node", "c"), ("Chromium", "a")]);
    }

    #[test]
    fn only_what_was_met_and_is_clearly_missed_is_a_regression() {
        let target = Target::AtLeast(Some(2.0));
        let table = table(&[line("was met", SPREAD, target), line("was missed", [1.0; 3], target)]);
        let now = |row, high| line(row, [0.5, 1.0, high], target);
        let lines = [now("was met", 1.9), now("was missed", 1.9), now("is new", 1.9)];
        let found = table.regressions("Node", &lines);
        assert!(
            found.len() == 1 && found[0].starts_with("Node: was met: ours against peer: 1.00 × as fast"),
            "{found:?}"
        );
        assert_eq!(table.regressions("Node", &[now("was met", 2.0)]), [""; 0]);
        assert_eq!(table.regressions("Chromium", &lines), [""; 0]);
    }

    #[test]
    fn the_readme_shows_rows_of_chromium() {
        let mut table = Table::default();
        let [group, row, of, against] = SHOWN[0].map(str::to_owned);
        let shown = Line { group, row, of, against, ..line("", SPREAD, Target::AtMost(Some(1.15))) };
        table.take("Chromium", String::new(), &[shown, line("not shown", SPREAD, Target::AtMost(None))], true);
        let readme = format!("before\n{}old\n{}\nafter", MARKS[0], MARKS[1]);
        let text = table.shown_in(&readme).unwrap();
        assert!(text.starts_with("before\n<!--") && text.ends_with("-->\nafter") && !text.contains("old"), "{text}");
        assert!(
            text.contains(&format!("| {KERNEL}: max k2 s2, 1×64×112×112 | ours | memory.copy | 2.50 × the time |"))
        );
        assert!(!text.contains("not shown"));
        assert!(table.shown_in("without a place").is_err());
    }
}
