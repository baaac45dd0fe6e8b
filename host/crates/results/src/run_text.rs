//! The text of `run.json`, made anew only where it changed: a trial's record is large (histograms are compressed in it),
//! never changes once it is there, and is written again after each trial that follows.

use crate::run_file::{RunFile, TrialRecord};

/// How deep a trial's record lies in the file.
const INDENT: &str = "    ";

/// Remembers the texts of the trials.
#[derive(Debug, Default)]
pub(crate) struct RunText {
    trials: Vec<String>,
}

impl RunText {
    /// The text of a run: that of [`RunFile::to_json`]. Trials may have been added since the last time, and nothing else
    /// done to them.
    pub(crate) fn of(&mut self, run: &mut RunFile) -> Vec<u8> {
        let known = self.trials.len();
        self.trials.extend(run.trials[known..].iter().map(record_text));
        if self.trials.is_empty() {
            return run.to_json();
        }
        // They are the file's last member, so what follows the empty list is what follows them.
        let trials = std::mem::take(&mut run.trials);
        let around = run.to_json();
        run.trials = trials;
        let end = b"[]\n}\n";
        let mut text = around.strip_suffix(end).expect("trials are the last member").to_vec();
        text.reserve(self.trials.iter().map(|trial| trial.len() + INDENT.len() + 2).sum::<usize>() + 16);
        for (index, trial) in self.trials.iter().enumerate() {
            text.extend_from_slice(if index == 0 { b"[\n" } else { b",\n" });
            text.extend_from_slice(INDENT.as_bytes());
            text.extend_from_slice(trial.as_bytes());
        }
        text.extend_from_slice(b"\n  ]\n}\n");
        text
    }
}

fn record_text(trial: &TrialRecord) -> String {
    let text = serde_json::to_string_pretty(trial).expect("a trial is plain data with text keys");
    // A text in JSON has no line break of its own, so all are between members.
    text.replace('\n', &format!("\n{INDENT}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{Scene, trial};

    #[test]
    fn the_text_is_that_of_the_whole_file_made_at_once() {
        let scene = Scene::new();
        let mut run = scene.run();
        let mut text = RunText::default();
        for count in [0, 1100, 2000] {
            assert_eq!(text.of(&mut run.file().clone()), run.file().to_json());
            trial(&mut run, count);
        }
        let mut file = run.file().clone();
        file.name = Some("another\nname".to_owned());
        assert_eq!(text.of(&mut file), file.to_json());
        assert_eq!(std::fs::read(run.dir().join("run.json")).expect("text"), run.file().to_json());
    }
}
