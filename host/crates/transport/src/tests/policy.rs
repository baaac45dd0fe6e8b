//! How long connections are kept, and which of them is used.

use std::sync::Mutex;

use super::*;

#[test]
fn a_connection_is_closed_after_as_many_requests_as_it_may_carry() {
    let heads = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&heads);
    let server = serve(move |_, mut wire| {
        let seen = Arc::clone(&seen);
        async move {
            while let Some(head) = wire.request().await {
                seen.lock().expect("lock").push(head.contains("\r\nconnection: close\r\n"));
                wire.say(OK).await;
            }
        }
    });
    let mut client = Client::new(&[&server.url()], Settings { requests_per_connection: Some(3), ..settings() });
    let exchanges: Vec<_> = (0..7).map(|_| client.get()).collect();
    assert!(exchanges.iter().all(|exchange| whole(exchange).status == 200));
    let opened: Vec<_> = exchanges.iter().map(|exchange| exchange.connect_ns.is_some()).collect();
    assert_eq!(opened, [true, false, false, true, false, false, true]);
    assert_eq!(*heads.lock().expect("lock"), [false, false, true, false, false, true, false]);
    assert_eq!((server.connections(), server.requests()), (3, 7));
}

#[test]
fn with_one_request_a_connection_each_has_its_own() {
    let server = serve(|_, wire| wire.answer_all(OK));
    let settings = Settings { requests_per_connection: Some(1), connections: Some(2), ..settings() };
    let mut client = Client::new(&[&server.url()], settings);
    assert!(client.all(6).iter().all(|exchange| whole(exchange).status == 200 && exchange.connect_ns.is_some()));
    assert_eq!((server.connections(), server.requests()), (6, 6));
}

/// On which connections six requests go out that follow each other.
fn used(settings: Settings) -> Vec<usize> {
    let order = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&order);
    let server = serve(move |index, mut wire| {
        let seen = Arc::clone(&seen);
        async move {
            while wire.request().await.is_some() {
                seen.lock().expect("lock").push(index);
                wire.say(OK).await;
            }
        }
    });
    let mut client = Client::new(&[&server.url()], settings);
    client.open().expect("opens");
    until("opened", || server.connections() == 3);
    for _ in 0..6 {
        assert_eq!(whole(&client.get()).status, 200);
    }
    order.lock().expect("lock").clone()
}

#[test]
fn with_a_cap_all_connections_are_opened_and_used_in_turn() {
    let used = used(Settings { connections: Some(3), ..settings() });
    let mut first = used[..3].to_vec();
    first.sort_unstable();
    assert_eq!((first, &used[..3]), (vec![0, 1, 2], &used[3..]));
}

#[test]
fn without_a_cap_the_last_one_given_back_is_taken_first() {
    let used = used(Settings { open_ahead: 3, ..settings() });
    assert!(used.iter().all(|index| *index == used[0]), "{used:?}");
}

#[test]
fn at_the_cap_who_waits_first_is_sent_first() {
    let server = serve(|_, mut wire| async move {
        while wire.request().await.is_some() {
            tokio::time::sleep(Duration::from_millis(2)).await;
            wire.say(OK).await;
        }
    });
    let mut client = Client::new(&[&server.url()], Settings { connections: Some(2), ..settings() });
    let sent: Vec<_> = client.all(20).iter().map(|exchange| exchange.sent.expect("sent")).collect();
    assert!(sent.is_sorted(), "{sent:?}");
    assert_eq!(server.connections(), 2);
}
