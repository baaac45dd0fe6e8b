//! The page in a browser.

use std::net::TcpListener;
use std::path::Path;

use model::report::{Block, Chart, Finding, Report, Severity};
use serde_json::json;

use super::chromium::Chromium;
use super::{Page, written};
use crate::samples;

/// A page as a user of two runs gets it, with everything that a page may hold.
fn page() -> Page {
    let long = samples::trials(260);
    let trials = Report {
        title: "All trials".to_owned(),
        blocks: vec![Block::Text("Every trial of the search, in order.".to_owned()), Block::Table(long)],
    };
    Page {
        title: "Candidate against baseline, Fibonacci".to_owned(),
        subtitle: "25 November 2026, 14:05 UTC · http://gateway-1:8080 · cluster-tester 0.1.0".to_owned(),
        findings: vec![Finding {
            severity: Severity::Caution,
            message: "The run was interrupted after trial 6 of 9; what it measured until then is kept.".to_owned(),
        }],
        reports: vec![samples::comparison(), samples::summary(), trials],
        details: vec![
            ("Plan of baseline".to_owned(), "{\n  \"test-case\": \"Fibonacci\",\n  \"rate\": 500\n}".to_owned()),
            ("Plugins".to_owned(), format!("Fibonacci 1.0.0 sha256:{}", "0a1b2c3d".repeat(8))),
        ],
    }
}

/// Charts as the script is promised them, and as they are drawn.
const DRAWINGS: [fn(&Chart) -> Option<String>; 2] = [samples::drawing, crate::chart::svg];

fn open(page: &Page, width: u32) -> Chromium {
    open_drawn(page, width, DRAWINGS[0])
}

/// Opens a page. In its first chart some places get names: of two series, `first-0`, `first-7`, `first-19`, `second-0`, …,
/// and their entries in the legend, `first-legend` and `second-legend`.
fn open_drawn(page: &Page, width: u32, draw: fn(&Chart) -> Option<String>) -> Chromium {
    let mut chromium = Chromium::open(&written(page, &draw), width, 900);
    chromium.evaluate(
        "for (const [series, name] of ['first', 'second'].entries()) {
            const own = document.querySelector('.drawing')?.querySelectorAll(`.value[data-series=\"${series}\"]`) ?? [];
            for (const [place, value] of [...own].entries()) value.id = `${name}-${place}`;
            const legend = document.querySelector(`.drawing .legend[data-series=\"${series}\"]`);
            if (legend) legend.id = `${name}-legend`;
        }",
    );
    chromium
}

/// The drawings that there are of the first chart, each on a page of its own.
fn opened(width: u32) -> impl Iterator<Item = Chromium> {
    let drawings = DRAWINGS.into_iter().filter(|draw| draw(&samples::lines()).is_some());
    drawings.map(move |draw| open_drawn(&page(), width, draw))
}

fn no_complaints(mut chromium: Chromium) {
    assert_eq!(chromium.complaints(), Vec::<String>::new());
}

/// The value whose tip is shown.
const SHOWN: &str = "getComputedStyle(tip).visibility === 'visible'
    ? [...document.querySelectorAll('.is-near')].filter((near) => near.dataset.tip === tip.textContent).map((near) => near.id).join()
    : null";

#[test]
fn the_pointer_shows_the_value_nearest_to_it() {
    for mut chromium in opened(1280) {
        assert!(chromium.evaluate(SHOWN).is_null());
        chromium.point("#first-19", (0.0, 0.0));
        assert_eq!(chromium.evaluate(SHOWN), "first-19");
        assert!(chromium.evaluate("tip.textContent.length > 5").as_bool().is_some_and(|has_text| has_text));
        // Beside it, still nearer to it than to any other.
        chromium.point("#first-19", (-8.0, 0.0));
        assert_eq!(chromium.evaluate(SHOWN), "first-19");
        chromium.point("#second-19", (0.0, 0.0));
        assert_eq!(chromium.evaluate(SHOWN), "second-19");
        let is_beside = "(() => {
            const [at, own] = [document.querySelector('.is-near').getBoundingClientRect(), tip.getBoundingClientRect()];
            const away = Math.max(at.top - own.bottom, own.top - at.bottom);
            return away < 60 && own.left >= 0 && own.right <= innerWidth && own.top >= 0;
        })()";
        assert_eq!(chromium.evaluate(is_beside), true);
        chromium.point("h1", (0.0, 0.0));
        assert!(chromium.evaluate(SHOWN).is_null());
        no_complaints(chromium);
    }
}

