//! The one style sheet, shared by all instances.

use js_sys::Array;
use web_sys::{CssStyleSheet, ShadowRoot};

const SOURCE: &[u8] = include_bytes!("style.css");
const LENGTH: usize = squeeze(&mut []);
static SQUEEZED: [u8; LENGTH] = {
    let mut out = [0; LENGTH];
    squeeze(&mut out);
    out
};
/// What strangers download: the sheet without its comments and without the white space that only its readers need.
const CSS: &str = match std::str::from_utf8(&SQUEEZED) {
    Ok(css) => css,
    Err(_) => "",
};

/// Fills `out` as far as it goes; gives the length of all.
const fn squeeze(out: &mut [u8]) -> usize {
    let (mut at, mut len, mut last, mut space) = (0, 0, b'}', false);
    while at < SOURCE.len() {
        let byte = SOURCE[at];
        at += 1;
        if byte == b'/' && SOURCE[at] == b'*' {
            at += 2;
            while !(SOURCE[at - 1] == b'*' && SOURCE[at] == b'/') {
                at += 1;
            }
            at += 1;
            continue;
        }
        if byte.is_ascii_whitespace() {
            space = true;
            continue;
        }
        let needed = space && !matches!(last, b'{' | b'}' | b';' | b',' | b':') && !matches!(byte, b'{' | b'}');
        space = false;
        let mut write = if needed { 2 } else { 1 };
        while write > 0 {
            if len < out.len() {
                out[len] = if write == 2 { b' ' } else { byte };
            }
            len += 1;
            write -= 1;
        }
        last = byte;
    }
    len
}

thread_local! {
    static SHEET: Option<CssStyleSheet> = {
        let sheet = CssStyleSheet::new().ok();
        sheet.filter(|sheet| sheet.replace_sync(CSS).is_ok())
    };
}

/// The names of the variables that a page can set.
pub fn variables() -> impl Iterator<Item = &'static str> {
    let named = CSS.split('(').filter(|text| text.starts_with("--cf-"));
    named.filter_map(|text| text.split([',', ')']).next())
}

/// Gives the root the styles, by a constructed style sheet: the one way that `style-src 'self'` allows.
pub fn adopt_styles(root: &ShadowRoot) {
    SHEET.with(|sheet| {
        if let Some(sheet) = sheet {
            root.set_adopted_style_sheets(&Array::of1(sheet));
        }
    });
}
