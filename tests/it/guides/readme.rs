//! The README names every object that there is, and no other.

use terraform_provider_eks::eks::Eks;
use terraform_provider_eks::framework::Provider;

use super::tables;

#[test]
fn names_every_object() {
    let tables = tables("../../README.md");
    let objects = tables.iter().find(|table| table.heads == ["kind", "objects"]).unwrap();
    let there_are: [(&str, Vec<&str>); 5] = [
        ("resources", Eks::RESOURCES.iter().map(|it| it.name()).collect()),
        ("data sources", Eks::DATA_SOURCES.iter().map(|it| it.name()).collect()),
        ("list resources", Eks::LISTS.iter().map(|it| it.name()).collect()),
        ("ephemeral", Eks::EPHEMERALS.iter().map(|it| it.name()).collect()),
        ("functions", Eks::FUNCTIONS.iter().map(|it| it.name()).collect()),
    ];
    let named = objects.rows.iter().map(|row| (row[0].as_str(), in_code(&row[1])));
    let sorted = |(kind, mut names): (&'static str, Vec<&'static str>)| {
        names.sort_unstable();
        (kind, names)
    };
    assert_eq!(named.collect::<Vec<_>>(), there_are.map(sorted));
}

/// What a cell has in code, but for commands, sorted.
fn in_code(cell: &str) -> Vec<&str> {
    let mut names: Vec<&str> = cell.split('`').skip(1).step_by(2).filter(|code| !code.contains(' ')).collect();
    names.sort_unstable();
    names
}
