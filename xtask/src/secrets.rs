//! `secrets`: looks for what is shaped like a token or a key in everything that is kept or published.

use std::{fs, path::Path};

use crate::{
    error::{AtPath, Error, Result},
    paths,
    process::{command, output_of},
};

/// Made up for tests and documentation: `path text`, one a line.
const ALLOWED: &str = "xtask/allowed-secrets.txt";

/// How keys of well-known kinds begin, and how many characters of a key follow at least.
const KEYS: [(&str, usize); 17] = [
    ("sk_", 16),
    ("rk_", 16),
    ("pk_", 16),
    ("tk_", 16),
    ("sk-", 20),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghs_", 30),
    ("github_pat_", 30),
    ("glpat-", 16),
    ("npm_", 30),
    ("AKIA", 16),
    ("AIza", 30),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("ya29.", 20),
    ("EAAC", 30),
];

/// What stands where.
#[derive(Debug, PartialEq)]
struct Finding {
    line: usize,
    text: String,
}

/// Scans what git keeps and, where it was built, the npm package.
pub(crate) fn secrets() -> Result {
    let listed = output_of(command("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]));
    let listed = listed.ok_or_else(|| Error::Missing {
        what: "the list of files".into(),
        remedy: "run it in a git work tree".into(),
    })?;
    let allowed = paths::read(&paths::root().join(ALLOWED))?;
    let mut files: Vec<_> = listed.lines().map(|name| (name.to_owned(), paths::root().join(name))).collect();
    if paths::package().is_dir() {
        let packed = paths::files(&paths::package())?;
        files.extend(packed.into_iter().map(|file| (format!("package/{}", paths::name(&file)), file)));
    }
    let (mut found, mut used) = (0, vec![false; allowed.lines().count()]);
    for (name, file) in files.iter().filter(|(name, file)| name != ALLOWED && file.is_file()) {
        for Finding { line, text } in scan(&content(file)?) {
            match allowed.lines().position(|entry| entry == format!("{name} {text}")) {
                Some(at) => used[at] = true,
                None => {
                    found += 1;
                    println!(
                        "{name}:{line}: {}… ({} characters)",
                        text.chars().take(8).collect::<String>(),
                        text.len()
                    );
                }
            }
        }
    }
    for (entry, _) in allowed.lines().zip(used).filter(|(entry, used)| !used && !entry.starts_with('#')) {
        found += 1;
        println!("{ALLOWED}: nothing like it is left: {entry}");
    }
    println!("{} files, {found} findings", files.len());
    if found == 0 { Ok(()) } else { Err(Error::TestsFailed) }
}

/// Bytes that are no text are looked through all the same: a wasm holds its strings as they are.
fn content(file: &Path) -> Result<String> {
    Ok(String::from_utf8_lossy(&fs::read(file).at(file)?).into_owned())
}

fn scan(text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let private = line.contains("-----BEGIN ") && line.contains(concat!("PRIVATE", " KEY-----"));
        let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || "_-.+/=".contains(c)));
        let keys = words.filter_map(|word| jwt(word).or_else(|| key(word)));
        let texts = keys.chain(private.then(|| "private key".to_owned()));
        found.extend(texts.map(|text| Finding { line: at + 1, text }));
    }
    found
}

/// Three parts of base64url, the first of which is an object's.
fn jwt(word: &str) -> Option<String> {
    let start = word.find("eyJ")?;
    let token = word[start..].trim_end_matches(['.', '=', '/']);
    let parts: Vec<_> = token.split('.').collect();
    let long = |least: usize| move |part: &&str| part.len() >= least;
    let whole = parts.len() == 3 && parts[..2].iter().all(long(16)) && long(16)(&parts[2]);
    whole.then(|| token.to_owned())
}

fn key(word: &str) -> Option<String> {
    KEYS.iter().find_map(|(prefix, least)| {
        let (before, rest) = word.split_once(prefix)?;
        if before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            return None;
        }
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
        let body = &rest[..end];
        // Names in code have these beginnings, too, but no digits among so many letters.
        let digits = body.bytes().filter(u8::is_ascii_digit).count();
        (body.len() >= *least && digits >= 3).then(|| format!("{prefix}{body}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r9_r12_f7_each_kind_of_secret_is_found_where_it_stands() {
        // Put together here, or this file would be found itself.
        let body = "a1B2c3D4e5F6a7B8c9D0e1F2a3B4c5D6e7F8";
        for (prefix, _) in KEYS {
            let secret = format!("{prefix}{body}");
            let text = format!("first line\nconst KEY = \"{secret}\";\n");
            assert_eq!(scan(&text), [Finding { line: 2, text: secret }]);
        }
        let jwt = ["eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", body].join(".");
        assert_eq!(scan(&format!("Bearer {jwt}.")), [Finding { line: 1, text: jwt }]);
        let pem = ["-----BEGIN RSA PRIVATE", "KEY-----"].join(" ");
        assert_eq!(scan(&pem).len(), 1);
    }

    #[test]
    fn what_only_looks_like_a_secret_is_none() {
        let harmless =
            "task_0123456789abcdef0123 pk_of_the_row_in_the_table sk_short1 eyJ.eyJ.x npm_config_registry_and_more";
        assert_eq!(scan(harmless), []);
    }
}
