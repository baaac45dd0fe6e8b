//! When requests are sent: which keys go together, and which layer wins.

use super::*;
use crate::error::ExitCode;

/// The flags of `run`, words separated by spaces, over those that make a run.
fn flags(words: &str) -> RunSettings {
    use clap::Parser as _;
    let line = format!("cluster-tester run --test-case http --url http://127.0.0.1:1 {words}");
    let cli = crate::cli::Cli::try_parse_from(line.split_whitespace()).unwrap_or_else(|error| panic!("{error}"));
    let crate::cli::Command::Run(args) = cli.command else { panic!("{words}") };
    args.settings
}

fn pattern(file: &str, words: &str) -> String {
    run_of(file, &flags(words)).map(|run| shown(&run)).unwrap_or_else(|error| error.render(false))
}

#[test]
fn a_rate_stages_a_recording_or_users() {
    assert_eq!(pattern("", "--rate 90/m --duration 1m"), "1.5/s for 1m");
    assert_eq!(pattern("", "--rate 500 --arrivals poisson"), "500/s for 30s Poisson");
    assert_eq!(pattern("", "--rate 500/s --arrivals bursts:50"), "500/s for 30s Bursts(50)");
    assert_eq!(
        pattern("", "--stage 100/s:10s --stage 100/s..2000/s:1m --stage 0/s:5s"),
        "100/s for 10s, 100/s..2000/s for 1m, 0/s for 5s"
    );
    assert_eq!(pattern("", "--replay a/b.txt"), "a/b.txt for None");
    assert_eq!(pattern("", "--rate max"), "10 users thinking 0s for 30s");
    assert_eq!(
        pattern("", "--rate max --connections 50 --think-time 100ms --duration 5s"),
        "50 users thinking 100ms for 5s"
    );
    let run = run_of("", &flags("--rate max --threads 4 --connections 2")).expect("a run");
    assert_eq!((run.threads, run.connections), (2, Some(2)), "a thread without a user could not send");
}

#[test]
fn a_later_layer_says_anew_when_requests_are_sent() {
    let stages = "[run]\nstages = [\"5/s:10s\"]\narrivals = \"poisson\"";
    assert_eq!(pattern(stages, ""), "5/s for 10s Poisson");
    assert_eq!(pattern(stages, "--rate 7/s"), "7/s for 30s Poisson");
    assert_eq!(pattern(stages, "--rate max"), "10 users thinking 0s for 30s");
    assert_eq!(pattern(stages, "--replay a"), "a for None");
    let users = "[run]\nrate = \"max\"\nconnections = 3\nthink-time = \"1s\"\nduration = \"9s\"";
    assert_eq!(pattern(users, ""), "3 users thinking 1s for 9s");
    assert_eq!(pattern(users, "--rate 5"), "5/s for 9s");
    assert_eq!(pattern(users, "--stage 5/s:1s"), "5/s for 1s");
    let replay = "[run]\nreplay = \"a.txt\"\nduration = \"9s\"";
    assert_eq!(pattern(replay, ""), "a.txt for Some(Span(9s))");
    assert_eq!(pattern(replay, "--replay b.txt"), "b.txt for None");
    assert_eq!(pattern(replay, "--stage 5/s:1s"), "5/s for 1s");
}

#[test]
fn a_recording_in_a_file_counts_from_that_file() {
    let folder = folder([("sub/a.toml", "[run]\nreplay = \"r.txt\"\nfeed = \"f.csv\"\njunit = \"/j.xml\"")]);
    let run = run_in(folder.path(), Environment::default(), &config_files(&["sub/a.toml"]), &enough());
    let run = run.expect("a run");
    assert_eq!(shown(&run), "sub/r.txt for None");
    assert_eq!(run.feed.map(|(file, _)| file).as_deref(), Some(Path::new("sub/f.csv")));
    assert_eq!(run.goal.junit.as_deref(), Some(Path::new("/j.xml")));
}

