//! Draws reports: charts as SVG and PNG, pages of HTML, text for terminals, Markdown, CSV. What is said comes from
//! analyses; nothing of it is trusted to be free of markup or control characters.

mod chart;
mod page;
mod text;
mod unit;

pub use chart::{DrawError, png, svg};
pub use page::{Page, html};
pub use text::{Terminal, csv, markdown, terminal};
