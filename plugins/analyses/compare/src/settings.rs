//! The options, checked.

use cluster_tester_sdk::Fault;
use serde::Deserialize;

use crate::figure::{EXPECTED, Figure};
use crate::limit::{self, Limit};

/// Options as they are given. `options.schema.json` explains them.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Options {
    pub(crate) figure: String,
    pub(crate) group_by: GroupBy,
    pub(crate) confidence: f64,
    pub(crate) resolution: f64,
    pub(crate) fail_on_regression: String,
}

/// Which datasets make a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum GroupBy {
    /// Those whose names are the same up to the first `#`.
    Name,
    /// Each its own.
    Dataset,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            figure: "p99".to_owned(),
            group_by: GroupBy::Name,
            confidence: 95.0,
            resolution: 10.0,
            fail_on_regression: String::new(),
        }
    }
}

/// What the options mean.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings {
    /// Figure to compare by.
    pub(crate) figure: Figure,
    /// Which datasets make a cluster.
    pub(crate) group_by: GroupBy,
    /// Share of families of comparisons without any false claim, 0 to 1.
    pub(crate) confidence: f64,
    /// Share of a difference that should be found.
    pub(crate) resolution: f64,
    /// What counts as a regression.
    pub(crate) limit: Option<Limit>,
}

impl Settings {
    /// Chance of any false claim.
    pub(crate) fn alpha(&self) -> f64 {
        1.0 - self.confidence
    }

    /// Reads options.
    ///
    /// # Errors
    /// Which option is wrong, and why.
    pub(crate) fn of(options: &Options) -> Result<Self, Fault> {
        let Options { figure, confidence, resolution, .. } = options;
        let parsed = figure
            .trim()
            .parse()
            .map_err(|()| Fault::invalid_option("figure", format!("expected {EXPECTED}; found `{figure}`")))?;
        if !(50.0..=99.99).contains(confidence) {
            let reason = format!("expected a percentage from 50 to 99.99; found {confidence}");
            return Err(Fault::invalid_option("confidence", reason));
        }
        if !(0.1..=1_000.0).contains(resolution) {
            let reason = format!("expected a percentage from 0.1 to 1000; found {resolution}");
            return Err(Fault::invalid_option("resolution", reason));
        }
        Ok(Self {
            figure: parsed,
            group_by: options.group_by,
            confidence: confidence / 100.0,
            resolution: resolution / 100.0,
            limit: limit::parse(&options.fail_on_regression)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_out_of_range_are_named() {
        let name = |options: Options| match Settings::of(&options) {
            Err(Fault::InvalidOption(option)) => option.name,
            other => panic!("{other:?}"),
        };
        assert_eq!(name(Options { figure: "median".into(), ..Options::default() }), "figure");
        assert_eq!(name(Options { confidence: 0.95, ..Options::default() }), "confidence");
        assert_eq!(name(Options { resolution: f64::NAN, ..Options::default() }), "resolution");
        assert_eq!(name(Options { fail_on_regression: "5".into(), ..Options::default() }), "fail-on-regression");
        let settings = Settings::of(&Options::default()).expect("defaults");
        assert!((settings.alpha() - 0.05).abs() < 1e-12);
    }
}
