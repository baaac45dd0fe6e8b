//! Each way to a target, through the command, against a server that is not ours.

use crate::command::{Place, Ran};
use crate::nginx::{NAME, Nginx, Seen, all, socket};

/// Requests of each run.
const REQUESTS: usize = 40;

/// A run of 0.4 s, and what nginx saw of it.
fn run(place: &Place, nginx: &Nginx, words: &str) -> (Ran, Vec<Seen>) {
    let before = nginx.seen().len();
    let ran = place.run(&format!("run --test-case http --rate 100/s --duration 400ms --quiet --format json {words}"));
    (ran, nginx.seen().split_off(before))
}

/// The same, of which every request was a success.
fn good_run(place: &Place, nginx: &Nginx, words: &str) -> Vec<Seen> {
    let (ran, seen) = run(place, nginx, words);
    ran.assert_measured();
    assert_eq!(ran.json()["trials"][0]["summary"]["successes"], REQUESTS, "{words}: {ran:?}");
    assert_eq!((seen.len(), all(&seen, |seen| seen.status.as_str())), (REQUESTS, vec!["200"]), "{words}");
    seen
}

/// Words that lead to a port of nginx's, by its name.
fn at(scheme: &str, port: u16) -> String {
    format!("--url {scheme}://{NAME}:{port} --resolve {NAME}:{port}:127.0.0.1")
}

#[test]
fn http_2_is_spoken_by_prior_knowledge_on_one_connection() {
    let place = Place::new();
    let nginx = Nginx::start(&place);
    let seen = good_run(&place, &nginx, &format!("--http 2 --url http://127.0.0.1:{}", nginx.prior_knowledge));
    assert_eq!(all(&seen, |seen| seen.protocol.as_str()), ["HTTP/2.0"]);
    assert_eq!(all(&seen, |seen| seen.connection.as_str()).len(), 1);
}

#[test]
fn an_authority_of_ones_own_is_trusted_and_nobody_elses() {
    let place = Place::new();
    let nginx = Nginx::start(&place);
    let url = at("https", nginx.tls);
    let seen = good_run(&place, &nginx, &format!("{url} --cacert ca.pem"));
    assert_eq!(all(&seen, |seen| seen.protocol.as_str()), ["HTTP/2.0"], "by ALPN");
    let seen = good_run(&place, &nginx, &format!("{url} --cacert ca.pem --http 1.1"));
    assert_eq!(all(&seen, |seen| seen.protocol.as_str()), ["HTTP/1.1"]);
    good_run(&place, &nginx, &format!("{url} --insecure"));

    for (words, told) in [
        (url.clone(), "the certificate is not trusted: give its authority with `--cacert`"),
        (format!("{url} --cacert own.pem"), "the certificate is not trusted"),
        (format!("--url https://127.0.0.1:{} --cacert ca.pem", nginx.tls), "the certificate is not for `127.0.0.1`"),
        (at("https", nginx.plain), "does not speak TLS on this port"),
    ] {
        let (ran, seen) = run(&place, &nginx, &words);
        assert_eq!(ran.code, 4, "{words}: {ran:?}");
        assert!(ran.stderr.contains(told), "{words}: {}", ran.stderr);
        // What is no TLS nginx calls a bad request, and logs.
        assert!(seen.iter().all(|seen| seen.status == "400"), "nothing was sent: {seen:?}");
    }
}

#[test]
fn a_certificate_that_is_its_own_authority_is_trusted_when_given() {
    let place = Place::new();
    let nginx = Nginx::start(&place);
    let url = at("https", nginx.own_authority);
    good_run(&place, &nginx, &format!("{url} --cacert own.pem"));
    let (ran, _) = run(&place, &nginx, &format!("{url} --cacert ca.pem"));
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.stderr.contains("give that very certificate with `--cacert`"), "{}", ran.stderr);
}

#[test]
fn a_client_certificate_is_shown_to_who_asks_for_it() {
    let place = Place::new();
    let nginx = Nginx::start(&place);
    let url = format!("{} --cacert ca.pem", at("https", nginx.mutual));
    let seen = good_run(&place, &nginx, &format!("{url} --cert client.pem --key client.key"));
    assert_eq!(all(&seen, |seen| seen.client.as_str()), ["SUCCESS"]);
    // nginx lets anybody connect, and answers with status 400 who has shown none.
    let (ran, seen) = run(&place, &nginx, &url);
    assert_eq!((ran.code, all(&seen, |seen| seen.client.as_str())), (13, vec!["NONE"]), "{ran:?}");
}

#[test]
fn a_name_goes_to_the_address_that_was_given_for_it() {
    let place = Place::new();
    let nginx = Nginx::start(&place);
    let seen = good_run(&place, &nginx, &at("http", nginx.plain));
    assert_eq!(all(&seen, |seen| seen.host.clone()), [format!("{NAME}:{}", nginx.plain)]);
    let (ran, _) = run(&place, &nginx, &format!("--url http://{NAME}:{}", nginx.plain));
    assert_eq!(ran.code, 4, "nobody else knows it: {ran:?}");
}

#[test]
fn all_connections_go_to_the_socket_file() {
    let place = Place::new();
    let nginx = Nginx::start(&place);
    let words = format!("--url http://{NAME} --unix-socket {}", socket(&place).display());
    let seen = good_run(&place, &nginx, &words);
    assert_eq!(all(&seen, |seen| seen.host.as_str()), [NAME]);
    assert!(seen.iter().all(|seen| seen.address.starts_with("unix:")), "{seen:?}");
    let (ran, _) =
        run(&place, &nginx, &format!("--url http://{NAME} --unix-socket {}", place.path().join("no.sock").display()));
    assert_eq!(ran.code, 4, "{ran:?}");
}
