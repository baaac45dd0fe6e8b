//! Figures of runs as analyses ask for them.

use std::collections::BTreeMap;

use model::Histogram;
use model::dataset::{Column, Dataset, OutcomeSet, PhaseSet, Quantity, Selection};
use model::histogram::nearest_rank;

use super::*;
use crate::{Run, RunDataset, open_dataset};

const QUANTITIES: [Quantity; 10] = [
    Quantity::ResponseTime,
    Quantity::ServiceTime,
    Quantity::Queue,
    Quantity::ReleaseLag,
    Quantity::FirstByte,
    Quantity::Connect,
    Quantity::Tls,
    Quantity::ServerSpan,
    Quantity::BeyondServer,
    Quantity::Transfer,
];

/// Selections of all kinds: phases and outcomes by their bits.
const SELECTIONS: [(u8, u16); 8] =
    [(2, 1), (2, 2047), (1, 1), (7, 2047), (7, 1), (2, 2046), (4, 2047), (2, 1 << 3 | 1 << 7)];

fn selection((phases, outcomes): (u8, u16)) -> Selection {
    Selection { trial: 0, phases: PhaseSet(phases), outcomes: OutcomeSet(outcomes) }
}

/// A sample of any outcome and phase.
fn varied(iteration: u64) -> Sample {
    let mut sample = sample(iteration);
    sample.intended_start -= 500_000_000;
    sample.phase = match iteration {
        0..2_000 => Phase::WarmUp,
        2_000..20_000 => Phase::Steady,
        _ => Phase::Drain,
    };
    sample.intended_start = iteration as i64 * 500_000;
    if iteration.is_multiple_of(7) {
        sample.outcome = Outcome::ALL[(iteration / 7 % 11) as usize];
        sample.metrics = Vec::new();
    }
    match sample.outcome {
        Outcome::Dropped | Outcome::NoRow => (sample.sent, sample.first_byte, sample.status) = (None, None, None),
        Outcome::TimedOut => (sample.first_byte, sample.server_span) = (None, None),
        _ => {}
    }
    if iteration.is_multiple_of(3) {
        sample.server_span = None;
    } else if iteration.is_multiple_of(5) {
        // Longer than the request itself, as clocks may have it.
        sample.server_span = Some(ServerSpan::Lasting { ms: 900.0 });
    }
    sample
}

fn result_of(samples: &[Sample]) -> TrialResult {
    let mut phases = [1_000_000_000, 9_000_000_000, 0].map(PhaseResult::new);
    for sample in samples {
        phases[usize::from(sample.phase.code())]
            .record(sample, [0, 1_000_000_000, 10_000_000_000][usize::from(sample.phase.code())]);
    }
    let [warm_up, steady, drain] = phases;
    TrialResult { started_unix_ns: 1_795_530_160_123_456_789, warm_up, steady, drain, ..TrialResult::default() }
}

/// A run with a trial of such samples.
fn varied_run(scene: &Scene, samples: &[Sample]) -> Run {
    let mut run = scene.run();
    let plan = TrialPlan { duration: Span::from_secs(9), ..plan() };
    let trial = run.begin_trial(&plan, &metrics(), &reasons()).expect("a trial");
    for samples in samples.chunks(500) {
        while trial.sink().offer(samples.to_vec()) > 0 {
            std::thread::yield_now();
        }
    }
    run.finish_trial(trial, result_of(samples)).expect("a record");
    Run::open(run.dir()).expect("readable")
}

fn duration(sample: &Sample, quantity: Quantity) -> Option<u64> {
    let between = |from: Option<i64>, to: Option<i64>| Some(u64::try_from(to? - from?).unwrap_or(0));
    let server = sample.server_span.map(ServerSpan::nanos);
    match quantity {
        Quantity::ResponseTime => Some(sample.response_time()),
        Quantity::ServiceTime => sample.service_time(),
        Quantity::Queue => sample.queue(),
        Quantity::ReleaseLag => Some(sample.release_lag()),
        Quantity::FirstByte => sample.time_to_first_byte(),
        Quantity::Connect => sample.connect_ns,
        Quantity::Tls => sample.tls_ns,
        Quantity::ServerSpan => server,
        Quantity::BeyondServer => Some(sample.time_to_first_byte()?.saturating_sub(server?)),
        Quantity::Transfer => between(sample.first_byte, Some(sample.end)),
    }
}

