//! Names of test cases and files, as the older tool spells them.

/// What the older tool says of its test cases: ours, its name, its description, the smallest load that means something.
const KNOWN: [(&str, &str, &str, u32); 2] = [
    ("fibonacci", "FibonacciTestCase", "This test measures the performance of the Fibonacci calculation endpoint.", 10),
    ("bubble-sort", "BubbleSortTestCase", "Bubble Sort Test Case", 10),
];

/// A test case as the older tool's files describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TestCaseName {
    /// Its name, such as `FibonacciTestCase`.
    pub(super) name: String,
    /// What it does.
    pub(super) description: String,
    /// Smallest load for which its figures mean something; at least 1.
    pub(super) min_recommended_load: u32,
}

impl TestCaseName {
    /// Of the test case that users call `ours` and its author `title`.
    pub(super) fn of(ours: &str, title: &str) -> Self {
        let (name, description, min_recommended_load) = match KNOWN.iter().find(|(known, ..)| *known == ours) {
            Some((_, name, description, least)) => ((*name).to_owned(), *description, *least),
            None => (format!("{}TestCase", camel_case(ours)), title, 1),
        };
        Self { name, description: description.to_owned(), min_recommended_load }
    }
}

/// What users here call the test case that the older tool calls `theirs`: `FibonacciTestCase` is `fibonacci`.
pub(crate) fn ours(theirs: &str) -> String {
    if let Some((ours, ..)) = KNOWN.iter().find(|(_, known, ..)| *known == theirs) {
        return (*ours).to_owned();
    }
    let mut name = String::new();
    for letter in theirs.strip_suffix("TestCase").unwrap_or(theirs).chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.extend(letter.to_lowercase());
    }
    if name.is_empty() { theirs.to_owned() } else { name }
}

/// `http-get` becomes `HttpGet`.
fn camel_case(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric());
    words
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<Vec<_>>()
        })
        .collect()
}

/// Name of a benchmark's file. `time` is `YYYYmmdd_HHMMSS`.
pub(super) fn benchmark_file(cluster: &str, test_case: &str, time: &str) -> String {
    // A name may hold anything that a file's may not.
    let cluster = cluster.replace(['/', '\0'], "-");
    let cluster = if cluster.is_empty() { "cluster" } else { cluster.as_str() };
    format!("{cluster}-{test_case}-{time}_benchmark.json")
}

/// Name of a test execution's file.
pub(super) fn test_execution_file(time: &str) -> String {
    format!("{time}_test_execution.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_cases_have_the_names_of_the_older_tool() {
        for (ours, expected) in [
            ("fibonacci", "FibonacciTestCase"),
            ("bubble-sort", "BubbleSortTestCase"),
            ("http-get", "HttpGetTestCase"),
            ("checkout_v2.flow", "CheckoutV2FlowTestCase"),
        ] {
            assert_eq!(TestCaseName::of(ours, "x").name, expected);
        }
        let http = TestCaseName::of("http", "Any request");
        assert_eq!((http.description.as_str(), http.min_recommended_load), ("Any request", 1));
        assert_eq!(TestCaseName::of("fibonacci", "x").min_recommended_load, 10);
    }

    #[test]
    fn test_cases_of_the_older_tool_have_our_names() {
        for (theirs, expected) in [
            ("FibonacciTestCase", "fibonacci"),
            ("BubbleSortTestCase", "bubble-sort"),
            ("HttpGetTestCase", "http-get"),
            ("TestCase", "TestCase"),
            ("", ""),
        ] {
            assert_eq!(ours(theirs), expected);
        }
    }

    #[test]
    fn files_have_the_names_of_the_older_tool() {
        let name = benchmark_file("k0s", "FibonacciTestCase", "20261123_082114");
        assert_eq!(name, "k0s-FibonacciTestCase-20261123_082114_benchmark.json");
        assert_eq!(benchmark_file("../x", "ATestCase", "t"), "..-x-ATestCase-t_benchmark.json");
        assert_eq!(benchmark_file("", "ATestCase", "t"), "cluster-ATestCase-t_benchmark.json");
        assert_eq!(test_execution_file("20261123_081831"), "20261123_081831_test_execution.json");
    }
}
