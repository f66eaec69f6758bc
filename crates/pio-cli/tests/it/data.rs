use std::ffi::OsStr;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;

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
fn several_events_on_a_line_and_all_line_ends_are_imported() {
    let pio = with_app();
    let events = |first: usize| (first..first + 3).map(event).collect::<Vec<_>>();
    let text = format!(
        "{}\r\u{feff}{}\r\n{}\n\r\n{}",
        events(0).join(""),
        events(3).join("\r"),
        events(6).join(" , \u{feff}"),
        events(9).join("\n")
    );
    let file = pio.write("events.json", text);
    assert_eq!(pio.json(&["import", "--appid", "1", "--input", &file])["imported"], 12);
    let many: String = (0..9001).map(event).collect();
    let file = pio.write("many.json", many);
    assert_eq!(pio.json(&["import", "--appid", "1", "--input", &file])["imported"], 9001);
    assert_eq!(exported(&pio, &[]).len(), 9013);
}

#[test]
fn what_follows_an_event_on_its_line_is_a_bad_line() {
    let pio = with_app();
    let good = event(1);
    let lines = [
        format!("{good}garbage"),
        format!("{good}{{\"event\":\"rate\",\"enti"),
        format!("{good}{good}{{\"event\":\"rate\"}}{{}}"),
        "{".to_owned(),
        format!("[{good},{good}]"),
        format!("{good}NaN"),
        good.replace("\"rating\":1", "\"rating\":1e400"),
    ];
    let file = pio.write("events.json", lines.join("\r"));
    let done = pio.run(&["import", "--appid", "1", "--input", &file]).fails(
        1,
        &[
            "line 1: event 2 of this line: it is not valid JSON: there is an unexpected character.",
            "line 2: event 2 of this line: it is not valid JSON: a string is not closed",
            "line 3: event 3 of this line: The field entityType is required.",
            "line 4: its JSON is not complete. An event stands on one line; `jq -c .`",
            "line 5: it is an array, and an event is an object; `jq -c '.[]'`",
            "line 6: event 2 of this line: it is not valid JSON: NaN and Infinity are not numbers",
            "line 7: A number in the property rating cannot be stored",
            "Nothing was imported: 7 lines are no events, the first is line 1.",
        ],
    );
    assert!(!done.stderr.contains("body"), "{}", done.stderr);
    assert_eq!(exported(&pio, &[]), Vec::<Value>::new());
    std::fs::create_dir(pio.path("parts")).unwrap();
    pio.write("parts/part-0", event(1));
    pio.write("parts/part-1", format!("{}\nx", event(1)));
    pio.run(&["import", "--appid", "1", "--input", "parts"])
        .fails(1, &["part-1, line 2: it is not valid JSON"]);
}

#[test]
fn files_without_events_and_files_of_another_kind_are_told() {
    let pio = with_app();
    let import = |file: &str| pio.run(&["import", "--appid", "1", "--input", file]);
    for text in ["", " \r\n\n", "\u{feff}"] {
        let done = import(&pio.write("empty.json", text)).succeeds();
        assert!(done.stderr.contains("empty.json holds no events"), "{}", done.stderr);
    }
    std::fs::create_dir_all(pio.path("folder/inner")).unwrap();
    import("folder").fails(1, &["folder/inner is a folder within"]);
    std::fs::remove_dir(pio.path("folder/inner")).unwrap();
    pio.write("folder/_SUCCESS", "");
    import("folder").fails(1, &["folder holds no files"]);
    let wide: Vec<u8> = event(1).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [&b"\xff\xfe"[..], &wide].concat();
    for bytes in [wide, marked] {
        import(&pio.write("wide.json", bytes))
            .fails(1, &["Nothing was imported", "wide.json", "UTF-16", "iconv"]);
    }
    import(&pio.write("events.parquet", "PAR1xxx")).fails(1, &["a Parquet file"]);
    assert_eq!(exported(&pio, &[]), Vec::<Value>::new());
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap()
}

