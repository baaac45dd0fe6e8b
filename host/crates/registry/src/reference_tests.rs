use super::*;

const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[test]
fn a_reference_comes_back_as_it_was_written() {
    for text in [
        "registry.example/team/analysis:1.2",
        "localhost:5000/x:y",
        "localhost/x:y",
        "127.0.0.1:5000/a/b-c/d__e.f:V_1",
        "[::1]:5000/x:1",
        &format!("registry.example/x@{DIGEST}"),
        &format!("registry.example/x:1@{DIGEST}"),
    ] {
        assert_eq!(text.parse::<Reference>().unwrap().to_string(), text);
    }
    let reference: Reference = "registry.example:5000/team/analysis:1.2".parse().unwrap();
    assert_eq!((reference.host(), reference.name()), ("registry.example:5000", "team/analysis"));
    assert_eq!((reference.plugin_name(), reference.tag()), ("analysis", Some("1.2")));
}

#[test]
fn an_error_says_where_and_what() {
    let at = |text: &str| text.parse::<Reference>().map(|reference| reference.to_string()).unwrap_err().at;
    assert_eq!(at("analysis:1.2"), 1);
    assert_eq!(at("team/analysis:1.2"), 1, "no host");
    assert_eq!(at("registry.exämple/x:1"), 12);
    assert_eq!(at("registry.example:port/x:1"), 17);
    assert_eq!(at("registry.example:0/x:1"), 17);
    assert_eq!(at("registry.example/Team/x:1"), 18);
    assert_eq!(at("registry.example/team//x:1"), 23);
    assert_eq!(at("registry.example/team/../x:1"), 23);
    assert_eq!(at("registry.example/te__-am:1"), 22);
    assert_eq!(at("registry.example/team/ü:1"), 23);
    assert_eq!(at("registry.example/x:-1"), 20);
    assert_eq!(at("registry.example/x:"), 20);
    assert_eq!(at("registry.example/x"), 19);
    assert_eq!(at("registry.example/x@sha256:12"), 20);
    assert_eq!(at(&format!("registry.example/{}:1", "x".repeat(300))), 256);
    let error = "registry.example/x\x1b[2J:1".parse::<Reference>().unwrap_err();
    assert!(error.to_string().starts_with("`registry.example/x\\u{1b}[2J:1` is no reference: a name is"), "{error}");
    assert!(error.to_string().ends_with("(character 19)"), "{error}");
}

proptest::proptest! {
    #[test]
    fn whatever_is_taken_is_safe_in_a_message_and_comes_back(text in "\\PC{0,40}|[a-z.:/@_-]{0,30}") {
        if let Ok(reference) = text.parse::<Reference>() {
            proptest::prop_assert_eq!(reference.to_string(), text.clone());
            proptest::prop_assert!(text.is_ascii() && !reference.plugin_name().contains(['/', '\\', ' ']));
        }
    }
}