#[test]
fn the_keyboard_reads_the_values_one_by_one() {
    for mut chromium in opened(1280) {
        chromium.evaluate("document.querySelector('.drawing').focus()");
        let mut read = Vec::new();
        for (key, code) in [("ArrowRight", 39), ("ArrowRight", 39), ("ArrowDown", 40), ("ArrowLeft", 37), ("End", 35)] {
            chromium.press(key, code);
            read.push(chromium.evaluate(SHOWN));
        }
        assert_eq!(read, ["first-0", "first-1", "second-1", "second-0", "second-19"]);
        chromium.press("Escape", 27);
        assert!(chromium.evaluate(SHOWN).is_null());
        no_complaints(chromium);
    }
}

#[test]
fn a_touch_shows_a_value_until_another_place_is_touched() {
    for mut chromium in opened(400) {
        chromium.call("Emulation.setTouchEmulationEnabled", json!({ "enabled": true }));
        let mut touch = |selector: &str| {
            let (x, y) = chromium.point(selector, (0.0, 0.0));
            let begin = json!({ "type": "touchStart", "touchPoints": [{ "x": x, "y": y }] });
            chromium.call("Input.dispatchTouchEvent", begin);
            chromium.call("Input.dispatchTouchEvent", json!({ "type": "touchEnd", "touchPoints": [] }));
            chromium.evaluate(SHOWN)
        };
        assert_eq!(touch("#first-3"), "first-3");
        assert!(touch("h1").is_null());
        no_complaints(chromium);
    }
}

#[test]
fn a_click_or_a_key_on_the_legend_hides_a_series_and_brings_it_back() {
    for mut chromium in opened(1280) {
        // Whether the entry is pressed, and whether what it stands for is seen.
        let seen = "JSON.stringify(['first', 'second'].map((name) => [
            document.getElementById(`${name}-legend`).getAttribute('aria-pressed'),
            document.getElementById(`${name}-0`).getClientRects().length > 0,
        ]))";
        let (both, second) = (r#"[["true",true],["true",true]]"#, r#"[["false",false],["true",true]]"#);
        assert_eq!(chromium.evaluate(seen), both);
        chromium.click("#first-legend");
        assert_eq!(chromium.evaluate(seen), second);
        let others =
            "[...document.querySelectorAll('.drawing:not(:first-child) .is-off, figure:not(:has(#first-0)) .is-off')]";
        assert_eq!(chromium.evaluate(&format!("{others}.length")), 0);
        // A value that is hidden is not the nearest.
        chromium.evaluate("document.querySelector('.drawing').focus()");
        chromium.press("Home", 36);
        assert_eq!(chromium.evaluate(SHOWN), "second-0");
        chromium.evaluate("document.getElementById('first-legend').focus()");
        chromium.press("Enter", 13);
        assert_eq!(chromium.evaluate(seen), both);
        chromium.press(" ", 32);
        assert_eq!(chromium.evaluate(seen), second);
        no_complaints(chromium);
    }
}

