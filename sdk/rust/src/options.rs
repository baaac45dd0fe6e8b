//! Turns the options that the host gives into the plugin's own type, and finds out which one is wrong.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::fault::Fault;

/// The options of a plugin that has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoOptions {}

/// Parses options; an empty text is an empty object.
///
/// # Errors
/// [`Fault::InvalidOption`] where the mistake is an option's, else [`Fault::Failed`].
pub fn parse<T: DeserializeOwned>(options: &str) -> Result<T, Fault> {
    let options = if options.is_empty() { "{}" } else { options };
    serde_json::from_str(options).map_err(|error| match serde_json::from_str(options) {
        Ok(Value::Object(object)) => name_the_option::<T>(&object),
        _ => Fault::failed(format!("the options are not a JSON object: {error}")),
    })
}

/// serde does not tell which option it stumbled over. It is the one without which the complaint is another.
#[cold]
fn name_the_option<T: DeserializeOwned>(object: &Map<String, Value>) -> Fault {
    let complaint = |object: Map<_, _>| serde_json::from_value::<T>(object.into()).err().map(|e| e.to_string());
    let Some(reason) = complaint(object.clone()) else {
        return Fault::failed("the options cannot be read");
    };
    let without = |name: &str| object.iter().filter(|(n, _)| *n != name).map(|(n, v)| (n.clone(), v.clone())).collect();
    let name = object.keys().find(|name| complaint(without(name)).as_ref() != Some(&reason));
    let missing = || reason.strip_prefix("missing field `")?.split_once('`').map(|(name, _)| name);
    match name.map(String::as_str).or_else(missing) {
        Some(name) => Fault::invalid_option(name, &*reason),
        None => Fault::failed(format!("the options cannot be read: {reason}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "kebab-case", deny_unknown_fields)]
    struct Options {
        path: String,
        #[serde(default)]
        expected_status: u16,
    }

    fn fault(options: &str) -> (String, String) {
        match parse::<Options>(options).expect_err("wrong options") {
            Fault::InvalidOption(option) => (option.name, option.reason),
            Fault::Failed(reason) => (String::new(), reason),
        }
    }

    #[test]
    fn options_that_fit_are_read() {
        let expected = Options { path: "/".into(), expected_status: 204 };
        assert_eq!(parse::<Options>(r#"{"path":"/","expected-status":204}"#).expect("options that fit"), expected);
        assert_eq!(parse::<NoOptions>("").expect("options that fit"), NoOptions {});
        assert_eq!(parse::<NoOptions>("{}").expect("options that fit"), NoOptions {});
    }

    #[test]
    fn the_fault_names_the_option_that_is_wrong() {
        let (name, reason) = fault(r#"{"path":"/","expected-status":"many"}"#);
        assert_eq!(name, "expected-status");
        assert_eq!(reason, r#"invalid type: string "many", expected u16"#);
        let (name, reason) = fault(r#"{"path":7,"expected-status":204}"#);
        assert_eq!((name.as_str(), reason.as_str()), ("path", "invalid type: integer `7`, expected a string"));
        let (name, reason) = fault(r#"{"path":"/","paht":"/"}"#);
        assert_eq!(name, "paht", "{reason}");
        let (name, reason) = fault(r#"{"expected-status":204}"#);
        assert_eq!((name.as_str(), reason.as_str()), ("path", "missing field `path`"));
    }

    #[test]
    fn options_that_are_no_object_fail() {
        let (name, reason) = fault("{\"path\":");
        assert_eq!(name, "");
        assert!(reason.starts_with("the options are not a JSON object: EOF"), "{reason}");
        assert!(parse::<NoOptions>("7").is_err());
    }
}
