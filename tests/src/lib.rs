//! What the integration tests need beside the command: servers that misbehave.

pub mod misbehaving;
