//! A layer of the config as a tree of values, each with its origin, and how layers are laid over each other.

use std::fmt;
use std::path::PathBuf;

use serde_json::{Map, Value};

/// Where a value is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The embedded defaults.
    Default,
    /// A file.
    File(Place),
    /// An environment variable.
    Variable(String),
    /// A flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(place) => place.fmt(f),
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The file, as it was named.
    pub(crate) file: PathBuf,
    /// Line and column, from 1; none when the parser does not tell.
    pub(crate) at: Option<(usize, usize)>,
}

impl Place {
    /// The place of the byte `offset` of `text`.
    pub(crate) fn at_offset(file: impl Into<PathBuf>, text: &str, offset: usize) -> Self {
        let mut end = offset.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &text[..end];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |start| start.chars().count()) + 1;
        Self { file: file.into(), at: Some((line, column)) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        self.at.iter().try_for_each(|(line, column)| write!(f, ":{line}:{column}"))
    }
}

/// A value or a table of them. Its `Debug` may show secrets: keep it out of messages.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    /// A value and its origin.
    Leaf(Value, Origin),
    /// A table.
    Table(Table),
}

impl Node {
    /// The value without its origin.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Leaf(value, _) => value.clone(),
            Self::Table(table) => Value::Object(table.to_json()),
        }
    }
}

/// A table, in the order in which its keys were first given.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Table(Vec<(String, Node)>);

/// Keys of a target that are replaced as one: a layer that gives one drops the other of the layers below.
const ALTERNATIVES: [&str; 2] = ["url", "urls"];

/// Keys of `[run]` that say when requests are sent: a layer that gives the first drops the others of the layers below.
const SCHEDULES: [(&str, &[&str]); 3] = [
    ("rate", &["stages", "replay"]),
    ("stages", &["rate", "replay", "duration", "think-time"]),
    ("replay", &["rate", "stages", "duration", "think-time", "arrivals"]),
];

/// What `run.rate` says for a closed loop.
pub(crate) const MAX: &str = "max";

impl Table {
    /// Keys and what they hold.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &Node)> {
        self.0.iter().map(|(key, node)| (key.as_str(), node))
    }

    /// What is at this path.
    pub(crate) fn get(&self, path: &[&str]) -> Option<&Node> {
        let (first, rest) = path.split_first()?;
        let (_, node) = self.0.iter().find(|(key, _)| key == first)?;
        match (rest.is_empty(), node) {
            (true, node) => Some(node),
            (false, Node::Table(table)) => table.get(rest),
            (false, Node::Leaf(..)) => None,
        }
    }

    /// The text at this path.
    pub(crate) fn text(&self, path: &[&str]) -> Option<&str> {
        match self.get(path)? {
            Node::Leaf(value, _) => value.as_str(),
            Node::Table(_) => None,
        }
    }

    /// Where the value at this path is from.
    pub(crate) fn origin(&self, path: &[&str]) -> Option<&Origin> {
        match self.get(path)? {
            Node::Leaf(_, origin) => Some(origin),
            Node::Table(_) => None,
        }
    }

    /// Puts a value at this path, making the tables on the way.
    pub(crate) fn set(&mut self, path: &[&str], value: Value, origin: Origin) {
        match path {
            [] => {}
            [key] => self.insert((*key).to_owned(), Node::Leaf(value, origin)),
            [key, rest @ ..] => {
                if !matches!(self.get(&[key]), Some(Node::Table(_))) {
                    self.insert((*key).to_owned(), Node::Table(Self::default()));
                }
                let table = self.0.iter_mut().find(|(name, _)| name == key);
                if let Some((_, Node::Table(table))) = table {
                    table.set(rest, value, origin);
                }
            }
        }
    }

    /// Puts a node under this key.
    pub(crate) fn insert(&mut self, key: String, node: Node) {
        match self.0.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) => *old = node,
            None => self.0.push((key, node)),
        }
    }

    /// Takes out what is at this path.
    pub(crate) fn remove(&mut self, path: &[&str]) -> Option<Node> {
        let (first, rest) = path.split_first()?;
        let index = self.0.iter().position(|(key, _)| key == first)?;
        match &mut self.0[index].1 {
            Node::Table(table) if !rest.is_empty() => table.remove(rest),
            Node::Leaf(..) if !rest.is_empty() => None,
            _ => Some(self.0.remove(index).1),
        }
    }

    /// Lays another layer over this one: tables merge, everything else is replaced.
    pub(crate) fn lay_over(&mut self, above: Self) {
        let gives_url = |path: &[&str]| match above.get(path) {
            Some(Node::Table(target)) => ALTERNATIVES.iter().any(|key| target.get(&[key]).is_some()),
            _ => false,
        };
        let mut replaced = Vec::new();
        if gives_url(&["target"]) {
            replaced.push(vec!["target"]);
            // The later layer says who is asked: a URL of its own beats a name from below.
            if above.get(&["run", "target"]).is_none() {
                self.remove(&["run", "target"]);
            }
        }
        if let Some(Node::Table(targets)) = above.get(&["targets"]) {
            let paths = targets.entries().map(|(name, _)| vec!["targets", name]);
            replaced.extend(paths.filter(|path| gives_url(path)));
        }
        if let Some(Node::Table(run)) = above.get(&["run"]) {
            let schedules = SCHEDULES.into_iter().filter(|(key, _)| run.get(&[key]).is_some());
            let is_max = run.text(&["rate"]).is_some_and(|rate| rate.trim() == MAX);
            let loops = run.get(&["rate"]).map(|_| if is_max { "arrivals" } else { "think-time" });
            for key in schedules.flat_map(|(_, others)| others.iter().copied()).chain(loops) {
                self.remove(&["run", key]);
            }
        }
        for path in replaced {
            ALTERNATIVES.iter().for_each(|key| drop(self.remove(&[path.as_slice(), &[*key]].concat())));
        }
        self.merge(above);
    }

    fn merge(&mut self, above: Self) {
        for (key, node) in above.0 {
            match (self.0.iter_mut().find(|(name, _)| *name == key), node) {
                (Some((_, Node::Table(below))), Node::Table(table)) => below.merge(table),
                (Some((_, below)), node) => *below = node,
                (None, node) => self.0.push((key, node)),
            }
        }
    }

    /// The values without their origins.
    pub(crate) fn to_json(&self) -> Map<String, Value> {
        self.0.iter().map(|(key, node)| (key.clone(), node.to_json())).collect()
    }

    /// Calls `visit` with the path, the value and the origin of every leaf, and lets it change the value.
    pub(crate) fn each_leaf(&mut self, visit: &mut dyn FnMut(&[String], &mut Value, &mut Origin)) {
        fn walk(table: &mut Table, path: &mut Vec<String>, visit: &mut dyn FnMut(&[String], &mut Value, &mut Origin)) {
            for (key, node) in &mut table.0 {
                path.push(key.clone());
                match node {
                    Node::Leaf(value, origin) => visit(path, value, origin),
                    Node::Table(table) => walk(table, path, visit),
                }
                path.pop();
            }
        }
        walk(self, &mut Vec::new(), visit);
    }

    /// Sorts the keys of every table.
    pub(crate) fn sort(&mut self) {
        self.0.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (_, node) in &mut self.0 {
            if let Node::Table(table) = node {
                table.sort();
            }
        }
    }

    /// Makes every value a default.
    pub(crate) fn forget_places(&mut self) {
        self.each_leaf(&mut |_, _, origin| *origin = Origin::Default);
    }
}
