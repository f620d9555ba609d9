//! The built-in catalog has every kind of app; a broken one says what is wrong.
#![allow(clippy::unwrap_used)]

use super::*;

#[test]
fn the_built_in_catalog_covers_every_kind_of_app() {
    let catalog = Catalog::load(None).unwrap();
    assert!(catalog.apps.len() >= 24);
    let any = |test: &dyn Fn(&App) -> bool| catalog.apps.iter().any(test);
    let auths = |app: &App, test: &dyn Fn(&Auth) -> bool| app.auth.iter().any(test);
    assert!(any(&|app| auths(app, &|a| a.kind == AuthType::OAuth2 && a.fields.is_empty())));
    assert!(any(&|app| auths(app, &|a| {
        a.grant == Grant::AuthorizationCode && a.kind == AuthType::OAuth2 && a.fields.len() > 1
    })));
    assert!(any(&|app| auths(app, &|a| a.grant == Grant::ClientCredentials)));
    assert!(any(&|app| auths(app, &|a| a.kind == AuthType::KeyBased && a.fields.len() == 1)));
    assert!(any(&|app| auths(app, &|a| a.kind == AuthType::KeyBased && a.fields.len() > 2)));
    assert!(any(&|app| app.auth.len() == 2));
    assert!(any(&|app| app.multiple_accounts));
    assert!(any(&|app| app.ecosystem));
    assert!(any(&|app| app.kind.as_deref() == Some("custom")));
    assert!(catalog.seed.iter().any(|seed| seed.expired));
    assert!(catalog.seed.iter().any(|seed| !seed.expired));

    let fields: Vec<_> = catalog
        .apps
        .iter()
        .flat_map(|app| app.config.fields.iter().chain(app.config.workflows.iter().flat_map(|w| &w.fields)))
        .collect();
    let known = "text date number url email textarea select json map map_v2 rule_engine";
    for kind in known.split(' ') {
        assert!(fields.iter().any(|field| field.field_type() == kind), "no field of type {kind}");
    }
    assert!(fields.iter().any(|field| !known.split(' ').any(|kind| kind == field.field_type())));
    assert!(fields.iter().any(|field| field.hidden()));
    let depth = |field: &&&ConfigField| {
        let mut depth = 1;
        let mut parent = field.parent();
        while let Some(next) = fields.iter().find(|field| Some(field.id()) == parent) {
            depth += 1;
            parent = next.parent();
        }
        depth
    };
    assert_eq!(fields.iter().map(|field| depth(&field)).max(), Some(3));
}

#[test]
fn a_generated_catalog_of_1000_apps_loads() {
    let catalog: Catalog = serde_json::from_str(&generate(1000).unwrap()).unwrap();
    catalog.check().unwrap();
    assert_eq!(catalog.apps.len(), 1000);
}

#[test]
fn mistakes_in_a_catalog_are_named() {
    let app = r#"{"slug":"a","name":"A","auth":[{"type":"oauth2","provider":"nowhere"}]}"#;
    let catalog: Catalog = serde_json::from_str(&format!(r#"{{"apps":[{app}]}}"#)).unwrap();
    assert!(catalog.check().unwrap_err().to_string().contains("unknown provider nowhere"));
    let twice: Catalog = serde_json::from_str(&format!(r#"{{"apps":[{app},{app}]}}"#)).unwrap();
    assert!(twice.check().is_err());
    let provider =
        r#"{"authorization_endpoint":"https://a.example","token_endpoint":"https://a.example","client_id":"a"}"#;
    for name in ["a/b", "a?b", "..", ""] {
        let text = format!(r#"{{"providers":{{"{name}":{provider}}},"apps":[]}}"#);
        let catalog: Catalog = serde_json::from_str(&text).unwrap();
        assert!(catalog.check().unwrap_err().to_string().contains("no name of a provider"), "{name}");
    }
}
