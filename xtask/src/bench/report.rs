//! The table of what was measured: ours, what it is compared with, their ratio, and the bar.

use std::fmt::{self, Display};
use std::io::Write as _;

use anyhow::{Result, ensure};
use serde::{Serialize, Serializer};

/// Which side of a bar is good.
#[derive(Clone, Copy)]
pub(crate) enum Bar {
    /// The value must reach this.
    AtLeast(f64),
    /// The value must not exceed this.
    AtMost(f64),
}

/// One line of the report.
#[derive(Serialize)]
pub(crate) struct Row {
    /// What was measured, in words, with its setting.
    pub(crate) what: String,
    /// Our figure with its unit, and the other side's, for people.
    pub(crate) figures: String,
    /// The number that the bar is about: most often a ratio.
    pub(crate) value: f64,
    /// The unit of the value; "×" for ratios.
    pub(crate) unit: &'static str,
    /// The bar; none where the figure is only reported.
    pub(crate) bar: Option<Bar>,
}

/// Everything that one run measured.
#[derive(Default, Serialize)]
pub(crate) struct Report {
    rows: Vec<Row>,
}

impl Report {
    /// Adds a line.
    pub(crate) fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Prints the table, or JSON, on standard output.
    pub(crate) fn print(&self, json: bool) -> Result<()> {
        let mut out = std::io::stdout();
        if json {
            writeln!(out, "{}", serde_json::to_string_pretty(self)?)?;
        } else {
            write!(out, "{self}")?;
        }
        Ok(())
    }

    /// Insists that every bar is met.
    pub(crate) fn all_met(&self) -> Result<()> {
        let missed: Vec<&str> =
            self.rows.iter().filter(|row| !row.met()).map(|row| row.what.as_str()).collect();
        ensure!(missed.is_empty(), "bars that were not met: {}", missed.join("; "));
        Ok(())
    }
}

impl Row {
    fn met(&self) -> bool {
        match self.bar {
            None => true,
            Some(Bar::AtLeast(least)) => self.value >= least,
            Some(Bar::AtMost(most)) => self.value <= most,
        }
    }

    fn verdict(&self) -> &'static str {
        match (self.bar, self.met()) {
            (None, _) => "",
            (Some(_), true) => "met",
            (Some(_), false) => "NOT MET",
        }
    }
}

impl Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.rows {
            let bar = row.bar.map(|bar| format!("bar {bar} {}", row.unit)).unwrap_or_default();
            writeln!(out, "{}", row.what)?;
            writeln!(out, "    {:>9.2} {}  {bar}  {}", row.value, row.unit, row.verdict())?;
            writeln!(out, "    {}", row.figures)?;
        }
        Ok(())
    }
}

impl Display for Bar {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(least) => write!(out, "≥ {least}"),
            Self::AtMost(most) => write!(out, "≤ {most}"),
        }
    }
}

impl Serialize for Bar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bar, Report, Row};

    fn row(value: f64, bar: Bar) -> Row {
        Row { what: "a thing".to_owned(), figures: String::new(), value, unit: "×", bar: Some(bar) }
    }

    #[test]
    fn a_bar_that_is_missed_is_named() {
        let mut report = Report::default();
        report.add(row(2.0, Bar::AtLeast(1.9)));
        report.add(row(2.0, Bar::AtMost(2.0)));
        report.all_met().unwrap();
        report.add(row(1.89, Bar::AtLeast(1.9)));
        let error = report.all_met().unwrap_err().to_string();
        assert_eq!(error, "bars that were not met: a thing");
        assert!(report.to_string().contains("NOT MET"));
    }
}
