//! Where things lie in the work tree; every other module asks here.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::error::{AtPath, Result};

/// The root of the work tree, where Cargo.lock is.
pub(crate) fn root() -> &'static Path {
    // The manifest directory is <root>/xtask by the shape of the workspace.
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Cargo's output directory, wherever the environment has put it.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Programs installed for this project alone; survives a `CARGO_TARGET_DIR` that changes.
pub(crate) fn tools() -> PathBuf {
    root().join("target/tools")
}

/// Where npm puts the programs of `xtask/tools/package.json`.
pub(crate) fn npm_tools() -> PathBuf {
    root().join("xtask/tools")
}

/// The assembled npm package.
pub(crate) fn package() -> PathBuf {
    root().join("dist/package")
}

/// The pages and the package that browser tests open, as one directory of static files.
pub(crate) fn site() -> PathBuf {
    root().join("target/site")
}

/// The same with a component that leaks on purpose.
pub(crate) fn mutants_site() -> PathBuf {
    root().join("target/site-mutants")
}

/// The sandbox's binary once built.
pub(crate) fn sandbox_binary() -> PathBuf {
    target().join("debug/connect-flow-sandbox")
}

/// Reads a text file of the work tree or elsewhere.
pub(crate) fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).at(path)
}

/// Writes a file, making its directory first.
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) -> Result {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).at(parent)?;
    }
    fs::write(path, content).at(path)
}

/// Makes a directory that is empty afterwards.
pub(crate) fn empty_dir(path: &Path) -> Result {
    if path.exists() {
        fs::remove_dir_all(path).at(path)?;
    }
    fs::create_dir_all(path).at(path)
}

/// The files directly in a directory, sorted by name so that every run does the same.
pub(crate) fn files(dir: &Path) -> Result<Vec<PathBuf>> {
    Ok(entries(dir)?.into_iter().filter(|path| path.is_file()).collect())
}

/// The folders directly in a directory, sorted by name.
pub(crate) fn folders(dir: &Path) -> Result<Vec<PathBuf>> {
    Ok(entries(dir)?.into_iter().filter(|path| path.is_dir()).collect())
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).at(dir)? {
        found.push(entry.at(dir)?.path());
    }
    found.sort();
    Ok(found)
}

/// The last component of a path as text.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Copies a file into a directory under its own name.
pub(crate) fn copy_into(file: &Path, dir: &Path) -> Result {
    fs::copy(file, dir.join(name(file))).at(file).map(drop)
}
