//! Groups of conditions as one value, changed at a path of places; whatever else a platform keeps in them stays.

use super::draft::set_member;
use crate::platform::json::Value;

/// A group without conditions.
pub fn empty_group() -> Value {
    Value::Object(vec![("logic".to_owned(), Value::text("AND")), ("conditions".to_owned(), Value::List(Vec::new()))])
}

/// The group or the condition at a path; the empty path is the root.
pub fn at<'a>(root: &'a Value, path: &[usize]) -> Option<&'a Value> {
    path.iter().try_fold(root, |group, place| group.get("conditions")?.items().get(*place))
}

/// Sets a member of a group or a condition, or takes it away.
pub fn set(root: &mut Value, path: &[usize], name: &str, value: Option<Value>) {
    if let Some(node) = find(root, path) {
        set_member(node, None, name, value);
    }
}

/// Adds a condition or a group at the end of a group.
pub fn push(root: &mut Value, path: &[usize], item: Value) {
    match find(root, path).and_then(conditions) {
        Some(items) => items.push(item),
        None => set(root, path, "conditions", Some(Value::List(vec![item]))),
    }
}

/// Takes a condition or a group away; of the root, all that is in it.
pub fn remove(root: &mut Value, path: &[usize]) {
    let Some((place, outer)) = path.split_last() else {
        *root = empty_group();
        return;
    };
    if let Some(items) = find(root, outer).and_then(conditions)
        && *place < items.len()
    {
        items.remove(*place);
    }
}

/// As [`at`], to be changed.
fn find<'a>(root: &'a mut Value, path: &[usize]) -> Option<&'a mut Value> {
    path.iter().try_fold(root, |group, place| conditions(group)?.get_mut(*place))
}

fn conditions(group: &mut Value) -> Option<&mut Vec<Value>> {
    let Value::Object(members) = group else { return None };
    // Of repeated ones the last, as everywhere.
    match members.iter_mut().rev().find(|(name, _)| name == "conditions") {
        Some((_, Value::List(items))) => Some(items),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn of_conditions_that_are_there_twice_the_last_count_and_change() {
        let mut root = Value::parse(r#"{"conditions":[{"lhs":"x"}],"conditions":[{"lhs":"a"},{"lhs":"b"}]}"#).unwrap();
        remove(&mut root, &[0]);
        assert_eq!(at(&root, &[0]).and_then(|rule| rule.get("lhs")), Some(&Value::text("b")));
        set(&mut root, &[0], "lhs", Some(Value::text("c")));
        assert_eq!(root, Value::parse(r#"{"conditions":[{"lhs":"x"}],"conditions":[{"lhs":"c"}]}"#).unwrap());
        set(&mut root, &[], "conditions", None);
        assert_eq!(root.get("conditions"), None);
    }

    #[test]
    fn groups_change_at_their_path_and_keep_the_rest() {
        let json = |text: &str| Value::parse(text).unwrap();
        let root =
            json(r#"{"id":7,"logic":"AND","conditions":[{"lhs":"a"},{"conditions":[{"lhs":"b"}],"logic":"OR"}]}"#);
        let changed = |root: &Value, change: &dyn Fn(&mut Value)| {
            let mut root = root.clone();
            change(&mut root);
            root
        };
        let said = |text: &'static str| move |root: &mut Value| set(root, &[1, 0], "lhs", Some(Value::text(text)));
        let other = changed(&root, &said("c"));
        assert_eq!(at(&other, &[1, 0]), Some(&json(r#"{"lhs":"c"}"#)));
        assert_eq!(changed(&other, &said("b")), root);
        let more = changed(&root, &|root| push(root, &[1], empty_group()));
        assert_eq!(at(&more, &[1, 1]), Some(&empty_group()));
        assert_eq!(changed(&more, &|root| remove(root, &[1, 1])), root);
        let any = changed(&root, &|root| set(root, &[], "logic", Some(Value::text("OR"))));
        assert_eq!(any.get("logic"), Some(&Value::text("OR")));
        assert_eq!(changed(&root, &|root| remove(root, &[9, 9])), root);
        assert_eq!(changed(&root, &|root| remove(root, &[])), empty_group());
        assert_eq!(changed(&root, &|root| set(root, &[0, 3], "lhs", None)), root);
        let (typed, untyped) = (json(r#"{"lhs":"a","type":"text"}"#), json(r#"{"lhs":"a"}"#));
        assert_eq!(changed(&typed, &|root| set(root, &[], "type", None)), untyped);
        assert_eq!(changed(&untyped, &|root| set(root, &[], "type", Some(Value::text("text")))), typed);
        let first = changed(&Value::Null, &|root| push(root, &[], Value::Null));
        assert_eq!(first.get("conditions").unwrap().items().len(), 1);
    }
}
