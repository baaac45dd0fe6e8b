//! Shares plugins by OCI registries, in the layout that wasm tooling uses: an image manifest, the config
//! `application/vnd.wasm.config.v0+json`, one layer `application/wasm`.
//!
//! A [`Registry`] is asked what a [`Reference`] names, a [`Store`] keeps what was pulled by its digest, a [`Lock`] says
//! which bytes a reference stood for when it was accepted. Nothing counts by its name alone: each read is checked by
//! digest. Signatures are not looked at. When to ask and what to accept is left to the caller.

mod credentials;
mod digest;
mod error;
mod failure;
mod layout;
mod lock;
mod reference;
mod registry;
mod store;
mod text;

pub use digest::{Digest, NotADigest};
pub use error::RegistryError;
pub use lock::{Lock, Locked};
pub use reference::{NotAReference, Reference};
pub use registry::{Found, MOST_BYTES, Progress, Registry, RegistryConfig};
pub use store::{Kept, Store};
