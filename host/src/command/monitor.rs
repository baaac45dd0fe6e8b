//! `monitor`: what hosts spend, as it happens, without load from here.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use generator::Stop;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use model::resources::{HostFacts, Observation};

use crate::cli::{GlobalArgs, MonitorArgs, MonitorFormat, MonitorSettings, RunSettings};
use crate::config;
use crate::error::{CliError, ExitCode};
use crate::host_figures::{self, FactsLine, SeenLine};
use crate::output::Talk;
use crate::visible::{visible, visible_json};
use crate::{hosts, signals};

/// How often it is looked whether to end.
const LOOK: Duration = Duration::from_millis(50);

pub(crate) fn run(args: &MonitorArgs, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    let monitor = MonitorSettings { hosts: args.hosts.clone(), ..MonitorSettings::default() };
    let layers = super::layers(global)?.with(&RunSettings { monitor, ..RunSettings::default() })?;
    let resolved = config::resolve_monitor(&layers)?;
    talk.notices(layers.notices.iter().chain(&resolved.notices));
    let stop = Stop::default();
    signals::watch(stop.clone(), "sessions are ended in order", talk)
        .map_err(|error| CliError::new(ExitCode::Internal, format!("no signal handlers: {error}")))?;
    let monitor = hosts::start(&resolved, &|| stop.is_thrown(), talk)?;
    let mut display = Display::begin(args.format, &monitor.facts())?;
    let end = args.duration.map(|duration| Instant::now() + duration.0);
    let observations = monitor.observations();
    let has_ended = || end.is_some_and(|end| Instant::now() >= end);
    while !has_ended() && !stop.is_thrown() {
        let Ok(observation) = observations.recv_timeout(LOOK) else { continue };
        if display.show(&observation)?.is_gone() {
            break;
        }
    }
    let lost = monitor.lost();
    monitor.stop();
    if lost > 0 {
        talk.notices([format!("{lost} looks are not shown: whoever reads them is too slow")]);
    }
    // Without a duration it is how it ends.
    let is_cut_off = stop.is_thrown() && end.is_some();
    Ok(if is_cut_off { ExitCode::Interrupted } else { ExitCode::Ok })
}

/// Whether there is still somebody who reads.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    There,
    Gone,
}

impl Reader {
    fn is_gone(self) -> bool {
        self == Self::Gone
    }
}

/// Where figures go.
struct Display {
    names: Vec<String>,
    name_width: usize,
    way: Way,
}

enum Way {
    /// A row a host that is written again and again.
    Rows {
        _table: MultiProgress,
        rows: Vec<ProgressBar>,
    },
    /// A line a look.
    Lines,
    Json,
    Csv,
}

impl Display {
    fn begin(format: MonitorFormat, facts: &[HostFacts]) -> Result<Self, CliError> {
        let names: Vec<_> = facts.iter().map(|facts| facts.name.clone()).collect();
        let name_width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default().max(4);
        let head = host_figures::table_head(name_width);
        let way = match format {
            MonitorFormat::Text if io::stdout().is_terminal() => {
                let table = MultiProgress::with_draw_target(ProgressDrawTarget::stdout_with_hz(8));
                let row = |text: String| {
                    let style = ProgressStyle::with_template("{wide_msg}").expect("the template is valid");
                    let row = table.add(ProgressBar::new_spinner().with_style(style));
                    row.set_message(text);
                    row.tick();
                    row
                };
                row(head).abandon();
                let rows = names.iter().map(|name| row(format!("{name:name_width$}  …"))).collect();
                Way::Rows { _table: table, rows }
            }
            MonitorFormat::Text => Way::Lines,
            MonitorFormat::JsonLines => Way::Json,
            MonitorFormat::Csv => Way::Csv,
        };
        let display = Self { names, name_width, way };
        match display.way {
            Way::Rows { .. } => {}
            Way::Lines => drop(write(&host_figures::table_head(name_width))?),
            Way::Csv => drop(write(&csv_line(&host_figures::csv_head()))?),
            Way::Json => {
                for facts in facts {
                    write(&json(&FactsLine { facts }))?;
                }
            }
        }
        Ok(display)
    }

    fn show(&mut self, observation: &Observation) -> Result<Reader, CliError> {
        let index = usize::from(observation.host);
        let Some(name) = self.names.get(index) else { return Ok(Reader::There) };
        let row = || visible(&host_figures::table_row(name, &observation.seen, self.name_width)).into_owned();
        match &self.way {
            Way::Rows { rows, .. } => {
                rows[index].set_message(row());
                rows[index].tick();
                Ok(Reader::There)
            }
            Way::Lines => write(&row()),
            Way::Json => write(&json(&SeenLine { name, observation })),
            Way::Csv => write(&csv_line(&host_figures::csv_line(name, observation))),
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        if let Way::Rows { rows, .. } = &self.way {
            rows.iter().for_each(ProgressBar::abandon);
        }
    }
}

fn json(line: &impl serde::Serialize) -> String {
    visible_json(&serde_json::to_string(line).expect("what is printed is plain data")).into_owned()
}

fn csv_line(fields: &[String]) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
    let written = writer.write_record(fields).ok().and_then(|()| writer.into_inner().ok()).unwrap_or_default();
    String::from_utf8_lossy(&written).trim_end().to_owned()
}

fn write(line: &str) -> Result<Reader, CliError> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{line}").and_then(|()| stdout.flush()) {
        Ok(()) => Ok(Reader::There),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => Err(CliError::new(ExitCode::Storage, format!("cannot write to stdout: {error}"))),
    }
}
