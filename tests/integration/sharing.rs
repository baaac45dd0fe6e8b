//! Plugins from registries: pushed, pulled, locked, kept, allowed.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use tests::fixture;

use crate::command::{Place, Ran, Target, run};
use crate::registry_server::{PASSWORD, RegistryServer, USER, log_in};

/// Runs the command with a cache of the place's own: nothing pulled by another test is in it.
fn command(place: &Place, words: &str) -> Command {
    let mut command = place.command(words);
    command.env("XDG_CACHE_HOME", place.path().join("cache"));
    command
}

fn cluster_tester(place: &Place, words: &str) -> Ran {
    run(command(place, words))
}

/// Pushes a fixture and gives what `plugin push` tells.
fn push(place: &Place, plugin: &str, reference: &str) -> serde_json::Value {
    let words = format!("plugin push {} {reference} --format json", fixture(plugin).display());
    let ran = cluster_tester(place, &words);
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.json()
}

/// Files of components in the place's cache.
fn kept(place: &Place) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(place.path().join("cache/cluster-tester/plugins")) else { return Vec::new() };
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

#[test]
fn what_was_pushed_is_pulled_with_the_same_bytes_and_runs_without_the_registry() {
    let place = Place::new();
    let registry = RegistryServer::start(&place);
    let reference = registry.reference("team/steps:1.0");
    let pushed = push(&place, "two-step", &reference);
    assert_eq!(push(&place, "two-step", &registry.reference("team/steps:again"))["manifest"], pushed["manifest"]);

    let pulled = cluster_tester(&place, &format!("plugin pull {reference} --output copy.wasm --format json"));
    assert_eq!(pulled.code, 0, "{pulled:?}");
    let pulled = &pulled.json()[0];
    assert_eq!((&pulled["manifest"], &pulled["digest"]), (&pushed["manifest"], &pushed["digest"]));
    assert_eq!(pulled["world"], "test-case");
    let original = std::fs::read(fixture("two-step")).expect("built");
    assert_eq!(std::fs::read(place.path().join("copy.wasm")).expect("written"), original);
    let by_digest = format!("{reference}@{}", pushed["manifest"].as_str().expect("a digest"));
    assert_eq!(cluster_tester(&place, &format!("plugin pull {by_digest}")).code, 0);
    let lock = std::fs::read_to_string(place.path().join("cluster-tester.lock")).expect("a lock file");
    assert_eq!(lock.matches(pushed["digest"].as_str().expect("a digest")).count(), 2, "{lock}");

    drop(registry);
    place.write("cluster-tester.toml", format!("[plugins]\nsources = [\"{reference}\", \"{by_digest}\"]\n"));
    let target = Target::start(&place);
    let ran = cluster_tester(&place, &format!("run --test-case steps --url {} --rate 10/s --duration 1s", target.url));
    assert_ne!(ran.code, 5, "{ran:?}");
    assert!(ran.stderr.contains("plugin `steps` has not run on this machine before"), "{}", ran.stderr);
    assert_eq!(place.saved()["plugins"][0]["digest"], pushed["digest"]);
    assert_eq!(place.saved()["plugins"][0]["origin"], by_digest);
}

