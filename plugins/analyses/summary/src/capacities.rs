//! What searches found.

use cluster_tester_sdk::analysis::{SearchFacts, Subject, Table, text};

use crate::overview::Overview;

/// A table for the searches for a rate, and one for those for a load, where there are any.
pub(crate) fn tables(overview: &Overview) -> Vec<Table> {
    let of = |subject| overview.searches.iter().filter(move |search| search.subject == subject).collect::<Vec<_>>();
    let (rates, loads) = (of(Subject::Rate), of(Subject::Load));
    let mut tables = Vec::new();
    if !rates.is_empty() {
        let table = beginning(overview, "highest rate by load", &rates).numbers("load", "1", held(&rates));
        tables.push(end(table, &rates, "/s"));
    }
    if !loads.is_empty() {
        let table = beginning(overview, "highest load by rate", &loads).numbers("rate", "/s", held(&loads));
        tables.push(end(table, &loads, "1"));
    }
    tables
}

/// What was searched for, such as `highest rate at load 10`.
pub(crate) fn subject_in_words(search: &SearchFacts) -> String {
    match search.subject {
        Subject::Rate => format!("highest rate at load {}", text::number(search.held)),
        Subject::Load => format!("highest load at {}", text::intended_rate(search.held)),
    }
}

fn beginning(overview: &Overview, what: &str, searches: &[&SearchFacts]) -> Table {
    Table::new(format!("{}: capacity found, {what}", overview.name()))
        .text("test case", searches.iter().map(|search| search.test_case.clone()).collect())
}

fn held(searches: &[&SearchFacts]) -> Vec<f64> {
    searches.iter().map(|search| search.held).collect()
}

fn end(table: Table, searches: &[&SearchFacts], unit: &str) -> Table {
    let certainty = |search: &&SearchFacts| if search.is_provisional { "provisional" } else { "confirmed" }.to_owned();
    table
        .text("SLO", searches.iter().map(|search| search.slo.clone()).collect())
        .numbers("highest good", unit, searches.iter().map(|search| search.lower).collect())
        .numbers("lowest bad", unit, searches.iter().map(|search| search.upper).collect())
        .text("answer", searches.iter().map(certainty).collect())
        .numbers("trials", "1", searches.iter().map(|search| search.trials.len() as f64).collect())
}
