//! What is sent is what was edited, and no edit is lost: on paths that users take and on generated configurations.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::error::Code;
use crate::flow::{Fault, Outcome};
use crate::platform::json::Value;
use crate::platform::model::config::{ConfigChange, ConfigField, FieldKind, RunPage};
use crate::platform::refold::config as reading;
use proptest::prelude::*;

fn json(text: &str) -> Value {
    Value::parse(text).unwrap()
}

fn top(id: &str) -> Rc<FieldKey> {
    Rc::new(FieldKey { workflow: None, id: id.into() })
}

fn inner(workflow: &str, id: &str) -> Rc<FieldKey> {
    Rc::new(FieldKey { workflow: Some(workflow.into()), id: id.into() })
}

fn with_member(object: &Value, saved: Option<&Value>, name: &str, value: Option<Value>) -> Value {
    let mut object = object.clone();
    set_member(&mut object, saved, name, value);
    object
}

fn answered(number: u32, about: About, answer: Result<Found, Failure>) -> ConfigEvent {
    ConfigEvent::Answered(Box::new(Question { number, slug: "crm".into(), about }), answer)
}

fn loaded(ask: u32, result: Result<Rc<Config>, Failure>) -> ConfigEvent {
    answered(ask, About::Config(None), result.map(Found::Config))
}

fn listed(ask: u32, result: Result<Rc<Vec<String>>, Failure>) -> ConfigEvent {
    answered(ask, About::Configs, result.map(Found::Configs))
}

fn saved(ask: u32, change: ConfigChange, result: Result<Rc<Config>, Failure>) -> ConfigEvent {
    answered(ask, About::Save(change), result.map(Found::Config))
}

/// A change of the app's own fields.
fn change(fields: &[(&str, Value)]) -> ConfigChange {
    ConfigChange { fields: fields.iter().map(|(id, value)| (top(id), value.clone())).collect(), ..<_>::default() }
}

/// What is changed of a workflow's fields, or of the app's own.
fn changed<'a>(change: &'a ConfigChange, workflow: Option<&str>) -> Vec<(&'a str, String)> {
    let of_it = change.fields.iter().filter(|(key, _)| key.workflow.as_deref() == workflow);
    of_it.map(|(key, value)| (key.id.as_str(), value.write())).collect()
}

fn deleted(ask: u32, result: Result<(), Failure>) -> ConfigEvent {
    answered(ask, About::Delete(None), result.map(|()| Found::Done))
}

fn offered(ask: u32, result: Result<Rc<FieldKind>, Failure>) -> ConfigEvent {
    answered(ask, About::Options { config_id: None, field: top("a"), parent: Value::Null }, result.map(Found::Offer))
}

fn runs_loaded(ask: u32, result: Result<Rc<RunPage>, Failure>) -> ConfigEvent {
    answered(ask, About::Runs { workflow: "w".into(), page: 1 }, result.map(Found::Runs))
}

/// A platform that keeps what it is sent, beside the screen that talks to it.
struct Run {
    screen: Screen,
    commands: Vec<Command>,
    last_ask: u32,
    body: Value,
    /// The save that was sent last.
    saving: Option<(u32, ConfigChange)>,
}

impl Run {
    fn new(body: &str) -> Self {
        let screen = Screen::App { removal: None };
        let mut run = Self { screen, commands: Vec::new(), last_ask: 0, body: json(body), saving: None };
        run.send(ConfigEvent::Opened);
        let ask = run.ask();
        let result = Ok(run.read());
        run.send(loaded(ask, result));
        run
    }

    fn read(&self) -> Rc<Config> {
        Rc::new(reading::config(&self.body).unwrap())
    }

    fn send(&mut self, event: ConfigEvent) -> &mut Self {
        self.commands.clear();
        let mut out = Out { commands: &mut self.commands, last_ask: &mut self.last_ask, slug: "crm" };
        step(&mut self.screen, event, &mut out);
        if let Some(change) = self.sent().cloned() {
            self.saving = Some((self.ask(), change));
        }
        self
    }

    fn questions(&self) -> impl Iterator<Item = &Question> {
        self.commands.iter().filter_map(|command| match command {
            Command::Ask(question) => Some(&**question),
            _ => None,
        })
    }

    /// The number of the latest question that changes or loads something.
    fn ask(&self) -> u32 {
        let asks = self.questions().filter_map(|question| match question.about {
            About::Config(_) | About::Save(_) | About::Delete(_) => Some(question.number),
            _ => None,
        });
        asks.max().unwrap()
    }

    fn at(&self) -> &Configuring {
        match &self.screen {
            Screen::Configure(configuring) => configuring,
            other => panic!("left to {}", other.name()),
        }
    }

    fn typed(&mut self, field: Rc<FieldKey>, text: &str) -> &mut Self {
        self.send(ConfigEvent::Typed { field, text: text.into() })
    }

    fn chosen(&mut self, field: Rc<FieldKey>, value: &str) -> &mut Self {
        self.send(ConfigEvent::Chosen { field, value: json(value) })
    }

    /// Answers that save.
    fn answer(&mut self, result: Result<Rc<Config>, Failure>) -> &mut Self {
        let (ask, change) = self.saving.clone().unwrap();
        self.send(saved(ask, change, result))
    }

    fn sent(&self) -> Option<&ConfigChange> {
        self.questions().find_map(|question| match &question.about {
            About::Save(change) => Some(change),
            _ => None,
        })
    }

