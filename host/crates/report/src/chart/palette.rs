//! Colours, dashes and markers. Series are told apart by colour (Okabe and Ito's, safe for colour-blind eyes), by marker,
//! and from the ninth on by dash. A colour has a plain value, which any viewer knows, and a name, by which a page changes it.

/// Colours of series, in their order: dark and light in turn, so that neighbours differ in grey too.
const SERIES: [Rgb; 8] = [
    Rgb(0x00, 0x72, 0xb2),
    Rgb(0xe6, 0x9f, 0x00),
    Rgb(0x00, 0x9e, 0x73),
    Rgb(0xcc, 0x79, 0xa7),
    Rgb(0xd5, 0x5e, 0x00),
    Rgb(0x56, 0xb4, 0xe9),
    Rgb(0x7a, 0x52, 0x9c),
    Rgb(0x8c, 0x8c, 0x2e),
];

/// Names of the colours of series, as classes and custom properties.
const SERIES_NAMES: [&str; 8] =
    ["series-0", "series-1", "series-2", "series-3", "series-4", "series-5", "series-6", "series-7"];

/// Dashes of the first eight series, the second eight, and so on.
const DASHES: [&str; 4] = ["", "8 4", "2 3", "10 3 2 3"];

const INK: Rgb = Rgb(0x22, 0x22, 0x22);
const MUTED: Rgb = Rgb(0x5c, 0x5c, 0x5c);
const GRID: Rgb = Rgb(0xe1, 0xe1, 0xe1);
const PAPER: Rgb = Rgb(0xff, 0xff, 0xff);

/// Matplotlib's cividis at nine places: dark blue to yellow, rising in lightness, alike to all eyes.
const SEQUENTIAL: [Rgb; 9] = [
    Rgb(0x00, 0x22, 0x4e),
    Rgb(0x1a, 0x38, 0x6f),
    Rgb(0x43, 0x4e, 0x6c),
    Rgb(0x61, 0x64, 0x70),
    Rgb(0x7d, 0x7c, 0x78),
    Rgb(0x9b, 0x94, 0x76),
    Rgb(0xbb, 0xaf, 0x71),
    Rgb(0xdd, 0xcc, 0x64),
    Rgb(0xfe, 0xe8, 0x38),
];

/// Blue through near white to orange, for values on both sides of zero.
const DIVERGING: [Rgb; 5] =
    [Rgb(0x00, 0x5a, 0x8c), Rgb(0x7f, 0xb5, 0xd6), Rgb(0xf5, 0xf5, 0xf5), Rgb(0xf0, 0xac, 0x72), Rgb(0xb8, 0x4a, 0x00)];

/// A colour, red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rgb(pub(super) u8, pub(super) u8, pub(super) u8);

/// What a colour is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// Text, axes.
    Ink,
    /// Text that matters less.
    Muted,
    /// Lines of the grid.
    Grid,
    /// Background.
    Paper,
    /// A series, by number.
    Series(usize),
    /// This very colour, on every page.
    Exact(Rgb),
}

/// Form of a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    Circle,
    Square,
    Triangle,
    Diamond,
    Upended,
    Cross,
    Plus,
    Pentagon,
}

impl Rgb {
    /// Its relative luminance, 0 to 1, by WCAG 2.
    pub(super) fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// Black or white, whichever is read better on it.
    pub(super) fn text_on(self) -> Tone {
        // Contrast is (lighter + 0.05) / (darker + 0.05): black wins above the luminance at which both are equal.
        if self.luminance() > 0.179 { Tone::Exact(Self(0, 0, 0)) } else { Tone::Exact(Self(255, 255, 255)) }
    }
}

impl Tone {
    /// Its plain value.
    pub(super) fn rgb(self) -> Rgb {
        match self {
            Self::Ink => INK,
            Self::Muted => MUTED,
            Self::Grid => GRID,
            Self::Paper => PAPER,
            Self::Series(number) => SERIES[number % SERIES.len()],
            Self::Exact(rgb) => rgb,
        }
    }
}

/// Colours that a page may change, by name.
pub(super) fn named() -> impl Iterator<Item = (&'static str, Rgb)> {
    let fixed = [("ink", INK), ("muted", MUTED), ("grid", GRID), ("paper", PAPER)];
    fixed.into_iter().chain(SERIES_NAMES.into_iter().zip(SERIES))
}

/// Dash of a series; empty: a solid line.
pub(super) fn dash(series: usize) -> &'static str {
    DASHES[series / SERIES.len() % DASHES.len()]
}

/// Marker of a series.
pub(super) fn marker(series: usize) -> Marker {
    use Marker::*;
    // The second round of colours begins elsewhere, so that the ninth differs from the first in more than its dash.
    [Circle, Square, Triangle, Diamond, Upended, Cross, Plus, Pentagon][(series + series / SERIES.len() * 3) % 8]
}

/// Colour of a share from 0 to 1; `is_diverging`: 0.5 is the middle of two directions.
pub(super) fn shade(share: f64, is_diverging: bool) -> Rgb {
    let stops: &[Rgb] = if is_diverging { &DIVERGING } else { &SEQUENTIAL };
    let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
    let place = share * (stops.len() - 1) as f64;
    let below = (place as usize).min(stops.len() - 2);
    let rest = place - below as f64;
    let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * rest).round() as u8;
    let (low, high) = (stops[below], stops[below + 1]);
    Rgb(mix(low.0, high.0), mix(low.1, high.1), mix(low.2, high.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_on_every_shade_has_a_contrast_of_four_and_a_half() {
        for (step, is_diverging) in (0..=100).flat_map(|step| [(step, false), (step, true)]) {
            let shade = shade(f64::from(step) / 100.0, is_diverging);
            let (text, ground) = (shade.text_on().rgb().luminance(), shade.luminance());
            let contrast = (text.max(ground) + 0.05) / (text.min(ground) + 0.05);
            assert!(contrast >= 4.5, "{contrast} at {step}");
        }
    }

    #[test]
    fn no_two_of_thirty_two_series_look_alike() {
        let look = |series| (Tone::Series(series).rgb(), dash(series), marker(series));
        for one in 0..32 {
            assert!((0..one).all(|other| look(other) != look(one)), "{one}");
        }
    }
}
