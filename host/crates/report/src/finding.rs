//! Findings in the order in which they are shown, with the word for how much each matters.

use model::report::{Finding, Severity};

/// The word for it.
pub(crate) fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Invalid => "Invalid",
        Severity::Regression => "Regression",
        Severity::Caution => "Caution",
        Severity::Note => "Note",
    }
}

/// Place in the order of showing, from 0: figures that are not to be used come first, since all else rests on them.
pub(crate) fn place(severity: Severity) -> u8 {
    match severity {
        Severity::Invalid => 0,
        Severity::Regression => 1,
        Severity::Caution => 2,
        Severity::Note => 3,
    }
}

/// Findings, gravest first, else as they came, each once.
pub(crate) fn sorted<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<&'a Finding> {
    let mut sorted: Vec<&Finding> = Vec::new();
    for finding in findings {
        if !sorted.contains(&finding) {
            sorted.push(finding);
        }
    }
    sorted.sort_by_key(|finding| place(finding.severity));
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_come_first_and_none_twice() {
        use Severity::{Caution, Invalid, Note, Regression};
        let findings = [Note, Caution, Regression, Invalid, Caution]
            .map(|severity| Finding { severity, message: "Same words.".to_owned() });
        let order: Vec<_> = sorted(&findings).iter().map(|finding| word(finding.severity)).collect();
        assert_eq!(order, ["Invalid", "Regression", "Caution", "Note"]);
    }
}
