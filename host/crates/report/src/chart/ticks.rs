//! Where an axis has ticks, and what stands beside them.

use model::report::Scale;

use super::number::{decimals_of, fixed, significant, with_suffix};
use super::ruler::Ruler;
use crate::unit::Unit;

/// Seconds from which a span of time is counted in minutes, and from which in hours.
const MINUTES_FROM: f64 = 120.0;
const HOURS_FROM: f64 = 7_200.0;

/// Steps of clock time, seconds.
const CLOCK_STEPS: [f64; 17] = [
    5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0, 21_600.0, 43_200.0,
    86_400.0, 604_800.0,
];

/// Ticks of an axis, and the unit that its label names.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ticks {
    /// Values and what is written beside them; empty: a line of the grid alone.
    pub(super) all: Vec<(f64, String)>,
    /// The unit that all are in; empty when each carries its own, or there is none.
    pub(super) unit: String,
}

/// What ticks may do with a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Labels {
    /// Each may have one of its own; time runs in minutes and hours.
    Across,
    /// Each may have one of its own.
    Upward,
    /// All have the same, in which other numbers of the chart are shown.
    OneUnit,
}

/// Ticks of an axis in a unit, about `most` of them.
pub(super) fn ticks(ruler: &Ruler, unit: &str, most: usize, labels: Labels) -> Ticks {
    let unit = Unit::of(unit);
    if let (Labels::Across, Unit::Time(nanos), Scale::Linear) = (labels, &unit, ruler.scale()) {
        let seconds = *nanos as f64 / 1e9;
        if (MINUTES_FROM..1e9).contains(&((ruler.high() - ruler.low()) * seconds)) {
            return clock(ruler, seconds, most);
        }
    }
    if ruler.scale() == Scale::Quantile {
        let all = places(ruler, 1.0, most).into_iter().map(|p| (p, per_cent(p))).collect();
        return Ticks { all, unit: String::new() };
    }
    let scale = unit.scale_for(ruler.size());
    let has_decades = ruler.scale() == Scale::Logarithmic && ruler.high() / ruler.low() > 100.0;
    if has_decades && labels != Labels::OneUnit && matches!(unit, Unit::Time(_) | Unit::PerSecond | Unit::Bytes { .. })
    {
        // From microseconds to seconds: each has a unit of its own.
        let label = |at: f64| {
            let scale = unit.scale_for(at);
            with_suffix(&significant(at * scale.factor, 3), &scale.suffix)
        };
        let all = places(ruler, 1.0, most).into_iter().map(|at| (at, label(at))).collect();
        return Ticks { all, unit: String::new() };
    }
    let places = places(ruler, scale.factor, most);
    let step = places.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min) * scale.factor;
    let is_even = ruler.scale() == Scale::Linear && step.is_finite();
    let label = |at: f64| if is_even { fixed(at, decimals_of(step)) } else { significant(at, 4) };
    Ticks { all: places.iter().map(|at| (*at, label(at * scale.factor))).collect(), unit: scale.suffix }
}

/// Places of about `most` ticks, rising. They are round numbers when multiplied by `factor`.
pub(super) fn places(ruler: &Ruler, factor: f64, most: usize) -> Vec<f64> {
    let most = most.clamp(2, 50);
    match ruler.scale() {
        Scale::Linear => even(ruler.low() * factor, ruler.high() * factor, most, &[1.0, 2.0, 2.5, 5.0, 10.0])
            .into_iter()
            .map(|at| at / factor)
            .filter(|at| (-1e-9..=1.0 + 1e-9).contains(&ruler.share(*at)))
            .collect(),
        Scale::Logarithmic => decades(ruler, factor, most),
        Scale::Quantile => {
            let nines = (1..=12).map(|nines| 1.0 - 10f64.powi(-nines));
            let half = (ruler.share(0.5) - ruler.share(0.0) > 0.055).then_some(0.5);
            let all = [0.0].into_iter().chain(half).chain(nines);
            all.filter(|p| (-1e-9..=1.0 + 1e-9).contains(&ruler.share(*p))).collect()
        }
    }
}

fn even(low: f64, high: f64, most: usize, steps: &[f64]) -> Vec<f64> {
    let raw = (high / most as f64) - (low / most as f64);
    if !raw.is_finite() || raw <= 0.0 {
        return Vec::new();
    }
    let power = 10f64.powf(raw.log10().floor());
    let step = steps.iter().map(|step| step * power).find(|step| *step >= raw * 0.999).unwrap_or(10.0 * power);
    let first = (low / step - 1e-9).ceil();
    let mut places: Vec<f64> = (0..=most + 1)
        .map(|count| (first + count as f64) * step)
        .take_while(|at| *at <= high + step * 1e-9)
        .filter(|at| at.is_finite())
        .collect();
    places.dedup();
    places
}

/// Every decade, or every so many; 1, 2 and 5 of each where there is room; even steps within less than a decade.
fn decades(ruler: &Ruler, factor: f64, most: usize) -> Vec<f64> {
    let (low, high) = ((ruler.low() * factor).log10(), (ruler.high() * factor).log10());
    let span = high - low;
    if span < 0.7 {
        let even = even(ruler.low() * factor, ruler.high() * factor, most, &[1.0, 2.0, 2.5, 5.0, 10.0]);
        return even.into_iter().map(|at| at / factor).filter(|at| *at > 0.0).collect();
    }
    let parts: &[f64] = if span * 3.0 <= most as f64 * 1.2 { &[1.0, 2.0, 5.0] } else { &[1.0] };
    let stride = (span / most as f64).ceil().max(1.0) as i32;
    let (first, last) = (low.floor() as i32, high.ceil() as i32);
    (first..=last)
        .filter(|power| power.rem_euclid(stride) == 0)
        .flat_map(|power| parts.iter().map(move |part| part * 10f64.powi(power)))
        .map(|at| at / factor)
        .filter(|at| *at > 0.0 && (-1e-9..=1.0 + 1e-9).contains(&ruler.share(*at)))
        .collect()
}

