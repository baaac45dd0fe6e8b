//! What goes out.

use super::*;

/// What the server was sent, with the body; `{host}` stands for its address.
fn sent(url_path: &str, base: Vec<(HeaderName, HeaderValue)>, request: &Request) -> String {
    let (tell, told) = tokio::sync::oneshot::channel();
    let tell = std::sync::Mutex::new(Some(tell));
    let length = request.body.len();
    let server = serve(move |_, mut wire| {
        let tell = tell.lock().expect("lock").take();
        async move {
            let mut text = wire.request().await.expect("a request");
            let mut body = vec![0; length];
            wire.stream.read_exact(&mut body).await.expect("the body");
            text.push_str(&String::from_utf8(body).expect("text"));
            tell.expect("one connection").send(text).expect("the test waits");
            wire.say(OK).await;
        }
    });
    let origin = Origin::parse(&format!("{}{url_path}", server.url())).expect("a URL");
    let exchange = Client::with(vec![origin], base, settings()).send(request, LONG);
    assert_eq!(whole(&exchange).status, 200);
    told.blocking_recv().expect("told").replace(&server.address.to_string(), "{host}")
}

#[test]
fn the_base_path_stands_before_the_path() {
    for prefix in ["/api", "/api/"] {
        let text = sent(prefix, Vec::new(), &get("/fibonacci/10?x=1"));
        assert!(text.starts_with("GET /api/fibonacci/10?x=1 HTTP/1.1\r\nhost: {host}\r\n"), "{text}");
    }
}

#[test]
fn the_requests_headers_win_over_the_plans_and_those_over_ours() {
    let base = vec![header("accept", "a"), header("x-base", "1"), header("x-base", "2"), header("host", "other")];
    let mut request = get("/");
    request.headers =
        vec![header("accept", "b"), header("accept", "c"), header("user-agent", "mine"), header("x-own", "3")];
    let text = sent("", base, &request);
    let mut lines: Vec<_> = text.trim_end().lines().skip(1).collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        ["accept: b", "accept: c", "host: other", "user-agent: mine", "x-base: 1", "x-base: 2", "x-own: 3"]
    );
}

#[test]
fn a_body_tells_its_length_and_so_does_none_where_one_is_usual() {
    let text = sent("", Vec::new(), &request(Method::POST, "/", "hello"));
    assert!(text.contains("content-length: 5\r\n") && text.ends_with("\r\n\r\nhello"), "{text}");
    let text = sent("", Vec::new(), &request(Method::PUT, "/", ""));
    assert!(text.contains("content-length: 0\r\n"), "{text}");
    let text = sent("", Vec::new(), &get("/"));
    assert!(!text.contains("content-length"), "{text}");
}

#[test]
fn a_path_that_grows_too_long_below_the_base_url_is_not_sent() {
    let server = serve(|_, wire| wire.answer_all(OK));
    let mut client = Client::new(&[&format!("{}/api", server.url())], settings());
    let exchange = client.send(&get(&format!("/{}", "x".repeat(65_530))), LONG);
    let said = broken(&exchange).to_string();
    assert!(said.contains("the path cannot be sent below `/api`"), "{said}");
    assert_eq!((exchange.sent, server.connections()), (None, 0));
}