#[test]
fn the_page_loads_nothing_and_cannot() {
    let mut chromium = open(&page(), 1280);
    assert_eq!(chromium.complaints(), Vec::<String>::new());
    assert_eq!(chromium.asked_for(), Vec::<String>::new());
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a listener");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let tries = format!(
        "(async () => {{
            const add = (name, set) => new Promise((over) => {{
                const element = Object.assign(document.createElement(name), set);
                element.onload = () => over('loaded');
                element.onerror = () => over('refused');
                document.head.append(element);
            }});
            const inline = document.createElement('script');
            inline.textContent = 'window.wasRun = true';
            document.head.append(inline);
            return JSON.stringify([
                await fetch('{url}').then(() => 'loaded', () => 'refused'),
                await add('img', {{ src: '{url}' }}),
                await add('script', {{ src: '{url}' }}),
                await add('link', {{ rel: 'stylesheet', href: '{url}' }}),
                String(window.wasRun),
            ]);
        }})()"
    );
    assert_eq!(chromium.evaluate(&tries), r#"["refused","refused","refused","refused","undefined"]"#);
    // The browser says so of each; were it silent here, the silence of the other tests would prove nothing.
    assert!(chromium.complaints().len() >= 5);
    let came = listener.accept().expect_err("nobody connects");
    assert_eq!(came.kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn text_of_plugins_stays_text() {
    let page = Page {
        title: samples::HOSTILE.to_owned(),
        subtitle: samples::HOSTILE.to_owned(),
        findings: Vec::new(),
        reports: vec![samples::hostile(), samples::hostile()],
        details: vec![(samples::HOSTILE.to_owned(), samples::HOSTILE.to_owned())],
    };
    let mut chromium = open(&page, 1280);
    let elements = "document.querySelectorAll('body script').length + document.querySelectorAll('img').length";
    assert_eq!(chromium.evaluate(elements), 1);
    let heading = chromium.evaluate("document.querySelector('h1').textContent");
    assert_eq!(heading, crate::plain::line(samples::HOSTILE).as_ref());
    no_complaints(chromium);
}

#[test]
fn all_text_can_be_read_on_light_and_dark_ground() {
    let mut chromium = open(&page(), 1280);
    let poor = "(() => {
        for (const folded of document.querySelectorAll('details')) folded.open = true;
        const luminance = (colour) => {
            const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
            const [r, g, b] = parts.map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const ground = (element) => {
            const colour = getComputedStyle(element).backgroundColor;
            return colour === 'rgba(0, 0, 0, 0)' && element.parentElement ? ground(element.parentElement) : colour;
        };
        const found = new Set();
        for (const element of document.querySelectorAll('body *:not(svg *, script)')) {
            if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
            const [one, other] = [getComputedStyle(element).color, ground(element)].map(luminance);
            const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
            if (contrast < 4.5) found.add(`${element.tagName} ${element.className} ${contrast.toFixed(2)}`);
        }
        return [...found].join('\\n');
    })()";
    let mut grounds = Vec::new();
    for scheme in ["light", "dark"] {
        chromium.prefer(scheme, "screen");
        assert_eq!(chromium.evaluate(poor), "", "{scheme}");
        grounds.push(chromium.evaluate("getComputedStyle(document.body).backgroundColor"));
    }
    assert_ne!(grounds[0], grounds[1]);
    // The button goes from the system's wish, dark, to light.
    chromium.click("#theme");
    assert_eq!(chromium.evaluate("getComputedStyle(document.body).backgroundColor"), grounds[0]);
    chromium.evaluate("delete document.documentElement.dataset.theme");
    chromium.prefer("dark", "print");
    assert_eq!(chromium.evaluate("getComputedStyle(document.body).backgroundColor"), grounds[0]);
    no_complaints(chromium);
}

#[test]
fn from_a_telephone_to_a_wall_only_boxes_scroll_sideways() {
    let mut chromium = open(&page(), 360);
    for width in [360, 768, 1280, 3840] {
        chromium.resize(width, 900);
        let over = chromium.evaluate("document.documentElement.scrollWidth - innerWidth");
        assert!(over.as_i64().is_some_and(|over| over <= 0), "{width}: {over}");
    }
    no_complaints(chromium);
}

#[test]
fn headings_go_down_by_one_and_nothing_has_the_id_of_another() {
    let mut chromium = open(&page(), 1280);
    let levels = "[...document.querySelectorAll('h1, h2, h3, h4')].map((heading) => +heading.tagName[1])";
    let levels = chromium.evaluate(levels);
    let levels: Vec<i64> = levels.as_array().expect("headings").iter().filter_map(serde_json::Value::as_i64).collect();
    assert_eq!(levels[0], 1);
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1 && pair[1] > 1), "{levels:?}");
    let twice = "(() => { const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
        const named = [...document.querySelectorAll('[aria-labelledby]')].map((one) => one.getAttribute('aria-labelledby'));
        return [...ids.filter((id, at) => ids.indexOf(id) !== at), ...named.filter((id) => !ids.includes(id))].join(); })()";
    assert_eq!(chromium.evaluate(twice), "");
    no_complaints(chromium);
}

/// Run with `--ignored`: pictures of the page go to the directory that `PICTURES` names.
#[test]
#[ignore = "makes pictures to look at"]
fn pictures() {
    let place = std::env::var("PICTURES").expect("a directory");
    let place = Path::new(&place);
    let draw = |chart: &Chart| DRAWINGS[1](chart).or_else(|| DRAWINGS[0](chart));
    std::fs::write(place.join("page.html"), written(&page(), &draw)).expect("a file");
    let mut chromium = open_drawn(&page(), 1280, draw);
    for width in [400, 1280, 3840] {
        for scheme in ["light", "dark"] {
            chromium.resize(width, 900);
            chromium.prefer(scheme, "screen");
            chromium.point("#first-7", (0.0, 0.0));
            chromium.picture(&place.join(format!("{scheme}-{width}-tip.png")));
            let height = chromium.evaluate("document.documentElement.scrollHeight").as_u64().expect("a height");
            chromium.resize(width, height.min(9_000) as u32);
            chromium.picture(&place.join(format!("{scheme}-{width}.png")));
        }
    }
    chromium.resize(1280, 900);
    chromium.prefer("dark", "");
    chromium.print(&place.join("page.pdf"));
}