#[test]
#[ignore = "needs wkg in PATH: `cargo install --locked wkg --version 0.16.1`"]
fn wkg_pulls_what_was_pushed_here_and_what_it_pushed_is_pulled_here() {
    let place = Place::new();
    let registry = RegistryServer::start(&place);
    let original = std::fs::read(fixture("two-step")).expect("built");
    let wkg = |words: &str| {
        let ran = run(place.command_of("wkg", &format!("oci {words} --insecure {}", registry.host)));
        assert_eq!(ran.code, 0, "{ran:?}");
    };
    let ours = registry.reference("team/ours:1.0");
    push(&place, "two-step", &ours);
    wkg(&format!("pull {ours} -o ours.wasm"));
    assert!(std::fs::read(place.path().join("ours.wasm")).expect("written") == original);

    let theirs = registry.reference("team/theirs:1.0");
    wkg(&format!("push {theirs} {} --author alice", fixture("two-step").display()));
    let pulled = cluster_tester(&place, &format!("plugin pull {theirs} --output theirs.wasm --format json"));
    assert_eq!(pulled.code, 0, "{pulled:?}");
    assert_eq!(pulled.json()[0]["world"], "test-case");
    assert!(std::fs::read(place.path().join("theirs.wasm")).expect("written") == original);
    place.write("cluster-tester.toml", format!("[plugins]\nsources = [\"{theirs}\"]\n"));
    let target = Target::start(&place);
    let ran = cluster_tester(&place, &format!("plugin test theirs --url {}", target.url));
    assert!(ran.stdout.contains("POST /"), "{ran:?}");
}

#[test]
fn a_source_is_pulled_at_its_first_use_and_not_before() {
    let place = Place::new();
    let registry = RegistryServer::start(&place);
    let reference = registry.reference("team/steps:1.0");
    push(&place, "two-step", &reference);
    place.write("cluster-tester.toml", format!("[plugins]\nsources = [\"{reference}\"]\n"));
    assert_eq!(cluster_tester(&place, "plugin inspect http").code, 0);
    assert!(kept(&place).is_empty(), "nothing asked for it");
    let inspected = cluster_tester(&place, "plugin inspect steps");
    assert_eq!(inspected.code, 0, "{inspected:?}");
    assert!(inspected.stdout.contains(&format!("from              {reference}")), "{}", inspected.stdout);
    assert!(place.path().join("cluster-tester.lock").exists());
    drop(registry);
    assert_eq!(cluster_tester(&place, "plugin inspect steps").code, 0);
}

#[test]
fn a_tag_that_moved_is_an_error_until_it_is_accepted() {
    let place = Place::new();
    let registry = RegistryServer::start(&place);
    let reference = registry.reference("team/steps:1.0");
    let old = push(&place, "two-step", &reference);
    assert_eq!(cluster_tester(&place, &format!("plugin pull {reference}")).code, 0);
    let moved = run(command(&place, &format!("plugin push {} {reference}", fixture("sandboxed").display())));
    assert!(moved.stderr.contains("stood for sha256:"), "{moved:?}");

    let refused = cluster_tester(&place, &format!("plugin pull {reference}"));
    assert_eq!(refused.code, 5, "{refused:?}");
    assert!(refused.stderr.contains(&format!("error: `{reference}` has moved since it was accepted")), "{refused:?}");
    assert!(refused.stderr.contains(&format!("plugin pull --update {reference}`")), "{refused:?}");

    // What is here goes on as it was; what is not here is not replaced by something else.
    place.write("cluster-tester.toml", format!("[plugins]\nsources = [\"{reference}\"]\n"));
    let inspected = cluster_tester(&place, "plugin inspect steps --format json");
    assert_eq!(inspected.json()["digest"], old["digest"]);
    std::fs::remove_dir_all(place.path().join("cache")).expect("a cache");
    assert_eq!(cluster_tester(&place, "plugin inspect steps").code, 5);
    // The old one is still there by its digest.
    let pinned = format!("{reference}@{}", old["manifest"].as_str().expect("a digest"));
    assert_eq!(cluster_tester(&place, &format!("plugin pull {pinned}")).code, 0);

    assert_eq!(cluster_tester(&place, &format!("plugin pull --update {reference}")).code, 0);
    let inspected = cluster_tester(&place, "plugin inspect steps --format json");
    assert_ne!(inspected.json()["digest"], old["digest"]);
}

