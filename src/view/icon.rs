//! The drawn set: 20 px icons and 64 px drawings, strokes of 1.5 px in the current colour, built as DOM.

use super::dom::{El, el, svg};

pub(super) const ALERT: &str = "\
    M10 7v3.5M10 13.4v.1\
    M8.6 3.3 2.4 14.1A1.6 1.6 0 0 0 3.8 16.5h12.4a1.6 1.6 0 0 0 1.4-2.4L11.4 3.3a1.6 1.6 0 0 0-2.8 0Z";
pub(super) const BACK: &str = "M12.5 4.5 7 10l5.5 5.5";
pub(super) const CHECK: &str = "m4.5 10.5 3.7 3.7 7.3-8";
pub(super) const CHEVRON: &str = "M8 5.5 12.5 10 8 14.5";
pub(super) const CLOSE: &str = "m5.5 5.5 9 9M14.5 5.5l-9 9";
pub(super) const EXTERNAL: &str =
    "M8 5H5.5A1.5 1.5 0 0 0 4 6.5v8A1.5 1.5 0 0 0 5.5 16h8a1.5 1.5 0 0 0 1.5-1.5V12M11.5 4H16v4.5M16 4l-6.5 6.5";
pub(super) const EYE: &str =
    "M2.5 10s2.7-5 7.5-5 7.5 5 7.5 5-2.7 5-7.5 5-7.5-5-7.5-5ZM12.2 10a2.2 2.2 0 1 1-4.4 0 2.2 2.2 0 0 1 4.4 0Z";
pub(super) const EYE_OFF: &str = "\
    m3.5 3.5 13 13M8.2 5.2A7.6 7.6 0 0 1 10 5c4.8 0 7.5 5 7.5 5a13 13 0 0 1-2 2.5\
    M5.4 6.4A12.6 12.6 0 0 0 2.5 10s2.7 5 7.5 5a7.5 7.5 0 0 0 3.6-.9M8.4 8.5a2.2 2.2 0 0 0 3.1 3.1";
pub(super) const LOCK: &str = "\
    M6.5 9V6.5a3.5 3.5 0 0 1 7 0V9\
    M5.5 9h9A1.5 1.5 0 0 1 16 10.5v4.5a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 4 15v-4.5A1.5 1.5 0 0 1 5.5 9Z";
pub(super) const OFFLINE: &str = "\
    m3.5 3.5 13 13M10 15.5h.01M7.5 12.8a3.6 3.6 0 0 1 4.3-.6M4.8 10.1a7.3 7.3 0 0 1 3-1.8\
    M2.2 7.4A11 11 0 0 1 5 5.5M11.5 7.9a7.3 7.3 0 0 1 3.7 2.2M9 4.6a11 11 0 0 1 8.8 2.8";
pub(super) const SEARCH: &str = "M14 9a5 5 0 1 1-10 0 5 5 0 0 1 10 0Zm-1.4 3.6L16 16";

/// Where drawings are: what is so and no other way, what went wrong, what went well.
pub(super) const CALM: &str = "div.draw";
pub(super) const BAD: &str = "div.draw.bad";
pub(super) const GOOD: &str = "div.draw.good";
pub(super) const DRAW_ALERT: &str = "M32 8a24 24 0 1 0 0 48 24 24 0 0 0 0-48Zm0 13v14m0 8v.1";
pub(super) const DRAW_EMPTY: &str = "M10 36 17 15h30l7 21v13H10V36Zm0 0h13c0 5 4 8 9 8s9-3 9-8h13M25 24h14";
pub(super) const DRAW_ENDED: &str = "M32 8a24 24 0 1 0 0 48 24 24 0 0 0 0-48Zm0 10v14l9 6";
pub(super) const DRAW_NO_MATCH: &str = "M28 10a18 18 0 1 0 0 36 18 18 0 0 0 0-36Zm13 31 13 13M21 28h14";
pub(super) const DRAW_OFFLINE: &str =
    "M18 46a11 11 0 0 1-1-22 16 16 0 0 1 30-3 12 12 0 0 1 7 21M26 38l14 14m0-14L26 52";
pub(super) const DRAW_WINDOW: &str = "M9 14h46v36H9V14Zm0 10h46M15 19h.1m5.9 0h.1m5.9 0h.1M26 32l12 12m0-12L26 44";
pub(super) const DRAW_SUCCESS: &str = "M32 8a24 24 0 1 0 0 48 24 24 0 0 0 0-48ZM21 33l8 8 15-17";

/// An icon of 20 px beside a text that says the same: hidden from assistive technology.
pub(super) fn icon(path: &str) -> El {
    drawing("i", "0 0 20 20", path)
}

/// An icon that points along the line of reading, mirrored where that runs to the left.
pub(super) fn pointing(path: &str) -> El {
    icon(path).class("i flip")
}

/// The drawing of a whole screen, in a place that gives it its colour.
pub(super) fn draw(place: &str, path: &str) -> El {
    el(place).child(drawing("d", "0 0 64 64", path))
}

fn drawing(class: &str, view_box: &str, path: &str) -> El {
    svg("svg")
        .class(class)
        .attr("viewBox", view_box)
        .with("aria-hidden=true focusable=false")
        .child(svg("path").attr("d", path))
}