    /// The options asked for: field and parent's value.
    fn options(&self) -> Vec<(u32, String, String)> {
        let asked = self.questions().filter_map(|question| match &question.about {
            About::Options { field, parent, .. } => Some((question.number, field.id.clone(), parent.write())),
            _ => None,
        });
        asked.collect()
    }

    fn current(&self, key: &FieldKey) -> Option<String> {
        let at = self.at();
        let config = at.config().unwrap();
        at.current(config.field(key).unwrap()).map(Value::write)
    }

    /// Saves, lets the platform merge, and brings its answer.
    fn save(&mut self) -> Option<ConfigChange> {
        self.send(ConfigEvent::Save);
        let change = self.sent()?.clone();
        self.body = merged(&self.body, &change);
        let result = Ok(self.read());
        self.answer(result);
        Some(change)
    }

    fn saved_events(&self) -> usize {
        self.commands
            .iter()
            .filter(|command| matches!(command, Command::Emit(Notice::Outcome(Outcome::ConfigSaved { .. }))))
            .count()
    }
}

fn merged(body: &Value, change: &ConfigChange) -> Value {
    let fields = |owner: &Value, workflow: Option<&str>| {
        let list = owner.get("fields").map_or(&[][..], Value::items).iter().map(|field| {
            let id = field.get("id").and_then(Value::plain).unwrap_or_default();
            let of_it = |(key, _): &&(Rc<FieldKey>, Value)| key.workflow.as_deref() == workflow && key.id == id;
            match change.fields.iter().find(of_it) {
                Some((_, Value::Null)) => with_member(field, None, "value", None),
                Some((_, value)) => with_member(field, None, "value", Some(value.clone())),
                None => field.clone(),
            }
        });
        Value::List(list.collect())
    };
    let workflows = body.get("workflows").map_or(&[][..], Value::items).iter().map(|workflow| {
        let id = workflow.get("id").and_then(Value::plain).unwrap_or_default();
        let Some((_, enabled)) = change.workflows.iter().find(|(known, _)| known == id) else {
            return workflow.clone();
        };
        let workflow = with_member(workflow, None, "enabled", Some(Value::Bool(*enabled)));
        with_member(&workflow, None, "fields", Some(fields(&workflow, Some(id))))
    });
    let workflows = Value::List(workflows.collect());
    let body = with_member(body, None, "fields", Some(fields(body, None)));
    with_member(&body, None, "workflows", Some(workflows))
}

const KINDS: &str = r#"{"slug":"crm","config_id":"c","field_errors":[],"fields":[
    {"id":"text","field_type":"text","value":"a"},
    {"id":"date","field_type":"date"},
    {"id":"number","field_type":"number","value":1.50},
    {"id":"count","field_type":"number","value":"7"},
    {"id":"url","field_type":"url"},
    {"id":"email","field_type":"email"},
    {"id":"area","field_type":"textarea","value":"x\ny"},
    {"id":"one","field_type":"select","options":[{"name":"One","value":1},{"name":"One as text","value":"1"}]},
    {"id":"many","field_type":"select","multiple":true,"value":["b"],
     "options":[{"name":"A","value":"a"},{"name":"B","value":"b"}]},
    {"id":"json","field_type":"json","value":{"b":1.0,"1":2}},
    {"id":"map","field_type":"map","labels":[{"name":"L","value":"l"}],"options":[{"name":"O","value":"o"}]},
    {"id":"map_v2","field_type":"map_v2","value":{"z":"1","a":"2"},
     "mapping":{"lhs":{"name":"L","options":[{"name":"Z","value":"z"},{"name":"A","value":"a"}]},"rhs":{"name":"R"}}},
    {"id":"rules","field_type":"rule_engine","rule_columns":{}},
    {"id":"new","field_type":"colour_wheel","value":{"hue":1.0}},
    {"id":"secret","field_type":"text","hidden":true,"required":true,"value":"host"},
    {"id":"odd","field_type":"text","value":{"not":"a text"}}],
    "workflows":[{"id":"w","name":"W","enabled":true,"fields":[{"id":"text","field_type":"text"}]},
        {"id":"off","name":"Off","fields":[{"id":"must","field_type":"text","required":true}]}]}"#;

#[test]
fn an_untouched_save_sends_nothing() {
    let mut run = Run::new(KINDS);
    run.send(ConfigEvent::Save);
    assert!(run.commands.is_empty());
    assert!(!run.at().dirty());
}

