//! The guides, held to what is there.

mod complaints;
mod readme;
mod shown;
mod words;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A table of a guide.
struct Table {
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// The cells below a head, if there is one of that name.
    fn column(&self, head: &str) -> Option<impl Iterator<Item = &str>> {
        let at = self.heads.iter().position(|it| it == head)?;
        Some(self.rows.iter().map(move |row| row[at].as_str()))
    }
}

/// The tables of a guide, in their order.
fn tables(guide: &str) -> Vec<Table> {
    let text = fs::read_to_string(root().join("docs/guides").join(guide)).unwrap();
    let mut tables: Vec<Table> = Vec::new();
    let mut is_inside = false;
    for line in text.lines() {
        let Some(line) = line.strip_prefix('|').and_then(|line| line.strip_suffix('|')) else {
            is_inside = false;
            continue;
        };
        let cells: Vec<_> = line.split('|').map(|cell| cell.trim().to_owned()).collect();
        match tables.last_mut().filter(|_| is_inside) {
            None => tables.push(Table { heads: cells, rows: Vec::new() }),
            Some(_) if line.starts_with("---") => {}
            Some(table) => {
                assert_eq!(cells.len(), table.heads.len(), "{guide}: {line}");
                table.rows.push(cells);
            }
        }
        is_inside = true;
    }
    tables
}

/// The names of the functions in the sources and the tests, those of the emulator included.
fn functions() -> BTreeSet<String> {
    let files = ["src", "tests"].iter().flat_map(|folder| sources(&root().join(folder)));
    let mut functions = BTreeSet::new();
    for file in files {
        let source = fs::read_to_string(file).unwrap();
        let names = source.split("fn ").skip(1).filter_map(|rest| rest.split_once('('));
        functions.extend(names.map(|(name, _)| name.to_owned()));
    }
    functions
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.is_dir() {
            true => sources(&path),
            false => vec![path],
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
