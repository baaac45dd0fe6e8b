//! What a person and a CI read of a run: on screen, as JUnit XML, as Markdown.

use model::plan::{ConnectionPlan, Pacing, TargetPlan};
use model::trial::FailureExample;
use model::{
    Cause, Load, LoadModel, Outcome, Phase, PhaseResult, Rate, Reason, RunPlan, Sample, Slo, Span, TesterUsage,
    TrialPlan, TrialResult, Validity,
};
use results::{FORMAT_VERSION, RunFile, RunState, SamplesRecord, Summary, Tester, TrialRecord};

use crate::error::ExitCode;
use crate::{junit, markdown, summary, verdict};

/// A hundred requests in ten seconds, the last `failures` of them refused by the target.
fn steady(failures: u64) -> PhaseResult {
    let mut steady = PhaseResult::new(10_000_000_000);
    for n in 0..100_u64 {
        let due = n as i64 * 100_000_000;
        let sent = due + 60_000;
        let is_good = n < 100 - failures;
        let sample = Sample {
            iteration: n,
            step: 0,
            phase: Phase::Steady,
            outcome: if is_good { Outcome::Success } else { Outcome::Failed },
            failure_reason: None,
            load: Load(1),
            origin: 0,
            intended_start: due,
            release: due + if n == 0 { 2_000_000 } else { 50_000 },
            sent: Some(sent),
            first_byte: Some(sent + 1_000_000),
            end: sent + 3_000_000,
            connect_ns: (n == 0).then_some(200_000),
            tls_ns: (n == 0).then_some(900_000),
            status: Some(200),
            bytes_sent: 100,
            bytes_received: 1_000,
            server_span: None,
            metrics: Vec::new(),
        };
        steady.record(&sample, 0);
        if is_good {
            steady.iteration_time.record(sample.response_time());
        }
    }
    steady
}

fn run(validity: Validity, reasons: &[(Cause, &str)], failures: u64, slo: &str) -> RunFile {
    let steady = steady(failures);
    let slo = (!slo.is_empty()).then(|| slo.to_owned());
    let verdicts = slo.as_ref().map(|slo| slo.parse::<Slo>().expect("conditions").judge(&steady, &[]));
    let plan = TrialPlan {
        test_case: "http".into(),
        options: serde_json::Map::new(),
        load: Load(1),
        load_model: LoadModel::constant(Rate::per_second(10.0).expect("a rate"), Span::from_secs(10)),
        warm_up: Span::from_secs(1),
        duration: Span::from_secs(10),
        timeout: Span::from_secs(30),
        pacing: Pacing::default(),
        threads: 1,
        plugin_threads: 1,
        connections: None,
        max_in_flight: 1_000,
        feed: None,
        slo,
        abort_when: (validity == Validity::Interrupted).then(|| "errors > 10%".to_owned()),
        abort_window: Span::from_secs(10),
    };
    let reason = |(cause, message): &(Cause, &str)| Reason { cause: *cause, message: (*message).to_owned() };
    let refused = FailureExample { outcome: Outcome::Failed, message: "status <503> | no".into(), count: failures };
    let result = TrialResult {
        steady,
        validity,
        validity_reasons: reasons.iter().map(reason).collect(),
        notes: vec!["response time rose by 45 %".into()],
        tester: Some(TesterUsage {
            wall_ns: 10_000_000_000,
            cpu_user_ns: 1_500_000_000,
            cpu_system_ns: 1_000_000_000,
            busiest_thread: 0.21,
            peak_resident_bytes: 30 << 20,
            voluntary_switches: 1_200,
            involuntary_switches: 3,
            steal: Some(0.001),
        }),
        slo: verdicts.unwrap_or_default(),
        failures: if failures > 0 { vec![refused] } else { Vec::new() },
        ..TrialResult::default()
    };
    let target = TargetPlan {
        name: None,
        urls: vec!["https://a|b".into()],
        headers: Vec::new(),
        connection: ConnectionPlan::default(),
    };
    let record = TrialRecord {
        number: 1,
        summary: Summary::of(&plan, &result),
        samples: SamplesRecord { complete: true, ..SamplesRecord::default() },
        metrics: Vec::new(),
        failure_reasons: Vec::new(),
        plan: plan.clone(),
        result,
        extras: results::TrialExtras::default(),
    };
    RunFile {
        format_version: FORMAT_VERSION,
        run_id: "20261125-120000-http-abcd".into(),
        name: None,
        labels: Default::default(),
        created: "2026-11-25T12:00:00Z".into(),
        ended: None,
        state: RunState::Complete,
        command: Vec::new(),
        tester: Tester { version: "0.1.0".into(), ..Tester::this_machine("0.1.0") },
        plan: RunPlan { target, trials: vec![plan], seed: 0 },
        plugins: Vec::new(),
        hosts: Vec::new(),
        baseline: None,
        searches: Vec::new(),
        resumed: Vec::new(),
        trials: vec![record],
    }
}

