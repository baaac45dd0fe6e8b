//! Makes a component of a core module, so that nobody needs another tool for it.

use wit_component::ComponentEncoder;

/// Makes a component of a core module that tells of its world.
///
/// # Errors
/// When it is no module, or tells of no world.
pub(crate) fn of_module(module: &[u8]) -> Result<Vec<u8>, String> {
    let encode = || ComponentEncoder::default().module(module)?.validate(true).encode();
    encode().map_err(|error| format!("{error:#}"))
}