/// A probability: 0 %, 50 %, 99.9 %.
fn per_cent(p: f64) -> String {
    let nines = -(1.0 - p).log10();
    let decimals = (nines.round() - 2.0).clamp(0.0, 12.0) as usize;
    format!("{:.decimals$}\u{a0}%", p * 100.0)
}

/// Time as it runs: minutes and seconds, or hours and minutes.
fn clock(ruler: &Ruler, seconds: f64, most: usize) -> Ticks {
    let (low, high) = (ruler.low() * seconds, ruler.high() * seconds);
    let span = high - low;
    let is_hours = span >= HOURS_FROM;
    let raw = span / most.max(2) as f64;
    let step =
        CLOCK_STEPS.into_iter().find(|step| *step >= raw).unwrap_or_else(|| (raw / 604_800.0).ceil() * 604_800.0);
    let label = |at: f64| {
        let sign = if at < 0.0 { "−" } else { "" };
        let whole = at.abs().round() as u64;
        let (large, small) = if is_hours { (whole / 3_600, whole / 60 % 60) } else { (whole / 60, whole % 60) };
        format!("{sign}{large}:{small:02}")
    };
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    let all = (first..=last).take(60).map(|count| count as f64 * step).map(|at| (at / seconds, label(at))).collect();
    Ticks { all, unit: if is_hours { "h:min" } else { "min:s" }.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::ruler::{Reach, Zero};

    fn labels(scale: Scale, unit: &str, low: f64, high: f64, labels: Labels) -> (Vec<String>, String) {
        let mut reach = Reach::new(scale);
        reach.add(low);
        reach.add(high);
        let ticks = ticks(&reach.ruler(Zero::Tight, 0.0, 0.0), unit, 6, labels);
        (ticks.all.into_iter().map(|(_, label)| label.replace('\u{a0}', " ")).collect(), ticks.unit)
    }

    #[test]
    fn ticks_are_round_in_the_unit_that_is_shown() {
        let (shown, unit) = labels(Scale::Linear, "ns", 0.0, 23_000_000.0, Labels::Upward);
        assert_eq!((shown.join(" "), unit.as_str()), ("0 5 10 15 20".to_owned(), "ms"));
        let (shown, unit) = labels(Scale::Linear, "bytes", 0.0, 4.0 * 1024.0 * 1024.0, Labels::Upward);
        assert_eq!((shown.join(" "), unit.as_str()), ("0 1 2 3 4".to_owned(), "MiB"));
    }

    #[test]
    fn a_logarithmic_axis_has_decades_or_one_two_five() {
        let (shown, unit) = labels(Scale::Logarithmic, "ns", 1e4, 1e9, Labels::Upward);
        assert_eq!((shown.join(" "), unit.as_str()), ("10 µs 100 µs 1 ms 10 ms 100 ms 1 s".to_owned(), ""));
        let (shown, unit) = labels(Scale::Logarithmic, "1", 1.0, 60.0, Labels::Upward);
        assert_eq!((shown.join(" "), unit.as_str()), ("1 2 5 10 20 50".to_owned(), ""));
    }

    #[test]
    fn a_quantile_axis_counts_nines() {
        let (shown, _) = labels(Scale::Quantile, "1", 0.0, 0.999_991, Labels::Upward);
        assert_eq!(shown.join(", "), "0 %, 50 %, 90 %, 99 %, 99.9 %, 99.99 %, 99.999 %");
    }

    #[test]
    fn time_runs_in_minutes_and_hours() {
        let (shown, unit) = labels(Scale::Linear, "ns", 0.0, 300e9, Labels::Across);
        assert_eq!((shown.join(" "), unit.as_str()), ("0:00 1:00 2:00 3:00 4:00 5:00".to_owned(), "min:s"));
        let (shown, unit) = labels(Scale::Linear, "s", 0.0, 7_200.0, Labels::Across);
        assert_eq!((shown.join(" "), unit.as_str()), ("0:00 0:30 1:00 1:30 2:00".to_owned(), "h:min"));
        assert_eq!(labels(Scale::Linear, "ns", 0.0, 60e9, Labels::Across).1, "s");
    }

    #[test]
    fn hostile_axes_have_a_bounded_number_of_ticks() {
        let hostile = [0.0, 5e-324, 1.0, 1.0 + f64::EPSILON, 1e15, 1e308, -1e308, f64::MIN, f64::MAX];
        for scale in [Scale::Linear, Scale::Logarithmic, Scale::Quantile] {
            for unit in ["ns", "s", "/s", "bytes", "%", "1", "widgets"] {
                for (a, b) in hostile.iter().flat_map(|a| hostile.iter().map(move |b| (*a, *b))) {
                    assert!(labels(scale, unit, a, b, Labels::Across).0.len() <= 70, "{scale:?} {unit} {a} {b}");
                }
            }
        }
    }
}