fn selected(samples: &[Sample], selection: Selection) -> impl Iterator<Item = &Sample> + Clone {
    samples.iter().filter(move |one| selection.phases.has(one.phase) && selection.outcomes.has(one.outcome))
}

fn is_same(ours: f64, exact: f64, within: f64) -> bool {
    ours.is_nan() && exact.is_nan() || (ours - exact).abs() <= within * exact.abs()
}

#[test]
fn figures_of_any_selection_are_those_of_its_samples() {
    let scene = Scene::new();
    let samples: Vec<Sample> = (0..21_000).map(varied).collect();
    let dataset = RunDataset::open(varied_run(&scene, &samples)).expect("a dataset");
    assert!(dataset.trial(0).expect("a trial").has_samples);
    for bits in SELECTIONS {
        let selection = selection(bits);
        let of_phases = samples.iter().filter(|sample| selection.phases.has(sample.phase));
        let counts = dataset.count_outcomes(0, selection.phases).expect("counted");
        for (outcome, count) in Outcome::ALL.into_iter().zip(counts) {
            assert_eq!(of_phases.clone().filter(|sample| sample.outcome == outcome).count() as f64, count);
        }
        for quantity in QUANTITIES {
            let of = || selected(&samples, selection).filter_map(|sample| duration(sample, quantity));
            let n = of().count() as f64;
            let mean = of().map(u128::from).sum::<u128>() as f64 / n;
            let squares: f64 = of().map(|nanos| (nanos as f64 - mean).powi(2)).sum();
            let got = dataset.measure(selection, quantity).expect("measured");
            assert_eq!((got.count, got.mean.to_bits() == mean.to_bits() || n == 0.0), (n, true), "{quantity:?}");
            let spread = if n < 2.0 { f64::NAN } else { (squares / (n - 1.0)).sqrt() };
            assert!(is_same(got.standard_deviation, spread, 1e-9), "{quantity:?} {bits:?}: {got:?}, {spread}");
            let bound = |nanos: Option<u64>| nanos.map_or(f64::NAN, |nanos| nanos as f64);
            assert!(is_same(got.least, bound(of().min()), 0.0) && is_same(got.most, bound(of().max()), 0.0));

            let mut good = Histogram::new();
            let successes = selected(&samples, selection).filter(|sample| sample.outcome == Outcome::Success);
            successes.filter_map(|sample| duration(sample, quantity)).for_each(|nanos| good.record(nanos));
            let durations = dataset.durations(selection, quantity).expect("read").expect("known");
            assert_eq!(durations.finite, good, "{quantity:?} {bits:?}");
            let bad = selected(&samples, selection).filter(|sample| sample.outcome != Outcome::Success).count();
            assert_eq!(durations.infinite, bad as u64);
        }
    }
}

#[test]
fn windows_are_those_of_the_samples_that_were_due_in_them() {
    let scene = Scene::new();
    let samples: Vec<Sample> = (0..21_000).map(varied).collect();
    let dataset = RunDataset::open(varied_run(&scene, &samples)).expect("a dataset");
    let probabilities = [0.99, 0.5, 0.0];
    for (bits, width, start, count) in
        [((2, 2047), 1e9, 1e9, 9), ((7, 1), 7e8, 0.0, 15), ((1, 2047), 3e8, 0.0, 4), ((4, 2047), 2e8, 1e10, 3)]
    {
        for quantity in [Quantity::ResponseTime, Quantity::ServerSpan] {
            let selection = selection(bits);
            let got = dataset.over_time(selection, quantity, width, &probabilities).expect("windows");
            assert_eq!(got.starts, (0..count).map(|n| start + f64::from(n) * width).collect::<Vec<_>>());
            let mut windows: BTreeMap<usize, (f64, Vec<f64>)> = BTreeMap::new();
            for sample in selected(&samples, selection) {
                let window = ((sample.intended_start as f64 - start) / width) as usize;
                let (requests, times) = windows.entry(window).or_default();
                *requests += 1.0;
                match sample.outcome {
                    Outcome::Success => times.extend(duration(sample, quantity).map(|nanos| nanos as f64)),
                    _ => times.push(f64::INFINITY),
                }
            }
            for window in 0..count as usize {
                let (requests, mut times) = windows.remove(&window).unwrap_or_default();
                assert_eq!(got.counts[window], requests);
                times.sort_by(f64::total_cmp);
                for (index, q) in probabilities.into_iter().enumerate() {
                    let found = got.quantiles[window * probabilities.len() + index];
                    match times.get(nearest_rank(q, times.len() as u64) as usize - 1) {
                        Some(expected) => assert_eq!(found, *expected, "{quantity:?} {bits:?} {window} {q}"),
                        None => assert!(found.is_nan()),
                    }
                }
            }
            assert!(windows.is_empty());
        }
    }
    for width in [1e3, f64::NAN, 0.0] {
        assert!(dataset.over_time(selection((2, 1)), Quantity::Queue, width, &[0.5]).is_err(), "{width}");
    }
}

