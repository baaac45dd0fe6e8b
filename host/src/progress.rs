//! Shows how a trial goes, on stderr: a bar on a terminal, a line every few seconds elsewhere, nothing with `--quiet`.

use std::io::{self, IsTerminal, Write as _};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use generator::Pulse;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use model::{Histogram, TrialPlan};

use crate::figure;

/// How often a line is printed where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);
/// Pulses that may wait to be shown; more are lost, and no figure comes from them.
const PULSES: usize = 256;

/// The display of one trial, on a thread of its own.
pub(crate) struct Progress {
    pulses: Option<flume::Sender<Pulse>>,
    display: Option<JoinHandle<()>>,
}

impl Progress {
    /// Begins to show a trial under a title.
    pub(crate) fn begin(plan: &TrialPlan, title: &str, is_quiet: bool) -> Self {
        if is_quiet {
            return Self { pulses: None, display: None };
        }
        let (pulses, receiver) = flume::bounded(PULSES);
        let whole = plan.warm_up.0 + plan.duration.0;
        let title = title.to_owned();
        let display = std::thread::spawn(move || {
            let mut state = State::new(whole);
            if io::stderr().is_terminal() {
                show_bar(&receiver, &mut state, &title);
            } else {
                show_lines(&receiver, &mut state, &title);
            }
        });
        Self { pulses: Some(pulses), display: Some(display) }
    }

    /// Where the generator's threads send their pulses.
    pub(crate) fn pulses(&self) -> Option<flume::Sender<Pulse>> {
        self.pulses.clone()
    }

    /// Clears the display. Every other sender of pulses must be gone.
    pub(crate) fn end(mut self) {
        self.pulses = None;
        if let Some(display) = self.display.take() {
            // A display that broke has nothing to tell.
            let _ = display.join();
        }
    }
}

/// What is shown.
struct State {
    whole: Duration,
    /// None before the first pulse.
    begun: Option<Instant>,
    released: u64,
    successes: u64,
    failures: u64,
    response_time: Histogram,
}

impl State {
    fn new(whole: Duration) -> Self {
        let response_time = Histogram::new();
        Self { whole, begun: None, released: 0, successes: 0, failures: 0, response_time }
    }

    fn add(&mut self, pulse: &Pulse) {
        self.begun.get_or_insert_with(Instant::now);
        self.released += pulse.released;
        self.successes += pulse.successes;
        self.failures += pulse.failures;
        pulse.response_times.iter().for_each(|&nanos| self.response_time.record(nanos));
    }

    fn elapsed(&self) -> Duration {
        self.begun.map_or(Duration::ZERO, |begun| begun.elapsed())
    }

    fn text(&self) -> String {
        let seconds = self.elapsed().min(self.whole).as_secs_f64().max(0.1);
        let rate = |count: u64| figure::rate(count as f64 / seconds);
        let p99 = self.response_time.quantile(0.99).map_or_else(|| "–".to_owned(), |nanos| figure::time(nanos as f64));
        let (offered, goodput) = (rate(self.released), rate(self.successes));
        format!("offered {offered}  goodput {goodput}  p99 {p99}  failed {}", self.failures)
    }
}

fn show_bar(pulses: &flume::Receiver<Pulse>, state: &mut State, title: &str) {
    let bar =
        ProgressBar::with_draw_target(Some(state.whole.as_millis() as u64), ProgressDrawTarget::stderr_with_hz(8));
    let style = ProgressStyle::with_template("{prefix} {bar:24} {percent:>3}%  {msg}").expect("the template is valid");
    bar.set_style(style);
    bar.set_prefix(title.to_owned());
    for pulse in pulses {
        state.add(&pulse);
        bar.set_position(state.elapsed().min(state.whole).as_millis() as u64);
        bar.set_message(state.text());
    }
    bar.finish_and_clear();
}

fn show_lines(pulses: &flume::Receiver<Pulse>, state: &mut State, title: &str) {
    let mut printed = Instant::now();
    for pulse in pulses {
        state.add(&pulse);
        if printed.elapsed() >= LINE_EVERY {
            printed = Instant::now();
            let seconds = state.elapsed().as_secs();
            // Nobody is left to hear that stderr is closed.
            let _ = writeln!(io::stderr(), "{title}  {seconds:>4} s  {}", state.text());
        }
    }
}
