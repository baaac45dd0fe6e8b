//! Draws reports: charts as SVG and PNG, pages of HTML, text for terminals, Markdown, CSV. What is said comes from
//! analyses; nothing of it is trusted to be free of markup or control characters.

mod chart;
mod column;
mod finding;
mod page;
mod plain;
#[cfg(test)]
mod samples;
mod text;
mod unit;

pub use chart::{DrawError, font_style, png, svg};
pub use page::{Page, html};
pub use plain::line as plain_line;
pub use text::{Terminal, csv, markdown, terminal};
