//! Names of categories below an axis: side by side, on several lines, aslant, or every so many.

use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{Canvas, Lettering};
use super::lettering::{fit_all, width, wrap};
use super::pen::Tag;

/// Height of letters, and of a line.
const SIZE: f64 = 16.0;
const LINE: f64 = 19.0;

/// Pixels between neighbours.
const GAP: f64 = 10.0;

/// Degrees that slanting names rise by.
const SLANT: f64 = 35.0;

/// Length of the longest slanting name.
const LONGEST: f64 = 210.0;

/// Narrower slots have no slanting names each.
const NARROWEST: f64 = 23.0;

/// Names as they will stand.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SlotLabels {
    lines: Vec<Vec<String>>,
    is_aslant: bool,
    /// One in so many has a name.
    every: usize,
}

impl SlotLabels {
    /// Decides how names stand in slots of a width.
    pub(super) fn lay(names: &[String], slot: f64) -> Self {
        let widest = names.iter().map(|name| width(name, SIZE)).fold(0.0, f64::max);
        let room = slot - GAP;
        if widest <= room {
            let lines = names.iter().map(|name| vec![name.clone()]).collect();
            return Self { lines, is_aslant: false, every: 1 };
        }
        if room > 40.0 {
            let wrapped: Vec<Vec<String>> = names.iter().map(|name| wrap(name, SIZE, room, 3)).collect();
            if wrapped.iter().flatten().all(|line| !line.contains('…')) {
                return Self { lines: wrapped, is_aslant: false, every: 1 };
            }
        }
        if widest < 60.0 {
            // Numbers mostly: some of them say enough.
            let lines = names.iter().map(|name| vec![name.clone()]).collect();
            return Self { lines, is_aslant: false, every: ((widest + GAP) / slot).ceil().max(1.0) as usize };
        }
        let lines = fit_all(names, SIZE, LONGEST).into_iter().map(|name| vec![name]).collect();
        Self { lines, is_aslant: true, every: (NARROWEST / slot).ceil().max(1.0) as usize }
    }

    /// Pixels that they take downward.
    pub(super) fn height(&self) -> f64 {
        if self.is_aslant {
            return self.longest() * SLANT.to_radians().sin() + LINE;
        }
        self.lines.iter().map(Vec::len).max().unwrap_or(0) as f64 * LINE + 6.0
    }

    /// Pixels that the first reaches to the left of its slot's middle.
    pub(super) fn left(&self) -> f64 {
        let first = self.lines.first().map_or(0.0, |lines| width(&lines.concat(), SIZE));
        if self.is_aslant { first * SLANT.to_radians().cos() + 4.0 } else { 0.0 }
    }

    fn longest(&self) -> f64 {
        self.lines.iter().flatten().map(|line| width(line, SIZE)).fold(0.0, f64::max)
    }

    /// Writes them below `top`; `middle` gives the middle of a slot, `series` its series, if it has one.
    pub(super) fn draw(
        &self,
        canvas: &Canvas,
        top: f64,
        middle: impl Fn(usize) -> f64,
        series: impl Fn(usize) -> Option<usize>,
    ) {
        for (slot, lines) in self.lines.iter().enumerate().step_by(self.every.max(1)) {
            let series = series(slot);
            let class = if series.is_some() { "legend" } else { "" };
            for (number, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
                canvas.tag(Tag { class, series, ..Tag::default() });
                if self.is_aslant {
                    let lettering = Lettering::centred(SIZE).at(HPos::Right, VPos::Center).turned(-SLANT);
                    canvas.text((middle(slot) + 4.0, top + 12.0), line, lettering);
                } else {
                    let lettering = Lettering::centred(SIZE).at(HPos::Center, VPos::Top);
                    canvas.text((middle(slot), top + 6.0 + number as f64 * LINE), line, lettering);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn names_stand_upright_where_they_fit_and_aslant_where_not() {
        let short = SlotLabels::lay(&names(&["k3s", "k0s"]), 200.0);
        assert!(!short.is_aslant && short.every == 1);
        let broken = SlotLabels::lay(&names(&["two words", "some others"]), 80.0);
        assert_eq!(broken.lines[0], ["two", "words"]);
        let long = vec!["ip-10-0-13-241.eu-central-1.compute.internal".to_owned(); 12];
        assert!(SlotLabels::lay(&long, 80.0).is_aslant);
        let numbers: Vec<String> = (0..400).map(|number| number.to_string()).collect();
        assert!(SlotLabels::lay(&numbers, 2.5).every > 10);
    }
}