/// What is printed when the trial ends.
fn text(run: &RunFile) -> String {
    summary::of_trial(&run.trials[0], &run.plan.target.urls, &run.hosts)
}

/// The test cases alone.
fn cases(run: &RunFile) -> String {
    let text = junit::of("http", Ok(run));
    text.lines()
        .filter(|line| line.contains("<testcase") || line.contains("<testsuites"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn code(run: &RunFile) -> ExitCode {
    verdict::code_of(&run.trials[0].result)
}

#[test]
fn a_trial_that_was_held_with_its_slo_met() {
    let run = run(Validity::Valid, &[], 0, "p99 < 5ms, errors < 1%");
    assert_eq!(code(&run), ExitCode::Ok);
    insta::assert_snapshot!(text(&run), @"
    http, load 1, 10/s (open loop) for 10s after 1s of warm-up, https://a|b
      offered   10.0/s of 10.0/s   goodput 10.0/s
      requests  100: 100 good, 0 failed   sent 9.77 KiB, received 97.7 KiB
      late      1 arrival more than 1 ms after they were due (1.00 %)

                                  mean       p50       p90       p99     p99.9       max
      response time            3.06 ms   3.06 ms   3.06 ms   3.06 ms   3.06 ms   3.06 ms
      service time             3.00 ms   3.00 ms   3.00 ms   3.00 ms   3.00 ms   3.00 ms
        to first byte          1.00 ms   1.00 ms   1.00 ms   1.00 ms   1.00 ms   1.00 ms
      queue                    9.90 µs   10.0 µs   10.0 µs   10.0 µs   10.0 µs   10.0 µs
        connect                 200 µs    200 µs    200 µs    200 µs    200 µs    200 µs
        TLS                     900 µs    900 µs    900 µs    900 µs    900 µs    900 µs
      release lag              69.5 µs   50.0 µs   50.0 µs   50.0 µs   2.00 ms   2.00 ms

      tester    0.25 cores, busiest thread 21 %, 30.0 MiB, switches 1 200 given and 3 taken, steal 0.1 %

      SLO met
        met      p99 < 5ms    3.06ms
        met      errors < 1%  0% (0 of 100 requests)

      note: response time rose by 45 %
    ");
}

#[test]
fn an_slo_that_was_not_met() {
    let run = run(Validity::Valid, &[], 2, "p99 < 5ms, errors < 5%");
    assert_eq!(code(&run), ExitCode::SloFailed);
    insta::assert_snapshot!(text(&run), @"
    http, load 1, 10/s (open loop) for 10s after 1s of warm-up, https://a|b
      offered   10.0/s of 10.0/s   goodput 9.80/s
      requests  100: 98 good, 2 failed (2.00 %)   sent 9.77 KiB, received 97.7 KiB
      late      1 arrival more than 1 ms after they were due (1.00 %)

                                  mean       p50       p90       p99     p99.9       max
      response time, all     unbounded   3.06 ms   3.06 ms unbounded unbounded unbounded
      response time, good      3.06 ms   3.06 ms   3.06 ms   3.06 ms   3.06 ms   3.06 ms
      service time             3.00 ms   3.00 ms   3.00 ms   3.00 ms   3.00 ms   3.00 ms
        to first byte          1.00 ms   1.00 ms   1.00 ms   1.00 ms   1.00 ms   1.00 ms
      queue                    9.90 µs   10.0 µs   10.0 µs   10.0 µs   10.0 µs   10.0 µs
        connect                 200 µs    200 µs    200 µs    200 µs    200 µs    200 µs
        TLS                     900 µs    900 µs    900 µs    900 µs    900 µs    900 µs
      release lag              69.5 µs   50.0 µs   50.0 µs   50.0 µs   2.00 ms   2.00 ms

      tester    0.25 cores, busiest thread 21 %, 30.0 MiB, switches 1 200 given and 3 taken, steal 0.1 %

      failures
              2 × failed: status <503> | no

      SLO NOT MET
        NOT MET  p99 < 5ms    unbounded
        met      errors < 5%  2% (2 of 100 requests)

      note: response time rose by 45 %
    ");
    insta::assert_snapshot!(cases(&run), @r#"
    <testsuites name="cluster-tester" tests="3" failures="1" errors="0" skipped="0" time="10.000">
        <testcase classname="cluster-tester.http load 1" name="the tester held 10/s (open loop)" time="10.000"/>
        <testcase classname="cluster-tester.http load 1" name="p99 &lt; 5ms" time="0.000"><failure type="slo" message="p99 &lt; 5ms is not met: it was unbounded"/></testcase>
        <testcase classname="cluster-tester.http load 1" name="errors &lt; 5%" time="0.000"/>
    "#);
    insta::assert_snapshot!(markdown::of("http", Ok(&run)), @r"
    ## Load test: http

    **Valid**, **SLO NOT MET** (1 of 2 conditions)  
    http, load 1, 10/s (open loop) for 10s after 1s of warm-up, `https://a\|b`

    - note: response time rose by 45 %

    | SLO | | was |
    |---|---|---|
    | `p99 < 5ms` | **NOT MET** | unbounded |
    | `errors < 5%` | met | 2% (2 of 100 requests) |

    | | |
    |---|---|
    | offered | 10.0/s of 10.0/s |
    | goodput | 9.80/s |
    | requests | 100: 98 good, 2 failed (2.00 %) |
    | late | 1 arrival more than 1 ms after they were due (1.00 %) |

    | | mean | p50 | p90 | p99 | p99.9 | max |
    |---|---:|---:|---:|---:|---:|---:|
    | response time, all | unbounded | 3.06 ms | 3.06 ms | unbounded | unbounded | unbounded |
    | response time, good | 3.06 ms | 3.06 ms | 3.06 ms | 3.06 ms | 3.06 ms | 3.06 ms |
    | service time | 3.00 ms | 3.00 ms | 3.00 ms | 3.00 ms | 3.00 ms | 3.00 ms |
    | to first byte | 1.00 ms | 1.00 ms | 1.00 ms | 1.00 ms | 1.00 ms | 1.00 ms |
    | queue | 9.90 µs | 10.0 µs | 10.0 µs | 10.0 µs | 10.0 µs | 10.0 µs |
    | connect | 200 µs | 200 µs | 200 µs | 200 µs | 200 µs | 200 µs |
    | TLS | 900 µs | 900 µs | 900 µs | 900 µs | 900 µs | 900 µs |
    | release lag | 69.5 µs | 50.0 µs | 50.0 µs | 50.0 µs | 2.00 ms | 2.00 ms |

    - 2 × failed: status \<503\> \| no

    <sub>run `20261125-120000-http-abcd`, cluster-tester 0.1.0</sub>
    ");
}

#[test]
fn a_trial_that_was_not_held_proves_nothing() {
    let run = run(Validity::GeneratorBound, &[(Cause::Cpu, "too busy"), (Cause::Steal, "others")], 0, "p99 < 1ms");
    assert_eq!(code(&run), ExitCode::GeneratorBound);
    insta::assert_snapshot!(cases(&run), @r#"
    <testsuites name="cluster-tester" tests="2" failures="1" errors="0" skipped="1" time="10.000">
        <testcase classname="cluster-tester.http load 1" name="the tester held 10/s (open loop)" time="10.000"><failure type="generator-bound" message="CPU: too busy; steal: others"/></testcase>
        <testcase classname="cluster-tester.http load 1" name="p99 &lt; 1ms" time="0.000"><skipped message="the trial is not valid; it was 3.06ms"/></testcase>
    "#);
    let markdown = markdown::of("http", Ok(&run));
    insta::assert_snapshot!(markdown.lines().take(8).collect::<Vec<_>>().join("\n"), @r"
    ## Load test: http

    **NOT VALID:** the tester could not hold this load; the figures are not the target's  
    http, load 1, 10/s (open loop) for 10s after 1s of warm-up, `https://a\|b`

    - CPU: too busy
    - steal: others
    - note: response time rose by 45 %
    ");
    assert!(text(&run).contains("NOT VALID: the tester could not hold this load"), "{}", text(&run));
}

#[test]
fn a_trial_that_its_own_condition_ended() {
    let reason = "ended early because `errors > 10%` held";
    let run = run(Validity::Interrupted, &[(Cause::AbortWhen, reason)], 20, "");
    assert_eq!(code(&run), ExitCode::SloFailed);
    insta::assert_snapshot!(cases(&run), @r#"
    <testsuites name="cluster-tester" tests="2" failures="1" errors="0" skipped="0" time="10.000">
        <testcase classname="cluster-tester.http load 1" name="the tester held 10/s (open loop)" time="10.000"/>
        <testcase classname="cluster-tester.http load 1" name="not ended by: errors &gt; 10%" time="0.000"><failure type="abort-when" message="abort-when: ended early because `errors &gt; 10%` held"/></testcase>
    "#);
    assert!(text(&run).contains("    abort-when: ended early because"), "{}", text(&run));
    assert!(markdown::of("http", Ok(&run)).contains("\n**ABORTED**  \n"));
}

#[test]
fn a_trial_without_one_success() {
    let run = run(Validity::Valid, &[], 100, "");
    assert_eq!(code(&run), ExitCode::NoSuccess);
    insta::assert_snapshot!(cases(&run), @r#"
    <testsuites name="cluster-tester" tests="2" failures="1" errors="0" skipped="0" time="10.000">
        <testcase classname="cluster-tester.http load 1" name="the tester held 10/s (open loop)" time="10.000"/>
        <testcase classname="cluster-tester.http load 1" name="a request succeeds" time="0.000"><failure type="no-success" message="not one request succeeded: failed: status &lt;503&gt; | no"/></testcase>
    "#);
    assert!(markdown::of("http", Ok(&run)).contains("\n**Valid**, **not one request succeeded**  \n"));
}
