//! Reads data feeds: a file with a row for each iteration becomes JSON objects, as the test case gets them.

use std::collections::HashSet;
use std::path::Path;

use generator::Feed;
use model::plan::{FeedMode, FeedPlan};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::error::{CliError, ExitCode};
use crate::file_digest::digest_text;

/// Reads a feed: `.csv` with a head line, whose values are texts, or `.jsonl` or `.ndjson` with an object a line.
///
/// # Errors
/// When it cannot be read, is of another kind, has no row, or one that is no object or does not fit the head line.
pub(crate) fn read(path: &Path, mode: FeedMode) -> Result<(FeedPlan, Feed), CliError> {
    let shown = path.display();
    let wrong = |what: String| CliError::new(ExitCode::Config, format!("feed `{shown}` {what}"));
    let kind = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let parse: fn(&str) -> Result<Vec<String>, Wrong> = match kind.as_str() {
        "csv" => csv_rows,
        "jsonl" | "ndjson" => json_rows,
        _ => return Err(wrong("is of no known kind".to_owned()).with_hint(KINDS)),
    };
    let bytes = std::fs::read(path)
        .map_err(|error| CliError::new(ExitCode::Config, format!("cannot read feed `{shown}`: {error}")))?;
    let digest = digest_text(&Sha256::digest(&bytes));
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        wrong("is not UTF-8".to_owned()).with_detail("where", format!("{shown}:{}", line + 1))
    })?;
    let rows = parse(text.trim_start_matches('\u{feff}')).map_err(|error| {
        let place = error.line.map_or_else(|| shown.to_string(), |line| format!("{shown}:{line}"));
        wrong(error.what).with_detail("where", place).with_hint(error.hint)
    })?;
    if rows.is_empty() {
        return Err(wrong("has no rows".to_owned()).with_hint(KINDS));
    }
    let plan = FeedPlan { file: path.to_owned(), digest, rows: rows.len() as u64, mode };
    Ok((plan, Feed { rows: rows.into(), mode }))
}

const KINDS: &str =
    "give a `.csv` with a head line and rows below it, or a `.jsonl` or `.ndjson` with an object a line";
const OBJECTS: &str = "write an object a line, as `{\"user\": \"ada\"}`";
const HEAD: &str = "the first line names the columns, each once; each row has as many values";

/// What is wrong with a feed.
struct Wrong {
    what: String,
    /// From 1.
    line: Option<u64>,
    hint: &'static str,
}

fn csv_rows(text: &str) -> Result<Vec<String>, Wrong> {
    let wrong = |error: csv::Error| {
        let line = error.position().map(csv::Position::line);
        let what = match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("has a row of {len} values under {expected_len} names")
            }
            _ => format!("is not CSV: {error}"),
        };
        Wrong { what, line, hint: HEAD }
    };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names = reader.headers().map_err(wrong)?.clone();
    let mut seen = HashSet::new();
    if let Some(name) = names.iter().find(|name| name.is_empty() || !seen.insert(*name)) {
        let what = match name {
            "" => "has a column without a name".to_owned(),
            name => format!("has two columns `{name}`"),
        };
        return Err(Wrong { what, line: Some(1), hint: HEAD });
    }
    let row = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.map_err(wrong)?;
        let fields = names.iter().zip(&record).map(|(name, value)| (name.to_owned(), Value::from(value)));
        Ok(Value::Object(fields.collect::<Map<_, _>>()).to_string())
    };
    reader.records().map(row).collect()
}

fn json_rows(text: &str) -> Result<Vec<String>, Wrong> {
    let row = |(index, line): (usize, &str)| {
        let wrong = |what: String| Wrong { what, line: Some(index as u64 + 1), hint: OBJECTS };
        match serde_json::from_str::<Value>(line) {
            // As it is written: a number keeps all its digits.
            Ok(Value::Object(_)) => Ok(line.to_owned()),
            Ok(_) => Err(wrong("has a row that is no object".to_owned())),
            Err(error) => {
                let said = error.to_string();
                let reason = said.rsplit_once(" at line ").map_or(said.as_str(), |(reason, _)| reason);
                Err(wrong(format!("has a row that is not JSON: {reason}")))
            }
        }
    };
    let lines = text.lines().map(str::trim).enumerate();
    lines.filter(|(_, line)| !line.is_empty()).map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(name: &str, text: &str) -> Result<(FeedPlan, Feed), String> {
        let folder = tempfile::tempdir().expect("a directory");
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        let shown = format!("{}/", folder.path().display());
        read(&path, FeedMode::Cycle).map_err(|error| error.render(false).replace(&shown, ""))
    }

    fn rows(name: &str, text: &str) -> Vec<String> {
        read_text(name, text).expect("a feed").1.rows.to_vec()
    }

    #[test]
    fn rows_are_objects_in_the_order_of_the_file() {
        assert_eq!(
            rows("a.csv", "\u{feff}user,say\nada,\"a \"\"b\"\",\nc\"\nbob,\n"),
            [r#"{"user":"ada","say":"a \"b\",\nc"}"#, r#"{"user":"bob","say":""}"#]
        );
        assert_eq!(rows("a.jsonl", "{\"n\": 1.10}\n\n {\"n\": 2} \r\n"), [r#"{"n": 1.10}"#, r#"{"n": 2}"#]);
        let (plan, feed) = read_text("a.NDJSON", "{}").expect("a feed");
        assert_eq!((plan.rows, feed.rows.len(), plan.digest.len()), (1, 1, 71));
    }

    #[test]
    fn what_is_no_feed_is_told_with_its_line() {
        let message = |name: &str, text: &str| read_text(name, text).expect_err("no feed");
        insta::assert_snapshot!(message("a.csv", "a,b\n1,2\n1\n"), @r"
        error: feed `a.csv` has a row of 1 values under 2 names
          where: a.csv:3
          hint: the first line names the columns, each once; each row has as many values
        ");
        insta::assert_snapshot!(message("a.csv", "a,a\n1,2\n"), @r"
        error: feed `a.csv` has two columns `a`
          where: a.csv:1
          hint: the first line names the columns, each once; each row has as many values
        ");
        insta::assert_snapshot!(message("a.csv", "a,b\n"), @r"
        error: feed `a.csv` has no rows
          hint: give a `.csv` with a head line and rows below it, or a `.jsonl` or `.ndjson` with an object a line
        ");
        insta::assert_snapshot!(message("a.jsonl", "{}\n[1]\n"), @r#"
        error: feed `a.jsonl` has a row that is no object
          where: a.jsonl:2
          hint: write an object a line, as `{"user": "ada"}`
        "#);
        insta::assert_snapshot!(message("a.ndjson", "{}\n\n{\"a\": }\n"), @r#"
        error: feed `a.ndjson` has a row that is not JSON: expected value
          where: a.ndjson:3
          hint: write an object a line, as `{"user": "ada"}`
        "#);
        insta::assert_snapshot!(message("a.txt", "{}"), @r"
        error: feed `a.txt` is of no known kind
          hint: give a `.csv` with a head line and rows below it, or a `.jsonl` or `.ndjson` with an object a line
        ");
    }
}
