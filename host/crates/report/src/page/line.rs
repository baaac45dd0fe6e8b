//! Text of plugins in a page.

use maud::{Escaper, Render};
use std::fmt::Write as _;

use crate::plain;

/// Text of one line.
pub(super) struct Line<'a>(pub(super) &'a str);

/// Text of several lines.
pub(super) struct Lines<'a>(pub(super) &'a str);

impl Render for Line<'_> {
    fn render_to(&self, page: &mut String) {
        Escaper::new(page).write_str(&plain::line(self.0)).expect("strings take all that is written");
    }
}

impl Render for Lines<'_> {
    fn render_to(&self, page: &mut String) {
        Escaper::new(page).write_str(&plain::lines(self.0)).expect("strings take all that is written");
    }
}
