//! Instants as Python's `isoformat` writes them, to the microsecond.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserializer;
use serde::de::{Error, Visitor};

/// Writes instants: what is before the fraction of a second is made once a second.
#[derive(Debug, Clone)]
pub(super) struct Stamps {
    /// None: UTC, which is said by an offset behind the time; local time says nothing.
    zone: Option<TimeZone>,
    second: i64,
    text: String,
}

impl Stamps {
    /// `2026-11-23T08:21:09.386180+00:00`.
    pub(super) fn utc() -> Self {
        Self { zone: None, second: 0, text: String::new() }
    }

    /// `2026-11-23T08:21:09.292965`, by the clocks of a zone.
    pub(super) fn local(zone: TimeZone) -> Self {
        Self { zone: Some(zone), second: 0, text: String::new() }
    }

    /// Appends the instant, Unix time in microseconds. Six digits always, where Python leaves out a fraction of zero:
    /// whoever reads its files reads this.
    pub(super) fn put(&mut self, unix_us: i64, out: &mut String) {
        let (second, fraction) = (unix_us.div_euclid(1_000_000), unix_us.rem_euclid(1_000_000));
        if self.text.is_empty() || second != self.second {
            self.text.clear();
            self.text.push_str(&self.seconds(second, "%Y-%m-%dT%H:%M:%S"));
            self.second = second;
        }
        out.push_str(&self.text);
        // Digit by digit: the formatting machinery would take most of the time that a request costs here.
        out.push('.');
        let mut unit = 100_000;
        while unit > 0 {
            out.push(char::from(b'0' + (fraction / unit % 10) as u8));
            unit /= 10;
        }
        if self.zone.is_none() {
            out.push_str("+00:00");
        }
    }

    /// The instant as text.
    pub(super) fn text(&mut self, unix_us: i64) -> String {
        let mut text = String::new();
        self.put(unix_us, &mut text);
        text
    }

    /// A whole second, Unix time, in a form of `strftime`.
    pub(super) fn seconds(&self, second: i64, form: &str) -> String {
        // Nanoseconds of 64 bits end long before the years that it can write do.
        let time = Timestamp::from_second(second).unwrap_or(Timestamp::MIN);
        match &self.zone {
            Some(zone) => zone.to_datetime(time).strftime(form).to_string(),
            None => time.strftime(form).to_string(),
        }
    }
}

/// Reads an instant to Unix time, nanoseconds. A time without an offset is taken as if it were UTC.
pub(super) fn unix_ns<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    struct Text;

    impl Visitor<'_> for Text {
        type Value = i64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a time such as \"2026-11-23T08:21:09.386180\"")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<i64, E> {
            parse(text).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
        }
    }

    deserializer.deserialize_str(Text)
}

fn parse(text: &str) -> Option<i64> {
    let since_epoch = match text.parse::<Timestamp>() {
        Ok(time) => time.as_duration(),
        Err(_) => text.parse::<DateTime>().ok()?.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0)),
    };
    nanos(since_epoch)
}

fn nanos(time: SignedDuration) -> Option<i64> {
    i64::try_from(time.as_nanos()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_as_python_writes_it() {
        let nanos = parse("2026-11-23T08:21:09.386180+00:00").expect("a time");
        assert_eq!(nanos, 1_795_422_069_386_180_000);
        let mut utc = Stamps::utc();
        assert_eq!(utc.text(nanos / 1000), "2026-11-23T08:21:09.386180+00:00");
        assert_eq!(utc.text(nanos / 1000 + 1_000_000), "2026-11-23T08:21:10.386180+00:00");
        assert_eq!(utc.text(1_795_422_069_000_000), "2026-11-23T08:21:09.000000+00:00");
        assert_eq!(utc.text(-1), "1969-12-31T23:59:59.999999+00:00");
        let mut local = Stamps::local(TimeZone::fixed(jiff::tz::offset(5)));
        assert_eq!(local.text(nanos / 1000), "2026-11-23T13:21:09.386180");
    }

    #[test]
    fn the_local_clock_is_that_of_the_system() {
        let date = std::process::Command::new("date").args(["-d", "@1795422069", "+%Y%m%d_%H%M%S"]).output();
        let Ok(date) = date else { return };
        let ours = Stamps::local(TimeZone::system()).seconds(1_795_422_069, "%Y%m%d_%H%M%S");
        assert_eq!(ours, String::from_utf8_lossy(&date.stdout).trim());
    }

    #[test]
    fn any_time_of_the_older_tool_is_read() {
        let nanos = 1_795_422_069_000_000_000;
        for text in [
            "2026-11-23T08:21:09",
            "2026-11-23T08:21:09.000000",
            "2026-11-23T08:21:09+00:00",
            "2026-11-23T08:21:09Z",
            "2026-11-23T10:21:09.000+02:00",
        ] {
            assert_eq!(parse(text), Some(nanos), "{text}");
        }
        for text in ["", "yesterday", "2026-13-23T08:21:09", "9999-01-01T00:00:00"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
