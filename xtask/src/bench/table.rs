//! The table of `cargo xtask bench`: what was measured beside what `bench/aims.toml` aims at.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::workspace::{read, root};

/// Spread of the peer's own laps above which a time is not to be trusted.
const NOISY: f64 = 0.10;

/// A line of the table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    pub(super) id: String,
    what: String,
    faster: Option<f64>,
    cost: Option<f64>,
    most: Option<f64>,
    instructions: Option<f64>,
    pub(super) profile: Option<String>,
    #[serde(default)]
    pub(super) held: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    line: Vec<Line>,
}

/// The lines of `bench/aims.toml`.
pub(super) fn lines() -> Result<Vec<Line>, String> {
    lines_of(&read(&root().join("bench/aims.toml"))?)
}

fn lines_of(text: &str) -> Result<Vec<Line>, String> {
    let file: File = toml::from_str(text).map_err(|error| format!("bench/aims.toml: {error}"))?;
    Ok(file.line)
}

impl Line {
    /// The ratio of two figures, above one where ours is better for `faster`, below one for `cost`.
    pub(super) fn ratio(&self, ours: f64, peer: f64) -> f64 {
        if self.is_cost() { ours / peer } else { peer / ours }
    }

    fn is_cost(&self) -> bool {
        self.cost.is_some() || self.most.is_some()
    }

    fn is_met(&self, ratio: f64, aim: f64) -> bool {
        if self.is_cost() { ratio <= aim } else { ratio >= aim }
    }
}

/// What a program measured: medians and best laps.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Figures {
    pub(super) unit: String,
    pub(super) ours: [f64; 2],
    pub(super) peer: Option<Peer>,
}

/// The peer's side.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Peer {
    /// Name and version.
    pub(super) name: String,
    pub(super) figures: [f64; 2],
    /// Width of the middle half of its laps, as a share of the median.
    pub(super) spread: f64,
}

/// What was measured, by the identifiers of the lines.
#[derive(Default)]
pub(super) struct Measured {
    figures: BTreeMap<String, Figures>,
    /// Instructions: ours and the peer's.
    instructions: BTreeMap<String, [u64; 2]>,
}

impl Measured {
    /// Adds the lines that a measuring program printed.
    pub(super) fn read(&mut self, text: &str) -> Result<(), String> {
        for line in text.lines() {
            let (id, figures) = figures(line).ok_or_else(|| format!("not a line of figures: {line}"))?;
            self.figures.insert(id, figures);
        }
        Ok(())
    }

    pub(super) fn add(&mut self, id: &str, figures: Figures) {
        self.figures.insert(id.to_owned(), figures);
    }

    pub(super) fn count(&mut self, id: &str, ours_and_peer: [u64; 2]) {
        self.instructions.insert(id.to_owned(), ours_and_peer);
    }

    /// The table of everything that was measured, and a notice if the machine was noisy.
    pub(super) fn table(&self, lines: &[Line]) -> Result<String, String> {
        if let Some(id) = self.figures.keys().find(|id| !lines.iter().any(|line| line.id == **id)) {
            return Err(format!("bench/aims.toml has no line `{id}`"));
        }
        let head = ["what", "ours", "peer", "", "ratio (best laps)", "aim", "", "instructions", "", "spread"];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows.extend(lines.iter().filter_map(|line| Some(self.row(line, self.figures.get(&line.id)?))));
        let mut text = aligned(&rows);
        let spreads = self.figures.values().filter_map(|figures| figures.peer.as_ref()).map(|peer| peer.spread);
        let noisy = spreads.filter(|spread| *spread > NOISY).count();
        if noisy > 0 {
            text.push_str(&format!(
                "A noisy machine: in {noisy} lines, marked with !, the peer's own laps spread by more than {:.0} %.\n",
                NOISY * 100.0
            ));
        }
        Ok(text)
    }

    fn row(&self, line: &Line, figures: &Figures) -> Vec<String> {
        let number = |figure: f64| format!("{} {}", short(figure), figures.unit);
        let verdict = |is_met: bool| if is_met { "met" } else { "missed" }.to_owned();
        let ratio =
            figures.peer.as_ref().map(|peer| [0, 1].map(|index| line.ratio(figures.ours[index], peer.figures[index])));
        let aim = line.faster.or(line.cost).or(line.most);
        let sign = if line.is_cost() { "<=" } else { ">=" };
        let (aimed, met) = match (aim, line.most, ratio) {
            (Some(aim), Some(_), _) => (format!("<= {}", number(aim)), verdict(figures.ours[0] <= aim)),
            (Some(aim), None, Some([ratio, _])) => (format!("{sign} {aim}"), verdict(line.is_met(ratio, aim))),
            _ => (String::new(), String::new()),
        };
        let counted = self.instructions.get(&line.id).map(|[ours, peer]| line.ratio(*ours as f64, *peer as f64));
        let counted_met = match (counted, line.instructions) {
            (Some(ratio), Some(aim)) => format!("{sign} {aim} {}", verdict(line.is_met(ratio, aim))),
            _ => String::new(),
        };
        let spread = figures.peer.as_ref().filter(|peer| peer.spread > 0.0);
        vec![
            line.what.clone(),
            number(figures.ours[0]),
            figures.peer.as_ref().map_or_else(String::new, |peer| number(peer.figures[0])),
            figures.peer.as_ref().map_or_else(String::new, |peer| peer.name.clone()),
            ratio.map_or_else(String::new, |[median, best]| format!("{median:.2} ({best:.2})")),
            aimed,
            met,
            counted.map_or_else(String::new, |ratio| format!("{ratio:.3}")),
            counted_met,
            spread.map_or_else(String::new, |peer| {
                format!("{:.0} %{}", peer.spread * 100.0, if peer.spread > NOISY { " !" } else { "" })
            }),
        ]
    }
}

