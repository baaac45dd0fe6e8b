use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;

use super::*;

/// A registry that answers each request by what a function makes of its first line.
fn fake(answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Reference {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, answer) = (stream.unwrap(), Arc::clone(&answer));
            std::thread::spawn(move || {
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
                    head.push(byte[0]);
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                answer(head.lines().next().unwrap_or_default(), &mut stream);
            });
        }
    });
    format!("{host}/team/x:1").parse().unwrap()
}

fn send(stream: &mut TcpStream, status: &str, headers: &str, body: &[u8]) {
    let length = body.len();
    let _ = write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n");
    let _ = stream.write_all(body);
}

/// A registry with one manifest and whatever it has for a component.
fn with_manifest(manifest: Vec<u8>, blob: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Reference {
    fake(move |line, stream| match line {
        line if line.contains("/manifests/") => send(stream, "200 OK", "", &manifest),
        line if line.contains("/blobs/") => blob(stream),
        _ => send(stream, "200 OK", "", b"{}"),
    })
}

fn quick() -> Registry {
    let idle = Duration::from_millis(300);
    Registry::new(RegistryConfig { idle_timeout: idle, timeout: Duration::from_secs(5), ..RegistryConfig::default() })
}

fn fetch(reference: &Reference) -> Result<Vec<u8>, RegistryError> {
    let found = quick().find(reference)?;
    quick().fetch(reference, found, Arc::new(|_, _| ()))
}

fn manifest() -> Vec<u8> {
    Artifact::of(b"component", &[], &[]).manifest
}

#[test]
fn what_is_found_is_fetched() {
    let reference = with_manifest(manifest(), |stream| send(stream, "200 OK", "", b"component"));
    let found = quick().find(&reference).unwrap();
    assert_eq!((found.manifest, found.component, found.size), (Digest::of(&manifest()), Digest::of(b"component"), 9));
    assert_eq!(fetch(&reference).unwrap(), b"component");
    assert_eq!(fetch(&reference.with_digest(found.manifest)).unwrap(), b"component");
}

#[test]
fn other_bytes_than_the_digest_says_are_refused() {
    for wrong in [&b"Component"[..], b"componen", b"component and more"] {
        let reference = with_manifest(manifest(), move |stream| send(stream, "200 OK", "", wrong));
        let error = fetch(&reference).unwrap_err();
        assert!(matches!(error, RegistryError::Tampered { .. }), "{error}");
    }
    let reference = with_manifest(manifest(), |_| ()).with_digest(Digest::of(b"another manifest"));
    let error = fetch(&reference).unwrap_err();
    assert!(matches!(error, RegistryError::Tampered { .. }), "{error}");
}

#[test]
fn a_component_that_is_too_large_is_refused_before_it_is_fetched() {
    let text = String::from_utf8(manifest()).unwrap();
    let manifest = text.replace("\"size\":9", "\"size\":268435457").into_bytes();
    let reference = with_manifest(manifest, |_| panic!("it is fetched"));
    let error = fetch(&reference).unwrap_err();
    assert!(error.to_string().ends_with("/team/x:1` has 268435457 bytes; a plugin has at most 268435456"), "{error}");
}

#[test]
fn a_registry_that_stalls_is_not_waited_for() {
    let begun = Instant::now();
    let stalls = |stream: &mut TcpStream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\ncomp");
        // Until the other side gives up.
        let _ = stream.read(&mut [0; 1]);
    };
    for reference in [
        with_manifest(manifest(), stalls),
        fake(move |_, stream| stalls(stream)),
        fake(|_, stream| {
            let _ = stream.read(&mut [0; 1]);
        }),
    ] {
        let error = fetch(&reference).unwrap_err();
        assert!(matches!(error, RegistryError::TimedOut { .. }), "{error:?}");
    }
    // A bound that tells waiting from not waiting, not a speed.
    assert!(begun.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_registry_that_trickles_is_not_waited_for_either() {
    let reference = with_manifest(manifest(), |stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9000000\r\n\r\n");
        while stream.write_all(b"c").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let found = Found { size: 9_000_000, ..quick().find(&reference).unwrap() };
    let registry = Registry::new(RegistryConfig { timeout: Duration::from_millis(500), ..RegistryConfig::default() });
    let error = registry.fetch(&reference, found, Arc::new(|_, _| ())).unwrap_err();
    assert!(matches!(error, RegistryError::TimedOut { .. }), "{error:?}");
}

#[test]
fn what_a_registry_says_is_told_without_its_control_characters() {
    let reference = fake(|line, stream| match line.contains("/manifests/") {
        true => send(stream, "500 Oh", "", b"no\x1b[2J\n\xe2\x80\xae"),
        false => send(stream, "200 OK", "", b"{}"),
    });
    let error = quick().find(&reference).unwrap_err().to_string();
    assert!(error.ends_with("refuses: status 500, no\\u{1b}[2J\\u{a}\\u{202e}"), "{error}");
}

#[test]
fn a_token_that_no_header_can_hold_breaks_one_request_and_not_the_command() {
    let reference = fake(|line, stream| match line {
        line if line.contains("/token") => send(stream, "200 OK", "", br#"{"token":"a\nb"}"#),
        line if line.contains("/v2/ ") => {
            let host = stream.local_addr().unwrap();
            let header = format!("www-authenticate: Bearer realm=\"http://{host}/token\",service=\"x\"\r\n");
            send(stream, "401 Unauthorized", &header, b"{}");
        }
        _ => send(stream, "200 OK", "", b"{}"),
    });
    let error = quick().find(&reference).unwrap_err();
    assert!(matches!(error, RegistryError::Client(_)), "{error:?}");
}

#[test]
fn only_this_machine_is_spoken_to_without_tls() {
    for host in ["localhost", "localhost:5000", "127.0.0.1:5000", "127.1.2.3", "[::1]:5000"] {
        assert!(is_loopback(host), "{host}");
    }
    for host in
        ["localhost.example", "registry.example:5000", "10.0.0.1:5000", "[2001:db8::1]:5000", "127.0.0.1.example"]
    {
        assert!(!is_loopback(host), "{host}");
    }
}

#[test]
fn a_registry_that_is_not_there_is_told() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = quick().find(&format!("127.0.0.1:{port}/x:1").parse().unwrap()).unwrap_err();
    assert!(error.to_string().contains("cannot reach registry `127.0.0.1:"), "{error}");
    assert_eq!(error.hint().unwrap(), "is it running?");
    let error = RegistryError::Unreachable { host: "registry.example".into(), cause: String::new() };
    assert!(error.hint().unwrap().contains("--insecure-registry registry.example"));
}