#[test]
fn a_registry_with_a_login_takes_that_of_docker_s_config_or_of_a_helper() {
    let place = Place::new();
    let registry = RegistryServer::start_with_login(&place);
    let reference = registry.reference("team/steps:1.0");
    let push_it = format!("plugin push {} {reference}", fixture("two-step").display());

    let without = cluster_tester(&place, &push_it);
    assert_eq!(without.code, 5, "{without:?}");
    assert!(without.stderr.contains("refuses access without login"), "{without:?}");
    assert!(without.stderr.contains(&format!("hint: log in: `docker login {}`", registry.host)), "{without:?}");
    log_in(place.path(), &registry.host, "wrong");
    let wrong = cluster_tester(&place, &push_it);
    assert_eq!(wrong.code, 5, "{wrong:?}");
    assert!(wrong.stderr.contains("refuses this login"), "{wrong:?}");
    assert!(!wrong.stderr.contains("wrong"), "the password is not shown: {wrong:?}");
    log_in(place.path(), &registry.host, PASSWORD);
    let ran = cluster_tester(&place, &push_it);
    assert_eq!(ran.code, 0, "{ran:?}");

    // By a helper, as `docker login` leaves it where one is set up.
    let config = serde_json::json!({ "credHelpers": { &registry.host: "test" } });
    place.write(".docker/config.json", config.to_string());
    let said = serde_json::json!({ "ServerURL": registry.host, "Username": USER, "Secret": PASSWORD });
    let helper = place.write("bin/docker-credential-test", format!("#!/bin/sh\ncat >/dev/null\necho '{said}'\n"));
    std::fs::set_permissions(&helper, std::fs::Permissions::from_mode(0o755)).expect("executable");
    let path = format!("{}:{}", place.path().join("bin").display(), std::env::var("PATH").expect("a PATH"));
    let mut pull = command(&place, &format!("plugin pull {reference}"));
    pull.env("PATH", &path);
    let ran = run(pull);
    assert_eq!(ran.code, 0, "{ran:?}");
    place.write("bin/docker-credential-test", "#!/bin/sh\ncat >/dev/null\nprintf 'no\\033[2J' >&2\nexit 1\n");
    let mut pull = command(&place, &format!("plugin pull {reference}"));
    pull.env("PATH", &path);
    let ran = run(pull);
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(ran.stderr.contains("`docker-credential-test` failed: no\\u{1b}[2J"), "{ran:?}");
}

#[test]
fn what_is_not_there_or_no_component_is_told() {
    let place = Place::new();
    let registry = RegistryServer::start(&place);
    push(&place, "two-step", &registry.reference("team/steps:1.0"));
    for missing in ["team/steps:2.0", "team/other:1.0"] {
        let ran = cluster_tester(&place, &format!("plugin pull {}", registry.reference(missing)));
        assert_eq!(ran.code, 5, "{ran:?}");
        assert!(ran.stderr.contains(&format!("error: there is no `{}`", registry.reference(missing))), "{ran:?}");
    }
    let ran = cluster_tester(&place, "plugin pull team/steps:1.0");
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("begins with the registry's host"), "{ran:?}");
    place.write("cluster-tester.toml", "[plugins]\nsources = [\"registry.example/Team/x:1\"]\n");
    let ran = cluster_tester(&place, "plugin list");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stderr.contains("`plugins.sources` does not fit") && ran.stderr.contains("(character 18)"), "{ran:?}");
}

