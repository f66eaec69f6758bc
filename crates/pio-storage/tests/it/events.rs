//! Storing, reading and deleting events.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use futures_util::TryStreamExt as _;
use pio_storage::{
    errors::StorageError,
    events::{
        NewEvent, Outcome,
        filter::{Filter, Order},
        table::EventTable,
    },
    test_support::{TestDatabase, database, run_sql},
};

use crate::sample::{app, event, with_id};

/// The table of the only app.
fn table() -> EventTable {
    EventTable::of_app(1)
}

async fn with_app() -> TestDatabase {
    let db = database().await;
    db.storage.apps().create(&app("App")).await.unwrap();
    db
}

fn at(time: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(time).unwrap()
}

async fn outcomes(db: &TestDatabase, events: &[NewEvent]) -> Vec<Outcome> {
    let insertions = db.storage.events().insert(table(), events).await.unwrap();
    insertions.into_iter().map(|insertion| insertion.outcome).collect()
}

#[tokio::test]
async fn an_event_comes_back_as_it_was_stored() {
    let db = with_app().await;
    let new = NewEvent {
        id: Some("my-own-id".to_owned()),
        event: "いいね".to_owned(),
        entity_type: "user".to_owned(),
        entity_id: "ユーザー1 \\ ' \" \n".to_owned(),
        target_entity_type: Some("item".to_owned()),
        target_entity_id: Some(String::new()),
        properties: r#"{"a":1.0E-7,"s":"é漢字😀","big":123456789012345678901234567890}"#.to_owned(),
        event_time: Some(at("2014-11-22T10:00:00.123+09:00")),
        tags: vec!["a".to_owned(), "b".to_owned()],
        pr_id: Some("pr-1".to_owned()),
        creation_time: Some(at("2014-11-22T01:00:01.000Z")),
    };
    db.storage.events().insert(table(), std::slice::from_ref(&new)).await.unwrap();
    let stored = db.storage.events().get(table(), "my-own-id").await.unwrap().unwrap();
    assert_eq!((&stored.event, &stored.entity_id), (&new.event, &new.entity_id));
    assert_eq!(
        (&stored.target_entity_type, &stored.target_entity_id),
        (&new.target_entity_type, &new.target_entity_id)
    );
    assert_eq!((&stored.properties, &stored.tags, &stored.pr_id), (&new.properties, &new.tags, &new.pr_id));
    assert_eq!(stored.event_time.to_rfc3339(), "2014-11-22T10:00:00.123+09:00", "the zone is kept");
    assert_eq!(Some(stored.creation_time), new.creation_time);
}

#[tokio::test]
async fn a_row_is_the_one_that_pio_writes() {
    let db = with_app().await;
    let rating = NewEvent {
        target_entity_type: Some("item".to_owned()),
        target_entity_id: Some("i1".to_owned()),
        properties: r#"{"rating":4.5}"#.to_owned(),
        event_time: Some(at("2014-11-20T20:04:14.716999-05:00")),
        ..with_id("bid1", event("rate", "u1"))
    };
    db.storage.events().insert(table(), &[rating, with_id("bid2", event("view", "u1"))]).await.unwrap();
    let check = r#"DO $$ BEGIN
        ASSERT (SELECT (id, event, entitytype, entityid, targetentitytype, targetentityid, properties, eventtime,
                eventtimezone, tags, prid, creationtimezone) IS NOT DISTINCT FROM ('bid1', 'rate', 'user', 'u1', 'item', 'i1',
                '{"rating":4.5}', '2014-11-21 01:04:14.716'::timestamp, '-05:00', NULL, NULL, 'UTC')
                FROM pio_event_1 WHERE id = 'bid1');
        ASSERT (SELECT properties = '{}' AND eventtimezone = 'UTC' AND eventtime = creationtime
                AND abs(extract(epoch FROM now() AT TIME ZONE 'UTC' - creationtime)) < 60
                AND eventtime = date_trunc('milliseconds', eventtime) FROM pio_event_1 WHERE id = 'bid2');
        END $$"#;
    run_sql(&db.settings, check).await;
}

