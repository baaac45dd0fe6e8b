//! What is asked once of a host.

use std::time::Duration;

use model::resources::{ClockOffset, HostFacts, Kubernetes};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

use crate::clock::{self, UnixClock};
use crate::dialogue::{Dialogue, Gone};
use crate::frame::sections;
use crate::reading::Reading;

/// Exchanges among which the shortest tells the clock's offset.
const CLOCK_EXCHANGES: u32 = 5;
/// Longest wait for all answers; four binaries may each hang for three seconds.
const WAIT: Duration = Duration::from_secs(20);
/// Lines of `/proc/cpuinfo` that name a processor, the best first.
const MODELS: [&str; 5] = ["model name", "Model", "cpu model", "Hardware", "cpu"];

/// Asks a script, before it gives samples.
pub(crate) async fn ask<R, W>(dialogue: &mut Dialogue<R, W>, name: &str, unix: UnixClock) -> Result<HostFacts, Gone>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let asked = async {
        let clock = ask_clock(dialogue, unix).await?;
        let machine = dialogue.ask("facts").await?.text;
        let kubernetes = dialogue.ask("kubernetes").await?.text;
        Ok(HostFacts { clock, kubernetes: distributions(&kubernetes), ..of_machine(&machine) })
    };
    let facts = timeout(WAIT, asked).await.unwrap_or_else(|_| Err(Gone("it does not tell its facts".to_owned())))?;
    Ok(HostFacts { name: name.to_owned(), ..facts })
}

/// Facts that a reading tells.
pub(crate) fn add_from(facts: &mut HostFacts, reading: &Reading) {
    facts.cores = u32::try_from(reading.cores.len()).ok().filter(|cores| *cores > 0);
    let total = reading.memory.total;
    facts.memory_kb = (total > 0.0).then_some(total as u64);
}

async fn ask_clock<R, W>(dialogue: &mut Dialogue<R, W>, unix: UnixClock) -> Result<Option<ClockOffset>, Gone>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut best: Option<ClockOffset> = None;
    for number in 0..CLOCK_EXCHANGES {
        let exchange = dialogue.ask(&format!("clock {number}")).await?;
        // The answer may have been held up after it was read: its end bounds it as well.
        let offset =
            clock::offset(&exchange.text, unix.unix_ns(exchange.sent), unix.unix_ns(std::time::Instant::now()));
        let Some(offset) = offset else { return Ok(None) };
        best = Some(best.filter(|best| best.bound_ns <= offset.bound_ns).unwrap_or(offset));
    }
    Ok(best)
}

fn of_machine(answer: &str) -> HostFacts {
    let sections = sections(answer);
    let section = |name: &str| sections.iter().find(|(one, _)| *one == name).map_or("", |(_, text)| text);
    let line = |name: &str| first_line(section(name));
    HostFacts {
        kernel: line("uname"),
        os: os(section("os-release")),
        cpu_model: cpu_model(section("cpuinfo")).or_else(|| line("device")),
        governor: line("governor"),
        ..HostFacts::default()
    }
}

fn first_line(text: &str) -> Option<String> {
    text.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
}

fn os(release: &str) -> Option<String> {
    let value = |key: &str| {
        let value = release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='))?;
        Some(value.trim().trim_matches(['"', '\'']).to_owned()).filter(|value| !value.is_empty())
    };
    value("PRETTY_NAME").or_else(|| value("NAME"))
}

fn cpu_model(cpuinfo: &str) -> Option<String> {
    let value = |wanted: &str| {
        cpuinfo.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            (key.trim() == wanted && !value.trim().is_empty()).then(|| value.trim().to_owned())
        })
    };
    MODELS.into_iter().find_map(value)
}

/// One for each binary that answers.
fn distributions(answer: &str) -> Vec<Kubernetes> {
    let of = |(name, text): &(&str, &str)| {
        let line = first_line(text)?;
        let is_version =
            |word: &&str| word.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let version = line.split_ascii_whitespace().find(is_version).unwrap_or(&line).to_owned();
        Some(Kubernetes { distribution: (*name).to_owned(), version })
    };
    sections(answer).iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_told() {
        let answer = "==> uname <==\n6.1.0-18-amd64\n==> os-release <==\nNAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n\
                      ==> cpuinfo <==\nprocessor\t: 0\nmodel\t\t: 85\nmodel name\t: Intel(R) Xeon(R) CPU @ 2.80GHz\n\
                      ==> device <==\n==> governor <==\nperformance\n";
        let facts = of_machine(answer);
        assert_eq!(facts.kernel.as_deref(), Some("6.1.0-18-amd64"));
        assert_eq!(facts.os.as_deref(), Some("Debian GNU/Linux 12"));
        assert_eq!(facts.cpu_model.as_deref(), Some("Intel(R) Xeon(R) CPU @ 2.80GHz"));
        assert_eq!(facts.governor.as_deref(), Some("performance"));
        let arm =
            "==> cpuinfo <==\nprocessor\t: 0\nBogoMIPS\t: 108.00\n==> device <==\nRaspberry Pi 4 Model B Rev 1.4\n\n";
        assert_eq!(of_machine(arm).cpu_model.as_deref(), Some("Raspberry Pi 4 Model B Rev 1.4"));
        assert_eq!(of_machine("nonsense"), HostFacts::default());
    }

    #[test]
    fn a_distribution_is_told_where_its_binary_answers() {
        let answer = "==> k3s <==\nk3s version v1.28.5+k3s1 (5b2d1271)\ngo version go1.20.12\n==> k0s <==\nv1.29.1+k0s.0\n\
                      ==> microk8s <==\nMicroK8s v1.29.0 revision 6364\n==> kubelet <==\n\n";
        let told: Vec<_> =
            distributions(answer).into_iter().map(|one| format!("{} {}", one.distribution, one.version)).collect();
        assert_eq!(told, ["k3s v1.28.5+k3s1", "k0s v1.29.1+k0s.0", "microk8s v1.29.0"]);
    }
}
