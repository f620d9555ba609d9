//! `sbom`: what the crate and the npm package are made of, as CycloneDX 1.6; the same bytes from the same locks.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use serde_json::{Value, json};

use crate::{
    error::{Error, Result},
    paths,
    process::{command, output_of},
};

const CRATE: &str = "connect-flow";

fn folder() -> PathBuf {
    paths::root().join("dist/sbom")
}

/// Writes one document for the crate and one for the npm package, whose wasm is compiled from the same crates.
pub(crate) fn sbom() -> Result {
    let (metadata, lock) = (metadata()?, paths::read(&paths::root().join("Cargo.lock"))?);
    let npm = json_of(&paths::read(&paths::root().join("www/package.json"))?)?;
    for (file, document) in [("crate", of_crate(&metadata, &lock)?), ("npm", of_npm(&metadata, &lock, &npm)?)] {
        let file = folder().join(format!("{CRATE}.{file}.cdx.json"));
        paths::write(&file, format!("{document:#}\n"))?;
        println!("{}", file.display());
    }
    Ok(())
}

/// `cargo metadata` of what is compiled for browsers.
pub(crate) fn metadata() -> Result<Value> {
    let mut cargo = command("cargo");
    cargo.args(["metadata", "--format-version=1", "--locked", "--filter-platform=wasm32-unknown-unknown"]);
    json_of(&output_of(&mut cargo).ok_or_else(|| wrong("it failed"))?)
}

fn json_of(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| wrong(&error.to_string()))
}

fn wrong(problem: &str) -> Error {
    Error::Answer { from: "cargo metadata".into(), problem: problem.into() }
}

fn of_crate(metadata: &Value, lock: &str) -> Result<Value> {
    let (root, others, dependencies) = closure(metadata)?;
    Ok(document(component(root, lock), others.iter().map(|one| component(one, lock)).collect(), dependencies))
}

fn of_npm(metadata: &Value, lock: &str, npm: &Value) -> Result<Value> {
    let (root, others, mut dependencies) = closure(metadata)?;
    let name = npm["name"].as_str().unwrap_or_default();
    let version = npm["version"].as_str().unwrap_or_default();
    let purl = format!("pkg:npm/{}@{version}", name.replace('@', "%40"));
    dependencies.insert(purl.clone(), BTreeSet::from([purl_of(root)]));
    let package = json!({
        "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl,
        "licenses": [{ "expression": npm["license"] }],
    });
    let compiled = std::iter::once(root).chain(others).map(|one| component(one, lock)).collect();
    Ok(document(package, compiled, dependencies))
}

/// No serial number and no time: both are optional, and would differ from run to run.
fn document(root: Value, components: Vec<Value>, dependencies: BTreeMap<String, BTreeSet<String>>) -> Value {
    let graph: Vec<_> = dependencies.iter().map(|(one, on)| json!({ "ref": one, "dependsOn": on })).collect();
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": root },
        "components": components,
        "dependencies": graph,
    })
}

type Closure<'a> = (&'a Value, Vec<&'a Value>, BTreeMap<String, BTreeSet<String>>);

/// The crate, everything that it is compiled from (build scripts and macros included, tests not), and who needs whom.
fn closure(metadata: &Value) -> Result<Closure<'_>> {
    let list = |value: &'static str, of: &Value| of[value].as_array().cloned().unwrap_or_default();
    let packages: BTreeMap<_, _> = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|package| Some((package["id"].as_str()?, package)))
        .collect();
    let root = packages.values().find(|package| package["name"] == CRATE).copied();
    let root = root.ok_or_else(|| wrong("no package of ours"))?;
    let nodes = list("nodes", &metadata["resolve"]);
    let (mut seen, mut todo, mut graph) = (BTreeMap::new(), vec![root], BTreeMap::new());
    while let Some(package) = todo.pop() {
        let purl = purl_of(package);
        if seen.insert(purl.clone(), package).is_some() {
            continue;
        }
        let node = nodes.iter().find(|node| node["id"] == package["id"]);
        let needed = node
            .map(|node| list("deps", node))
            .unwrap_or_default()
            .into_iter()
            .filter(|dependency| list("dep_kinds", dependency).iter().any(|kind| kind["kind"] != "dev"));
        let needed: Vec<_> =
            needed.filter_map(|dependency| packages.get(dependency["pkg"].as_str()?).copied()).collect();
        graph.insert(purl, needed.iter().map(|package| purl_of(package)).collect());
        todo.extend(needed);
    }
    seen.remove(&purl_of(root));
    Ok((root, seen.into_values().collect(), graph))
}

