//! Groups of conditions as one value, changed at a path of places; whatever else a platform keeps in them stays.

use super::draft::with_member;
use crate::platform::json::Value;

/// A group without conditions.
pub fn empty_group() -> Value {
    Value::Object(vec![("logic".to_owned(), Value::text("AND")), ("conditions".to_owned(), Value::List(Vec::new()))])
}

/// The group or the condition at a path; the empty path is the root.
pub fn at<'a>(root: &'a Value, path: &[usize]) -> Option<&'a Value> {
    path.iter().try_fold(root, |group, place| group.get("conditions")?.items().get(*place))
}

/// Sets a member of a group or a condition.
pub fn set(root: &Value, path: &[usize], name: &str, value: Option<Value>) -> Value {
    changed(root, path, &mut |node| Some(with_member(node, Some(node), name, value.clone())))
}

/// Adds a condition or a group at the end of a group.
pub fn push(root: &Value, path: &[usize], item: &Value) -> Value {
    changed(root, path, &mut |group| {
        let mut items = group.get("conditions").map_or(&[][..], Value::items).to_vec();
        items.push(item.clone());
        Some(with_member(group, Some(group), "conditions", Some(Value::List(items))))
    })
}

/// Takes a condition or a group away.
pub fn remove(root: &Value, path: &[usize]) -> Value {
    changed(root, path, &mut |_| None)
}

fn changed(node: &Value, path: &[usize], change: &mut dyn FnMut(&Value) -> Option<Value>) -> Value {
    let Some((place, rest)) = path.split_first() else { return change(node).unwrap_or_else(empty_group) };
    let mut items = node.get("conditions").map_or(&[][..], Value::items).to_vec();
    match items.get(*place) {
        Some(_) if rest.is_empty() => match items.get(*place).and_then(&mut *change) {
            Some(item) => items[*place] = item,
            None => drop(items.remove(*place)),
        },
        Some(item) => items[*place] = changed(item, rest, change),
        None => return node.clone(),
    }
    with_member(node, Some(node), "conditions", Some(Value::List(items)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn groups_change_at_their_path_and_keep_the_rest() {
        let json = |text: &str| Value::parse(text).unwrap();
        let root =
            json(r#"{"id":7,"logic":"AND","conditions":[{"lhs":"a"},{"conditions":[{"lhs":"b"}],"logic":"OR"}]}"#);
        let changed = set(&root, &[1, 0], "lhs", Some(Value::text("c")));
        assert_eq!(at(&changed, &[1, 0]), Some(&json(r#"{"lhs":"c"}"#)));
        assert_eq!(set(&changed, &[1, 0], "lhs", Some(Value::text("b"))), root);
        let more = push(&root, &[1], &empty_group());
        assert_eq!(at(&more, &[1, 1]), Some(&empty_group()));
        assert_eq!(remove(&more, &[1, 1]), root);
        assert_eq!(set(&root, &[], "logic", Some(Value::text("OR"))).get("logic"), Some(&Value::text("OR")));
        assert_eq!(remove(&root, &[9, 9]), root);
        assert_eq!(push(&Value::Null, &[], &Value::Null).get("conditions").unwrap().items().len(), 1);
    }
}
