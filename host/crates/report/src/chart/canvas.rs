//! A chart being drawn, in pixels from its upper left corner.

use std::cell::RefCell;
use std::fmt::Write;
use std::rc::Rc;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, CoordMapper, Drawable, PathElement, PointCollection, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontFamily, IntoFont, IntoTextStyle, RGBColor, ShapeStyle};

use super::lettering::FONT_NAME;
use super::palette::{Marker, Rgb, Tone, named};
use super::pen::{GRAIN, Pen, SIZE, Sheet, Tag, escape, path};

/// The shipped font for viewers, as WOFF2.
const FONT: &[u8] = include_bytes!("../../fonts/DejaVuSans.subset.woff2");

/// The font, once for all charts of a page: a `style` element with the shipped font in it.
static FONT_STYLE: LazyLock<String> = LazyLock::new(|| {
    let font = STANDARD.encode(FONT);
    format!(
        "<style>@font-face{{font-family:\"{FONT_NAME}\";src:url(data:font/woff2;base64,{font}) format(\"woff2\")}}</style>\n"
    )
});

/// How a page changes colours. Viewers that know no custom properties skip all of it, and see the plain colours.
static COLOUR_STYLE: LazyLock<String> = LazyLock::new(|| {
    let mut rules = String::new();
    for (name, Rgb(red, green, blue)) in named() {
        for (class, property) in [("f", "fill"), ("s", "stroke")] {
            let rule = format!(".chart .{class}-{name}{{{property}:var(--{name},#{red:02x}{green:02x}{blue:02x})}}");
            rules.push_str(&rule);
        }
    }
    format!("<style>@supports (color:var(--ink)){{{rules}}}</style>\n")
});

/// The `style` element that stands, word for word, in every chart: the shipped font. A page with many charts may take it
/// out of them and have it once.
pub fn font_style() -> &'static str {
    &FONT_STYLE
}

/// A place in pixels, to the right and downward.
pub(super) type Point = (f64, f64);

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Rect {
    /// Width.
    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Height.
    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// They share a place.
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    /// It lies within.
    pub(super) fn holds(&self, other: &Self) -> bool {
        self.left <= other.left && self.right >= other.right && self.top <= other.top && self.bottom >= other.bottom
    }
}

/// How text is set.
#[derive(Clone, Copy)]
pub(super) struct Lettering {
    pub(super) size: f64,
    pub(super) tone: Tone,
    pub(super) across: HPos,
    pub(super) down: VPos,
    /// Degrees, clockwise.
    pub(super) turn: f64,
}

impl Lettering {
    /// Ink, centred on its point both ways.
    pub(super) fn centred(size: f64) -> Self {
        Self { size, tone: Tone::Ink, across: HPos::Center, down: VPos::Center, turn: 0.0 }
    }

    /// In this tone.
    pub(super) fn in_tone(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }

    /// With its point at this place of it.
    pub(super) fn at(self, across: HPos, down: VPos) -> Self {
        Self { across, down, ..self }
    }

    /// Turned clockwise.
    pub(super) fn turned(self, turn: f64) -> Self {
        Self { turn, ..self }
    }
}

/// A chart being drawn.
pub(super) struct Canvas {
    sheet: Rc<RefCell<Sheet>>,
    area: DrawingArea<Pen, Shift>,
}

impl Canvas {
    /// An empty one.
    pub(super) fn new() -> Self {
        let sheet = Rc::new(RefCell::new(Sheet::default()));
        Self { area: Pen(Rc::clone(&sheet)).into_drawing_area(), sheet }
    }

    /// Says something of the next element.
    pub(super) fn tag(&self, tag: Tag) -> &Self {
        self.sheet.borrow_mut().tag = tag;
        self
    }

    /// Begins a group; a series' number makes it that of the series.
    pub(super) fn open(&self, class: &str, series: Option<usize>) {
        let series = series.map(|series| format!(" data-series=\"{series}\"")).unwrap_or_default();
        self.sheet.borrow_mut().body.push_str(&format!("<g class=\"{class}\"{series}>\n"));
    }

    /// Ends a group.
    pub(super) fn close(&self) {
        self.sheet.borrow_mut().body.push_str("</g>\n");
    }

    /// A line through points.
    pub(super) fn line(&self, points: &[Point], tone: Tone, width: f64) {
        let points: Vec<_> = points.iter().map(|point| fine(*point)).collect();
        self.draw(&PathElement::new(points, style(tone, 1.0).stroke_width(grains(width) as u32)));
    }

    /// Several lines as one element; lone points are left out.
    pub(super) fn lines(&self, lines: &[Vec<Point>], tone: Tone, width: f64) {
        let lines = lines.iter().filter(|line| line.len() > 1);
        self.paths(lines.map(|line| path(line.iter().map(|point| fine(*point))).0).collect(), tone, width, "");
    }

    /// Round dots, as one element.
    pub(super) fn dots(&self, points: &[Point], radius: f64, tone: Tone) {
        let dots = points.iter().map(|point| path([fine(*point)]).0).collect();
        self.paths(dots, tone, radius * 2.0, " stroke-linecap=\"round\"");
    }

    /// One element of many paths, which plotters has none for.
    fn paths(&self, paths: String, tone: Tone, width: f64, more: &str) {
        if !paths.is_empty() {
            let form = format!("<path d=\"{paths}\" stroke-linejoin=\"round\"{more}");
            let style = style(tone, 1.0).stroke_width(grains(width) as u32);
            Pen(Rc::clone(&self.sheet)).stroked(&form, &style, 0);
        }
        self.sheet.borrow_mut().tag = Tag::default();
    }