#[test]
fn columns_are_read_from_any_row_on_whatever_else_is_read_meanwhile() {
    let scene = Scene::new();
    let samples: Vec<Sample> = (0..21_000).map(varied).collect();
    let dataset = RunDataset::open(varied_run(&scene, &samples)).expect("a dataset");
    let columns = [
        Column::IntendedStart,
        Column::Quantity(Quantity::ServerSpan),
        Column::Status,
        Column::Outcome,
        Column::Metric("hops".to_owned()),
    ];
    let value = |sample: &Sample, column: &Column| match column {
        Column::IntendedStart => Some(sample.intended_start as f64),
        Column::Quantity(quantity) => duration(sample, *quantity).map(|nanos| nanos as f64),
        Column::Status => sample.status.map(f64::from),
        Column::Outcome => Some(f64::from(sample.outcome.code())),
        Column::Metric(_) => sample.metrics.first().map(|(_, value)| *value),
    };
    for bits in SELECTIONS {
        let selection = selection(bits);
        let rows: Vec<&Sample> = selected(&samples, selection).collect();
        let mut from = 0;
        loop {
            let mut more = false;
            for column in &columns {
                let chunk = dataset.read(selection, column, from as u64, 1_234).expect("read");
                let expected = &rows[from..rows.len().min(from + 1_234)];
                assert_eq!((chunk.values.len(), chunk.more), (expected.len(), from + 1_234 < rows.len()));
                for (row, sample) in expected.iter().enumerate() {
                    let is_there = chunk.validity.is_empty() || chunk.validity[row / 8] >> (row % 8) & 1 == 1;
                    assert_eq!(is_there.then_some(chunk.values[row]), value(sample, column), "{column:?} {row}");
                }
                more = chunk.more;
            }
            from += 1_234;
            if !more {
                break;
            }
        }
        // And backwards, which no place is kept for.
        let first = dataset.read(selection, &Column::IntendedStart, 0, 1).expect("read");
        assert_eq!(first.values.first().copied(), rows.first().map(|sample| sample.intended_start as f64));
        let beyond = dataset.read(selection, &Column::IntendedStart, 1 << 40, 10).expect("read");
        assert_eq!((beyond.values.len(), beyond.more), (0, false));
    }
    let error = dataset.read(selection((2, 1)), &Column::Metric("hop".to_owned()), 0, 1).expect_err("no such metric");
    assert!(error.0.contains("no metric `hop`") && error.0.contains("hops, cpu-time"), "{error}");
}

#[test]
fn samples_of_several_row_groups_are_added_up_once() {
    let scene = Scene::new();
    let mut run = scene.run();
    let samples: Vec<Sample> = (0..600_000).map(sample).collect();
    let trial = run.begin_trial(&plan(), &metrics(), &reasons()).expect("a trial");
    offer(&mut trial.sink(), 0..600_000);
    run.finish_trial(trial, result(600_000)).expect("a record");
    let dataset = open_dataset(run.dir()).expect("a dataset");
    for bits in [(2, 1), (3, 2047)] {
        let selection = selection(bits);
        let exact: u64 = selected(&samples, selection).filter_map(Sample::queue).sum();
        let rows = selected(&samples, selection).count();
        let got = dataset.measure(selection, Quantity::Queue).expect("measured");
        assert_eq!((got.count, got.mean), (rows as f64, exact as f64 / rows as f64));
        // From rows of which it takes counting to know where they are.
        for from in [1, rows - 3, rows / 2] {
            let chunk = dataset.read(selection, &Column::IntendedStart, from as u64, 2).expect("read");
            let expected: Vec<f64> =
                selected(&samples, selection).skip(from).take(2).map(|one| one.intended_start as f64).collect();
            assert_eq!(chunk.values, expected);
        }
    }
}

/// Changes what `run.json` says of its first trial.
fn edit(run: &Run, change: impl FnOnce(&mut serde_json::Value)) -> RunDataset {
    let path = run.dir().join("run.json");
    let mut value: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).expect("text")).expect("JSON");
    change(&mut value["trials"][0]["samples"]);
    std::fs::write(&path, value.to_string()).expect("written");
    RunDataset::open(Run::open(run.dir()).expect("readable")).expect("a dataset")
}