fn purl_of(package: &Value) -> String {
    let text = |name: &str| package[name].as_str().unwrap_or_default();
    format!("pkg:cargo/{}@{}", text("name"), text("version"))
}

fn component(package: &Value, lock: &str) -> Value {
    let text = |name: &str| package[name].as_str().unwrap_or_default();
    let purl = purl_of(package);
    let mut component = json!({
        "type": "library", "bom-ref": purl, "name": text("name"), "version": text("version"), "purl": purl,
    });
    if let Some(license) = package["license"].as_str() {
        // Before SPDX expressions, a slash meant "or".
        component["licenses"] = json!([{ "expression": license.replace('/', " OR ").replace("  ", " ") }]);
    }
    if let Some(checksum) = checksum(lock, text("name"), text("version")) {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    component
}

/// What Cargo.lock holds the download of a crate to.
fn checksum<'a>(lock: &'a str, name: &str, version: &str) -> Option<&'a str> {
    let entry = format!("name = \"{name}\"\nversion = \"{version}\"\n");
    let of = lock.split_once(&entry)?.1.split("\n\n").next()?;
    of.split_once("checksum = \"")?.1.split('"').next()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn f9_both_lists_name_every_part_once_with_its_hash_and_are_the_same_twice() {
        let lock = paths::read(&paths::root().join("Cargo.lock")).unwrap();
        let metadata = metadata().unwrap();
        let first = of_crate(&metadata, &lock).unwrap();
        let mut again = metadata.clone();
        again["packages"].as_array_mut().unwrap().reverse();
        assert_eq!(first.to_string(), of_crate(&again, &lock).unwrap().to_string());
        let parts = first["components"].as_array().unwrap();
        let names: BTreeSet<_> = parts.iter().map(|part| part["purl"].as_str().unwrap()).collect();
        assert_eq!(names.len(), parts.len());
        for part in parts {
            assert_eq!(part["hashes"][0]["content"].as_str().map(str::len), Some(64), "{part}");
            assert!(part["licenses"].is_array(), "{part}");
        }
        assert!(parts.iter().any(|part| part["name"] == "leptos"));
        assert!(!parts.iter().any(|part| part["name"] == "proptest"), "a library of the tests");
        let npm = json!({ "name": "@a/b", "version": "1.0.0", "license": "MIT" });
        let npm = of_npm(&metadata, &lock, &npm).unwrap();
        assert_eq!(npm["metadata"]["component"]["purl"], "pkg:npm/%40a/b@1.0.0");
        assert_eq!(npm["components"].as_array().unwrap().len(), parts.len() + 1);
    }

    #[test]
    fn nothing_of_ours_runs_when_it_is_built_or_installed() {
        let metadata = metadata().unwrap();
        let ours = metadata["workspace_members"].as_array().unwrap();
        for package in metadata["packages"].as_array().unwrap().iter().filter(|package| ours.contains(&package["id"])) {
            for target in package["targets"].as_array().unwrap() {
                assert!(!target["kind"].as_array().unwrap().contains(&"custom-build".into()), "{}", package["name"]);
            }
        }
        assert!(!paths::root().join("fuzz/build.rs").exists());
        for manifest in ["www/package.json", "tests/package.json", "xtask/tools/package.json"] {
            let manifest = json_of(&paths::read(&paths::root().join(manifest)).unwrap()).unwrap();
            let scripts = manifest["scripts"].as_object().cloned().unwrap_or_default();
            let runs =
                |name: &String| ["install", "prepare", "prepack", "publish"].iter().any(|part| name.contains(part));
            assert!(!scripts.keys().any(runs), "{scripts:?}");
        }
    }
}
