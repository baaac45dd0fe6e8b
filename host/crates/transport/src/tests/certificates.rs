//! Targets behind TLS.

use std::path::PathBuf;

use model::plan::{ConnectionPlan, HttpVersion};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::TlsSettings;

/// The name that the target's certificate is for.
const NAME: &str = "target.test";

/// An authority with files of its own.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
    dir: tempfile::TempDir,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate").pem();
        Self { issuer: Issuer::new(params, key), certificate, dir: tempfile::tempdir().expect("a directory") }
    }

    /// Certificate and key, PEM.
    fn issue(&self, change: impl FnOnce(&mut CertificateParams)) -> (String, String) {
        let mut params = CertificateParams::new(vec![NAME.to_owned()]).expect("a name");
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        (params.signed_by(&key, &self.issuer).expect("signed").pem(), key.serialize_pem())
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, content).expect("written");
        path
    }

    fn plan(&self) -> ConnectionPlan {
        ConnectionPlan { ca_certificates: Some(self.file("ca.pem", &self.certificate)), ..ConnectionPlan::default() }
    }

    fn trusted(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.certificate.as_bytes()).expect("PEM")).expect("a certificate");
        roots
    }
}

/// A TLS server that answers each request, over HTTP/2 when that is agreed.
fn serve_tls(
    (certificate, key): (String, String),
    clients: Option<RootCertStore>,
    protocols: &[&str],
) -> (SocketAddr, Arc<AtomicUsize>) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().expect("ring");
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(roots) => builder.with_client_cert_verifier(
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().expect("a verifier"),
        ),
    };
    let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).expect("PEM")];
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("PEM");
    let mut config = builder.with_single_cert(chain, key).expect("a pair");
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = listen();
    let address = listener.local_addr().expect("an address");
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    SERVERS.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            let counted = Arc::clone(&counted);
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                counted.fetch_add(1, Ordering::SeqCst);
                if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                    return frames::answer_all(stream).await;
                }
                let mut head = vec![0; 4096];
                while matches!(stream.read(&mut head).await, Ok(1..)) {
                    stream.write_all(OK.as_bytes()).await.expect("taken");
                }
            });
        }
    });
    (address, connections)
}

fn client_to(host: &str, address: SocketAddr, plan: &ConnectionPlan) -> Client {
    let origin = Origin::at(&format!("https://{host}:{}", address.port()), &[address]);
    let tls = Some(TlsSettings::load(plan).expect("usable"));
    Client::with(vec![origin], Vec::new(), Settings { http: plan.http, tls, ..settings() })
}