#[test]
fn bytes_that_were_changed_in_the_registry_or_in_the_cache_are_not_used() {
    let place = Place::new();
    let registry = RegistryServer::start(&place);
    let reference = registry.reference("team/steps:1.0");
    let pushed = push(&place, "two-step", &reference);
    place.write("cluster-tester.toml", format!("[plugins]\nsources = [\"{reference}\"]\n"));
    assert_eq!(cluster_tester(&place, "plugin inspect steps").code, 0);

    let [file] = kept(&place).try_into().expect("one component");
    let original = std::fs::read(&file).expect("kept");
    let mut changed = original.clone();
    *changed.last_mut().expect("bytes") ^= 1;
    std::fs::write(&file, &changed).expect("changed");
    let ran = cluster_tester(&place, "plugin inspect steps");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("was changed since it was pulled; it is pulled again"), "{ran:?}");
    assert_eq!(std::fs::read(&file).expect("kept"), original);

    let blob = registry.blob(pushed["digest"].as_str().expect("a digest"));
    std::fs::write(blob, &changed).expect("changed");
    std::fs::remove_file(&file).expect("removed");
    let ran = cluster_tester(&place, "plugin inspect steps");
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(ran.stderr.contains("came with other bytes than its digest says"), "{ran:?}");
    drop(registry);
    std::fs::write(&file, &changed).expect("changed");
    let ran = cluster_tester(&place, "plugin inspect steps");
    assert_eq!(ran.code, 5, "offline, a changed file is not used: {ran:?}");
    assert!(ran.stderr.contains("cannot reach registry"), "{ran:?}");
}

#[test]
fn an_unknown_plugin_is_shown_once_before_it_runs() {
    let place = Place::new();
    place.write("mine/steps.wasm", std::fs::read(fixture("two-step")).expect("built"));
    let quiet = cluster_tester(&place, "plugin inspect steps --plugins mine --quiet");
    assert_eq!((quiet.code, quiet.stderr.as_str()), (0, ""));
    let first = cluster_tester(&place, "plugin inspect steps --plugins mine");
    insta::with_settings!({ filters => vec![(r"sha256:[0-9a-f]{64}", "sha256:<digest>")] }, {
        insta::assert_snapshot!(first.stderr, @"
        notice: plugin `steps` has not run on this machine before
          from     mine/steps.wasm
          digest   sha256:<digest>
          world    test case
          imports  cluster-tester:plugin/log@0.1.0, cluster-tester:plugin/random@0.1.0
          to refuse plugins that you do not name, set `plugins.policy.allow`
        ");
    });
    assert_eq!(cluster_tester(&place, "plugin inspect steps --plugins mine").stderr, "");
    // Other bytes under the same name are unknown again.
    place.write("mine/steps.wasm", std::fs::read(fixture("sandboxed")).expect("built"));
    let other = cluster_tester(&place, "plugin inspect steps --plugins mine");
    assert!(other.stderr.contains("has not run on this machine before"), "{other:?}");
    assert!(other.stderr.contains("imports  wasi:") || other.stderr.contains(", wasi:"), "{other:?}");
}

#[test]
fn with_a_policy_only_what_it_names_runs() {
    let place = Place::new();
    place.write("mine/steps.wasm", std::fs::read(fixture("two-step")).expect("built"));
    let with = |allow: &str| {
        place.write("cluster-tester.toml", format!("[plugins.policy]\nallow = [{allow}]\n"));
        cluster_tester(&place, "plugin inspect steps --plugins mine")
    };
    let refused = with("");
    assert_eq!(refused.code, 5, "{refused:?}");
    insta::with_settings!({ filters => vec![(r"sha256:[0-9a-f]{64}", "sha256:<digest>")] }, {
        insta::assert_snapshot!(refused.stderr, @r#"
        error: plugin `steps` is not allowed by `plugins.policy.allow`
          from: mine/steps.wasm
          digest: sha256:<digest>
          hint: if you trust it, add "sha256:<digest>" to the list; or "path:mine/steps.wasm", whatever is in it
        "#);
    });
    let digest = refused.stderr.split("digest: ").nth(1).expect("a digest").lines().next().expect("a line");
    assert_eq!(with(&format!("\"{digest}\"")).code, 0);
    assert_eq!(with("\"path:mine/\"").code, 0);
    assert_eq!(with("\"registry.example/team/\", \"path:other/\"").code, 5);
    assert_eq!(with("\"everything\"").code, 3);
    // Those of the command itself need no rule.
    assert_eq!(cluster_tester(&place, "plugin inspect http").code, 3);
    with("");
    assert_eq!(cluster_tester(&place, "plugin inspect http").code, 0);
}
