//! Figures as the older tool printed them. A figure that is not known is an empty text.

/// Seconds to four decimals, of nanoseconds.
pub fn seconds(nanos: f64) -> String {
    fixed(nanos / 1e9, 4)
}

/// Per cent to two decimals.
pub(crate) fn per_cent(share: f64) -> String {
    fixed(share, 2)
}

/// Mebibytes to two decimals, of bytes.
pub(crate) fn mebibytes(bytes: f64) -> String {
    fixed(bytes / 1024.0 / 1024.0, 2)
}

fn fixed(value: f64, decimals: usize) -> String {
    if value.is_finite() { format!("{value:.decimals$}") } else { String::new() }
}
