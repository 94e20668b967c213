//! A table, as the terminal and the manual show it.

use std::fmt::{self, Write};

/// What was measured, and how to read it.
#[derive(Debug)]
pub struct Table {
    title: String,
    head: Vec<&'static str>,
    rows: Vec<Vec<String>>,
    notes: Vec<String>,
}

impl Table {
    /// An empty one; the first column says who.
    pub fn new(title: impl Into<String>, head: &[&'static str]) -> Self {
        Self {
            title: title.into(),
            head: [&[""], head].concat(),
            rows: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn row(&mut self, row: impl IntoIterator<Item = String>) {
        self.rows.push(row.into_iter().collect());
    }

    /// Adds a sentence that reads the result.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// As a section of the manual.
    pub fn markdown(&self) -> String {
        let mut text = format!("## {}\n\n|", self.title);
        let cells = |text: &mut String, cells: &[String]| {
            for cell in cells {
                let _ = write!(text, " {cell} |");
            }
        };
        let head: Vec<_> = self.head.iter().map(|&cell| cell.to_owned()).collect();
        cells(&mut text, &head);
        text.push_str("\n|---|");
        text.push_str(&"---:|".repeat(self.head.len() - 1));
        for row in &self.rows {
            text.push_str("\n|");
            cells(&mut text, row);
        }
        text.push('\n');
        for note in &self.notes {
            let _ = write!(text, "\n{note}\n");
        }
        text
    }

    fn widths(&self) -> Vec<usize> {
        let width = |n: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(n));
            let cells = cells.map(|cell| cell.chars().count());
            cells.chain([self.head[n].len()]).max().unwrap_or(0)
        };
        (0..self.head.len()).map(width).collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        let line = |f: &mut fmt::Formatter<'_>, cells: &[&str]| {
            for (n, (cell, width)) in cells.iter().zip(&widths).enumerate() {
                if n == 0 {
                    write!(f, "{cell:width$}")?;
                } else {
                    write!(f, "  {cell:>width$}")?;
                }
            }
            writeln!(f)
        };
        writeln!(f, "{}", self.title)?;
        line(f, &self.head)?;
        for row in &self.rows {
            line(f, &row.iter().map(String::as_str).collect::<Vec<_>>())?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "{note}"))
    }
}

/// How a sentence begins that says whether a limit holds.
pub fn met(is: bool) -> &'static str {
    if is { "Met" } else { "Not met" }
}
