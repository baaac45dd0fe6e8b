//! Which connection an exchange gets, and what becomes of it afterwards.

use futures_util::future::join_all;
use tokio::net::TcpSocket;

use super::*;

#[test]
fn a_connection_is_kept_for_the_next_exchange() {
    let server = serve(|_, wire| wire.answer_all(OK));
    let mut client = Client::to(&server);
    assert!(client.get().connect_ns.is_some());
    for _ in 0..5 {
        let exchange = client.get();
        assert_eq!(whole(&exchange).status, 200);
        assert_eq!(exchange.connect_ns, None);
        assert_eq!(exchange.bytes_received, OK.len() as u64);
    }
    assert_eq!((server.connections(), server.requests()), (1, 6));
}

#[test]
fn an_answer_that_closes_is_not_followed_on_its_connection() {
    for text in [
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok",
        "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
    ] {
        let server = serve(move |_, wire| wire.answer_all(text));
        let mut client = Client::to(&server);
        for _ in 0..3 {
            assert_eq!(whole(&client.get()).status, 200);
        }
        assert_eq!((server.connections(), server.requests()), (3, 3));
    }
}

#[test]
fn a_connection_that_closed_while_idle_is_replaced_before_use() {
    let server = serve(|_, mut wire| async move {
        wire.request().await;
        wire.say(OK).await;
    });
    let mut client = Client::to(&server);
    let once = client.get().bytes_sent;
    for _ in 0..2 {
        // Long enough for the close to arrive.
        client.idle(20);
        let exchange = client.get();
        assert_eq!((whole(&exchange).status, exchange.bytes_sent), (200, once));
    }
    assert_eq!((server.connections(), server.requests()), (3, 3));
}

/// Connections before `answering` take a second request and close without a word.
fn closes_on_the_second(answering: usize) -> Server {
    serve(move |index, mut wire| async move {
        if index == 0 || index >= answering {
            wire.request().await;
            wire.say(OK).await;
        }
        wire.request().await;
    })
}

#[test]
fn a_request_that_met_an_idle_close_is_sent_once_more() {
    let server = closes_on_the_second(1);
    let mut client = Client::to(&server);
    let first = client.get();
    let second = client.get();
    assert_eq!(whole(&second).status, 200);
    assert_eq!((server.connections(), server.requests()), (2, 3));
    assert_eq!(second.bytes_sent, 2 * first.bytes_sent);
    assert!(second.connect_ns.is_some() && second.sent > Some(first.end));
}

#[test]
fn a_request_that_must_not_come_twice_does_not() {
    let server = closes_on_the_second(1);
    let mut client = Client::to(&server);
    client.get();
    let second = client.send(&request(Method::POST, "/", "order"), LONG);
    assert!(matches!(broken(&second), TransportError::Lost(_)), "{second:?}");
    assert_eq!((server.connections(), server.requests()), (1, 2));
}

#[test]
fn it_is_sent_only_once_more_and_never_on_a_fresh_connection() {
    let server = closes_on_the_second(usize::MAX);
    let mut client = Client::to(&server);
    client.get();
    let second = client.get();
    assert!(matches!(broken(&second), TransportError::Lost(_)), "{second:?}");
    assert_eq!((server.connections(), server.requests()), (2, 3));
    let third = client.get();
    assert!(matches!(broken(&third), TransportError::Lost(_)), "{third:?}");
    assert_eq!((server.connections(), server.requests()), (3, 4));
}

#[test]
fn a_kept_connection_that_breaks_within_the_answer_is_a_failure() {
    let server = serve(|_, mut wire| async move {
        wire.request().await;
        wire.say(OK).await;
        wire.request().await;
        wire.say("HTTP/1.1 2").await;
    });
    let mut client = Client::to(&server);
    client.get();
    assert!(matches!(broken(&client.get()), TransportError::Lost(_)));
    assert_eq!((server.connections(), server.requests()), (1, 2));
}

#[test]
fn at_the_cap_an_exchange_waits_and_its_wait_is_before_sent() {
    let server = serve(|_, mut wire| async move {
        while wire.request().await.is_some() {
            tokio::time::sleep(Duration::from_millis(10)).await;
            wire.say(OK).await;
        }
    });
    let mut client = Client::new(&[&server.url()], Settings { connections: Some(1), ..settings() });
    let exchanges = client.all(5);
    for pair in exchanges.windows(2) {
        assert_eq!(whole(&pair[1]).status, 200);
        assert!(pair[1].sent.expect("sent") > pair[0].end);
        assert_eq!(pair[1].connect_ns, None);
    }
    assert_eq!((server.connections(), server.requests()), (1, 5));
}

