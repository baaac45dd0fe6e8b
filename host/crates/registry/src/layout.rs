//! How a component lies in a registry: the layout of the CNCF's "Wasm OCI Artifact", which other wasm tooling reads and
//! writes. What is written depends on the component alone, so the same component has the same digests everywhere.

use oci_client::manifest::OCI_IMAGE_MEDIA_TYPE;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::digest::Digest;

/// Media type of the config.
const CONFIG: &str = "application/vnd.wasm.config.v0+json";
/// Media type of the component.
const COMPONENT: &str = "application/wasm";
/// Any real time would give the same component another digest at each push.
const CREATED: &str = "1970-01-01T00:00:00Z";
/// Media type of the manifest.
pub(crate) const MANIFEST: &str = OCI_IMAGE_MEDIA_TYPE;

/// A component ready to be pushed.
pub(crate) struct Artifact {
    /// The config, JSON.
    pub(crate) config: Vec<u8>,
    /// The manifest, JSON.
    pub(crate) manifest: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
    manifests: Option<Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: String,
    digest: String,
    size: u64,
}

impl Artifact {
    /// Of a component with what it exports and imports.
    pub(crate) fn of(component: &[u8], exports: &[String], imports: &[String]) -> Self {
        let descriptor = |media_type: &str, bytes: &[u8]| Descriptor {
            media_type: media_type.to_owned(),
            digest: Digest::of(bytes).to_string(),
            size: bytes.len() as u64,
        };
        let layer = descriptor(COMPONENT, component);
        let config = json!({
            "created": CREATED,
            "author": null,
            "architecture": "wasm",
            "os": "wasip2",
            "layerDigests": [layer.digest],
            "component": { "exports": exports, "imports": imports, "target": null },
        });
        let config = config.to_string().into_bytes();
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": descriptor(CONFIG, &config),
            "layers": [layer],
        });
        Self { config, manifest: manifest.to_string().into_bytes() }
    }
}

/// Digest and size of the component that a manifest is about.
///
/// # Errors
/// When it is about something else: with what.
pub(crate) fn component(manifest: &[u8]) -> Result<(Digest, u64), String> {
    let manifest: Manifest = serde_json::from_slice(manifest).map_err(|_| "its manifest is not valid".to_owned())?;
    if manifest.manifests.is_some() {
        return Err("it is an index of images, for several platforms".to_owned());
    }
    let config = manifest.config.map(|config| config.media_type).unwrap_or_default();
    if config != CONFIG {
        return Err(format!("its config is `{}`, not `{CONFIG}`", crate::text::line(&config)));
    }
    let layers = manifest.layers.unwrap_or_default();
    let [layer] = layers.as_slice() else { return Err(format!("it has {} layers, not one", layers.len())) };
    if layer.media_type != COMPONENT {
        return Err(format!("its layer is `{}`, not `{COMPONENT}`", crate::text::line(&layer.media_type)));
    }
    let digest = layer.digest.parse().map_err(|_| "its layer is not named by a SHA-256".to_owned())?;
    Ok((digest, layer.size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_component_has_the_same_manifest() {
        let artifact = || Artifact::of(b"component", &["a:b/c@0.1.0".into()], &[]);
        assert_eq!(artifact().manifest, artifact().manifest);
        assert_eq!(component(&artifact().manifest), Ok((Digest::of(b"component"), 9)));
        let digest = Digest::of(&artifact().manifest).to_string();
        // Changes only with the layout: whoever pinned a digest pushes the same component and finds it again.
        assert_eq!(digest, "sha256:69c38d4052b1ccff95c815f9352eb0027d024b48a72eeaccf8e50bf30438c903");
    }

    #[test]
    fn what_is_no_component_says_what_it_is() {
        let layer = |media: &str| format!(r#"{{"mediaType":"{media}","digest":"{}","size":1}}"#, Digest::of(b""));
        let of = |config: &str, layers: &[String]| {
            let manifest = format!(r#"{{"config":{config},"layers":[{}]}}"#, layers.join(","));
            component(manifest.as_bytes()).unwrap_err()
        };
        let (config, wasm) = (layer(CONFIG), layer(COMPONENT));
        assert_eq!(
            of(&layer("a/b\u{202e}"), std::slice::from_ref(&wasm)),
            format!("its config is `a/b\\u{{202e}}`, not `{CONFIG}`")
        );
        assert_eq!(of(&config, &[wasm.clone(), wasm.clone()]), "it has 2 layers, not one");
        assert_eq!(of(&config, &[]), "it has 0 layers, not one");
        assert_eq!(of(&config, &[layer("a/tar")]), "its layer is `a/tar`, not `application/wasm`");
        assert_eq!(of(&config, &[wasm.replace("sha256:", "sha512:")]), "its layer is not named by a SHA-256");
        assert_eq!(of(&config, &[wasm.replace(":1}", ":-1}")]), "its manifest is not valid");
        assert!(component(br#"{"manifests":[]}"#).unwrap_err().contains("index"));
        assert_eq!(component(b"<html>").unwrap_err(), "its manifest is not valid");
    }
}