#[tokio::test]
async fn rows_of_pio_are_read_with_zones_and_gaps() {
    let db = with_app().await;
    let row = "INSERT INTO pio_event_1 VALUES ('p1', 'view', 'user', 'u1', NULL, NULL, NULL, '2015-07-01 12:00:00', \
               'America/Los_Angeles', 'x,y', NULL, '2015-07-01 12:00:00.5', 'Europe/Berlin')";
    run_sql(&db.settings, row).await;
    let event = db.storage.events().get(table(), "p1").await.unwrap().unwrap();
    assert_eq!(event.event_time.to_rfc3339(), "2015-07-01T05:00:00-07:00");
    assert_eq!(event.creation_time.to_rfc3339(), "2015-07-01T14:00:00.500+02:00");
    assert_eq!((event.properties.as_str(), event.tags.len()), ("{}", 2));
}

#[tokio::test]
async fn ids_that_are_made_are_32_digits_in_the_order_of_insertion() {
    let db = with_app().await;
    let events: Vec<_> = (0..200).map(|i| event("view", &format!("u{i}"))).collect();
    let first = db.storage.events().insert(table(), &events[..100]).await.unwrap();
    let second = db.storage.events().insert(table(), &events[100..]).await.unwrap();
    let ids: Vec<_> = first.into_iter().chain(second).map(|insertion| insertion.id).collect();
    assert!(ids.iter().all(|id| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit())));
    assert!(ids.is_sorted());
    let same_time = db.storage.events().find(table(), &Filter::default()).await.unwrap();
    assert_eq!(same_time.iter().map(|event| &event.id).collect::<Vec<_>>(), ids.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn an_id_repeated_with_the_same_content_is_no_conflict() {
    let db = with_app().await;
    let rating = NewEvent {
        properties: r#"{"a":1,"b":[1e3]}"#.to_owned(),
        event_time: Some(at("2014-11-21T01:04:14.716Z")),
        ..with_id("x", event("rate", "u1"))
    };
    assert_eq!(outcomes(&db, std::slice::from_ref(&rating)).await, [Outcome::Stored]);
    let written_otherwise =
        NewEvent { properties: r#" {"b": [1000.0], "a": 1} "#.to_owned(), ..rating.clone() };
    let other_zone = NewEvent { event_time: Some(at("2014-11-21T10:04:14.716+09:00")), ..rating.clone() };
    let time_not_given = NewEvent { event_time: None, ..rating.clone() };
    let repeated = [rating.clone(), written_otherwise, other_zone, time_not_given];
    assert_eq!(outcomes(&db, &repeated).await, [Outcome::Repeated; 4]);
    let all = db.storage.events().find(table(), &Filter::default()).await.unwrap();
    assert_eq!((all.len(), all[0].properties.as_str()), (1, rating.properties.as_str()));
}

#[tokio::test]
async fn an_id_repeated_with_other_content_is_a_conflict_of_that_event_alone() {
    let db = with_app().await;
    let base =
        NewEvent { event_time: Some(at("2014-11-21T01:04:14.716Z")), ..with_id("x", event("rate", "u1")) };
    outcomes(&db, std::slice::from_ref(&base)).await;
    let others = [
        NewEvent { event: "buy".to_owned(), ..base.clone() },
        NewEvent { entity_type: "bot".to_owned(), ..base.clone() },
        NewEvent { entity_id: "u2".to_owned(), ..base.clone() },
        NewEvent { target_entity_type: Some("item".to_owned()), ..base.clone() },
        NewEvent { target_entity_id: Some("i1".to_owned()), ..base.clone() },
        NewEvent { properties: r#"{"a":1}"#.to_owned(), ..base.clone() },
        NewEvent { pr_id: Some("p".to_owned()), ..base.clone() },
        NewEvent { event_time: Some(at("2014-11-21T01:04:14.717Z")), ..base.clone() },
    ];
    assert_eq!(outcomes(&db, &others).await, [Outcome::Conflict; 8]);
    let mixed = [event("view", "u1"), others[0].clone(), with_id("y", event("view", "u1")), base];
    assert_eq!(
        outcomes(&db, &mixed).await,
        [Outcome::Stored, Outcome::Conflict, Outcome::Stored, Outcome::Repeated]
    );
}

#[tokio::test]
async fn an_id_repeated_within_one_insertion_counts_for_the_first() {
    let db = with_app().await;
    let (first, other) = (with_id("x", event("rate", "u1")), with_id("x", event("buy", "u1")));
    let events = [first.clone(), other, first];
    assert_eq!(outcomes(&db, &events).await, [Outcome::Stored, Outcome::Conflict, Outcome::Repeated]);
}

#[tokio::test]
async fn the_same_id_from_many_at_once_is_stored_once() {
    let db = with_app().await;
    let tasks: Vec<_> = (0..16)
        .map(|i| {
            let storage = db.storage.clone();
            let same = with_id("x", event("rate", if i % 2 == 0 { "u1" } else { "u2" }));
            tokio::spawn(async move { storage.events().insert(table(), &[same]).await.unwrap()[0].outcome })
        })
        .collect();
    let mut stored = 0;
    for task in tasks {
        stored += u32::from(task.await.unwrap() == Outcome::Stored);
    }
    assert_eq!(stored, 1);
}

/// Lets the database pass over the first insertions, as if the event in the way of each were deleted at once.
async fn pass_over(db: &TestDatabase, insertions: usize) {
    let sql = format!(
        "CREATE SEQUENCE passed; CREATE FUNCTION pass_over() RETURNS trigger LANGUAGE plpgsql AS \
        $$ BEGIN IF nextval('passed') <= {insertions} THEN RETURN NULL; END IF; RETURN NEW; END $$; \
        CREATE TRIGGER pass_over BEFORE INSERT ON pio_event_1 FOR EACH ROW EXECUTE FUNCTION pass_over()"
    );
    run_sql(&db.settings, &sql).await;
}

#[tokio::test]
async fn an_id_whose_event_vanishes_meanwhile_is_tried_again() {
    let db = with_app().await;
    pass_over(&db, 3).await;
    assert_eq!(outcomes(&db, &[with_id("x", event("view", "u1"))]).await, [Outcome::Stored]);
    assert!(db.storage.events().get(table(), "x").await.unwrap().is_some());
}

#[tokio::test]
async fn an_id_whose_event_vanishes_over_and_over_is_given_up() {
    let db = with_app().await;
    pass_over(&db, 100).await;
    let error = db.storage.events().insert(table(), &[with_id("x", event("view", "u1"))]).await.unwrap_err();
    assert!(error.is_unavailable() && error.to_string().contains("over and over"), "{error}");
}

#[tokio::test]
async fn a_connection_that_was_sent_much_is_not_kept() {
    let db = with_app().await;
    let of_megabytes = |count: usize| NewEvent {
        properties: format!("{{\"a\":\"{}\"}}", "x".repeat(count * 1024 * 1024)),
        ..event("view", "u1")
    };
    for (megabytes, kept) in [(0, 1), (3, 1), (5, 0)] {
        db.storage.events().insert(table(), &[of_megabytes(megabytes)]).await.unwrap();
        assert_eq!(db.storage.pool_status().open, kept, "after {megabytes} MiB");
    }
}

#[tokio::test]
async fn what_cannot_be_stored_is_refused_by_field_and_nothing_is_stored() {
    let db = with_app().await;
    let bad = [
        ("eventId", with_id(&"x".repeat(33), event("e", "u"))),
        ("eventId", with_id("\0", event("e", "u"))),
        ("event", event("a\0", "u")),
        ("entityId", event("e", "\0")),
        ("properties", NewEvent { properties: "{\"a\":\"\0\"}".to_owned(), ..event("e", "u") }),
        ("tags", NewEvent { tags: vec!["\0".to_owned()], ..event("e", "u") }),
        (
            "eventTime",
            NewEvent {
                event_time: Some(at("0000-01-01T00:00:00Z") - chrono::Days::new(365 * 5000)),
                ..event("e", "u")
            },
        ),
    ];
    for (expected, event_) in bad {
        let events = [event("fine", "u"), event_];
        match db.storage.events().insert(table(), &events).await {
            Err(StorageError::Invalid { field, .. }) => assert_eq!(field, expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
    let nul = Filter { entity_id: Some("\0".to_owned()), ..Filter::default() };
    assert!(matches!(
        db.storage.events().find(table(), &nul).await,
        Err(StorageError::Invalid { field: "entityId", .. })
    ));
    assert_eq!(db.storage.events().get(table(), "\0").await.unwrap(), None);
    assert!(!db.storage.events().delete(table(), "\0").await.unwrap());
    assert!(db.storage.events().find(table(), &Filter::default()).await.unwrap().is_empty());
    assert_eq!(outcomes(&db, &[with_id(&"é".repeat(32), event("e", "u"))]).await, [Outcome::Stored]);
}

#[tokio::test]
async fn times_far_away_are_kept() {
    let db = with_app().await;
    let oldest = NaiveDate::from_ymd_opt(-4711, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc();
    let times = [
        oldest.fixed_offset(),
        at("0001-01-01T00:00:00Z"),
        at("1969-12-31T23:59:59.999Z"),
        at("9999-12-31T23:59:59.999Z"),
    ];
    for time in times {
        let id = time.to_rfc3339();
        let new = NewEvent { event_time: Some(time), ..with_id(&id, event("e", "u")) };
        db.storage.events().insert(table(), &[new]).await.unwrap();
        let stored = db.storage.events().get(table(), &id).await.unwrap().unwrap();
        assert_eq!(stored.event_time, time);
    }
}

#[tokio::test]
async fn deleting_tells_whether_the_event_was_there() {
    let db = with_app().await;
    outcomes(&db, &[with_id("x", event("e", "u"))]).await;
    assert!(db.storage.events().delete(table(), "x").await.unwrap());
    assert!(!db.storage.events().delete(table(), "x").await.unwrap());
    assert_eq!(db.storage.events().get(table(), "x").await.unwrap(), None);
}

#[tokio::test]
async fn a_missing_table_is_named() {
    let db = database().await;
    let (events, table) = (db.storage.events(), EventTable::of_channel(7, 3));
    let errors = [
        events.get(table, "x").await.unwrap_err(),
        events.delete(table, "x").await.unwrap_err(),
        events.find(table, &Filter::default()).await.unwrap_err(),
        events.insert(table, &[event("e", "u")]).await.unwrap_err(),
        events.insert(EventTable::of_app(-1), &[with_id("x", event("e", "u"))]).await.unwrap_err(),
    ];
    for error in &errors[..4] {
        assert!(error.to_string().starts_with("the event table pio_event_7_3 does not exist"), "{error}");
    }
    assert!(errors[4].to_string().contains("pio_event_-1"), "{}", errors[4]);
}

#[tokio::test]
async fn a_stream_gives_all_events_and_can_be_left_early() {
    let db = with_app().await;
    let events: Vec<_> = (0..3000).map(|i| event("view", &format!("u{i}"))).collect();
    outcomes(&db, &events).await;
    let stored = Filter { order: Order::Stored, ..Filter::default() };
    for _ in 0..10 {
        let mut left = Box::pin(db.storage.events().stream(table(), &stored).await.unwrap());
        assert!(left.try_next().await.unwrap().is_some());
    }
    let all: Vec<_> =
        db.storage.events().stream(table(), &stored).await.unwrap().try_collect().await.unwrap();
    assert_eq!(all.len(), 3000);
    assert!(all.iter().all(|event| (Utc::now() - event.creation_time.to_utc()).num_minutes() < 5));
}