    /// A filled form.
    pub(super) fn form(&self, points: &[Point], tone: Tone, alpha: f64) {
        let points: Vec<_> = points.iter().map(|point| fine(*point)).collect();
        self.draw(&Polygon::new(points, style(tone, alpha)));
    }

    /// A filled rectangle.
    pub(super) fn block(&self, rect: Rect, tone: Tone, alpha: f64) {
        self.draw(&Rectangle::new([fine((rect.left, rect.top)), fine((rect.right, rect.bottom))], style(tone, alpha)));
    }

    /// The outline of a rectangle.
    pub(super) fn outline(&self, rect: Rect, tone: Tone, width: f64) {
        let style = ShapeStyle { filled: false, ..style(tone, 1.0).stroke_width(grains(width) as u32) };
        self.draw(&Rectangle::new([fine((rect.left, rect.top)), fine((rect.right, rect.bottom))], style));
    }

    /// A place that only a pointer finds.
    pub(super) fn touch(&self, at: Point, radius: f64) {
        self.draw(&Circle::new(fine(at), grains(radius), style(Tone::Ink, 0.0)));
    }

    /// A marker.
    pub(super) fn marker(&self, (x, y): Point, radius: f64, marker: Marker, tone: Tone) {
        let ring = |corners: u32, start: f64, radius: f64| -> Vec<Point> {
            let angle = |corner: u32| (start + 360.0 * f64::from(corner) / f64::from(corners)).to_radians();
            (0..corners).map(|corner| (x + radius * angle(corner).cos(), y + radius * angle(corner).sin())).collect()
        };
        let star = |turn: f64| -> Vec<Point> {
            let (long, thick) = (radius * 1.2, radius * 0.42);
            let corners = [(long, thick), (thick, thick), (thick, long)];
            let quarter = |quarter: u32| f64::from(quarter) * 90.0 + turn;
            let place = |(dx, dy): Point, angle: f64| {
                let (sin, cos) = angle.to_radians().sin_cos();
                (x + dx * cos - dy * sin, y + dx * sin + dy * cos)
            };
            let corners = |by: u32| corners.into_iter().map(move |corner| (corner, by));
            (0..4).flat_map(corners).map(|(corner, by)| place(corner, quarter(by))).collect()
        };
        let points = match marker {
            Marker::Circle => return self.draw(&Circle::new(fine((x, y)), grains(radius), style(tone, 1.0))),
            Marker::Square => ring(4, 45.0, radius * 1.25),
            Marker::Triangle => ring(3, -90.0, radius * 1.35),
            Marker::Diamond => ring(4, 0.0, radius * 1.35),
            Marker::Upended => ring(3, 90.0, radius * 1.35),
            Marker::Cross => star(45.0),
            Marker::Plus => star(0.0),
            Marker::Pentagon => ring(5, -90.0, radius * 1.2),
        };
        self.form(&points, tone, 1.0);
    }

    /// Text, which must be clean.
    pub(super) fn text(&self, at: Point, text: &str, lettering: Lettering) {
        self.sheet.borrow_mut().tag.turn = lettering.turn;
        let font = (FontFamily::Name(FONT_NAME), lettering.size * GRAIN).into_font();
        let colour = style(lettering.tone, 1.0).color;
        let pos = Pos::new(lettering.across, lettering.down);
        self.draw(&Text::new(text, fine(at), font.into_text_style(&(1, 1)).color(&colour).pos(pos)));
    }

    /// The whole document. `is_plain`: in plain colours and without the font, as a renderer of ours takes it.
    pub(super) fn finish(self, title: &str, is_plain: bool) -> String {
        let (width, height) = SIZE;
        let mut document = String::new();
        let head = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 \
             {width} {height}\" role=\"img\" aria-label=\"{0}\" font-family=\"{FONT_NAME}, sans-serif\">\n<title>{0}</title>\n",
            escape(title)
        );
        document.push_str(&head);
        if !is_plain {
            document.push_str(&FONT_STYLE);
            document.push_str(&COLOUR_STYLE);
        }
        let Rgb(red, green, blue) = Tone::Paper.rgb();
        write!(
            document,
            "<rect class=\"f-paper\" width=\"{width}\" height=\"{height}\" fill=\"#{red:02x}{green:02x}{blue:02x}\"/>\n{}</svg>\n",
            self.sheet.borrow().body
        )
        .expect("a string takes all that is written");
        document
    }

    fn draw<'e, E, B>(&self, element: &'e E)
    where
        B: CoordMapper,
        &'e E: PointCollection<'e, (i32, i32), B>,
        E: Drawable<Pen, B>,
    {
        self.area.draw(element).expect("writing to memory does not fail");
        // Nothing is said of an element that was too small to be drawn.
        self.sheet.borrow_mut().tag = Tag::default();
    }
}

/// A point in plotters' units; what lies far outside is drawn at some distance only.
fn fine((x, y): Point) -> (i32, i32) {
    (grains(x), grains(y))
}

fn grains(pixels: f64) -> i32 {
    (pixels.clamp(-10_000.0, 10_000.0) * GRAIN).round() as i32
}

fn style(tone: Tone, alpha: f64) -> ShapeStyle {
    let Rgb(red, green, blue) = tone.rgb();
    ShapeStyle { color: RGBColor(red, green, blue).mix(alpha), filled: true, stroke_width: GRAIN as u32 }
}
