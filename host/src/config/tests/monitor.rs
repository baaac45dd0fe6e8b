//! Which hosts are monitored.

use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::cli::{HostSettings, MonitorSettings, ShowFormat};
use crate::config::{Presence, ResolvedMonitor, resolve_monitor, show};
use crate::error::ExitCode;

fn resolve(folder: &Path, environment: Environment, hosts: HostSettings) -> Result<ResolvedMonitor, CliError> {
    let monitor = MonitorSettings { hosts, ..MonitorSettings::default() };
    let layers = Layers::load(&GlobalArgs::default(), environment, folder)?;
    Ok(resolve_monitor(&layers.with(&RunSettings { monitor, ..RunSettings::default() })?)?)
}

fn of(project_file: &str) -> Result<ResolvedMonitor, CliError> {
    resolve(folder([("cluster-tester.toml", project_file)]).path(), Environment::default(), HostSettings::default())
}

/// Hosts as `name address`.
fn listed(resolved: &ResolvedMonitor) -> Vec<String> {
    resolved.hosts.iter().map(|host| format!("{} {}", host.name, host.address())).collect()
}

#[test]
fn without_hosts_the_tester_alone_is_monitored_every_second() {
    let resolved = of("").expect("the defaults");
    assert_eq!((resolved.hosts.len(), resolved.interval.to_string().as_str()), (0, "1s"));
    assert_eq!((resolved.presence, resolved.baseline.0.is_zero()), (Presence::Required, true));
    assert!(!resolved.accept_new_host_keys && resolved.ssh_config.is_none() && resolved.notices.is_empty());
}

#[test]
fn a_host_is_its_name_and_what_the_config_says_beside() {
    let text = "[monitor]\ninterval = \"500ms\"\npresence = \"optional\"\nssh-config = \"ssh/config\"\n\
                [monitor.hosts.web]\n[monitor.hosts.db-1]\nhost = \"10.0.0.1\"\nport = 2222\nuser = \"bench\"\n\
                identity-file = \"~/.ssh/bench\"\n";
    let folder = folder([("cluster-tester.toml", text)]);
    let resolved = resolve(folder.path(), Environment::from([("HOME", "/home/me")]), HostSettings::default());
    let mut resolved = resolved.expect("hosts");
    resolved.hosts.sort_by(|a, b| b.name.cmp(&a.name));
    assert_eq!(listed(&resolved), ["web web", "db-1 bench@10.0.0.1:2222"]);
    assert_eq!(resolved.hosts[1].identity_file.as_deref(), Some(Path::new("/home/me/.ssh/bench")));
    assert_eq!(resolved.ssh_config.as_deref(), Some(Path::new("ssh/config")));
    assert_eq!((resolved.presence, resolved.interval.to_string().as_str()), (Presence::Optional, "500ms"));
}

#[test]
fn flags_add_hosts_and_have_the_last_word() {
    let folder = folder([("cluster-tester.toml", "[monitor.hosts.db]\nuser = \"a\"\n[monitor]\npresence = \"off\"")]);
    let host = |text: &str| text.parse().unwrap_or_else(|error| panic!("{error}"));
    let flags = HostSettings {
        monitor_host: vec![host("b@db:22"), host("[::1]:1"), host("root@[::1]:2"), host("web")],
        monitor: "required".parse().ok(),
        monitor_interval: "0.25".parse().ok(),
        accept_new_host_keys: true,
    };
    let resolved = resolve(folder.path(), Environment::default(), flags).expect("hosts");
    assert_eq!(listed(&resolved), ["db b@db:22", "[::1]:1 [::1]:1", "root@[::1]:2 root@[::1]:2", "web web"]);
    assert_eq!((resolved.presence, resolved.interval.to_string().as_str()), (Presence::Required, "250ms"));
    assert!(resolved.accept_new_host_keys);
}

