//! App icons, drawn: one shape on one colour, both from the catalog or derived from the slug.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use super::Platform;
use super::error::ApiError;
use crate::catalog::App;

/// Drawings on a field of 64 by 64, in white; `{l}` is a lighter tone.
const SHAPES: [(&str, &str); 12] = [
    (
        "wave",
        "<path d='M10 38c7-9 15-9 22 0s15 9 22 0v16H10z' fill='#fff'/>\
         <path d='M10 26c7-9 15-9 22 0s15 9 22 0' fill='none' stroke='{l}' stroke-width='5' \
         stroke-linecap='round'/>",
    ),
    (
        "bars",
        "<rect x='14' y='34' width='9' height='16' rx='3' fill='{l}'/>\
         <rect x='27.500' y='24' width='9' height='26' rx='3' fill='#fff'/>\
         <rect x='41' y='14' width='9' height='36' rx='3' fill='#fff'/>",
    ),
    (
        "grid",
        "<rect x='14' y='14' width='16' height='16' rx='4' fill='#fff'/>\
         <rect x='34' y='14' width='16' height='16' rx='4' fill='{l}'/>\
         <rect x='14' y='34' width='16' height='16' rx='4' fill='{l}'/>\
         <rect x='34' y='34' width='16' height='16' rx='4' fill='#fff'/>",
    ),
    (
        "bubble",
        "<path d='M14 18a5 5 0 0 1 5-5h26a5 5 0 0 1 5 5v18a5 5 0 0 1-5 5H32l-10 10V41h-3a5 5 0 0 1-5-5z' \
         fill='#fff'/><circle cx='25' cy='27' r='3' fill='{l}'/><circle cx='39' cy='27' r='3' fill='{l}'/>",
    ),
    (
        "envelope",
        "<rect x='11' y='17' width='42' height='30' rx='5' fill='#fff'/>\
         <path d='M14 21l18 14 18-14' fill='none' stroke='{l}' stroke-width='4' stroke-linecap='round' \
         stroke-linejoin='round'/>",
    ),
    (
        "stack",
        "<path d='M32 36l20 10-20 9-20-9z' fill='{l}'/>\
         <path d='M32 24l20 10-20 9-20-9z' fill='#fff' fill-opacity='.8'/>\
         <path d='M32 11l20 10-20 9-20-9z' fill='#fff'/>",
    ),
    (
        "drop",
        "<path d='M32 10c10 12 16 19 16 27a16 16 0 0 1-32 0c0-8 6-15 16-27z' fill='#fff'/>\
         <path d='M24 38a8 8 0 0 0 8 8' fill='none' stroke='{l}' stroke-width='4' stroke-linecap='round'/>",
    ),
    (
        "sun",
        "<circle cx='32' cy='32' r='10' fill='#fff'/>\
         <path d='M32 10v6M32 48v6M10 32h6M48 32h6M16.500 16.500l4.200 4.200M43.300 43.300l4.200 \
         4.200M16.500 47.500l4.200-4.200M43.300 20.700l4.200-4.200' stroke='{l}' stroke-width='5' \
         stroke-linecap='round'/>",
    ),
    (
        "ring",
        "<circle cx='32' cy='32' r='16' fill='none' stroke='#fff' stroke-width='8'/>\
         <circle cx='44' cy='20' r='7' fill='{l}'/>",
    ),
    (
        "petal",
        "<ellipse cx='32' cy='20' rx='7' ry='10' fill='#fff'/><ellipse cx='32' cy='44' rx='7' ry='10' fill='#fff'/>\
         <ellipse cx='20' cy='32' rx='10' ry='7' fill='{l}'/><ellipse cx='44' cy='32' rx='10' ry='7' fill='{l}'/>",
    ),
    ("kite", "<path d='M32 9l16 20-16 26-16-26z' fill='#fff'/><path d='M32 9v46L16 29z' fill='{l}'/>"),
    ("hex", "<path d='M32 10l19 11v22L32 54 13 43V21z' fill='#fff'/><path d='M32 22l9 5v10l-9 5-9-5V27z' fill='{l}'/>"),
];

const LEAF: (&str, &str) = (
    "leaf",
    "<path d='M14 50c0-26 12-37 36-37 0 25-11 37-29 37z' fill='#fff'/>\
     <path d='M14 51l21-22' stroke='{l}' stroke-width='4' stroke-linecap='round'/>",
);

/// `GET /icons/{slug}.svg`
pub(super) async fn icon(
    State(platform): State<Arc<Platform>>,
    Path(file): Path<String>,
) -> Result<Response, ApiError> {
    let slug = file.strip_suffix(".svg").ok_or_else(|| ApiError::not_found("Icon"))?;
    let svg = draw(platform.app(slug).map_err(|_| ApiError::not_found("Icon"))?);
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    Ok((headers, svg).into_response())
}

fn draw(app: &App) -> String {
    // FNV-1a: the same slug looks the same in every run.
    let hash = app.slug.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let hue = app.icon.hue.map_or(hash % 360, u32::from) % 360;
    let derived = SHAPES.get((hash >> 16) as usize % SHAPES.len()).unwrap_or(&LEAF);
    let named = app.icon.shape.as_deref();
    let shape = named.and_then(|name| SHAPES.iter().chain([&LEAF]).find(|(known, _)| *known == name));
    let light = format!("oklch(0.88 0.09 {})", (hue + 24) % 360);
    let drawing = shape.unwrap_or(derived).1.replace("{l}", &light);
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 64 64'><defs><linearGradient id='g' x2='.6' y2='1'>\
         <stop stop-color='oklch(0.64 0.15 {hue})'/><stop offset='1' stop-color='oklch(0.5 0.16 {})'/></linearGradient></defs>\
         <rect width='64' height='64' rx='14' fill='url(#g)'/>{drawing}</svg>",
        (hue + 18) % 360
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_app_of_the_catalog_looks_different_and_names_a_shape_that_exists() {
        let catalog = crate::catalog::Catalog::load(None).unwrap();
        let mut drawings: Vec<_> = catalog.apps.iter().map(draw).collect();
        drawings.sort();
        drawings.dedup();
        assert_eq!(drawings.len(), catalog.apps.len());
        for name in catalog.apps.iter().filter_map(|app| app.icon.shape.as_deref()) {
            assert!(SHAPES.iter().chain([&LEAF]).any(|(known, _)| *known == name), "{name}");
        }
    }
}