#[test]
fn one_that_gives_up_in_the_queue_is_not_sent_and_holds_nobody_up() {
    let server = serve(|_, mut wire| async move {
        while wire.request().await.is_some() {
            tokio::time::sleep(Duration::from_millis(40)).await;
            wire.say(OK).await;
        }
    });
    let mut client = Client::new(&[&server.url()], Settings { connections: Some(1), ..settings() });
    for index in 0..3 {
        client.transport.submit(Token(index), 0, get("/"));
    }
    let now = client.clock.now();
    let [late, first, last] =
        [(1, 10_000_000), (0, LONG), (2, LONG)].map(|(index, within)| client.end_of(index, now + within));
    assert_eq!((whole(&first).status, whole(&last).status), (200, 200));
    assert_eq!((broken(&late), late.sent, late.connect_ns), (&TransportError::TimedOut, None, None));
    assert_eq!(server.requests(), 2);
}

#[test]
fn without_a_cap_connections_grow_on_demand() {
    let server = serve(|_, mut wire| async move {
        while wire.request().await.is_some() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            wire.say(OK).await;
        }
    });
    let mut client = Client::to(&server);
    for _ in 0..2 {
        let exchanges = client.all(20);
        assert!(exchanges.iter().all(|exchange| whole(exchange).status == 200));
    }
    assert_eq!((server.connections(), server.requests()), (20, 40));
}

#[test]
fn two_origins_share_a_cap_of_one() {
    let servers = [serve(|_, wire| wire.answer_all(OK)), serve(|_, wire| wire.answer_all(OK))];
    let urls = [servers[0].url(), servers[1].url()];
    let mut client = Client::new(&[&urls[0], &urls[1]], Settings { connections: Some(1), open_ahead: 4, ..settings() });
    client.open().expect("opens one");
    for _ in 0..3 {
        let exchanges = client.all(8);
        assert!(exchanges.iter().all(|exchange| whole(exchange).status == 200));
    }
    assert_eq!([servers[0].requests(), servers[1].requests()], [12, 12]);
}

#[test]
fn connections_are_opened_ahead_and_nothing_is_sent_on_them() {
    for (cap, opened) in [(None, 40), (Some(7), 7)] {
        let server = serve(|_, wire| wire.answer_all(OK));
        let mut client = Client::new(&[&server.url()], Settings { connections: cap, open_ahead: 40, ..settings() });
        client.open().expect("opens");
        client.idle(20);
        assert_eq!((server.connections(), server.requests()), (opened, 0));
        let exchange = client.get();
        assert_eq!((whole(&exchange).status, exchange.connect_ns), (200, None));
    }
}

/// An address where nobody listens.
fn nowhere() -> SocketAddr {
    listen().local_addr().expect("an address")
}

#[test]
fn a_refused_connection_names_the_address() {
    let address = nowhere();
    let mut client = Client::new(&[&format!("http://{address}")], Settings { open_ahead: 3, ..settings() });
    let told = format!("cannot connect to {address}: connection refused");
    assert_eq!(client.open().expect_err("refused").to_string(), told);
    let exchange = client.get();
    assert_eq!(broken(&exchange).to_string(), told);
    assert_eq!((exchange.sent, exchange.first_byte, exchange.bytes_sent), (None, None, 0));
    assert!(exchange.connect_ns.is_some());
}

#[test]
fn hosts_that_were_not_looked_up_are_not_connected_to() {
    let origins = vec![Origin::parse("http://demo").expect("a URL")];
    let clock = Arc::new(TestClock(Instant::now()));
    let made = transport(routes(&origins, None), origins, Vec::new(), clock, settings());
    let said = made.err().expect("no address").to_string();
    assert_eq!(said, "no address to connect to: the hosts of the URLs were not looked up");
}

#[test]
fn a_connection_that_nobody_takes_is_given_up() {
    let _entered = SERVERS.enter();
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
    let listener = socket.listen(1).expect("listens");
    let address = listener.local_addr().expect("an address");
    // Nobody accepts: once the queue is full, the system leaves the next ones unanswered.
    let connect = |_| tokio::time::timeout(Duration::from_millis(50), TcpStream::connect(address));
    let _queued = SERVERS.block_on(join_all((0..4).map(connect)));
    drop(_entered);
    let connect_timeout = Duration::from_millis(50);
    let mut client = Client::new(&[&format!("http://{address}")], Settings { connect_timeout, ..settings() });
    let exchange = client.get();
    let told = format!("cannot connect to {address}: no answer within 50.0ms");
    assert_eq!(broken(&exchange).to_string(), told);
}