#[test]
fn an_authority_of_ones_own_is_trusted_and_both_phases_are_told() {
    let authority = Authority::new("one");
    let (address, connections) = serve_tls(authority.issue(|_| {}), None, &[]);
    let mut client = client_to(NAME, address, &authority.plan());
    let first = client.get();
    assert_eq!(&whole(&first).body[..], b"ok");
    assert!(first.connect_ns.expect("connected for it") > 0 && first.tls_ns.expect("secured for it") > 0);
    // Bytes are those of HTTP.
    assert_eq!(first.bytes_received, OK.len() as u64);
    let second = client.get();
    assert_eq!((whole(&second).status, second.connect_ns, second.tls_ns), (200, None, None));
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[test]
fn the_version_is_agreed_on_by_alpn() {
    let authority = Authority::new("one");
    for (offered, wanted, is_http2) in [
        (vec!["h2", "http/1.1"], HttpVersion::Auto, true),
        (vec!["http/1.1"], HttpVersion::Auto, false),
        (vec![], HttpVersion::Auto, false),
        (vec!["h2", "http/1.1"], HttpVersion::Http1, false),
        (vec!["h2", "http/1.1"], HttpVersion::Http2, true),
    ] {
        let (address, connections) = serve_tls(authority.issue(|_| {}), None, &offered);
        let plan = ConnectionPlan { http: wanted, ..authority.plan() };
        // All at once: one opens, and the others learn from it.
        let mut client = client_to(NAME, address, &plan);
        let exchanges = client.all(5);
        assert!(exchanges.iter().all(|exchange| whole(exchange).status == 200), "{exchanges:?}");
        let expected = if is_http2 { 1 } else { 5 };
        assert_eq!(connections.load(Ordering::SeqCst), expected, "{offered:?} {wanted:?}");
    }
}

#[test]
fn a_version_that_the_target_does_not_offer_is_told() {
    let authority = Authority::new("one");
    for offered in [vec!["http/1.1"], vec![]] {
        let (address, _) = serve_tls(authority.issue(|_| {}), None, &offered);
        let plan = ConnectionPlan { http: HttpVersion::Http2, ..authority.plan() };
        let said = broken(&client_to(NAME, address, &plan).get()).to_string();
        assert!(said.contains("the target does not offer") && said.ends_with("leave `--http` out, and it chooses"));
    }
}

#[test]
fn a_certificate_that_is_not_good_is_refused_with_the_reason_and_the_remedy() {
    let (authority, other) = (Authority::new("one"), Authority::new("other"));
    let expired = authority.issue(|params| params.not_after = rcgen::date_time_ymd(2020, 1, 1));
    let early = authority.issue(|params| params.not_before = rcgen::date_time_ymd(3000, 1, 1));
    let own_key = KeyPair::generate().expect("a key");
    let own = CertificateParams::new(vec![NAME.to_owned()]).expect("a name").self_signed(&own_key).expect("signed");
    let own = (own.pem(), own_key.serialize_pem());
    for (pair, host, told) in [
        (other.issue(|_| {}), NAME, "the certificate is not trusted: give its authority with `--cacert`"),
        (own, NAME, "the certificate is not trusted"),
        (expired, NAME, "the certificate has expired"),
        (early, NAME, "the certificate is not valid yet"),
        (
            authority.issue(|_| {}),
            "other.test",
            "the certificate is not for `other.test` (its names: `target.test`): connect by its name",
        ),
        (authority.issue(|_| {}), "127.0.0.1", "the certificate is not for `127.0.0.1`"),
    ] {
        let (address, _) = serve_tls(pair.clone(), None, &[]);
        let mut client = client_to(host, address, &authority.plan());
        let exchange = client.get();
        let said = broken(&exchange).to_string();
        assert!(matches!(broken(&exchange), TransportError::Connect { .. }), "{said}");
        assert!(said.starts_with("cannot connect to ") && said.contains(told), "{said}");
        assert!(said.contains("`--insecure`"), "{said}");
        assert!(exchange.connect_ns.is_some() && exchange.tls_ns.is_some() && exchange.sent.is_none());
        // Asked not to look, it does not.
        let plan = ConnectionPlan { insecure: true, ..ConnectionPlan::default() };
        assert_eq!(whole(&client_to(host, address, &plan).get()).status, 200);
    }
}

#[test]
fn an_authoritys_certificate_is_the_targets_own_when_it_was_given() {
    let own = |until: Option<i32>| {
        let mut params = CertificateParams::new(vec![NAME.to_owned()]).expect("a name");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        if let Some(year) = until {
            params.not_after = rcgen::date_time_ymd(year, 1, 1);
        }
        let key = KeyPair::generate().expect("a key");
        (params.self_signed(&key).expect("signed").pem(), key.serialize_pem())
    };
    let authority = Authority::new("one");
    let get = |pair: &(String, String), host: &str, trusted: &str| {
        let (address, _) = serve_tls(pair.clone(), None, &[]);
        let ca_certificates = Some(authority.file("trusted.pem", trusted));
        client_to(host, address, &ConnectionPlan { ca_certificates, ..ConnectionPlan::default() }).get()
    };
    let (pair, other) = (own(None), own(None));
    let both = format!("{}{}", other.0, pair.0);
    for trusted in [&pair.0, &both] {
        assert_eq!(whole(&get(&pair, NAME, trusted)).status, 200);
    }
    // Another of the same name is another; and name and dates count as ever.
    let said = broken(&get(&pair, NAME, &other.0)).to_string();
    assert!(
        said.contains("is an authority's, shown as the target's own: give that very certificate with `--cacert`"),
        "{said}"
    );
    let said = broken(&get(&pair, "other.test", &pair.0)).to_string();
    assert!(said.contains("the certificate is not for `other.test`"), "{said}");
    let expired = own(Some(2020));
    let said = broken(&get(&expired, NAME, &expired.0)).to_string();
    assert!(said.contains("the certificate has expired"), "{said}");
}

#[test]
fn a_target_that_wants_a_client_certificate_gets_one() {
    let authority = Authority::new("one");
    let (address, _) = serve_tls(authority.issue(|_| {}), Some(authority.trusted()), &[]);
    let said = broken(&client_to(NAME, address, &authority.plan()).get()).to_string();
    assert!(said.contains("the target wants a client certificate: give one with `--cert` and `--key`"), "{said}");

    let (certificate, key) = authority.issue(|_| {});
    let with = |certificate: &str, key: &str| ConnectionPlan {
        client_certificate: Some(authority.file("client.pem", certificate)),
        client_key: Some(authority.file("client.key", key)),
        ..authority.plan()
    };
    assert_eq!(whole(&client_to(NAME, address, &with(&certificate, &key)).get()).status, 200);

    let (certificate, key) = Authority::new("other").issue(|_| {});
    let said = broken(&client_to(NAME, address, &with(&certificate, &key)).get()).to_string();
    assert!(said.contains("the target refuses the client certificate"), "{said}");
}

#[test]
fn a_target_without_tls_is_told() {
    let server = serve(|_, mut wire| async move {
        let mut some = [0; 16];
        let _ = wire.stream.read(&mut some).await;
        wire.say("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
    });
    let plan = ConnectionPlan { insecure: true, ..ConnectionPlan::default() };
    let said = broken(&client_to(NAME, server.address, &plan).get()).to_string();
    assert!(said.contains("the other side does not speak TLS on this port: write the URL as `http://…`"), "{said}");
}

#[test]
fn a_handshake_that_nobody_answers_is_given_up() {
    let server = serve(|_, mut wire| async move { while wire.stream.read_u8().await.is_ok() {} });
    let origin = Origin::at("https://demo", &[server.address]);
    let plan = ConnectionPlan { insecure: true, ..ConnectionPlan::default() };
    let tls = Some(TlsSettings::load(&plan).expect("usable"));
    let connect_timeout = Duration::from_millis(50);
    let exchange = Client::with(vec![origin], Vec::new(), Settings { tls, connect_timeout, ..settings() }).get();
    let said = broken(&exchange).to_string();
    assert!(said.ends_with("no answer to the TLS handshake within 50.0ms"), "{said}");
    assert!(exchange.tls_ns.expect("it was at it") > 40_000_000);
}

#[test]
fn files_that_cannot_be_used_are_named_with_the_reason() {
    let authority = Authority::new("one");
    let (certificate, key) = authority.issue(|_| {});
    let (_, other_key) = authority.issue(|_| {});
    let [certificate, key, other_key] =
        [("c", &certificate), ("k", &key), ("o", &other_key)].map(|(name, text)| authority.file(name, text));
    let (empty, missing) = (authority.file("empty", "nothing\n"), PathBuf::from("/no/such/file"));
    let broken = authority.file("broken", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n");
    let client = |certificate: Option<&PathBuf>, key: Option<&PathBuf>| ConnectionPlan {
        client_certificate: certificate.cloned(),
        client_key: key.cloned(),
        ..authority.plan()
    };
    let trusting = |path: &PathBuf| ConnectionPlan { ca_certificates: Some(path.clone()), ..ConnectionPlan::default() };
    for (plan, told) in [
        (trusting(&missing), "cannot read authority file `/no/such/file`: No such file".to_owned()),
        (trusting(&empty), format!("authority file `{}` has none in it: it is to be PEM", empty.display())),
        (trusting(&broken), format!("authority file `{}` cannot be understood", broken.display())),
        (client(Some(&certificate), None), "the client's certificate is given without its key".to_owned()),
        (client(None, Some(&key)), "the client's key is given without its certificate".to_owned()),
        (client(Some(&certificate), Some(&empty)), format!("client key file `{}` has none", empty.display())),
        (client(Some(&empty), Some(&key)), format!("client certificate file `{}` has none", empty.display())),
        (
            client(Some(&certificate), Some(&other_key)),
            format!("client certificate `{}` cannot be used with key `{}`", certificate.display(), other_key.display()),
        ),
    ] {
        let said = TlsSettings::load(&plan).expect_err("not usable").to_string();
        assert!(said.starts_with(&told), "{said}");
    }
    assert!(TlsSettings::load(&client(Some(&certificate), Some(&key))).is_ok());
}

#[test]
fn https_without_tls_settings_is_refused() {
    let origins = vec![Origin::at("https://demo", &["127.0.0.1:9".parse().expect("an address")])];
    let clock = Arc::new(TestClock(Instant::now()));
    let made = transport(routes(&origins, None), origins, Vec::new(), clock, settings());
    assert_eq!(made.err().expect("refused").to_string(), "a URL needs TLS, and its settings were not loaded");
}
