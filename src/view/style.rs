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

/// Gives the root the styles, by a constructed style sheet: the one way that `style-src 'self'` allows.
pub fn adopt_styles(root: &ShadowRoot) {
    SHEET.with(|sheet| {
        if let Some(sheet) = sheet {
            root.set_adopted_style_sheets(&Array::of1(sheet));
        }
    });
}
