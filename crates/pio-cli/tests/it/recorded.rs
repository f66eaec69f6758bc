//! The 99 recorded calls of PIO's console, in their order, and what we decided to do otherwise.

use serde_json::Value;

use crate::pio::{Done, Pio};

/// Exit codes that we decided to have: position of the call, code, and why.
const DECIDED: &[(usize, i32, &str)] = &[
    (2, 2, "no verb: usage"),
    (22, 2, "help for a verb that is not there"),
    (23, 2, "a verb that is not there"),
    (24, 2, "an option that is not there"),
    (25, 2, "app without a verb"),
    (31, 2, "too many arguments"),
    (34, 2, "an argument is missing"),
    (57, 1, "deleting an access key that is not there fails"),
    (58, 2, "accesskey without a verb"),
    (70, 1, "an app that does not exist gets no events"),
    (71, 2, "options are missing"),
    (75, 1, "Parquet is not written any more"),
    (76, 2, "a format that is not there"),
    (77, 2, "options are missing"),
];

/// Lines that we decided to print otherwise: position of the call, PIO's line, ours.
const OTHER_WORDS: &[(usize, &str, &str)] = &[
    // A taken access key leaves no app behind, so there is one app less from then on.
    (33, "[INFO] [App$] Initialized Event Store for this app ID: 2.", ""),
    (35, "[INFO] [Pio$] Finished listing 3 app(s).", "[INFO] [Pio$] Finished listing 2 app(s)."),
    (55, "[INFO] [Pio$] Finished listing 3 app(s).", "[INFO] [Pio$] Finished listing 2 app(s)."),
    (97, "[INFO] [Pio$] Finished listing 1 app(s).", "[INFO] [Pio$] Finished listing 0 app(s)."),
    (
        50,
        "[ERROR] [AccessKey$] App NoApp does not exist. Aborting.",
        "[ERROR] [App$] App NoApp does not exist. Aborting.",
    ),
    (57, "[INFO] [AccessKey$] Deleted access key nope.", ""),
    (70, "[INFO] [FileToEvents$] Events are imported.", ""),
    (70, "[INFO] [FileToEvents$] Done.", ""),
    (72, "[ERROR] [FileToEvents$] ", ""),
    (75, "[INFO] [EventsToFile$] Events are exported to $HOME/expp/.", ""),
    (75, "[INFO] [EventsToFile$] Done.", ""),
    (76, "[INFO] [EventsToFile$] Events are exported to $HOME/expx/.", ""),
    (76, "[INFO] [EventsToFile$] Done.", ""),
];

/// The parts of PIO's console whose lines are compared. The others are Spark, stack traces and paths of PIO's installation.
const CLASSES: [&str; 5] = ["[App$]", "[Pio$]", "[AccessKey$]", "[FileToEvents$]", "[EventsToFile$]"];

const EVENTS: &str = r#"{"event":"rate","entityType":"user","entityId":"1","targetEntityType":"item","targetEntityId":"2","properties":{"rating":4},"eventTime":"2020-01-01T00:00:00.000Z"}
{"event":"$set","entityType":"item","entityId":"2","properties":{"categories":["a"]},"eventTime":"2020-01-01T00:00:00.000+05:30"}
"#;

#[test]
fn every_call_ends_as_recorded_or_as_decided() {
    let pio = Pio::new();
    pio.write("imp.json", EVENTS);
    pio.write("imp-bad.json", format!("{EVENTS}{{\"event\":\"rate\",\"entityType\":\"user\"}}\n"));
    let calls = include_str!("../data/console.jsonl");
    assert_eq!(calls.lines().count(), 99);
    for (position, call) in calls.lines().enumerate() {
        let call: Value = serde_json::from_str(call).unwrap();
        let line = call["cmd"].as_str().unwrap();
        // `pio status` looks at the closure, which these tests do not need.
        if line == "pio status" {
            continue;
        }
        let done = replay(&pio, line, call["stdin"].as_str());
        compare(&pio, position, &call, &done);
    }
}

fn replay(pio: &Pio, line: &str, stdin: Option<&str>) -> Done {
    let home = pio.folder.path().to_string_lossy();
    let words: Vec<String> = line
        .trim_start_matches("pio")
        .split_whitespace()
        .map(|word| word.trim_matches('\'').replace("$HOME", &home))
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match stdin {
        Some(input) => pio.answer(&words, input),
        None => pio.run(&words),
    }
}

fn compare(pio: &Pio, position: usize, call: &Value, done: &Done) {
    let line = call["cmd"].as_str().unwrap();
    let shown = format!("{position} {line}:\n{}{}", done.stdout, done.stderr);
    assert_eq!(done.code, Some(expected_code(position, call)), "{shown}");
    let ours = mask(&format!("{}{}", done.stdout, done.stderr), &pio.folder.path().to_string_lossy());
    // Each once, in whatever order: keys have none of their own.
    let mut ours: Vec<&str> = ours.lines().collect();
    for expected in expected_lines(position, call) {
        let found = ours.iter().position(|line| *line == expected);
        ours.remove(found.unwrap_or_else(|| panic!("{expected:?} is missing in {shown}")));
    }
}

fn expected_code(position: usize, call: &Value) -> i32 {
    let is_help = call["cmd"].as_str().unwrap().starts_with("pio help");
    match DECIDED.iter().find(|(known, ..)| *known == position) {
        Some((_, code, _)) => *code,
        None if is_help => 0,
        None => i32::try_from(call["exit"].as_i64().unwrap()).unwrap(),
    }
}

/// The recorded lines that must be there, with our words for PIO's where we decided so.
fn expected_lines(position: usize, call: &Value) -> Vec<String> {
    let stdout = call["stdout"].as_str().unwrap().replace("Description: None", "Description: ");
    let lines = stdout.lines().filter(|line| CLASSES.iter().any(|class| line.contains(class)));
    let lines = lines.map(|line| {
        let other = OTHER_WORDS.iter().find(|(known, theirs, _)| *known == position && *theirs == line);
        other.map_or(line, |(_, _, ours)| *ours).to_owned()
    });
    lines.filter(|line| !line.is_empty()).collect()
}

/// Hides what differs from run to run, as the recordings do.
fn mask(text: &str, home: &str) -> String {
    let words: Vec<String> = text
        .replace(home, "$HOME")
        .split(' ')
        .map(|word| {
            let (key, rest) = word.split_at(word.find('\n').unwrap_or(word.len()));
            let is_key =
                key.len() == 64 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
            if is_key { format!("<accesskey>{rest}") } else { word.to_owned() }
        })
        .collect();
    words.join(" ")
}
