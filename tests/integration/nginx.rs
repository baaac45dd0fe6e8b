//! A real server that speaks all that is asked of connections: HTTP/2, TLS with and without client certificates, unix sockets.

use std::collections::BTreeSet;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Child;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use crate::command::{Place, wait_until};

/// The name that the certificates are for. No name service knows it.
pub(crate) const NAME: &str = "shop.test";

/// A running nginx with its files in a place; it ends when this is dropped.
pub(crate) struct Nginx {
    child: Child,
    log: PathBuf,
    /// Unencrypted, HTTP/1.1.
    pub(crate) plain: u16,
    /// Unencrypted, HTTP/2 by prior knowledge.
    pub(crate) prior_knowledge: u16,
    /// TLS, HTTP/2 and HTTP/1.1.
    pub(crate) tls: u16,
    /// TLS, which wants a client certificate.
    pub(crate) mutual: u16,
    /// TLS with the certificate of an authority as its own.
    pub(crate) own_authority: u16,
}

/// A request as nginx saw it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seen {
    /// Number of its connection.
    pub(crate) connection: String,
    pub(crate) protocol: String,
    pub(crate) host: String,
    /// What was found of the client's certificate: `SUCCESS`, or `NONE` without one.
    pub(crate) client: String,
    pub(crate) status: String,
    /// Address, or socket file.
    pub(crate) address: String,
}

impl Nginx {
    /// Makes certificates and starts it. In the place are then `ca.pem`, `client.pem` and `client.key`, `own.pem`, and
    /// `nginx.sock`.
    pub(crate) fn start(place: &Place) -> Self {
        certify(place);
        let [plain, prior_knowledge, tls, mutual, own_authority] = ports();
        let pair = |name: &str| format!("ssl_certificate {name}.pem; ssl_certificate_key {name}.key;");
        let (target, own) = (pair("target"), pair("own"));
        let conf = format!(
            "daemon off; master_process off; pid nginx.pid; error_log stderr;
             events {{}}
             http {{
               log_format seen '$connection $server_protocol $http_host $ssl_client_verify $status $server_addr';
               access_log seen.log seen;
               client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
               default_type text/plain;
               ssl_client_certificate ca.pem;
               server {{ listen 127.0.0.1:{plain}; listen unix:{socket}; location / {{ return 200 ok; }} }}
               server {{ listen 127.0.0.1:{prior_knowledge} http2; location / {{ return 200 ok; }} }}
               server {{ listen 127.0.0.1:{tls} ssl http2; {target} location / {{ return 200 ok; }} }}
               server {{ listen 127.0.0.1:{mutual} ssl; {target} ssl_verify_client on; location / {{ return 200 ok; }} }}
               server {{ listen 127.0.0.1:{own_authority} ssl; {own} location / {{ return 200 ok; }} }}
             }}",
            socket = socket(place).display(),
        );
        place.write("nginx.conf", conf);
        let mut command = place.command_of("nginx", "-e stderr -c nginx.conf -p");
        // Debian has it where only root looks.
        let path = std::env::var("PATH").unwrap_or_default();
        command.arg(place.path()).env("PATH", format!("{path}:/usr/sbin"));
        let child = command.spawn().expect("nginx starts; `tests/nginx install` installs it");
        let mut nginx =
            Self { child, log: place.path().join("seen.log"), plain, prior_knowledge, tls, mutual, own_authority };
        wait_until("nginx listens", || {
            let ended = nginx.child.try_wait().expect("its state");
            assert!(ended.is_none(), "nginx ended: {ended:?}");
            TcpStream::connect(("127.0.0.1", own_authority)).is_ok()
        });
        nginx
    }

    /// The requests that it saw so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        let text = std::fs::read_to_string(&self.log).expect("its log");
        text.lines().map(Seen::read).collect()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Seen {
    fn read(line: &str) -> Self {
        let fields: Vec<_> = line.split(' ').map(str::to_owned).collect();
        let [connection, protocol, host, client, status, address] = fields.try_into().expect("six fields");
        Self { connection, protocol, host, client, status, address }
    }
}

/// Different values of what was seen.
pub(crate) fn all<'a, T: Ord>(seen: &'a [Seen], what: impl Fn(&'a Seen) -> T) -> Vec<T> {
    seen.iter().map(what).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Ports that are free just now.
fn ports<const N: usize>() -> [u16; N] {
    let listeners = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port"));
    listeners.map(|listener| listener.local_addr().expect("an address").port())
}

fn certify(place: &Place) {
    let key = || KeyPair::generate().expect("a key");
    let named = || CertificateParams::new(vec![NAME.to_owned()]).expect("a name");
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "an authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_key = key();
    place.write("ca.pem", params.self_signed(&ca_key).expect("signed").pem());
    let issuer = Issuer::new(params, ca_key);
    for name in ["target", "client"] {
        let key = key();
        place.write(&format!("{name}.pem"), named().signed_by(&key, &issuer).expect("signed").pem());
        place.write(&format!("{name}.key"), key.serialize_pem());
    }
    // As `openssl req -x509` makes it.
    let (mut own, own_key) = (named(), key());
    own.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    place.write("own.pem", own.self_signed(&own_key).expect("signed").pem());
    place.write("own.key", own_key.serialize_pem());
}

/// The socket file of the nginx in a place.
pub(crate) fn socket(place: &Place) -> PathBuf {
    place.path().join("nginx.sock")
}