/// What `run.json` knows is answered without samples, and the rest is an error that says `cause`.
fn assert_falls_back(dataset: &RunDataset, samples: &[Sample], cause: &str) {
    assert!(!dataset.trial(0).expect("a trial").has_samples);
    let steady = selection((2, 1));
    for quantity in [Quantity::ResponseTime, Quantity::ServiceTime, Quantity::FirstByte, Quantity::ServerSpan] {
        let of = || selected(samples, steady).filter_map(|sample| duration(sample, quantity));
        let got = dataset.measure(steady, quantity).expect("known");
        assert_eq!((got.count, got.mean), (of().count() as f64, of().sum::<u64>() as f64 / of().count() as f64));
        assert!(got.standard_deviation.is_nan());
        assert!(dataset.durations(selection((2, 2047)), quantity).is_ok());
    }
    assert!(dataset.measure(selection((2, 2047)), Quantity::Queue).is_ok());
    let column = Column::IntendedStart;
    for error in [
        dataset.measure(steady, Quantity::Queue).map(|_| ()),
        dataset.measure(selection((2, 2047)), Quantity::ResponseTime).map(|_| ()),
        dataset.durations(steady, Quantity::Transfer).map(|_| ()),
        dataset.over_time(steady, Quantity::ResponseTime, 1e9, &[0.5]).map(|_| ()),
        dataset.read(steady, &column, 0, 10).map(|_| ()),
    ] {
        let text = error.expect_err("no samples").0;
        assert!(text.starts_with("trial 1 of run `") && text.contains(cause), "{text}");
    }
}

#[test]
fn without_samples_there_is_what_the_run_file_has() {
    let scene = Scene::new();
    let samples: Vec<Sample> = (0..21_000).map(varied).collect();
    let run = varied_run(&scene, &samples);
    let incomplete = edit(&run, |recorded| {
        recorded["complete"] = false.into();
        recorded["rows"] = 20_999.into();
        recorded["lost"] = 1.into();
        recorded["cause"] = "the disk did not keep up".into();
    });
    assert_falls_back(&incomplete, &samples, "the disk did not keep up");
    std::fs::remove_dir_all(run.dir().join("trials")).expect("removed");
    let gone = edit(&run, |recorded| {
        recorded["rows"] = 21_000.into();
        recorded["cause"] = serde_json::Value::Null;
    });
    assert_falls_back(&gone, &samples, "file is gone");
}

#[test]
fn a_spool_that_was_kept_is_read_as_well() {
    let scene = Scene::new();
    let samples: Vec<Sample> = (0..21_000).map(varied).collect();
    let run = varied_run(&scene, &samples);
    let mut other = scene.run();
    let trial = other.begin_trial(&plan(), &metrics(), &reasons()).expect("a trial");
    for samples in samples.chunks(500) {
        while trial.sink().offer(samples.to_vec()) > 0 {
            std::thread::yield_now();
        }
    }
    trial.abandon();
    for name in ["spool-0001.data", "spool-0001.index"] {
        let [from, to] = [other.dir(), run.dir()].map(|dir| dir.join("trials/0001").join(name));
        std::fs::rename(from, to).expect("moved");
    }
    std::fs::remove_file(run.dir().join("trials/0001/samples.parquet")).expect("removed");
    let dataset = edit(&run, |recorded| {
        recorded["complete"] = false.into();
        recorded["path"] = serde_json::Value::Null;
        recorded["spool"] = "trials/0001".into();
    });
    assert!(dataset.trial(0).expect("a trial").has_samples);
    let selection = selection((2, 2047));
    let of = || selected(&samples, selection).filter_map(|sample| duration(sample, Quantity::Transfer));
    let got = dataset.measure(selection, Quantity::Transfer).expect("measured");
    assert_eq!((got.count, got.most), (of().count() as f64, of().max().expect("some") as f64));
    let windows = dataset.over_time(selection, Quantity::Transfer, 1e9, &[1.0]).expect("windows");
    assert_eq!(windows.counts.iter().sum::<f64>(), selected(&samples, selection).count() as f64);
    let chunk = dataset.read(selection, &Column::IntendedStart, 100, 10).expect("read");
    assert_eq!(chunk.values, (2_100..2_110).map(|n| f64::from(n) * 500_000.0).collect::<Vec<_>>());
}
