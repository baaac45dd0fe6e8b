//! Ways to a target: addresses of a name, addresses given by hand, socket files.

use tokio::net::UnixListener;

use super::*;
use crate::reachable;

fn tcp(origin: u16, address: SocketAddr) -> Route {
    Route { origin, endpoint: Endpoint::Tcp(address) }
}

/// An address where nobody listens.
fn nowhere() -> SocketAddr {
    listen().local_addr().expect("an address")
}

#[test]
fn routes_alternate_between_the_origins() {
    let address = |text: &str| text.parse::<SocketAddr>().expect("an address");
    let [a1, a2, b1] = ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"].map(address);
    let origins = [Origin::at("http://a", &[a1, a2]), Origin::at("http://b", &[b1])];
    assert_eq!(routes(&origins, None), [tcp(0, a1), tcp(1, b1), tcp(0, a2)]);
    let endpoint = Endpoint::Unix("/run/demo".into());
    let by_file: Vec<_> = [0, 1].map(|origin| Route { origin, endpoint: endpoint.clone() }).into();
    assert_eq!(routes(&origins, Some("/run/demo".as_ref())), by_file);
}

#[test]
fn several_addresses_of_a_name_are_used_evenly() {
    let servers = [(); 3].map(|()| serve(|_, wire| wire.answer_all(OK)));
    let addresses = servers.each_ref().map(|server| server.address);
    let origin = Origin::at("http://demo", &addresses);
    let mut client = Client::with(vec![origin], Vec::new(), settings());
    assert!(client.all(30).iter().all(|exchange| whole(exchange).status == 200 && exchange.origin == 0));
    assert_eq!(servers.each_ref().map(Server::requests), [10, 10, 10]);
}

#[test]
fn an_exchange_tells_the_base_url_that_it_went_to() {
    let servers = [(); 2].map(|()| serve(|_, wire| wire.answer_all(OK)));
    let urls = servers.each_ref().map(Server::url);
    let mut client = Client::new(&urls.each_ref().map(String::as_str), settings());
    let origins: Vec<_> = client.all(4).iter().map(|exchange| exchange.origin).collect();
    assert_eq!(origins, [0, 1, 0, 1]);
    let cancelled = {
        client.transport.submit(Token(0), 1, get("/"));
        client.transport.cancel(Token(0), TransportError::Abandoned).expect("under way")
    };
    assert_eq!(cancelled.origin, 1);
}

#[test]
fn addresses_that_refuse_are_left_out_when_another_one_accepts() {
    let server = serve(|_, wire| wire.answer_all(OK));
    let (refusing, other) = (nowhere(), nowhere());
    // The second origin has no other address: what becomes of it is for the run to find out.
    let all = vec![tcp(0, refusing), tcp(1, other), tcp(0, server.address)];
    let (kept, notices) = SERVERS.block_on(reachable(all, Duration::from_secs(5)));
    assert_eq!(kept, [tcp(1, other), tcp(0, server.address)]);
    let told = format!("cannot connect to {refusing}: connection refused; other addresses of the same name are used");
    assert_eq!(notices, [told]);
    let none = vec![tcp(0, refusing), tcp(0, other)];
    assert_eq!(SERVERS.block_on(reachable(none.clone(), Duration::from_secs(5))), (none, Vec::new()));
    assert_eq!(server.requests(), 0);
}

#[test]
fn an_address_given_by_hand_stands_in_for_the_name() {
    let server = serve(|_, wire| wire.answer_all(OK));
    let port = server.address.port();
    let mut origin = Origin::parse(&format!("http://no-such-host.invalid:{port}")).expect("a URL");
    let given = [format!("no-such-host.invalid:{port}:127.0.0.1").parse().expect("an entry")];
    SERVERS.block_on(origin.resolve(&given)).expect("given");
    let mut client = Client::with(vec![origin], Vec::new(), settings());
    assert_eq!(whole(&client.get()).status, 200);
}

#[test]
fn a_failed_connection_names_host_and_address() {
    let address = nowhere();
    let origin = Origin::at("http://demo:81", &[address]);
    let exchange = Client::with(vec![origin], Vec::new(), settings()).get();
    let told = format!("cannot connect to demo:81 ({address}): connection refused");
    assert_eq!(broken(&exchange).to_string(), told);
}

#[test]
fn a_socket_file_stands_in_for_all_hosts() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("socket");
    let listener = {
        let _entered = SERVERS.enter();
        UnixListener::bind(&path).expect("a socket file")
    };
    SERVERS.spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = vec![0; 4096];
                while let Ok(length) = stream.read(&mut head).await {
                    let text = String::from_utf8_lossy(&head[..length]).to_string();
                    let is_right = text.starts_with("GET /a/ HTTP/1.1\r\nhost: demo:81\r\n");
                    let answer = if is_right { OK } else { "HTTP/1.1 400 Bad\r\ncontent-length: 0\r\n\r\n" };
                    if length == 0 || stream.write_all(answer.as_bytes()).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    let origins = vec![Origin::parse("http://demo:81/a").expect("a URL")];
    let to = |path: &std::path::Path| Client::on(routes(&origins, Some(path)), origins.clone(), Vec::new(), settings());
    let mut client = to(&path);
    for is_new in [true, false] {
        let exchange = client.get();
        assert_eq!((whole(&exchange).status, exchange.connect_ns.is_some()), (200, is_new));
    }
    let missing = dir.path().join("missing");
    let said = broken(&to(&missing).get()).to_string();
    let told = format!("cannot connect to demo:81 ({}): there is no such socket file", missing.display());
    assert_eq!(said, told);
}