#[test]
fn a_compressed_file_is_imported_to_its_end_or_not_at_all() {
    let pio = with_app();
    let import = |file: &str| pio.run(&["import", "--appid", "1", "--input", file]);
    let many = gzip(&(0..9001).map(event).collect::<Vec<_>>().join("\n"));
    for end in [many.len() - 1, many.len() - 9, many.len() / 2, 5] {
        import(&pio.write("cut.json.gz", &many[..end])).fails(1, &["Nothing was imported", "cut.json.gz"]);
    }
    import(&pio.write("plain.json.gz", event(1))).fails(1, &["Nothing was imported", "plain.json.gz"]);
    import(&pio.write("trailing.json.gz", [&many[..], b"garbage"].concat()))
        .fails(1, &["Nothing was imported"]);
    assert_eq!(exported(&pio, &[]), Vec::<Value>::new());
    let joined = [gzip(&event(1)), gzip(&event(2)), gzip(""), gzip(&event(3))].concat();
    import(&pio.write("joined.json.gz", &joined)).succeeds();
    import(&pio.write("without-a-name", &joined)).succeeds();
    assert_eq!(exported(&pio, &[]).len(), 6);
}

#[test]
fn a_replacement_happens_as_a_whole_or_not_at_all() {
    let pio = with_app();
    let old = pio.write("old.json", [event(1), event(2)].join("\n"));
    pio.run(&["import", "--appid", "1", "--input", &old]).succeeds();
    let replace = |text: &str, words: &[&str]| {
        let file = pio.write("new.json", text);
        pio.run(&[&["import", "--appid", "1", "--input", &file, "--replace"], words].concat())
    };
    let ids = || {
        let entity = |event: &Value| event["entityId"].as_str().unwrap().to_owned();
        exported(&pio, &[]).iter().map(entity).collect::<Vec<_>>()
    };
    replace(&format!("{}\n{{bad\n", event(3)), &[]).fails(1, &["line 2"]);
    replace("\n", &[]).fails(1, &["Nothing was deleted", "--allow-empty"]);
    assert_eq!(ids(), ["1", "2"], "a failed replacement leaves all as it was");
    replace(&event(3), &[]).succeeds();
    assert_eq!(ids(), ["3"]);
    replace("", &["--allow-empty"]).succeeds();
    assert_eq!(ids(), [""; 0]);
    pio.run(&["import", "--appid", "1", "--input", &old, "--allow-empty"]).fails(2, &["--replace"]);
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

#[test]
fn an_import_into_an_empty_app_is_left_out_where_there_are_events() {
    let pio = Pio::new();
    pio.json(&["app", "new", "App"]);
    let file = pio.write("events.json", r#"{"event":"e","entityType":"user","entityId":"1"}"#);
    let import = ["import", "--appid", "1", "--input", &file, "--if-empty"];
    assert_eq!(pio.json(&import)["imported"], 1);
    assert_eq!(pio.json(&import)["imported"], 0);
    let done = pio.run(&import).succeeds();
    assert!(done.stdout.contains("There are events already"), "{}", done.stdout);
}

#[test]
fn events_are_exported_to_this_machine_alone() {
    let pio = Pio::new();
    pio.json(&["app", "new", "App"]);
    for remote in ["hdfs://host/events", "s3a://bucket/events"] {
        let done = pio.run(&["export", "--appid", "1", "--output", remote]).fails(1, &[remote]);
        assert!(done.stderr.contains("not a folder of this machine"), "{}", done.stderr);
        assert!(!std::path::Path::new(&pio.path(remote)).exists());
    }
    let name = OsStr::from_bytes(b"out\xff");
    let mut command = pio.command(&["export", "--appid", "1", "--json", "--output"]);
    command.arg(name);
    let done = Pio::ended(command).succeeds();
    assert!(done.stdout.contains("out\u{fffd}"), "{}", done.stdout);
}

#[test]
fn a_pipe_in_a_folder_of_events_is_named() {
    let pio = Pio::new();
    pio.json(&["app", "new", "App"]);
    let folder = pio.path("events");
    std::fs::create_dir(&folder).unwrap();
    let pipe = format!("{folder}/part-00000");
    pio_process::command::Command::new("mkfifo").arg(&pipe).run().unwrap();
    pio.run(&["import", "--appid", "1", "--input", &folder])
        .fails(1, &[&pipe, "neither a file nor a folder"]);
}
