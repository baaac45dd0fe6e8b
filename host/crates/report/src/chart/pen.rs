//! Writes what plotters draws as SVG: a backend of ours, because the library's own writes whole pixels and no classes.
//! Plotters counts in hundredths of a pixel here. What it cannot say of an element, such as its class, its text on hover or
//! its dash, is laid beside the pen as a [`Tag`] before the element is drawn, and goes into that one alone.

use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt::Write;
use std::rc::Rc;

use plotters::style::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, text_anchor::VPos,
};

use super::lettering::is_bad;
use super::palette::{Rgb, Tone, named};

/// Plotters' units in a pixel.
pub(super) const GRAIN: f64 = 100.0;

/// Bytes of a text on hover, so that a document stays bounded whatever is said.
const MOST_TOLD: usize = 320;

/// Logical size of a chart in pixels.
pub(super) const SIZE: (u32, u32) = (1200, 700);

/// What an element says besides its form.
#[derive(Debug, Clone, Default)]
pub(super) struct Tag {
    /// Its class; empty: none.
    pub(super) class: &'static str,
    /// Number of its series.
    pub(super) series: Option<usize>,
    /// Text on hover; empty: none.
    pub(super) tip: String,
    /// It tells where it stands across.
    pub(super) has_place: bool,
    /// Its dash; empty: none.
    pub(super) dash: &'static str,
    /// Degrees that text is turned by, clockwise.
    pub(super) turn: f64,
    /// Text has a rim of paper, so that lines below do not cross it.
    pub(super) has_rim: bool,
}

/// What was drawn so far, and the tag of the next element.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) body: String,
    pub(super) tag: Tag,
}

/// Draws on a sheet.
pub(super) struct Pen(pub(super) Rc<RefCell<Sheet>>);

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// A number of hundredths, as short as it can be written.
struct Short(i32);

impl std::fmt::Display for Short {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, rest) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        if self.0 < 0 {
            f.write_char('-')?;
        }
        match rest {
            0 => write!(f, "{whole}"),
            _ if rest % 10 == 0 => write!(f, "{whole}.{}", rest / 10),
            _ => write!(f, "{whole}.{rest:02}"),
        }
    }
}

/// Text as XML takes it, in an element or an attribute: also what was not cleaned, such as the name of a unit.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ if is_bad(letter) => escaped.push(' '),
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// The same of as much text as there is room for.
fn escape_most(text: &str) -> String {
    let escaped = escape(text);
    if escaped.len() <= MOST_TOLD {
        return escaped;
    }
    // Five bytes at most are made of each of these letters.
    escape(&text.chars().take(MOST_TOLD / 6).chain(['…']).collect::<String>())
}

impl Pen {
    /// Writes an element: its name and form, its colour, and its tag. `at` is where it stands across.
    fn element(&self, form: &str, paint: &str, class: &str, at: Option<i32>) {
        let mut sheet = self.0.borrow_mut();
        let tag = std::mem::take(&mut sheet.tag);
        let body = &mut sheet.body;
        body.push_str(form);
        let classes = [class, tag.class];
        let classes: Vec<&str> = classes.into_iter().filter(|class| !class.is_empty()).collect();
        if !classes.is_empty() {
            push(body, format_args!(" class=\"{}\"", classes.join(" ")));
        }
        body.push_str(paint);
        if let Some(series) = tag.series {
            push(body, format_args!(" data-series=\"{series}\""));
        }
        if !tag.tip.is_empty() {
            push(body, format_args!(" data-tip=\"{}\"", escape_most(&tag.tip)));
        }
        if let (true, Some(at)) = (tag.has_place, at) {
            push(body, format_args!(" data-x=\"{}\"", Short(at)));
        }
        if !tag.dash.is_empty() {
            push(body, format_args!(" stroke-dasharray=\"{}\"", tag.dash));
        }
        body.push_str("/>\n");
    }

    fn filled(&self, form: &str, color: BackendColor, at: i32) {
        if color.alpha == 0.0 {
            self.element(form, " fill=\"none\" pointer-events=\"all\"", "", Some(at));
            return;
        }
        let (name, paint) = paint(color, "fill");
        self.element(form, &paint, &name, Some(at));
    }

    /// Writes a line's element: what is given, its colour and width, its tag.
    pub(super) fn stroked<S: BackendStyle>(&self, form: &str, style: &S, at: i32) {
        let (name, paint) = paint(style.color(), "stroke");
        let width = Short(style.stroke_width() as i32);
        self.element(form, &format!(" fill=\"none\"{paint} stroke-width=\"{width}\""), &name, Some(at));
    }
}

fn push(body: &mut String, text: std::fmt::Arguments<'_>) {
    body.write_fmt(text).expect("a string takes all that is written");
}