#[test]
fn what_does_not_go_together_is_refused_with_both_places() {
    insta::assert_snapshot!(pattern("", "--stage 5/s:10s --rate 7/s"), @r"
    error: `run.stages` does not go with `run.rate`
      run.stages: --stage
      run.rate: --rate
      hint: keep one: a stage has its rate
    ");
    insta::assert_snapshot!(pattern("[run]\nstages = [\"5/s:10s\"]", "--duration 7s"), @r"
    error: `run.duration` does not go with `run.stages`
      run.duration: --duration
      run.stages: cluster-tester.toml:2:10
      hint: leave it out: the time measured is that of the stages together
    ");
    insta::assert_snapshot!(pattern("[run]\nrate = 5\nreplay = \"a\"", ""), @r"
    error: `run.replay` does not go with `run.rate`
      run.replay: cluster-tester.toml:3:10
      run.rate: cluster-tester.toml:2:8
      hint: keep one: a recording has its rate
    ");
    insta::assert_snapshot!(pattern("", "--replay a --stage 1/s:1s"), @r"
    error: `run.replay` does not go with `run.stages`
      run.replay: --replay
      run.stages: --stage
      hint: keep one
    ");
    insta::assert_snapshot!(pattern("", "--think-time 1s"), @r"
    error: `run.think-time` means nothing without `--rate max`
      where: --think-time
      hint: with a rate, arrivals wait for nobody; leave it out, or ask for `--rate max --connections N`
    ");
    insta::assert_snapshot!(pattern("", "--rate max --arrivals poisson"), @r"
    error: `run.arrivals` does not go with `run.rate`
      run.arrivals: --arrivals
      run.rate: --rate
      hint: leave it out: only a rate has arrivals around it
    ");
    insta::assert_snapshot!(pattern("", "--rate max --connections 20 --max-in-flight 10"), @r"
    error: 20 users need as many requests under way, and 10 are allowed
      run.connections: --connections
      run.max-in-flight: --max-in-flight
      hint: raise `--max-in-flight`, or ask for fewer
    ");
    let error = run_of("", &flags("--stage 5/s:10s --rate 7/s")).expect_err("both");
    assert_eq!(error.code, ExitCode::Usage);
}

#[test]
fn stages_that_nobody_can_mean_are_refused() {
    insta::assert_snapshot!(pattern("", "--stage 0/s:10s"), @r"
    error: the stages send nothing
      where: --stage
      hint: one of them needs a rate above 0
    ");
    insta::assert_snapshot!(pattern("[run]\nstages = []", ""), @r"
    error: `run.stages` is empty
      where: cluster-tester.toml:2:10
      hint: write at least one, as `100/s:30s`
    ");
    insta::assert_snapshot!(pattern("", "--stage 1/s:20d --stage 1/s:20d"), @r"
    error: the stages are longer than 30 days together
      where: --stage
      hint: nothing here waits that long
    ");
    insta::assert_snapshot!(pattern("", "--stage 1000000/s:1d"), @r"
    error: 1000000/s for 24h is 8.6e10 requests, more than 1e10
      where: --stage
      hint: lower the rate or the duration
    ");
}

#[test]
fn a_feed_and_its_mode_come_together() {
    insta::assert_snapshot!(pattern("", "--feed-mode unique"), @r"
    error: `run.feed-mode` means nothing without `run.feed`
      where: --feed-mode
      hint: name the file with `--feed FILE`
    ");
    let run = run_of("", &flags("--feed a.csv --feed-mode unique --pacing economical")).expect("a run");
    assert_eq!(run.feed, Some(("a.csv".into(), model::plan::FeedMode::Unique)));
    assert_eq!(run.pacing, model::plan::Pacing::Economical);
    let wrong = run_of("[run]\npacing = \"exact\"", &enough()).expect_err("no such pacing").render(false);
    insta::assert_snapshot!(wrong, @r"
    error: `run.pacing` does not fit: `exact` is not one of `precise` or `economical`
      where: cluster-tester.toml:2:10
      hint: every key with its default is in docs/configuration.md, and in `cluster-tester config schema`
    ");
}
