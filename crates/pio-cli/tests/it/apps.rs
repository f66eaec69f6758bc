use serde_json::json;

use crate::pio::Pio;

#[test]
fn reading_verbs_speak_json_and_say_nothing_else_on_standard_output() {
    let pio = Pio::new();
    let created = pio.json(&["app", "new", "One", "--description", "first", "--access-key", "key1"]);
    assert_eq!(created, json!({"id": 1, "name": "One", "description": "first", "accessKey": "key1"}));
    pio.run(&["accesskey", "new", "One", "--key", "key2", "rate", "buy"]).succeeds();
    pio.run(&["app", "channel-new", "One", "web"]).succeeds();
    let keys = json!([
        {"key": "key1", "appId": 1, "events": []},
        {"key": "key2", "appId": 1, "events": ["rate", "buy"]},
    ]);
    assert_eq!(pio.json(&["accesskey", "list", "One"]), keys);
    let shown = pio.json(&["app", "show", "One"]);
    let expected = json!({"id": 1, "name": "One", "description": "first", "accessKeys": keys,
        "channels": [{"id": 1, "name": "web"}]});
    assert_eq!(shown, expected);
    assert_eq!(pio.json(&["app", "list"])[0]["accessKeys"], keys);
    for words in
        [&["app", "list", "--json"][..], &["app", "show", "One", "--json"], &["accesskey", "list", "--json"]]
    {
        assert_eq!(pio.run(words).succeeds().stderr, "", "no key gets where nobody looks for it");
    }
    assert!(pio.json(&["version"])["version"].is_string());
}

#[test]
fn a_taken_access_key_leaves_no_app_behind() {
    let pio = Pio::new();
    pio.run(&["app", "new", "One", "--access-key", "key"]).succeeds();
    pio.run(&["app", "new", "Two", "--access-key", "key"]).fails(1, &["key exists already"]);
    assert_eq!(pio.json(&["app", "list"]).as_array().unwrap().len(), 1);
}

#[test]
fn nothing_is_deleted_unless_somebody_says_yes() {
    let pio = Pio::new();
    pio.run(&["app", "new", "One"]).succeeds();
    for input in ["no\n", "yes\n", "YES please\n", "\n"] {
        let done = pio.answer(&["app", "delete", "One"], input).succeeds();
        assert!(done.stdout.ends_with("Aborted.\n"), "{}", done.stdout);
    }
    pio.run(&["app", "delete", "One"]).fails(1, &["nobody confirmed", "--force"]);
    assert_eq!(pio.json(&["app", "list"]).as_array().unwrap().len(), 1);
    pio.answer(&["app", "delete", "One"], "YES\n").succeeds();
    assert_eq!(pio.json(&["app", "list"]), json!([]));
}

#[test]
fn names_may_hold_anything_that_is_text() {
    let pio = Pio::new();
    for name in ["has space", "it's", "\"; drop table pio_meta_apps; --", "Äpfel", "-", "%s"] {
        let words = if name.starts_with('-') {
            vec!["app", "new", name]
        } else {
            vec!["app", "new", name, "--", "--x"]
        };
        pio.run(&words).succeeds();
        assert_eq!(pio.json(&["app", "show", name])["name"], name);
    }
    pio.run(&["app", "new", ""]).fails(1, &["The app name cannot be stored: it is empty."]);
}

#[test]
fn an_access_key_that_is_not_there_cannot_be_deleted() {
    let pio = Pio::new();
    pio.run(&["accesskey", "delete", "nope"]).fails(1, &["nope does not exist"]);
}

#[test]
fn names_and_keys_that_begin_with_a_dash_stand_behind_two() {
    let pio = Pio::new();
    pio.run(&["app", "new", "--access-key", "-kV", "--", "-app"]).succeeds();
    pio.run(&["app", "channel-new", "--", "-app", "-channel"]).succeeds();
    let shown = pio.json(&["app", "list"]);
    assert_eq!((&shown[0]["name"], &shown[0]["accessKeys"][0]["key"]), (&json!("-app"), &json!("-kV")));
    pio.run(&["accesskey", "delete", "--", "-kV"]).succeeds();
    pio.run(&["accesskey", "delete", "--", "-kV"]).fails(1, &["-kV does not exist"]);
    pio.run(&["app", "delete", "--force", "--", "-app"]).succeeds();
    assert_eq!(pio.json(&["app", "list"]), json!([]));
}

#[test]
fn an_access_key_may_be_permitted_less() {
    let pio = Pio::new();
    pio.run(&["app", "new", "Shop", "--access-key", "first"]).succeeds();
    let new = ["accesskey", "new", "Shop", "rate", "--key", "reader", "--read", "--delete"];
    let made = pio.run(&new).succeeds();
    assert!(made.stdout.contains("It may read and delete rate only."), "{}", made.stdout);
    let listed = pio.run(&["accesskey", "list"]).succeeds();
    assert!(listed.stdout.contains("| rate (read, delete only)\n"), "{}", listed.stdout);
    assert!(listed.stdout.contains("| (all)\n"), "{}", listed.stdout);
    let keys = pio.json(&["accesskey", "list", "Shop"]);
    let permissions: Vec<_> = keys.as_array().unwrap().iter().map(|key| key["permissions"].clone()).collect();
    assert_eq!(permissions, [serde_json::Value::Null, serde_json::json!(["read", "delete"])]);
}