/// Class and attributes of a colour: a page changes those that have a name.
fn paint(color: BackendColor, what: &str) -> (String, String) {
    let (red, green, blue) = color.rgb;
    let name = named().find(|(_, rgb)| *rgb == Rgb(red, green, blue)).map(|(name, _)| name);
    let class = name.map(|name| format!("{}-{name}", &what[..1])).unwrap_or_default();
    let mut paint = format!(" {what}=\"#{red:02x}{green:02x}{blue:02x}\"");
    if color.alpha < 1.0 {
        push(&mut paint, format_args!(" {what}-opacity=\"{:.2}\"", color.alpha));
    }
    (class, paint)
}

/// A path: where it begins, and by how much each step goes on.
pub(super) fn path(points: impl IntoIterator<Item = BackendCoord>) -> (String, i32) {
    let mut written = String::new();
    let mut last = None;
    let mut first_x = 0;
    for (x, y) in points {
        match last {
            None => {
                first_x = x;
                push(&mut written, format_args!("M{} {}l", Short(x), Short(y)));
            }
            Some((last_x, last_y)) => {
                let space = if written.ends_with('l') { "" } else { " " };
                push(&mut written, format_args!("{space}{} {}", Short(x - last_x), Short(y - last_y)));
            }
        }
        last = Some((x, y));
    }
    if written.ends_with('l') {
        written.push_str("0 0.01");
    }
    (written, first_x)
}

impl DrawingBackend for Pen {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (SIZE.0 * GRAIN as u32, SIZE.1 * GRAIN as u32)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Drawn {
        self.filled(&format!("<rect x=\"{}\" y=\"{}\" width=\"1\" height=\"1\"", Short(x), Short(y)), color, x);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        (left, top): BackendCoord,
        (right, bottom): BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let (left, right) = (left.min(right), left.max(right));
        let (top, bottom) = (top.min(bottom), top.max(bottom));
        let form = format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
            Short(left),
            Short(top),
            Short(right - left),
            Short(bottom - top)
        );
        let middle = i32::midpoint(left, right);
        if fill {
            self.filled(&form, style.color(), middle)
        } else {
            self.stroked(&form, style, middle)
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, points: I, style: &S) -> Drawn {
        let (written, at) = path(points);
        self.stroked(&format!("<path d=\"{written}\" stroke-linejoin=\"round\""), style, at);
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, (x, y): BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        let form = format!("<circle cx=\"{}\" cy=\"{}\" r=\"{}\"", Short(x), Short(y), Short(radius as i32));
        if fill {
            self.filled(&form, style.color(), x)
        } else {
            self.stroked(&form, style, x)
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, points: I, style: &S) -> Drawn {
        let (written, at) = path(points);
        self.filled(&format!("<path d=\"{written}z\""), style.color(), at);
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, (x, y): BackendCoord) -> Drawn {
        let size = style.size();
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        // From the point to the baseline: DejaVu Sans' capitals are 0.73 em high. Not every viewer knows dominant-baseline.
        let down = match style.anchor().v_pos {
            VPos::Top => 0.76,
            VPos::Center => 0.36,
            VPos::Bottom => -0.24,
        };
        let (name, paint) = paint(style.color(), "fill");
        let mut sheet = self.0.borrow_mut();
        let tag = std::mem::take(&mut sheet.tag);
        let turned = if tag.turn == 0.0 {
            format!(" x=\"{}\" y=\"{}\"", Short(x), Short(y + (down * size) as i32))
        } else {
            let (x, y) = (Short(x), Short(y));
            format!(" transform=\"translate({x} {y}) rotate({})\" y=\"{}\"", tag.turn, Short((down * size) as i32))
        };
        let size = Short(size as i32);
        let Rgb(red, green, blue) = Tone::Paper.rgb();
        let rim = if tag.has_rim {
            format!(
                " stroke=\"#{red:02x}{green:02x}{blue:02x}\" stroke-width=\"4\" stroke-linejoin=\"round\" paint-order=\"stroke\""
            )
        } else {
            String::new()
        };
        let class = [name.as_str(), tag.class, if tag.has_rim { "s-paper" } else { "" }]
            .into_iter()
            .filter(|class| !class.is_empty())
            .collect::<Vec<_>>();
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{}\"", class.join(" ")) };
        let series = tag.series.map(|series| format!(" data-series=\"{series}\"")).unwrap_or_default();
        let tip = if tag.tip.is_empty() { String::new() } else { format!(" data-tip=\"{}\"", escape_most(&tag.tip)) };
        push(
            &mut sheet.body,
            format_args!(
                "<text{turned}{class}{paint}{rim}{anchor}{series}{tip} font-size=\"{size}\">{}</text>\n",
                escape(text)
            ),
        );
        Ok(())
    }
}