/// Identifier and figures of a line that a measuring program printed.
fn figures(line: &str) -> Option<(String, Figures)> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [id, unit, ours, ours_best, name, peer, peer_best, spread] = fields.as_slice() else { return None };
    let number = |text: &str| text.parse::<f64>().ok();
    let peer = match *name {
        "" => None,
        name => {
            Some(Peer { name: name.to_owned(), figures: [number(peer)?, number(peer_best)?], spread: number(spread)? })
        }
    };
    let ours = [number(ours)?, number(ours_best)?];
    Some(((*id).to_owned(), Figures { unit: (*unit).to_owned(), ours, peer }))
}

/// Three digits, or all before the point.
fn short(figure: f64) -> String {
    let decimals = match figure.abs() {
        figure if figure >= 100.0 || figure.fract() == 0.0 => 0,
        figure if figure >= 10.0 => 1,
        _ => 2,
    };
    format!("{figure:.decimals$}")
}

/// The rows with columns of equal width.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cell = |row: &Vec<String>, column: usize| row.get(column).map_or(0, |cell| cell.chars().count());
    let widths: Vec<usize> =
        (0..columns).map(|column| rows.iter().map(|row| cell(row, column)).max().unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::{Measured, lines, lines_of};

    const AIMS: &str = "[[line]]\nid = 'read'\nwhat = 'reading'\nfaster = 1.5\n\
                        [[line]]\nid = 'call'\nwhat = 'a call'\ncost = 1.05\ninstructions = 1.1\n\
                        [[line]]\nid = 'all'\nwhat = 'everything'\nmost = 600\n";

    fn rows(text: &str, count: Option<[u64; 2]>) -> Vec<String> {
        let mut measured = Measured::default();
        measured.read(text).unwrap();
        if let Some(count) = count {
            measured.count("call", count);
        }
        let table = measured.table(&lines_of(AIMS).unwrap()).unwrap();
        table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }

    #[test]
    fn a_ratio_meets_or_misses_its_aim() {
        assert_eq!(
            rows("read\tms\t2\t2\tserde 1\t3\t4\t0.01\n", None),
            ["reading 2 ms 3 ms serde 1 1.50 (2.00) >= 1.5 met 1 %"]
        );
        assert_eq!(
            rows("read\tms\t2.1\t2\tserde 1\t3\t4\t0.01\n", None),
            ["reading 2.10 ms 3 ms serde 1 1.43 (2.00) >= 1.5 missed 1 %"]
        );
        assert_eq!(
            rows("call\tµs\t21\t21\tbare\t20\t20\t0\n", Some([111, 100])),
            ["a call 21 µs 20 µs bare 1.05 (1.05) <= 1.05 met 1.110 <= 1.1 missed"]
        );
        assert_eq!(rows("all\tms\t601\t590\t\t\t\t\n", None), ["everything 601 ms <= 600 ms missed"]);
    }

    #[test]
    fn a_noisy_machine_is_named() {
        let rows = rows("read\tms\t2\t2\tserde 1\t3\t3\t0.2\n", None);
        assert!(rows[0].ends_with("20 % !"), "{rows:?}");
        assert!(rows[1].starts_with("A noisy machine: in 1 lines"), "{rows:?}");
    }

    #[test]
    fn nothing_is_dropped() {
        let mut measured = Measured::default();
        assert!(measured.read("warning: something else\n").is_err());
        measured.read("other\tms\t2\t2\tserde 1\t3\t3\t0.2\n").unwrap();
        assert!(measured.table(&lines_of(AIMS).unwrap()).is_err());
    }

    #[test]
    fn a_line_has_one_aim_at_most() {
        for line in lines().unwrap() {
            let aims = [line.faster, line.cost, line.most].into_iter().flatten().count();
            assert!(aims <= 1, "{}", line.id);
            assert!(!line.held || line.profile.is_some(), "{}: callgrind cannot count it", line.id);
            assert!(line.instructions.is_none() || line.profile.is_some(), "{}", line.id);
        }
    }
}
