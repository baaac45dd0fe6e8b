//! Not a test: what an exchange costs. Run with `--ignored --nocapture`.

use std::io::{Read as _, Write as _};
use std::rc::Rc;

use futures_util::future::join_all;
use tokio::task::LocalSet;

use super::*;

/// A server on one thread that answers whatever comes, a read at a time.
fn quick() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            listener.set_nonblocking(true).expect("a socket");
            let listener = TcpListener::from_std(listener).expect("a listener");
            while let Ok((mut stream, _)) = listener.accept().await {
                stream.set_nodelay(true).expect("a socket");
                tokio::spawn(async move {
                    let mut buffer = [0; 4096];
                    while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                        stream.write_all(OK.as_bytes()).await.expect("a client");
                    }
                });
            }
        });
    });
    address
}

#[tokio::test]
#[ignore = "a measurement"]
#[expect(clippy::print_stderr, reason = "a measurement's result")]
async fn exchanges_a_second_on_one_thread() {
    const EACH: usize = 4000;
    let url = format!("http://{}", quick());
    let client = Rc::new(Client::new(&[&url], settings()));
    let tasks = LocalSet::new();
    for connections in [1, 50] {
        let start = Instant::now();
        let each = |_| {
            let client = Rc::clone(&client);
            tasks.spawn_local(async move {
                for _ in 0..EACH {
                    assert_eq!(whole(&client.get().await).status, 200);
                }
            })
        };
        let running: Vec<_> = (0..connections).map(each).collect();
        tasks.run_until(join_all(running)).await.into_iter().for_each(|ended| ended.expect("no panic"));
        let rate = (connections * EACH) as f64 / start.elapsed().as_secs_f64();
        eprintln!("{connections} connections: {rate:.0}/s");
    }
    // The floor: the same bytes without HTTP.
    let mut stream = std::net::TcpStream::connect(url.trim_start_matches("http://")).expect("connects");
    stream.set_nodelay(true).expect("a socket");
    let start = Instant::now();
    for _ in 0..EACH {
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").expect("sends");
        stream.read_exact(&mut [0; OK.len()]).expect("an answer");
    }
    eprintln!("bare round trips: {:.0}/s", EACH as f64 / start.elapsed().as_secs_f64());
}
