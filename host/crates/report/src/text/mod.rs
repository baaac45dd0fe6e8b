//! Reports as text: for terminals, as Markdown, as CSV.

mod bars;
mod boxes;
mod csv;
mod grid;
mod ink;
mod markdown;
mod plot;
mod sketch;
mod terminal;

pub use csv::csv;
pub use markdown::markdown;
pub use terminal::{Terminal, terminal};

#[cfg(test)]
mod tests;
