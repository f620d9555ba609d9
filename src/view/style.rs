//! The one style sheet, shared by all instances.

use js_sys::Array;
use web_sys::{CssStyleSheet, ShadowRoot};

const CSS: &str = include_str!("style.css");

thread_local! {
    static SHEET: Option<CssStyleSheet> = {
        let sheet = CssStyleSheet::new().ok();
        sheet.filter(|sheet| sheet.replace_sync(CSS).is_ok())
    };
}

/// The names of the variables that a page can set.
pub fn variables() -> impl Iterator<Item = &'static str> {
    let named = CSS.split("var(").skip(1).filter(|text| text.starts_with("--cf-"));
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
