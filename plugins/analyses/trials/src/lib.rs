//! What analyses of trials share beyond the SDK: what tells trials apart, which of them are not to be trusted, and what is
//! to be known of files of the older tool. It leaves all arithmetic to the analyses.

mod flaw;
mod load_point;
mod older_file;

pub use flaw::{flaw, left_out};
pub use load_point::LoadPoint;
pub use older_file::{counted_from_sending, since_boot};
