//! `provenance.json` of the package: what built it, from which locks, and the integrity of every other file.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha384};

use crate::{
    error::{AtPath, Error, Result},
    paths, tools,
};

pub(crate) const FILE: &str = "provenance.json";
const LOCKS: [&str; 2] = ["Cargo.lock", "xtask/tools/package-lock.json"];

/// Writes it into the assembled package. Nothing in it differs between two builds of the same sources.
pub(crate) fn write(package: &Path) -> Result {
    let manifest = json_file(&package.join("package.json"))?;
    let toolchain = paths::read(&paths::root().join("rust-toolchain.toml"))?;
    let rust = toolchain.split_once("channel = \"").and_then(|(_, rest)| rest.split('"').next());
    let npm = json_file(&paths::npm_tools().join("package.json"))?;
    let mut names: Vec<_> = paths::files(package)?.iter().map(|file| paths::name(file)).collect();
    for folder in paths::folders(package)? {
        let within = |file: &PathBuf| format!("{}/{}", paths::name(&folder), paths::name(file));
        names.extend(paths::files(&folder)?.iter().map(within));
    }
    let text = json!({
        "name": manifest["name"],
        "version": manifest["version"],
        "builtWith": {
            "rust": rust,
            "wasm-bindgen": tools::locked_version("wasm-bindgen")?,
            "binaryen": npm["devDependencies"]["binaryen"],
            "esbuild": npm["devDependencies"]["esbuild"],
        },
        "locks": integrities(paths::root(), LOCKS.map(str::to_owned))?,
        "files": integrities(package, names)?,
    });
    paths::write(&package.join(FILE), format!("{text:#}\n"))
}

/// Fails where two packages differ, by what each says of its files.
pub(crate) fn compare(one: &Path, other: &Path) -> Result {
    let (one, again) = (json_file(&one.join(FILE))?, json_file(&other.join(FILE))?);
    if one == again {
        return Ok(());
    }
    let files = one["files"].as_object().into_iter().flatten();
    let different: Vec<_> =
        files.filter(|(name, hash)| again["files"][*name] != **hash).map(|(name, _)| &**name).collect();
    let problem = format!("the same sources gave another package: {}", different.join(", "));
    Err(Error::Answer { from: other.display().to_string(), problem })
}

/// Subresource Integrity by name, in the form that `integrity` attributes take.
fn integrities(dir: &Path, names: impl IntoIterator<Item = String>) -> Result<Value> {
    let mut all = Map::new();
    for name in names.into_iter().filter(|name| name != FILE) {
        let file = dir.join(&name);
        all.insert(name, integrity(&fs::read(&file).at(&file)?).into());
    }
    Ok(all.into())
}

pub(crate) fn integrity(content: &[u8]) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(content)))
}

fn json_file(file: &Path) -> Result<Value> {
    serde_json::from_str(&paths::read(file)?)
        .map_err(|error| Error::Answer { from: file.display().to_string(), problem: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::integrity;

    #[test]
    fn integrity_is_what_browsers_compare() {
        let known = "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb";
        assert_eq!(integrity(b""), known);
    }
}
