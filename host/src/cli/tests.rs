//! Facts about the command line as a whole.

use clap::{CommandFactory, Parser};

use super::{Cli, Command};

fn each_command(command: &clap::Command, visit: &mut dyn FnMut(&clap::Command)) {
    visit(command);
    command.get_subcommands().for_each(|sub| each_command(sub, visit));
}

#[test]
fn the_command_line_is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn first_help_lines_fit_and_are_there() {
    each_command(&Cli::command(), &mut |command| {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        assert!(!about.is_empty() && about.len() <= 72, "{}: {about:?}", command.get_name());
        for arg in command.get_arguments() {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(!help.is_empty() && help.len() <= 72, "{} {}: {help:?}", command.get_name(), arg.get_id());
        }
    });
}

#[test]
fn a_rate_of_nothing_is_refused_with_the_reason() {
    for text in ["0", "-1", "-1/s", "fast", "1e30"] {
        let error = Cli::try_parse_from(["cluster-tester", "run", "--rate", text]).expect_err(text);
        assert_eq!(error.exit_code(), 2);
        let message = error.to_string();
        assert!(message.contains("cannot be held") || message.contains("is not a rate"), "{message}");
    }
}

#[test]
fn an_absurd_duration_is_refused_with_the_reason() {
    let error = Cli::try_parse_from(["cluster-tester", "run", "--duration", "99999d"]).expect_err("too long");
    assert!(error.to_string().contains("longer than 30 days"), "{error}");
    let error = Cli::try_parse_from(["cluster-tester", "run", "--duration", "-3s"]).expect_err("negative");
    assert!(error.to_string().contains("is not a length of time"), "{error}");
}

#[test]
fn the_older_spelling_is_taken() {
    let line = "cluster-tester test-execution --test-cases fibonacci --load 12 --requests-per-second 2.5 \
                --duration-per-test 10 --monitoring-interval 0.5 --storage db/ --config config.json";
    let cli = Cli::try_parse_from(line.split_whitespace()).expect("older spelling");
    let Command::TestExecution(args) = cli.command else { panic!("{:?}", cli.command) };
    assert_eq!(args.test_cases, ["fibonacci"]);
    assert_eq!(args.requests_per_second.map(|rate| rate.text).as_deref(), Some("2.5"));
    assert_eq!(args.duration_per_test.map(|span| span.nanos()), Some(10_000_000_000));
    assert_eq!(cli.global.storage.as_deref(), Some(std::path::Path::new("db/")));
}

#[test]
fn the_value_of_a_pair_is_not_shown() {
    let cli = Cli::try_parse_from(["cluster-tester", "run", "--plugin-option", "token=hunter2"]).expect("a pair");
    assert!(!format!("{:?}", cli.command).contains("hunter2"));
}
