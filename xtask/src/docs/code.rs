//! The book's blocks of code, each held to what its language demands: types, syntax, names that there are.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};

use crate::{
    error::{AtPath, Result},
    paths,
    process::{command, output_with_status},
};

#[derive(Clone)]
pub(super) struct Block {
    pub(super) page: String,
    pub(super) language: String,
    pub(super) text: String,
    /// It is a file of the repository, whole, which is built or run elsewhere.
    pub(super) included: bool,
}

/// Checks all of them; what is wrong is said with the page.
pub(super) fn check(blocks: &[Block], problems: &mut Vec<String>) -> Result {
    let css = paths::read(&paths::root().join("src/view/style.css"))?;
    let variables: BTreeSet<_> = variables(&css).collect();
    let policy = policy()?;
    let excerpts = without_indent(&paths::read(&paths::root().join("examples/leptos/src/main.rs"))?);
    let mut scripts = Vec::new();
    for block in blocks {
        let mut wrong = |what: String| problems.push(format!("{}: ```{}: {what}", block.page, block.language));
        for name in variables_used(&block.text).filter(|name| !variables.contains(name)) {
            wrong(format!("there is no variable {name}"));
        }
        match block.language.as_str() {
            "js" | "jsx" | "ts" | "tsx" if !block.included => scripts.push(block),
            "json" => drop(serde_json::from_str::<Value>(&block.text).map_err(|error| wrong(error.to_string()))),
            "html" => html(&block.text).into_iter().for_each(wrong),
            "css" => {
                let depth = block.text.matches('{').count().abs_diff(block.text.matches('}').count());
                if depth != 0 {
                    wrong("its braces do not match".into());
                }
            }
            "sh" => {
                let (ok, said) = output_with_status(command("bash").args(["-n", "-c", &block.text]))?;
                if !ok {
                    wrong(said);
                }
            }
            "csp" => {
                if block.text.split_whitespace().collect::<Vec<_>>() != policy.split_whitespace().collect::<Vec<_>>() {
                    wrong(format!("the policy that the tests run under is: {policy}"));
                }
            }
            "text" => {}
            "" => wrong("name its language, or text".into()),
            // What no check here understands must be a file that is built, run or driven by a test, or a part of one.
            _ if block.included => {}
            "rust" if excerpts.contains(&without_indent(&block.text)) => {}
            _ => wrong("include a file instead, which tests build or run".into()),
        }
    }
    types(&scripts, problems)
}

fn without_indent(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join("\n")
}

/// `--cf-…` as far as the name goes.
fn variables_used(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("--cf-").map(|(at, _)| {
        let name = &text[at..];
        name.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next().unwrap_or(name)
    })
}

fn variables(css: &str) -> impl Iterator<Item = &str> {
    css.split("var(").skip(1).filter(|text| text.starts_with("--cf-")).filter_map(|text| text.split([',', ')']).next())
}

/// The host pages' policy, without what only the sandbox needs.
fn policy() -> Result<String> {
    let readme = paths::read(&paths::root().join("sandbox/README.md"))?;
    let line = readme.lines().find(|line| line.starts_with("default-src 'none'; script-src")).unwrap_or_default();
    let line = line.split("; report-uri").next().unwrap_or_default();
    Ok(line.replace("<platform>", "https://platform.example.com"))
}

/// What fragments take from the page around them.
const AROUND: &str = "declare const getSessionToken: import('connect-flow').GetSessionToken;
declare const button: HTMLButtonElement;
declare function render(state: object): void;
declare function refresh(app?: string): void;
declare const token: string;
declare const customer: string;
declare const labels: import('connect-flow/refold-react').Label[];
";

