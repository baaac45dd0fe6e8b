//! What a plugin says of itself, whatever its world.

use crate::bindings::test_case::cluster_tester::plugin::types::Identity;

impl Identity {
    pub(crate) fn new(name: &str, description: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: String::new(),
            description: description.to_owned(),
            options_schema: String::new(),
        }
    }

    /// The export macros fill in the version of the crate they are used in.
    #[doc(hidden)]
    #[must_use]
    pub fn or_version(mut self, version: &str) -> Self {
        if self.version.is_empty() {
            self.version = version.to_owned();
        }
        self
    }
}

/// What descriptions of both worlds have in common.
macro_rules! builders {
    ($description:ty) => {
        impl $description {
            /// With another version than that of the plugin's crate.
            #[must_use]
            pub fn version(mut self, version: &str) -> Self {
                self.identity.version = version.to_owned();
                self
            }

            /// With options, as the text of a JSON Schema of an object.
            #[must_use]
            pub fn options_schema(mut self, schema: &str) -> Self {
                self.identity.options_schema = schema.to_owned();
                self
            }
        }
    };
}

pub(crate) use builders;
