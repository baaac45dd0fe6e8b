//! Chromium without a window, for tests: driven by the DevTools protocol over two pipes, as JSON that ends with a zero
//! byte (`--remote-debugging-pipe`). Pointer and keys are the browser's own input, not events made by a script.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// No answer takes longer, unless the browser hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser with one page; it ends when this is dropped.
pub(super) struct Chromium {
    child: Child,
    requests: ChildStdin,
    answers: Receiver<Value>,
    last: u64,
    session: Option<String>,
    /// What the page said since it began to load, in order.
    pub(super) events: Vec<Value>,
    place: tempfile::TempDir,
}

impl Chromium {
    /// Opens a page, in a window of this size in CSS pixels.
    pub(super) fn open(html: &str, width: u32, height: u32) -> Self {
        let place = tempfile::tempdir().expect("a directory");
        std::fs::write(place.path().join("page.html"), html).expect("a file");
        // The browser reads requests from descriptor 3 and writes answers to 4; it runs as root only without its sandbox.
        let mut child = Command::new("sh")
            .arg("-c")
            .arg(
                "exec chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run \
                 --hide-scrollbars --remote-debugging-pipe --user-data-dir=\"$0\" 3<&0 4>&1 </dev/null >/dev/null 2>&1",
            )
            .arg(place.path().join("profile"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell starts");
        let requests = child.stdin.take().expect("it is piped");
        let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while output.read_until(0, &mut message).is_ok_and(|read| read > 0) {
                message.pop();
                let value = serde_json::from_slice(&message).expect("the browser writes JSON");
                if sender.send(value).is_err() {
                    return;
                }
                message.clear();
            }
        });
        let mut chromium = Self { child, requests, answers, last: 0, session: None, events: Vec::new(), place };
        let target = chromium.call("Target.createTarget", json!({ "url": "about:blank" }))["targetId"].clone();
        let session = chromium.call("Target.attachToTarget", json!({ "targetId": target, "flatten": true }));
        chromium.session = Some(session["sessionId"].as_str().expect("a session").to_owned());
        for domain in ["Page", "Runtime", "Log", "Network"] {
            chromium.call(&format!("{domain}.enable"), json!({}));
        }
        chromium.resize(width, height);
        let file = format!("file://{}", chromium.place.path().join("page.html").display());
        chromium.events.clear();
        chromium.call("Page.navigate", json!({ "url": file }));
        while !chromium.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = chromium.next();
            chromium.events.push(event);
        }
        chromium
    }

    /// Gives the window another size.
    pub(super) fn resize(&mut self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// Prefers a scheme of colours, `light` or `dark`, on `screen` or in `print`.
    pub(super) fn prefer(&mut self, scheme: &str, media: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "media": media, "features": features }));
    }

    /// The value of an expression, awaited if it is a promise.
    pub(super) fn evaluate(&mut self, expression: &str) -> Value {
        let what = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let answer = self.call("Runtime.evaluate", what);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Moves the pointer to the middle of an element, plus an offset in pixels.
    pub(super) fn point(&mut self, selector: &str, by: (f64, f64)) -> (f64, f64) {
        let place = self.evaluate(&format!(
            "(() => {{ const one = document.querySelector('{selector}'); one.scrollIntoView({{ block: 'center' }});
             const at = one.getBoundingClientRect(); return [at.left + at.width / 2, at.top + at.height / 2]; }})()"
        ));
        let at = |axis: usize| place[axis].as_f64().expect("a place");
        let (x, y) = (at(0) + by.0, at(1) + by.1);
        self.mouse("mouseMoved", x, y);
        (x, y)
    }

    /// Clicks on the middle of an element.
    pub(super) fn click(&mut self, selector: &str) {
        let (x, y) = self.point(selector, (0.0, 0.0));
        self.mouse("mousePressed", x, y);
        self.mouse("mouseReleased", x, y);
    }

    /// Presses a key.
    pub(super) fn press(&mut self, key: &str, code: u32) {
        let text = if key == "Enter" { "\r" } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let event = json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text });
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    fn mouse(&mut self, kind: &str, x: f64, y: f64) {
        let button = if kind == "mouseMoved" { "none" } else { "left" };
        let event = json!({ "type": kind, "x": x, "y": y, "button": button, "clickCount": 1 });
        self.call("Input.dispatchMouseEvent", event);
    }

    /// Errors and warnings of the page, as the browser's console shows them.
    pub(super) fn complaints(&mut self) -> Vec<String> {
        // Events that came before this answer are there when it is.
        self.evaluate("1");
        let is_complaint = |event: &&Value| match event["method"].as_str() {
            Some("Runtime.exceptionThrown" | "Page.javascriptDialogOpening") => true,
            Some("Runtime.consoleAPICalled") => event["params"]["type"] != "log",
            Some("Log.entryAdded") => event["params"]["entry"]["level"] != "verbose",
            _ => false,
        };
        self.events.iter().filter(is_complaint).map(ToString::to_string).collect()
    }

    /// Addresses that the page asked for, itself and data within it left out.
    pub(super) fn asked_for(&self) -> Vec<String> {
        let sent = self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        let urls = sent.map(|event| event["params"]["request"]["url"].as_str().unwrap_or_default().to_owned());
        urls.filter(|url| !url.starts_with("data:") && !url.ends_with("/page.html")).collect()
    }

    /// Writes a picture of what the window shows as PNG.
    pub(super) fn picture(&mut self, path: &Path) {
        let picture = self.call("Page.captureScreenshot", json!({}));
        save(path, &picture);
    }

    /// Writes the page as PDF.
    pub(super) fn print(&mut self, path: &Path) {
        let document = self.call("Page.printToPDF", json!({ "printBackground": false, "preferCSSPageSize": true }));
        save(path, &document);
    }

    /// Calls a method of the protocol.
    pub(super) fn call(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let mut request = json!({ "id": self.last, "method": method, "params": params });
        if let Some(session) = &self.session {
            request["sessionId"] = json!(session);
        }
        let mut bytes = request.to_string().into_bytes();
        bytes.push(0);
        self.requests.write_all(&bytes).expect("chromium runs; `tests/chromium install` installs it");
        loop {
            let mut message = self.next();
            if message["id"] == self.last {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].take();
            }
            self.events.push(message);
        }
    }

    fn next(&mut self) -> Value {
        self.answers.recv_timeout(PATIENCE).expect("chromium answers; `tests/chromium install` installs it")
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn save(path: &Path, answer: &Value) {
    use base64::Engine as _;
    let text = answer["data"].as_str().expect("what was made");
    std::fs::write(path, super::STANDARD.decode(text).expect("base64")).expect("a file");
}