/// Compiles scripts against the package's types.
fn types(scripts: &[&Block], problems: &mut Vec<String>) -> Result {
    let dir = paths::root().join("target/book-code");
    paths::empty_dir(&dir)?;
    let modules = paths::root().join("tests/node_modules");
    let at = |path: &Path| path.display().to_string();
    let react = |name: &str| json!([at(&modules.join("@types").join(name))]);
    let mut entries = json!({
        "react": react("react"),
        "react/jsx-runtime": react("react/jsx-runtime.d.ts"),
        "react-dom/client": react("react-dom/client.d.ts"),
    });
    let www = paths::root().join("www");
    let manifest: Value = serde_json::from_str(&paths::read(&www.join("package.json"))?).unwrap_or_default();
    for (entry, target) in manifest["exports"].as_object().into_iter().flatten() {
        if let Some(types) = target["types"].as_str() {
            let name = entry.replacen('.', "connect-flow", 1);
            entries[name] = json!([at(&www.join(types.trim_start_matches("./")))]);
        }
    }
    let config = json!({
        "compilerOptions": {
            "strict": true, "noImplicitAny": false, "noEmit": true, "allowJs": true, "checkJs": true, "skipLibCheck": true,
            "target": "es2022", "module": "esnext", "moduleResolution": "bundler", "moduleDetection": "force",
            "jsx": "react-jsx", "lib": ["es2023", "dom", "dom.iterable"], "types": [],
            "paths": entries,
        }
    });
    paths::write(&dir.join("tsconfig.json"), config.to_string())?;
    paths::write(&dir.join("page.d.ts"), AROUND)?;
    for (number, script) in scripts.iter().enumerate() {
        paths::write(&dir.join(format!("{number}.{}", script.language)), &script.text)?;
    }
    let tsc = modules.join(".bin/tsc");
    fs::metadata(&tsc).at(&tsc)?;
    let (ok, said) = output_with_status(command(tsc).args(["--pretty", "false", "--project"]).arg(&dir))?;
    if !ok {
        for line in said.lines().filter(|line| !line.trim().is_empty()) {
            let number = line.rsplit('/').next().and_then(|name| name.split('.').next()?.parse::<usize>().ok());
            let page = number.and_then(|number| scripts.get(number)).map_or("", |script| &script.page);
            problems.push(format!("{page}: {line}"));
        }
    }
    Ok(())
}

/// What is wrong in a fragment of HTML: tags that do not match, attributes without quotes, attributes of the element that
/// it does not have.
fn html(text: &str) -> Vec<String> {
    const VOID: [&str; 6] = ["br", "hr", "img", "input", "link", "meta"];
    let (mut open, mut wrong, mut rest) = (Vec::new(), Vec::new(), text);
    while let Some((_, after)) = rest.split_once('<') {
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
            continue;
        }
        let Some((tag, after)) = after.split_once('>') else {
            wrong.push("a tag does not end".into());
            break;
        };
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name.trim()) {
                wrong.push(format!("</{}> ends nothing", name.trim()));
            }
            continue;
        }
        let name = tag.split_whitespace().next().unwrap_or_default();
        if name.starts_with('!') {
            continue;
        }
        if tag.matches('"').count() % 2 != 0 {
            wrong.push(format!("<{name}> has a quote too many"));
        }
        if name == "connect-flow" {
            let attributes = tag.split('"').step_by(2).flat_map(str::split_whitespace).skip(1);
            let unknown = attributes.map(|a| a.trim_end_matches('=')).filter(|a| !KNOWN.contains(a));
            wrong.extend(unknown.map(|attribute| format!("<connect-flow> has no attribute {attribute}")));
        }
        if !VOID.contains(&name) && !tag.ends_with('/') {
            open.push(name);
            // What is in a script is not HTML.
            if name == "script"
                && let Some((_, after)) = rest.split_once("</script>")
            {
                open.pop();
                rest = after;
            }
        }
    }
    wrong.extend(open.iter().map(|name| format!("<{name}> is not ended")));
    wrong
}

/// Attributes of the element, and those of all elements that pages of the book use.
const KNOWN: [&str; 15] = [
    "api-url",
    "app",
    "frame-url",
    "inline-credentials",
    "theme",
    "density",
    "locale",
    "host-name",
    "platform-name",
    "privacy-url",
    "terms-url",
    "session-url",
    "class",
    "id",
    "style",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_that_is_wrong_is_said_to_be() {
        assert_eq!(html("<p>a <b>b</b></p><br><!-- <i> -->"), Vec::<String>::new());
        assert_eq!(html("<p><b></p>").len(), 2);
        assert_eq!(html(r#"<connect-flow api-url="https://x" token="y"></connect-flow>"#).len(), 1);
        assert_eq!(html("<script>if (a < b) c();</script>"), Vec::<String>::new());
    }

    #[test]
    fn variables_are_read_to_the_end_of_their_name() {
        let used: Vec<_> = variables_used("a { --cf-accent: red; color: var(--cf-text-muted) }").collect();
        assert_eq!(used, ["--cf-accent", "--cf-text-muted"]);
    }
}
