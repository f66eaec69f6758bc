use std::io::Write as _;

use serde_json::{Value, json};

use crate::pio::Pio;

fn event(number: usize) -> String {
    json!({"event": "rate", "entityType": "user", "entityId": number.to_string(), "targetEntityType": "item",
        "targetEntityId": "i", "properties": {"rating": number, "text": "é \u{2028}"},
        "eventTime": "2020-01-01T00:00:00.123+05:30"})
    .to_string()
}

fn with_app() -> Pio {
    let pio = Pio::new();
    pio.run(&["app", "new", "App"]).succeeds();
    pio.run(&["app", "channel-new", "App", "web"]).succeeds();
    pio
}

fn exported(pio: &Pio, words: &[&str]) -> Vec<Value> {
    let done = pio.run(&[&["export", "--appid", "1", "--output", "-"], words].concat()).succeeds();
    done.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_is_imported_is_exported() {
    let pio = with_app();
    let lines: Vec<String> = (0..9001).map(event).collect();
    let file = pio.write("events.json", lines.join("\n"));
    let imported = pio.json(&["import", "--appid", "1", "--input", &file]);
    assert_eq!(imported, json!({"imported": 9001, "repeated": 0}));
    let mut events = exported(&pio, &[]);
    for event in &mut events {
        event.as_object_mut().unwrap().retain(|key, _| key != "eventId" && key != "creationTime");
    }
    let sent: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events, sent);
}

#[test]
fn an_export_is_a_folder_that_can_be_imported_again() {
    let pio = with_app();
    let file = pio.write("events.json", event(1));
    pio.run(&["import", "--appid", "1", "--channel", "web", "--input", &file]).succeeds();
    let folder = pio.path("out");
    let done = pio.run(&["export", "--appid", "1", "--channel", "web", "--output", &folder]).succeeds();
    assert!(done.stdout.contains(&format!("Events are exported to {folder}/.")), "{}", done.stdout);
    let again = pio.json(&["import", "--appid", "1", "--channel=web", "--input", &folder]);
    assert_eq!(again, json!({"imported": 1, "repeated": 1}), "the same event is not stored twice");
    pio.run(&["export", "--appid", "1", "--output", &folder]).fails(1, &["exists already"]);
    assert_eq!(exported(&pio, &[]), Vec::<Value>::new(), "the default channel is another");
}

#[test]
fn bad_lines_are_told_by_number_and_nothing_is_imported() {
    let pio = with_app();
    let mut text = (0..5000).map(event).collect::<Vec<_>>().join("\n").into_bytes();
    text.extend_from_slice(b"\n{bad\n\n{\"event\":\"rate\",\"entityType\":\"user\"}\n\xff\xfe\n");
    let file = pio.write("events.json", text);
    let done = pio.run(&["import", "--appid", "1", "--input", &file]);
    let words = [
        "line 5001: ",
        "line 5003: The field entityId is required.",
        "line 5004: it is not UTF-8",
        "3 lines",
    ];
    done.fails(1, &words).fails(1, &["Nothing was imported"]);
    assert_eq!(exported(&pio, &[]), Vec::<Value>::new());
}

#[test]
fn an_event_id_of_another_event_stops_the_import() {
    let pio = with_app();
    let with_id = |text: &str| text.replacen('{', "{\"eventId\":\"a1\",", 1);
    let file = pio.write("events.json", format!("{}\n{}\n", with_id(&event(1)), with_id(&event(2))));
    pio.run(&["import", "--appid", "1", "--input", &file]).fails(1, &["Nothing was imported", "event ID"]);
    assert_eq!(exported(&pio, &[]), Vec::<Value>::new());
}

#[test]
fn compressed_files_and_standard_input_are_read_too() {
    let pio = with_app();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(format!("\u{feff}{}\r\n\r\n{}", event(1), event(2)).as_bytes()).unwrap();
    let file = pio.write("events.json.gz", packed.finish().unwrap());
    assert_eq!(pio.json(&["import", "--appid", "1", "--input", &file])["imported"], 2);
    let url = format!("file://{}", pio.write("plain", event(4)));
    assert_eq!(pio.json(&["import", "--appid", "1", "--input", &url])["imported"], 1);
    pio.answer(&["import", "--appid", "1", "--input", "-"], &event(3)).succeeds();
    assert_eq!(exported(&pio, &[]).len(), 4);
}

#[test]
fn an_import_needs_a_file_an_app_and_its_channel() {
    let pio = with_app();
    let file = pio.write("events.json", event(1));
    pio.run(&["import", "--appid", "99", "--input", &file])
        .fails(1, &["App ID 99 does not exist", "pio app list"]);
    pio.run(&["import", "--appid", "1", "--channel", "x", "--input", &file])
        .fails(1, &["Channel x doesn't exist"]);
    pio.run(&["import", "--appid", "1", "--input", "nowhere"]).fails(1, &["nowhere does not exist"]);
    pio.run(&["import", "--appid", "1", "--input", "s3://bucket/x"])
        .fails(1, &["s3://bucket/x is not a file"]);
    pio.run(&["export", "--appid", "99", "--output", "out"]).fails(1, &["App ID 99"]);
    assert!(!pio.folder.path().join("out").exists());
}