#[test]
fn a_password_comes_from_a_variable_or_a_file_and_one_in_clear_is_warned_about() {
    let text = "[monitor.hosts.a]\npassword = \"env:A\"\n[monitor.hosts.b]\npassword-file = \"b.password\"\n\
                [monitor.hosts.c]\npassword = \"hunter2\"";
    let folder = folder([("cluster-tester.toml", text), ("b.password", "hunter3\nrest\n")]);
    let file = folder.path().join("b.password");
    let absolute = text.replace("b.password", &file.display().to_string());
    fs::write(folder.path().join("cluster-tester.toml"), absolute).expect("a file");
    let environment = Environment::from([("A", "hunter1")]);
    let resolve = || resolve(folder.path(), environment.clone(), HostSettings::default()).expect("hosts");
    let resolved = resolve();
    let passwords: Vec<_> = resolved.hosts.iter().map(|host| host.password.clone().expect("a password")).collect();
    assert_eq!(passwords, ["hunter1", "hunter3", "hunter2"].map(::monitor::Secret::new));
    assert!(!format!("{resolved:?}").contains("hunter"), "{resolved:?}");
    assert_eq!(resolved.notices.len(), 2, "{:?}", resolved.notices);
    assert!(resolved.notices[0].contains("can be read by others"), "{:?}", resolved.notices);
    insta::assert_snapshot!(resolved.notices[1], @"host `c` has its password in clear, cluster-tester.toml:6:12: whoever reads the file can use it; give `env:NAME`, a `password-file`, or better a key");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("permissions");
    assert_eq!(resolve().notices.len(), 1);
}

#[test]
fn no_message_and_no_listing_shows_a_password() {
    for text in [
        "password = 5",
        "password = [\"hunter2\"]",
        "password = \"hunter2\"\nport = \"hunter2\"",
        "password = \"hunter2\"\ncolour = 3",
        "password = \"hunter2\"\npassword-file = \"b\"",
        "password-file = \"missing\"",
    ] {
        let error = of(&format!("[monitor.hosts.db]\n{text}")).expect_err(text);
        assert_eq!(error.code, ExitCode::Config, "{error:?}");
        assert!(!error.render(false).contains("hunter2"), "{}", error.render(false));
    }
    let folder = folder([("cluster-tester.toml", "[monitor.hosts.db]\npassword = \"hunter2\"")]);
    let layers = Layers::load(&GlobalArgs::default(), Environment::default(), folder.path()).expect("layers");
    for format in [ShowFormat::Toml, ShowFormat::Json] {
        assert!(!show(&layers, format).contains("hunter2"));
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let message = |text: &str| of(text).expect_err("not valid").render(false);
    insta::assert_snapshot!(message("[monitor]\ninterval = \"10ms\""), @r"
    error: `monitor.interval` is 10ms, less than 100ms
      where: cluster-tester.toml:2:12
      hint: the kernel counts processor time in hundredths of a second: give 100ms or more
    ");
    insta::assert_snapshot!(message("[monitor.hosts.db]\npasswort-file = \"b\""), @r"
    error: unknown key `monitor.hosts.db.passwort-file`
      where: cluster-tester.toml:2:1
      hint: did you mean `monitor.hosts.db.password-file`?
    ");
    insta::assert_snapshot!(message("[monitor.hosts.db]\npassword = \"env:NONE\""), @r"
    error: environment variable `NONE` is not set
      wanted by: `monitor.hosts.db.password`, cluster-tester.toml:2:12
      hint: set it: `export NONE=…`
    ");
    insta::assert_snapshot!(message("[monitor.hosts.db]\npassword-file = \"/none\""), @r"
    error: cannot read a password from `/none`: No such file or directory (os error 2)
      wanted by: `monitor.hosts.db.password-file`, cluster-tester.toml:2:17
      hint: its first line must be the password, and you must be able to read it
    ");
    insta::assert_snapshot!(message("[monitor.hosts.db]\nport = 70000"), @r"
    error: `monitor.hosts.db.port` does not fit: found the number `70000`, expected a whole number from 0 to 65535
      where: cluster-tester.toml:2:8
      hint: every key with its default is in docs/configuration.md, and in `cluster-tester config schema`
    ");
    insta::assert_snapshot!(message("[monitor]\npresence = \"maybe\""), @r"
    error: `monitor.presence` does not fit: `maybe` is not one of `required`, `optional`, `off`
      where: cluster-tester.toml:2:12
      hint: every key with its default is in docs/configuration.md, and in `cluster-tester config schema`
    ");
}
