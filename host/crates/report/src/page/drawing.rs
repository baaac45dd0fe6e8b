//! A drawing of ours made part of a page: without what only a document of its own has, with ids that no other has.

use std::collections::HashSet;
use std::fmt::Write as _;

use maud::Escaper;

use crate::plain;

/// The element `svg` of a document, all its ids begun by `prefix`, as an image of that title. Style sheets hold for the
/// whole page: those that are in `styles` are left out, the others added to it. None when there is no such element.
pub(super) fn inline(document: &str, prefix: &str, title: &str, styles: &mut HashSet<String>) -> Option<String> {
    let document = plain::lines(document);
    // What stands before it: the XML declaration, a document type, comments.
    let mut rest = &document[document.find("<svg")?..];
    let end = end_of_tag(rest)?;
    let mut svg = root(&rest[..end], prefix, title)?;
    rest = &rest[end..];
    // Browsers show a title wherever the pointer is, beside our own tip; the root's label says the same.
    if rest.trim_start().starts_with("<title>") {
        rest = &rest[rest.find("</title>")? + "</title>".len()..];
    }
    while let Some(start) = rest.find('<') {
        svg.push_str(&with_prefix(&rest[..start], prefix));
        rest = &rest[start..];
        if rest.starts_with("<style") {
            let end = rest.find("</style>")? + "</style>".len();
            if styles.insert(rest[..end].to_owned()) {
                svg.push_str(&rest[..end]);
            }
            rest = &rest[end..];
            continue;
        }
        let (tag, behind) = rest.split_at(end_of_tag(rest)?);
        if !tag.starts_with("<!--") {
            attributes(tag, |name, value| Some(renamed(name, value, prefix)), &mut svg)?;
        }
        rest = behind;
    }
    Some(svg)
}

/// Where a tag or a comment ends; a `>` within quotes does not end it.
fn end_of_tag(text: &str) -> Option<usize> {
    if text.starts_with("<!--") {
        return text.find("-->").map(|end| end + 3);
    }
    let mut quote = None;
    for (place, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(place + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// Copies a tag; `change` gives each attribute's new value, or None where it is to be left out.
fn attributes(tag: &str, change: impl Fn(&str, &str) -> Option<String>, to: &mut String) -> Option<()> {
    let name_end = tag.find(|one: char| one.is_whitespace() || one == '>').unwrap_or(tag.len());
    to.push_str(&tag[..name_end]);
    let mut rest = &tag[name_end..];
    while let Some(equals) = rest.find('=') {
        let name = rest[..equals].trim();
        let value = rest[equals + 1..].trim_start();
        let quote = value.chars().next().filter(|quote| ['"', '\''].contains(quote))?;
        let end = value[1..].find(quote)? + 1;
        if let Some(changed) = change(name, &value[1..end]) {
            write!(to, " {name}={quote}{changed}{quote}").expect("strings take all that is written");
        }
        rest = &value[end + 1..];
    }
    to.push_str(rest.trim_start());
    Some(())
}

fn root(tag: &str, prefix: &str, title: &str) -> Option<String> {
    let mut root = String::new();
    let is_replaced = |name: &str| ["role", "aria-label", "aria-labelledby"].contains(&name);
    attributes(tag, |name, value| (!is_replaced(name)).then(|| renamed(name, value, prefix)), &mut root)?;
    let mut label = String::new();
    Escaper::new(&mut label).write_str(&plain::line(title)).expect("strings take all that is written");
    Some(root.replacen("<svg", &format!("<svg role=\"img\" aria-label=\"{label}\""), 1))
}

fn renamed(name: &str, value: &str, prefix: &str) -> String {
    match name {
        "id" => format!("{prefix}{value}"),
        "href" | "xlink:href" if value.starts_with('#') => format!("#{prefix}{}", &value[1..]),
        "aria-labelledby" | "aria-describedby" => {
            value.split_whitespace().map(|id| format!("{prefix}{id}")).collect::<Vec<_>>().join(" ")
        }
        name if name.starts_with("data-") => value.to_owned(),
        _ => with_prefix(value, prefix),
    }
}

fn with_prefix(text: &str, prefix: &str) -> String {
    text.replace("url(#", &format!("url(#{prefix}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_what_refers_to_them_get_the_prefix() {
        let document = "<?xml version=\"1.0\"?>\n<!-- made by us -->\n<svg xmlns=\"x\" role='img'><defs><clipPath id=\"a\"/></defs>\
                        <g clip-path=\"url(#a)\" data-tip=\"id=&quot;a&quot; > url(#a)\"><use href='#a'/></g></svg>";
        assert_eq!(
            inline(document, "c1-", "Times & \"rates\"", &mut HashSet::new()).unwrap(),
            "<svg role=\"img\" aria-label=\"Times &amp; &quot;rates&quot;\" xmlns=\"x\"><defs><clipPath id=\"c1-a\"/></defs>\
             <g clip-path=\"url(#c1-a)\" data-tip=\"id=&quot;a&quot; > url(#a)\"><use href='#c1-a'/></g></svg>"
        );
    }

    #[test]
    fn what_is_no_drawing_is_none() {
        for document in ["", "text", "<svg", "<svg a=b>", "<svg><g a=\"b></svg>"] {
            assert_eq!(inline(document, "c1-", "t", &mut HashSet::new()), None, "{document}");
        }
    }

    #[test]
    fn a_style_sheet_that_charts_share_is_kept_once() {
        let document = "<svg><title>Times</title><style>.a > b{fill:red}</style><g/></svg>";
        let mut styles = HashSet::new();
        let first = inline(document, "c1-", "t", &mut styles).unwrap();
        assert_eq!(first, "<svg role=\"img\" aria-label=\"t\"><style>.a > b{fill:red}</style><g/></svg>");
        assert_eq!(inline(document, "c2-", "t", &mut styles).unwrap(), "<svg role=\"img\" aria-label=\"t\"><g/></svg>");
    }
}
