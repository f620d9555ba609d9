//! The styles in two sheets, shared by all instances: what there is from the beginning, and what only comes with the
//! screens of one app.

use crate::cut::cut;
use js_sys::Array;
use web_sys::{CssStyleSheet, ShadowRoot};

const FIRST: &[u8] = include_bytes!("style.css");
const LATER: &[u8] = include_bytes!("later.css");
static FIRST_SQUEEZED: [u8; squeeze(FIRST, &mut [])] = squeezed(FIRST);
static LATER_SQUEEZED: [u8; squeeze(LATER, &mut [])] = squeezed(LATER);
/// What strangers download: the sheets without their comments and without the white space that only their readers need.
const FIRST_CSS: &str = text(&FIRST_SQUEEZED);
/// The same. Only code of the npm package's second module may name it.
const LATER_CSS: &str = text(&LATER_SQUEEZED);

const fn text(css: &'static [u8]) -> &'static str {
    match std::str::from_utf8(css) {
        Ok(css) => css,
        Err(_) => "",
    }
}

const fn squeezed<const LENGTH: usize>(source: &[u8]) -> [u8; LENGTH] {
    let mut out = [0; LENGTH];
    squeeze(source, &mut out);
    out
}

/// Fills `out` as far as it goes; gives the length of all.
const fn squeeze(source: &[u8], out: &mut [u8]) -> usize {
    let (mut at, mut len, mut last, mut space) = (0, 0, b'}', false);
    while at < source.len() {
        let byte = source[at];
        at += 1;
        if byte == b'/' && source[at] == b'*' {
            at += 2;
            while !(source[at - 1] == b'*' && source[at] == b'/') {
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
    /// Wherever the first is adopted the second is, too: empty until [`complete`].
    static SHEETS: Option<[CssStyleSheet; 2]> = {
        let sheets = CssStyleSheet::new().ok().zip(CssStyleSheet::new().ok()).map(<[CssStyleSheet; 2]>::from);
        sheets.filter(|[first, _]| first.replace_sync(FIRST_CSS).is_ok())
    };
}

/// The names of the variables that a page can set, all of which are in the first sheet.
pub fn variables() -> impl Iterator<Item = &'static str> {
    let mut rest = FIRST_CSS;
    let names = std::iter::from_fn(move || {
        rest = cut(rest, b'(').1;
        (!rest.is_empty()).then(|| cut(cut(rest, b')').0, b',').0)
    });
    names.filter(|name| name.starts_with("--cf-"))
}

/// Makes them ahead of time.
pub fn make_styles() {
    SHEETS.with(|_| ());
}

/// Gives the root the styles, by constructed style sheets: the one way that `style-src 'self'` allows.
pub fn adopt_styles(root: &ShadowRoot) {
    SHEETS.with(|sheets| {
        if let Some([first, later]) = sheets {
            root.set_adopted_style_sheets(&Array::of2(first, later));
        }
    });
}

/// Fills in what the screens of one app need besides, for all roots.
pub(super) fn complete() {
    SHEETS.with(|sheets| {
        if let Some([_, later]) = sheets {
            let _ = later.replace_sync(LATER_CSS);
        }
    });
}
