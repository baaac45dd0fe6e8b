//! The ratios as a drawing: a dot for each median, a bar for its interval, on a logarithmic axis around 1.

use std::fmt::Write as _;

use crate::ratio::{Better, Ratio};

const WIDTH: f64 = 960.0;
const LEFT: f64 = 190.0;
const RIGHT: f64 = 720.0;
const ROW: f64 = 26.0;
const HEADING: f64 = 34.0;
const TOP: f64 = 96.0;

/// Pairs below which an interval shows nothing: with fewer, all of them are on one side by chance too often.
const ENOUGH: usize = 5;

const INK: &str = "#222222";
const FAINT: &str = "#d9d9d9";
const GOOD: &str = "#12714a";
const BAD: &str = "#b3391f";
const OPEN: &str = "#6b6b6b";

/// The chart as SVG, on a light ground, with `subtitle` below its title.
pub(crate) fn draw(ratios: &[Ratio], subtitle: &str) -> String {
    let axis = Axis::over(ratios);
    let mut names: Vec<&str> = Vec::new();
    for ratio in ratios {
        if !names.contains(&ratio.name) {
            names.push(ratio.name);
        }
    }
    let bottom = TOP + names.len() as f64 * HEADING + ratios.len() as f64 * ROW + 12.0;
    let mut svg = Svg::new(bottom + 72.0);
    svg.text(24.0, 32.0, "start", INK, "font-size=\"18\" font-weight=\"bold\"", "Cluster Tester over its peers");
    svg.text(24.0, 52.0, "start", OPEN, "", subtitle);
    svg.text(RIGHT + 24.0, 80.0, "start", OPEN, "", "ratio (95 % interval)");
    for tick in axis.ticks() {
        let x = axis.x(tick);
        let (color, width) = if tick == 1.0 { (INK, 1.5) } else { (FAINT, 1.0) };
        svg.line((x, TOP - 8.0), (x, bottom), color, width);
        svg.text(x, bottom + 18.0, "middle", INK, "", &format!("{tick}"));
        svg.text(x, TOP - 16.0, "middle", INK, "", &format!("{tick}"));
    }
    let mut y = TOP;
    for name in names {
        let of: Vec<&Ratio> = ratios.iter().filter(|ratio| ratio.name == name).collect();
        let better = match of[0].better {
            Better::Higher => "more is better",
            Better::Lower => "less is better",
        };
        // On the ground's colour, so that lines of the axis do not cross the words.
        svg.rectangle((16.0, y + 4.0), (WIDTH - 32.0, HEADING - 8.0), "#f1f3f5");
        svg.text(24.0, y + 22.0, "start", INK, "font-weight=\"bold\"", &format!("{name}: {better}"));
        y += HEADING;
        for ratio in of {
            row(&mut svg, &axis, ratio, y + ROW / 2.0);
            y += ROW;
        }
    }
    legend(&mut svg, bottom + 50.0);
    svg.end()
}

fn row(svg: &mut Svg, axis: &Axis, ratio: &Ratio, y: f64) {
    let interval = ratio.interval;
    let is_enough = ratio.pairs >= ENOUGH;
    let (is_above, is_below) = (is_enough && interval.low > 1.0, is_enough && interval.high < 1.0);
    let color = match (ratio.better, is_above, is_below) {
        (Better::Higher, true, _) | (Better::Lower, _, true) => GOOD,
        (Better::Higher, _, true) | (Better::Lower, true, _) => BAD,
        _ => OPEN,
    };
    let (low, middle, high) = (axis.x(interval.low), axis.x(interval.median), axis.x(interval.high));
    svg.text(LEFT - 24.0, y + 4.5, "end", INK, "", ratio.peer);
    svg.line((low, y), (high, y), color, 2.5);
    svg.line((low, y - 5.0), (low, y + 5.0), color, 2.0);
    svg.line((high, y - 5.0), (high, y + 5.0), color, 2.0);
    svg.circle(middle, y, color);
    if let Some(wanted) = ratio.wanted {
        svg.diamond(axis.x(wanted), y);
    }
    let text = format!("{} ({} to {})", short(interval.median), short(interval.low), short(interval.high));
    svg.text(RIGHT + 24.0, y + 4.5, "start", color, "", &text);
}

fn legend(svg: &mut Svg, y: f64) {
    for (x, color, words) in
        [(LEFT, GOOD, "better"), (LEFT + 100.0, BAD, "worse"), (LEFT + 190.0, OPEN, "no difference shown")]
    {
        svg.circle(x, y - 4.5, color);
        svg.text(x + 12.0, y, "start", INK, "", words);
    }
    svg.diamond(LEFT + 370.0, y - 4.5);
    svg.text(LEFT + 382.0, y, "start", INK, "", "wanted, or on its good side");
}

/// Three digits, as far as they say something.
fn short(ratio: f64) -> String {
    match ratio {
        ..0.1 => format!("{ratio:.3}"),
        ..10.0 => format!("{ratio:.2}"),
        ..100.0 => format!("{ratio:.1}"),
        _ => format!("{ratio:.0}"),
    }
}

