//! The plugins that come with the command, embedded in it. They are built from source by this crate's build script.

/// A plugin that comes with the command.
#[derive(Debug, Clone, Copy)]
pub struct Plugin {
    /// What users call it.
    pub name: &'static str,
    /// The component.
    pub component: &'static [u8],
}

/// All of them, test cases first.
pub static PLUGINS: &[Plugin] = include!(concat!(env!("OUT_DIR"), "/plugins.rs"));

#[cfg(test)]
mod tests;