#[test]
fn every_kind_of_field_sends_what_was_made_of_it() {
    let rules = r#"{"logic":"AND","conditions":[{"lhs":"a","operator":"eq","rhs":"1","type":"number"}]}"#;
    let mut run = Run::new(KINDS);
    for (id, text) in [
        ("text", "b "),
        ("date", "2028-02-29"),
        ("number", " 007.250 "),
        ("count", "8"),
        ("url", "https://example.com/x "),
        ("email", "a@example.com"),
        ("area", "x\ny\n"),
        ("json", "{ \"b\": 1.00, \"1\": [] }"),
    ] {
        run.typed(top(id), text);
    }
    for (id, value) in [("one", "1"), ("many", r#"["b","a"]"#), ("map", r#"{"l":"o"}"#), ("map_v2", r#"{"z":"1"}"#)] {
        run.chosen(top(id), value);
    }
    run.chosen(top("rules"), rules).typed(inner("w", "text"), "inside");
    run.send(ConfigEvent::Switched { workflow: "w".into(), enabled: false });
    let change = run.save().unwrap();
    let expected = [
        ("text", r#""b ""#),
        ("date", r#""2028-02-29""#),
        ("number", "7.250"),
        ("count", r#""8""#),
        ("url", r#""https://example.com/x""#),
        ("email", r#""a@example.com""#),
        ("area", r#""x\ny\n""#),
        ("one", "1"),
        ("many", r#"["b","a"]"#),
        ("json", r#"{"b":1.00,"1":[]}"#),
        ("map", r#"{"l":"o"}"#),
        ("map_v2", r#"{"z":"1"}"#),
        ("rules", rules),
    ];
    assert_eq!(changed(&change, None), expected.map(|(id, value)| (id, value.to_owned())));
    assert_eq!(changed(&change, Some("w")), [("text", r#""inside""#.to_owned())]);
    assert_eq!(change.workflows, [("w".to_owned(), false)]);
    assert!(!run.at().dirty());
    assert_eq!(run.at().saving, Saving::Saved);
    assert_eq!(run.saved_events(), 1);
}

#[test]
fn what_is_typed_back_is_no_edit() {
    let mut run = Run::new(KINDS);
    run.typed(top("text"), "b").typed(top("text"), "a");
    run.typed(top("number"), "2").typed(top("number"), "1.50");
    run.typed(top("json"), "[").typed(top("json"), "{\n  \"b\": 1.0,\n  \"1\": 2\n}");
    run.typed(top("email"), "a").typed(top("email"), "");
    run.chosen(top("one"), "1").chosen(top("one"), "null");
    run.chosen(top("rules"), r#"{"logic":"AND","conditions":[]}"#);
    let map = with_member(&json(r#"{"z":"1","a":"2"}"#), None, "z", None);
    run.send(ConfigEvent::Chosen { field: top("map_v2"), value: map.clone() });
    assert!(run.at().dirty());
    let back = with_member(&map, Some(&json(r#"{"z":"1","a":"2"}"#)), "z", Some(Value::text("1")));
    run.send(ConfigEvent::Chosen { field: top("map_v2"), value: back });
    run.send(ConfigEvent::Switched { workflow: "w".into(), enabled: false });
    run.send(ConfigEvent::Switched { workflow: "w".into(), enabled: true });
    assert_eq!(run.at().edits, []);
    assert!(!run.at().dirty());
}

#[test]
fn hidden_unknown_and_misshapen_fields_cannot_be_edited() {
    let mut run = Run::new(KINDS);
    for id in ["new", "secret", "odd", "nothing"] {
        run.typed(top(id), "x").chosen(top(id), "1");
    }
    run.typed(inner("nowhere", "text"), "x");
    assert!(!run.at().dirty());
    let shown: Vec<_> = run.at().pages[0].fields().map(|field| field.key.id.as_str()).collect();
    assert!(shown.contains(&"new") && !shown.contains(&"secret"));
}

#[test]
fn what_cannot_be_sent_is_said_at_its_field_and_nothing_is_sent() {
    let mut run = Run::new(KINDS);
    for (id, text, fault) in [
        ("number", "1,5", Fault::NotANumber),
        ("number", "1e999", Fault::NotANumber),
        ("json", "{a:1}", Fault::NotJson),
        ("url", "javascript:alert(1)", Fault::NotAUrl),
        ("email", "nobody", Fault::NotAnEmail),
        ("date", "2027-02-30", Fault::NotADate),
        ("date", "01.02.2026", Fault::NotADate),
    ] {
        let complaints = run.at().complaints;
        run.typed(top(id), text).send(ConfigEvent::Save);
        assert!(run.sent().is_none(), "{id} {text}");
        assert_eq!(run.at().faults, [(top(id), fault)], "{text}");
        assert_eq!(run.at().complaints, complaints + 1);
        run.send(ConfigEvent::Discard);
    }
    run.chosen(top("rules"), r#"{"logic":"OR","conditions":[{"logic":"AND","conditions":[{"lhs":"a"}]}]}"#);
    run.send(ConfigEvent::Save);
    assert_eq!(run.at().faults, [(top("rules"), Fault::Incomplete)]);
}

#[test]
fn what_is_required_is_asked_for_where_its_workflow_is_on() {
    let mut run = Run::new(KINDS);
    run.typed(top("text"), "b");
    assert!(run.save().is_some());
    run.send(ConfigEvent::Switched { workflow: "off".into(), enabled: true }).send(ConfigEvent::Save);
    assert!(run.sent().is_none());
    assert_eq!(run.at().faults, [(inner("off", "must"), Fault::Required)]);
    run.typed(inner("off", "must"), "x");
    assert!(run.at().faults.is_empty());
    let change = run.save().unwrap();
    assert_eq!((changed(&change, Some("off")).len(), change.workflows.len()), (1, 1));
}

#[test]
fn n14_a_second_click_on_save_or_delete_sends_nothing() {
    let mut run = Run::new(KINDS);
    run.typed(top("text"), "b").send(ConfigEvent::Save);
    assert!(run.sent().is_some());
    run.send(ConfigEvent::Save);
    assert!(run.commands.is_empty());

    let mut run = Run::new(KINDS);
    run.send(ConfigEvent::DeleteConfirmed);
    assert!(run.commands.is_empty(), "nobody was asked");
    run.send(ConfigEvent::DeleteChosen).send(ConfigEvent::DeleteConfirmed);
    let ask = run.ask();
    run.send(ConfigEvent::DeleteConfirmed);
    assert!(run.commands.is_empty());
    run.send(deleted(ask, Err(Code::ServerError.into())));
    assert!(matches!(run.at().removal, Some(RemovalStage::Failed(_))));
    run.send(ConfigEvent::DeleteConfirmed);
    let ask = run.ask();
    run.send(deleted(ask, Err(Code::NotFound.into())));
    assert_eq!(run.screen.name(), "app");
}

#[test]
fn n6_refused_values_stay_at_their_fields_and_the_rest_is_saved() {
    let mut run = Run::new(KINDS);
    run.typed(top("text"), "b").typed(top("area"), "z").send(ConfigEvent::Save);
    // Typed while the request is under way.
    run.typed(top("email"), "late@example.com");
    let error = r#"[{"id":"area","name":"Area","error":{"message":"Too short."}}]"#;
    let body = merged(&run.body, &change(&[("text", Value::text("b"))]));
    run.body = with_member(&body, None, "field_errors", Some(json(error)));
    let result = Ok(run.read());
    run.answer(result);
    assert_eq!(run.at().faults, [(top("area"), Fault::Refused("Too short.".into()))]);
    let edited: Vec<_> = run.at().edits.iter().map(|(key, _)| key.id.as_str()).collect();
    assert_eq!(edited, ["area", "email"]);
    assert_eq!(run.saved_events(), 1);
}

#[test]
fn what_is_changed_while_it_is_saved_is_an_edit_of_what_was_saved() {
    let mut run = Run::new(KINDS);
    run.typed(top("text"), "b").typed(top("area"), "z");
    run.send(ConfigEvent::Switched { workflow: "off".into(), enabled: true }).typed(inner("off", "must"), "x");
    run.send(ConfigEvent::Save);
    // Taken back, and typed on: neither is what was sent.
    run.typed(top("text"), "a").typed(top("area"), "zz");
    run.send(ConfigEvent::Switched { workflow: "off".into(), enabled: false });
    run.send(ConfigEvent::Switched { workflow: "w".into(), enabled: false });
    run.body = merged(&run.body, &run.saving.clone().unwrap().1);
    let result = Ok(run.read());
    run.answer(result);
    assert_eq!(run.saved_events(), 1);
    let edited: Vec<_> = run.at().edits.iter().map(|(key, _)| key.id.as_str()).collect();
    assert_eq!((edited, run.current(&top("text")).as_deref()), (vec!["area"], Some("\"b\"")));
    assert!(run.at().enabled("off") && !run.at().enabled("w"));
    assert_eq!(run.at().switches, [("w".to_owned(), false)]);

    // Of a switch alone it is told as well, unless the platform refuses it.
    for (refused, events) in [(false, 1), (true, 0)] {
        let mut run = Run::new(KINDS);
        run.send(ConfigEvent::Switched { workflow: "w".into(), enabled: false }).send(ConfigEvent::Save);
        run.body = merged(&run.body, &run.saving.clone().unwrap().1);
        let mut answer = Config::clone(&run.read());
        answer.field_errors.extend(refused.then(|| ("w".to_owned(), "No.".to_owned())));
        run.answer(Ok(answer.into()));
        assert_eq!((run.saved_events(), run.at().switches.is_empty()), (events, true));
    }
}

#[test]
fn what_cannot_be_sent_any_more_does_not_outlive_a_save() {
    const HALF: &str = r#"{"slug":"crm","config_id":"c","fields":[
        {"id":"text","field_type":"text","value":"a"},{"id":"area","field_type":"textarea"}],
        "workflows":[{"id":"w","name":"W","enabled":true,"fields":[{"id":"n","field_type":"number"}]}]}"#;
    // Half typed in a workflow that is then switched off: nobody sees it any more.
    let mut run = Run::new(HALF);
    run.typed(inner("w", "n"), "abc").send(ConfigEvent::Switched { workflow: "w".into(), enabled: false });
    let change = run.save().unwrap();
    assert_eq!((change.fields.len(), change.workflows), (0, vec![("w".to_owned(), false)]));
    assert!(!run.at().dirty() && matches!(run.at().saving, Saving::Saved));

    // Of a workflow that is on, it is still there to be mended.
    let mut run = Run::new(HALF);
    run.typed(top("text"), "b").send(ConfigEvent::Save).typed(inner("w", "n"), "abc");
    run.body = merged(&run.body, &run.saving.clone().unwrap().1);
    let result = Ok(run.read());
    run.answer(result);
    let edited: Vec<_> = run.at().edits.iter().map(|(key, _)| key.id.as_str()).collect();
    assert_eq!(edited, ["n"]);

    // A field that is gone when another's changes are loaded.
    let mut run = Run::new(HALF);
    run.typed(top("text"), "b").typed(top("area"), "c").send(ConfigEvent::Save);
    run.answer(Err(Code::Conflict.into()));
    let ask = run.ask();
    run.body = json(&HALF.replace(r#"{"id":"text","field_type":"text","value":"a"},"#, ""));
    let result = Ok(run.read());
    run.send(loaded(ask, result));
    assert_eq!(run.at().edits.len(), 2);
    assert_eq!(changed(&run.save().unwrap(), None), [("area", "\"c\"".to_owned())]);
    assert!(!run.at().dirty() && matches!(run.at().saving, Saving::Saved));
}

#[test]
fn a_failure_or_a_conflict_keeps_the_edits() {
    for code in [Code::NetworkError, Code::ServerError, Code::SessionUnavailable, Code::Rejected, Code::Conflict] {
        let mut run = Run::new(KINDS);
        run.typed(top("text"), "b").send(ConfigEvent::Save);
        run.answer(Err(code.into()));
        assert!(matches!(&run.at().saving, Saving::Failed(failure) if failure.code == code));
        assert_eq!(run.at().edits.len(), 1);
        if code == Code::Conflict {
            // The platform's new state comes under the edits.
            let ask = run.ask();
            run.body = merged(&run.body, &change(&[("area", Value::text("theirs"))]));
            let result = Ok(run.read());
            run.send(loaded(ask, result));
            assert_eq!(run.current(&top("area")).as_deref(), Some("\"theirs\""));
        }
        assert_eq!(changed(&run.save().unwrap(), None), [("text", "\"b\"".to_owned())]);
    }
}

#[test]
fn unsaved_edits_are_guarded_on_leaving() {
    let back = |run: &mut Run| match &mut run.screen {
        Screen::Configure(configuring) => configuring.back(),
        other => panic!("{}", other.name()),
    };
    let mut run = Run::new(KINDS);
    assert!(back(&mut run));
    run.send(ConfigEvent::LeaveConfirmed);
    assert_eq!(run.screen.name(), "configure", "nobody asked");
    run.typed(top("text"), "b");
    assert!(!back(&mut run));
    assert!(run.at().leaving);
    run.send(ConfigEvent::LeaveDeclined);
    assert_eq!((run.at().leaving, run.at().edits.len()), (false, 1));
    assert!(!back(&mut run));
    run.send(ConfigEvent::LeaveConfirmed);
    assert_eq!(run.screen.name(), "app");

    // Saving from the question leaves once everything is saved, and only then.
    let mut run = Run::new(KINDS);
    run.typed(top("text"), "b");
    assert!(!back(&mut run));
    run.send(ConfigEvent::Save);
    run.answer(Err(Code::Timeout.into()));
    assert!(!run.at().leaving);
    assert!(!back(&mut run));
    run.save();
    assert_eq!(run.screen.name(), "app");
}

const FAMILY: &str = r#"{"config_id":"c","fields":[
    {"id":"a","field_type":"select","value":"x","options":[{"value":"x"},{"value":"y"}]},
    {"id":"b","field_type":"select","parent":"a","value":1,"options":[{"value":1}]},
    {"id":"c","field_type":"select","parent":"b","multiple":true,"value":["p"],"options":[{"value":"p"}]}]}"#;

fn options(id: &str, values: &str) -> Rc<FieldKind> {
    let field = reading::field(&json(&format!(r#"{{"id":"{id}","field_type":"select","options":{values}}}"#)), None);
    field.unwrap().kind.clone()
}

#[test]
fn a_parent_s_change_clears_and_reloads_its_children_from_the_top_down() {
    let mut run = Run::new(FAMILY);
    assert!(run.options().is_empty(), "what came with the configuration is not asked for again");
    run.chosen(top("a"), "\"y\"");
    let [(ask, field, parent)] = &run.options()[..] else { panic!("{:?}", run.commands) };
    assert_eq!((field.as_str(), parent.as_str()), ("b", "\"y\""));
    assert_eq!(run.current(&top("b")).as_deref(), Some("null"));
    assert_eq!(run.current(&top("c")).as_deref(), Some("[]"));
    let key = top("c");
    let child = run.at().config().unwrap().field(&key).unwrap();
    assert_eq!(run.at().offer(child), Offer::Waiting);

    // The user changes their mind before the answer: it is late.
    let late = *ask;
    run.chosen(top("a"), "\"x\"");
    assert!(run.options().is_empty());
    assert!(!run.at().dirty(), "under the saved parent the saved children are back");
    run.chosen(top("a"), "\"y\"");
    let asked = run.options();
    run.send(offered(late, Ok(options("b", r#"[{"value":7}]"#))));
    let ask = asked.first().map_or(late, |(ask, ..)| *ask);
    run.send(offered(ask, Ok(options("b", r#"[{"value":2}]"#))));
    let key = top("b");
    let field = run.at().config().unwrap().field(&key).unwrap();
    let Offer::Ready(kind) = run.at().offer(field) else { panic!("not ready") };
    assert_eq!(kind.options().unwrap()[0].value, json("2"));

    run.chosen(top("b"), "2");
    let [(ask, field, parent)] = &run.options()[..] else { panic!("{:?}", run.commands) };
    assert_eq!((field.as_str(), parent.as_str()), ("c", "2"));
    let ask = *ask;
    run.send(offered(ask, Err(Code::Timeout.into())));
    let key = top("c");
    let field = run.at().config().unwrap().field(&key).unwrap().clone();
    assert!(matches!(run.at().offer(&field), Offer::Failed(_)));
    run.send(ConfigEvent::OptionsRetried(key));
    assert_eq!(run.options().len(), 1);
    let change = run.save().unwrap();
    assert_eq!(changed(&change, None), [("a", "\"y\"".to_owned()), ("b", "2".to_owned()), ("c", "[]".to_owned())]);
}

#[test]
fn circles_of_parents_end() {
    let circle = r#"{"fields":[{"id":"a","field_type":"select","parent":"b","value":"1","options":[]},
        {"id":"b","field_type":"select","parent":"a","value":"2","options":[]},
        {"id":"s","field_type":"select","parent":"s","value":"2","options":[]}]}"#;
    let mut run = Run::new(circle);
    run.chosen(top("a"), "\"9\"").chosen(top("s"), "\"9\"").chosen(top("b"), "\"8\"");
    assert!(run.at().dirty());
}

#[test]
fn rules_are_asked_for_once_for_each_left_hand_side() {
    let mut run = Run::new(KINDS);
    let group = |inside: &str| format!(r#"{{"logic":"AND","conditions":[{inside}]}}"#);
    let condition = r#"{"lhs":"amount","operator":"","rhs":""}"#;
    let mut nested = group(condition);
    for _ in 0..10 {
        nested = group(&format!("{nested},{condition}"));
    }
    run.chosen(top("rules"), &nested);
    let asks = |run: &Run| run.questions().filter(|question| matches!(question.about, About::Rule { .. })).count();
    assert_eq!(asks(&run), 1);
    run.chosen(top("rules"), &group(&nested));
    assert_eq!(asks(&run), 0);
    let many: Vec<_> = (0..500).map(|n| format!(r#"{{"lhs":"{n}"}}"#)).collect();
    run.chosen(top("rules"), &group(&many.join(",")));
    assert!(asks(&run) <= 50);
}

#[test]
fn pages_follow_the_fields_and_stay_short() {
    let many: Vec<_> = (0..10_000).map(|n| format!(r#"{{"id":"f{n}","field_type":"text","value":"{n}"}}"#)).collect();
    let mut run = Run::new(&format!(r#"{{"fields":[{}]}}"#, many.join(",")));
    assert_eq!(run.at().pages.len(), 100);
    for n in (0..10_000).step_by(500) {
        run.typed(top(&format!("f{n}")), "changed");
    }
    assert_eq!(run.save().unwrap().fields.len(), 20);

    let titled = r#"{"fields":[{"id":"a","field_type":"text","associated_page":"One"},{"id":"b","field_type":"text"},
        {"id":"c","field_type":"text","associated_page":"One"}],"workflows":[{"id":"w"}]}"#;
    let run = Run::new(titled);
    let titles: Vec<_> = run.at().pages.iter().map(|page| page.title.clone()).collect();
    assert_eq!(titles, [Title::Named("One".into()), Title::General, Title::Workflows]);
    assert_eq!(Run::new(KINDS).at().pages.len(), 1);
    assert!(Run::new("{}").at().pages.is_empty());
}

#[test]
fn runs_are_those_of_one_workflow_a_page_at_a_time() {
    let mut run = Run::new(KINDS);
    run.screen = Screen::App { removal: None };
    run.send(ConfigEvent::RunsOpened);
    let ask = run.questions().find(|question| matches!(question.about, About::FindConfig)).unwrap().number;
    let result = Ok(run.read());
    run.send(answered(ask, About::FindConfig, result.map(Found::Config)));
    let asked = |run: &Run| match run.questions().next() {
        Some(Question { number, about: About::Runs { workflow, page }, .. }) => (*number, workflow.clone(), *page),
        other => panic!("{other:?}"),
    };
    assert_eq!((asked(&run).1.as_str(), asked(&run).2), ("w", 1));
    let first = asked(&run).0;
    run.send(ConfigEvent::RunsPage(2));
    let second = asked(&run).0;
    let page = |page| reading::run_page(&json(&format!(r#"{{"docs":[],"page":{page},"totalPages":3}}"#))).unwrap();
    run.send(runs_loaded(second, Ok(page(2).into())));
    run.send(runs_loaded(first, Ok(page(1).into())));
    let Screen::Runs(runs) = &run.screen else { panic!("left") };
    assert!(matches!(&runs.content, Loaded::Ready(page) if page.page == 2 && page.pages == 3));
    run.send(ConfigEvent::RunsWorkflow("off".into()));
    assert_eq!((asked(&run).1.as_str(), asked(&run).2), ("off", 1));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,3})?".prop_map(Value::Number),
        "[a-z\"\\\\é😀]{0,6}".prop_map(Value::Text),
    ];
    let name = || prop_oneof!["[a-z0-9]{0,3}", Just("__proto__".to_owned()), Just("constructor".to_owned())];
    leaf.prop_recursive(4, 20, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::vec((name(), inner), 0..4).prop_map(Value::Object),
        ]
    })
}

fn any_id() -> impl Strategy<Value = String> {
    let hostile = ["__proto__", "constructor", "toString", "", "id with space", "1", "é\"", "a", "b", "c"];
    proptest::sample::select(hostile.to_vec()).prop_map(str::to_owned)
}

fn any_field() -> impl Strategy<Value = Value> {
    let kinds = [
        "text",
        "date",
        "number",
        "url",
        "email",
        "textarea",
        "select",
        "json",
        "map",
        "map_v2",
        "rule_engine",
        "colour_wheel",
        "",
    ];
    let option = (any_id(), prop_oneof![any_json(), Just(Value::Number("1".into())), Just(Value::text("1"))])
        .prop_map(|(name, value)| Value::Object(vec![("name".into(), Value::Text(name)), ("value".into(), value)]));
    let options = prop::collection::vec(option, 0..4).prop_map(Value::List);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let rest = (prop::option::of(any_json()), prop::option::of(any_id()), prop::option::of(any_id()), options);
    (any_id(), proptest::sample::select(kinds.to_vec()), flags, rest).prop_map(
        |(id, kind, (multiple, hidden, required), (value, parent, page, options))| {
            let mut field: Vec<(String, Value)> = vec![
                ("id".into(), Value::Text(id)),
                ("field_type".into(), Value::text(kind)),
                ("multiple".into(), Value::Bool(multiple)),
                ("hidden".into(), Value::Bool(hidden)),
                ("required".into(), Value::Bool(required)),
                ("labels".into(), options.clone()),
                ("options".into(), options),
            ];
            field.extend(value.map(|value| ("value".into(), value)));
            field.extend(parent.map(|id| ("parent".into(), Value::Text(id))));
            field.extend(page.map(|page| ("associated_page".into(), Value::Text(page))));
            Value::Object(field)
        },
    )
}

fn any_config() -> impl Strategy<Value = Value> {
    let fields = || prop::collection::vec(any_field(), 0..8).prop_map(Value::List);
    let workflow = (any_id(), any::<bool>(), fields()).prop_map(|(id, enabled, fields)| {
        Value::Object(vec![
            ("id".into(), Value::Text(id)),
            ("enabled".into(), Value::Bool(enabled)),
            ("fields".into(), fields),
        ])
    });
    (fields(), prop::collection::vec(workflow, 0..3)).prop_map(|(fields, workflows)| {
        Value::Object(vec![("fields".into(), fields), ("workflows".into(), Value::List(workflows))])
    })
}

/// What a user or a platform does next; places are taken modulo what there is.
#[derive(Clone, Debug)]
enum Act {
    Typed(usize, String),
    Chosen(usize, Value),
    Switched(usize, bool),
    Page(usize),
    Save,
    Discard,
    Back,
    Stay,
    Delete(bool),
    Accept,
    Refuse(usize),
    Fail(Code),
    Reload,
    Answer(u32, bool),
}

/// A save under way: its number, what was sent, the edits of that moment.
type Pending = (u32, ConfigChange, Vec<(Rc<FieldKey>, Draft)>);

fn any_act() -> impl Strategy<Value = Act> {
    let text = prop_oneof!["[a-z0-9.:/@ {}\\[\\]\"-]{0,8}", Just("https://x.example".to_owned()), "[0-9]{1,3}"];
    prop_oneof![
        4 => (0..40usize, text).prop_map(|(at, text)| Act::Typed(at, text)),
        4 => (0..40usize, any_json()).prop_map(|(at, value)| Act::Chosen(at, value)),
        1 => (0..4usize, any::<bool>()).prop_map(|(at, on)| Act::Switched(at, on)),
        1 => (0..5usize).prop_map(Act::Page),
        3 => Just(Act::Save),
        1 => Just(Act::Discard),
        1 => Just(Act::Back),
        1 => Just(Act::Stay),
        1 => any::<bool>().prop_map(Act::Delete),
        2 => Just(Act::Accept),
        1 => (0..40usize).prop_map(Act::Refuse),
        2 => proptest::sample::select(Code::ALL).prop_map(Act::Fail),
        1 => Just(Act::Reload),
        1 => (0..30u32, any::<bool>()).prop_map(|(ask, good)| Act::Answer(ask, good)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_500) })]

    /// Whatever the configuration: opening it and pressing Save sends nothing.
    #[test]
    fn an_untouched_save_of_any_configuration_sends_nothing(body in any_config()) {
        let mut run = Run::new(&body.write());
        prop_assert!(!run.at().dirty());
        run.send(ConfigEvent::Save);
        prop_assert!(run.sent().is_none());
    }

    /// Any acts in any order: never a panic; what is sent is exactly the edits; a field that was not edited has after a
    /// save, to the byte, the value that it had before; failures take nothing away.
    #[test]
    fn whatever_happens_in_whatever_order(body in any_config(), acts in prop::collection::vec(any_act(), 0..40)) {
        let mut run = Run::new(&body.write());
        let config = run.read();
        let keys: Vec<Rc<FieldKey>> = config.fields.iter().map(|field| field.key.clone()).collect();
        let mut pending: Option<Pending> = None;
        for act in acts {
            let Screen::Configure(at) = &mut run.screen else { break };
            let before = at.edits.clone();
            let key = |place: usize| keys.get(place % keys.len().max(1)).cloned();
            let mut keeps = false;
            match act {
                Act::Typed(place, text) => drop(key(place).map(|field| run.typed(field, &text).last_ask)),
                Act::Chosen(place, value) => drop(key(place).map(|field| run.chosen(field, &value.write()).last_ask)),
                Act::Switched(place, enabled) => {
                    if let Some(workflow) = config.workflows.get(place).map(|workflow| workflow.id.clone()) {
                        run.send(ConfigEvent::Switched { workflow, enabled });
                    }
                }
                Act::Page(page) => { run.send(ConfigEvent::PageChosen(page)); keeps = true; }
                Act::Save => {
                    run.send(ConfigEvent::Save);
                    keeps = true;
                    if let Some(change) = run.sent().cloned() {
                        prop_assert!(pending.is_none(), "two saves at once");
                        prop_assert!(change.fields.len() <= before.len());
                        for (key, value) in &change.fields {
                            let edit = before.iter().find(|(edited, _)| edited == key).map(|(_, draft)| draft.value());
                            prop_assert_eq!(edit.flatten(), Some(value));
                            prop_assert!(config.field(key).is_some_and(|field| field.editable()));
                            prop_assert!(key.workflow.as_ref().is_none_or(|id| change.workflows.iter().any(|w| w.0 == *id)));
                        }
                        pending = Some((run.ask(), change, before.clone()));
                    }
                }
                Act::Discard => { run.send(ConfigEvent::Discard); }
                Act::Back => { keeps = true; if at.back() { prop_assert!(before.is_empty()); break; } }
                Act::Stay => { run.send(ConfigEvent::LeaveDeclined); keeps = true; }
                Act::Delete(confirmed) => {
                    run.send(if confirmed { ConfigEvent::DeleteConfirmed } else { ConfigEvent::DeleteChosen });
                    keeps = true;
                }
                Act::Accept => if let Some((ask, change, sent)) = pending.take() {
                    let (old, next) = (run.body.clone(), merged(&run.body, &change));
                    run.body = next;
                    let (was, is) = (reading::config(&old).unwrap(), run.read());
                    for key in keys.iter().filter(|key| !sent.iter().any(|(edited, _)| edited == *key)) {
                        let value = |config: &Config| config.field(key)?.value.as_ref().map(Value::write);
                        prop_assert_eq!(value(&was), value(&is), "{:?} was not edited", key);
                    }
                    run.send(saved(ask, change, Ok(is)));
                },
                Act::Refuse(place) => if let (Some((ask, change, _)), Some(field)) = (pending.take(), key(place)) {
                    let mut answer = Config::clone(&run.read());
                    answer.field_errors.push((field.id.clone(), "No.".into()));
                    let edit = before.iter().find(|(key, _)| *key == field).map(|(_, draft)| draft.value().is_some());
                    run.send(saved(ask, change, Ok(answer.into())));
                    prop_assert!(matches!(run.screen, Screen::Configure(_)), "what is refused is not left");
                    let Screen::Configure(at) = &run.screen else { break };
                    // What is no value and of a workflow that is off can neither be seen nor sent.
                    let unseen = field.workflow.as_ref().is_some_and(|id| !at.enabled(id));
                    let keeps = edit.is_some_and(|value| value || !unseen);
                    prop_assert_eq!(at.edits.iter().any(|(key, _)| *key == field), keeps, "a refused edit is kept");
                },
                Act::Fail(code) => if let Some((ask, change, _)) = pending.take() {
                    run.send(saved(ask, change, Err(code.into())));
                    keeps = true;
                },
                Act::Reload => { run.send(ConfigEvent::Retry); keeps = true; }
                Act::Answer(ask, good) => {
                    let pending = pending.as_ref().map(|(ask, ..)| *ask);
                    if pending != Some(ask) {
                        let failure = || crate::error::Failure::from(Code::Timeout);
                        let result = good.then(|| options("a", r#"[{"value":1}]"#)).ok_or_else(failure);
                        run.send(offered(ask, result));
                        run.send(saved(ask, ConfigChange::default(), Err(failure())));
                        keeps = true;
                    }
                }
            }
            if keeps {
                let Screen::Configure(at) = &run.screen else { panic!("left with edits") };
                prop_assert_eq!(&at.edits, &before, "edits were lost");
            }
            if let Screen::Configure(at) = &run.screen {
                prop_assert!(at.pages.is_empty() || at.page < at.pages.len());
                for (key, _) in &at.edits {
                    let known = |field: &ConfigField| !matches!(*field.kind, FieldKind::Unknown(_));
                    prop_assert!(config.field(key).is_some_and(|field| field.editable() && known(field)));
                }
            }
        }
    }
}

#[test]
fn another_configuration_is_shown_when_nothing_of_this_one_would_be_lost() {
    let mut run = Run::new(r#"{"config_id":"c1","fields":[{"id":"a","field_type":"text","value":"1"}]}"#);
    let listing = run.questions().find(|question| matches!(question.about, About::Configs)).unwrap();
    let (ask, slug) = (listing.number, listing.slug.clone());
    let late = vec!["other".to_owned()];
    run.send(listed(ask + 7, Ok(late.into())));
    assert!(run.at().ids.is_empty());
    run.send(listed(ask, Ok(vec!["c1".into(), "c2".into()].into())));
    run.typed(top("a"), "2").send(ConfigEvent::ConfigChosen("c2".into()));
    assert!(run.at().dirty() && run.commands.is_empty());
    run.send(ConfigEvent::Discard).send(ConfigEvent::ConfigChosen("c3".into()));
    assert!(run.commands.is_empty());
    run.send(ConfigEvent::ConfigChosen("c2".into()));
    let loads = |run: &Run, wanted: &str| {
        run.questions().any(|question| match &question.about {
            About::Config(id) => question.slug == slug && id.as_deref() == Some(wanted),
            _ => false,
        })
    };
    assert!(loads(&run, "c2") && run.at().config().is_none());
    let ask = run.ask();
    run.send(loaded(ask, Err(Code::ServerError.into()))).send(ConfigEvent::Retry);
    assert!(loads(&run, "c2") && run.at().ids.len() == 2);
}