/// A logarithmic axis.
#[derive(Debug)]
struct Axis {
    low: f64,
    high: f64,
}

impl Axis {
    /// Wide enough for every interval, every wanted ratio and a factor of 2 to both sides of 1.
    fn over(ratios: &[Ratio]) -> Self {
        let figures = ratios.iter().flat_map(|ratio| {
            [Some(ratio.interval.low), Some(ratio.interval.high), ratio.wanted].into_iter().flatten()
        });
        let figures = figures.filter(|figure| figure.is_finite() && *figure > 0.0);
        let (low, high) = figures.fold((0.5_f64, 2.0_f64), |(low, high), figure| (low.min(figure), high.max(figure)));
        Self { low: low / 1.1, high: high * 1.1 }
    }

    /// Where a ratio is, kept within the drawing.
    fn x(&self, ratio: f64) -> f64 {
        let share = (ratio / self.low).ln() / (self.high / self.low).ln();
        LEFT + if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 } * (RIGHT - LEFT)
    }

    /// Round ratios, so few that their labels do not touch.
    fn ticks(&self) -> Vec<f64> {
        let decades = (self.high / self.low).log10();
        let steps: &[f64] = if decades < 2.5 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let powers = self.low.log10().floor() as i32..=self.high.log10().ceil() as i32;
        let ticks = powers.flat_map(|power| steps.iter().map(move |step| rounded(step * 10f64.powi(power))));
        ticks.filter(|tick| (self.low..=self.high).contains(tick)).collect()
    }
}

/// Without the last bits that powers of ten bring, so that it prints short.
fn rounded(figure: f64) -> f64 {
    (figure * 1e6).round() / 1e6
}

struct Svg(String);

impl Svg {
    fn new(height: f64) -> Self {
        Self(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" \
             font-family=\"DejaVu Sans, Verdana, sans-serif\" font-size=\"13\">\n\
             <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
        ))
    }

    fn text(&mut self, x: f64, y: f64, anchor: &str, color: &str, style: &str, words: &str) {
        let words = words.replace('&', "&amp;").replace('<', "&lt;");
        let _ = writeln!(
            self.0,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{color}\" {style}>{words}</text>"
        );
    }

    fn line(&mut self, from: (f64, f64), to: (f64, f64), color: &str, width: f64) {
        let ((x1, y1), (x2, y2)) = (from, to);
        let _ = writeln!(
            self.0,
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"{color}\" stroke-width=\"{width}\"/>"
        );
    }

    fn rectangle(&mut self, at: (f64, f64), size: (f64, f64), color: &str) {
        let ((x, y), (width, height)) = (at, size);
        let _ = writeln!(self.0, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{color}\"/>");
    }

    fn circle(&mut self, x: f64, y: f64, color: &str) {
        let _ = writeln!(self.0, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4.5\" fill=\"{color}\"/>");
    }

    fn diamond(&mut self, x: f64, y: f64) {
        let _ = writeln!(
            self.0,
            "<path d=\"M{x:.1} {:.1} l5.5 7 l-5.5 7 l-5.5 -7 z\" fill=\"none\" stroke=\"{INK}\" stroke-width=\"1.3\"/>",
            y - 7.0
        );
    }

    fn end(mut self) -> String {
        self.0 += "</svg>\n";
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bootstrap::Interval;
    use crate::ratio::Unit;

    fn ratio(name: &'static str, low: f64, high: f64) -> Ratio {
        let interval = Interval { median: (low * high).sqrt(), low, high };
        let (unit, better) = (Unit::PerSecond, Better::Higher);
        Ratio {
            name,
            unit,
            better,
            peer: "a <peer>",
            ours: 1.0,
            theirs: 1.0,
            interval,
            pairs: 5,
            noisy: 0,
            wanted: Some(1.0),
        }
    }

    #[test]
    fn the_axis_holds_all_and_its_ticks_are_few_and_round() {
        let axis = Axis::over(&[ratio("rate", 0.02, 0.03), ratio("rate", 0.9, 3.0)]);
        assert_eq!(axis.ticks(), [0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0]);
        assert!(axis.x(0.02) > LEFT && axis.x(3.0) < RIGHT && axis.x(1e9) == RIGHT && axis.x(f64::NAN) == LEFT);
        let ticks = Axis::over(&[ratio("rate", 0.0004, 40.0)]).ticks();
        assert_eq!(ticks, [0.001, 0.01, 0.1, 1.0, 10.0]);
        assert_eq!(Axis::over(&[]).ticks(), [0.5, 1.0, 2.0]);
    }

    #[test]
    fn every_ratio_has_its_row_and_words_are_escaped() {
        let svg = draw(&[ratio("rate", 1.1, 1.2), ratio("rate", 0.8, 0.9), ratio("cost", 0.9, 1.1)], "here & now");
        assert_eq!(svg.matches("a &lt;peer>").count(), 3);
        assert!(
            svg.contains("here &amp; now")
                && svg.contains(GOOD)
                && svg.contains(BAD)
                && svg.contains("1.15 (1.10 to 1.20)")
        );
    }
}
