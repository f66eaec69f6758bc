//! The `OpenAPI` document, made of the same table by which requests are routed.

use serde_json::{Map, Value, json};

use crate::routes::{DESCRIPTIONS, Description, Verb};

/// The document.
pub(crate) fn document() -> Value {
    let paths: Map<String, Value> =
        DESCRIPTIONS.iter().map(|description| (description.path.to_owned(), path(description))).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "PredictionIO Event API",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" }
        },
        "paths": paths,
        "components": { "schemas": schemas(), "securitySchemes": {
            "accessKey": { "type": "apiKey", "in": "query", "name": "accessKey" },
            "basic": { "type": "http", "scheme": "basic", "description": "The access key is the user name." }
        } }
    })
}

fn path(description: &Description) -> Value {
    let mut operations: Map<String, Value> = description
        .verbs
        .iter()
        .map(|verb| (method(*verb).to_owned(), operation(description.path, *verb)))
        .collect();
    let parameters: Vec<Value> = variables(description.path)
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    if !parameters.is_empty() {
        operations.insert("parameters".to_owned(), Value::Array(parameters));
    }
    Value::Object(operations)
}

fn method(verb: Verb) -> &'static str {
    match verb {
        Verb::Get => "get",
        Verb::Post => "post",
        Verb::Delete => "delete",
    }
}

/// The names in braces.
fn variables(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
}

fn operation(path: &str, verb: Verb) -> Value {
    let (summary, success) = purpose(path, verb);
    let mut operation = json!({ "summary": summary, "responses": responses(path, verb, success) });
    if is_protected(path) {
        operation["security"] = json!([{ "accessKey": [] }, { "basic": [] }]);
        operation["parameters"] = parameters(path, verb);
    }
    if verb == Verb::Post {
        operation["requestBody"] = body(path);
    }
    operation
}

/// What an operation is for, and its response where all is well.
fn purpose(path: &str, verb: Verb) -> (&'static str, Value) {
    let event = || json!({ "$ref": "#/components/schemas/Event" });
    let message = || json!({ "$ref": "#/components/schemas/Message" });
    let object = || json!({ "type": "object" });
    match (path, verb) {
        ("/", _) => ("Tell that the server is alive", object()),
        ("/events.json", Verb::Post) => ("Store an event", json!({ "$ref": "#/components/schemas/Stored" })),
        ("/events.json", _) => ("Find events", json!({ "type": "array", "items": event() })),
        ("/events/{eventId}.json", Verb::Get) => ("Get an event", event()),
        ("/events/{eventId}.json", _) => ("Delete an event", message()),
        ("/batch/events.json", _) => (
            "Store up to 50 events",
            json!({ "type": "array", "items": { "$ref": "#/components/schemas/BatchResult" } }),
        ),
        ("/stats.json", _) => ("Count the events of this app", object()),
        ("/plugins.json", _) => ("List the plugins", object()),
        ("/plugins/{type}/{name}", _) => ("Ask a plugin", json!({})),
        (_, Verb::Post) => {
            ("Store an event that another service sent", json!({ "$ref": "#/components/schemas/Stored" }))
        }
        ("/healthz", _) => ("Tell that the process works", object()),
        ("/readyz", _) => ("Tell whether events can be stored", object()),
        ("/metrics", _) => ("Numbers for Prometheus", json!({ "type": "string" })),
        ("/openapi.json", _) => ("This document", object()),
        _ => ("Tell whether there is a connector of this name", message()),
    }
}

fn is_protected(path: &str) -> bool {
    !matches!(path, "/" | "/plugins.json" | "/healthz" | "/readyz" | "/metrics" | "/openapi.json")
}

fn responses(path: &str, verb: Verb, success: Value) -> Value {
    let content = |schema: Value| match path {
        "/metrics" => json!({ "text/plain": { "schema": schema } }),
        _ => json!({ "application/json": { "schema": schema } }),
    };
    let status = if verb == Verb::Post && path != "/batch/events.json" { "201" } else { "200" };
    let mut responses = Map::new();
    responses.insert(status.to_owned(), json!({ "description": "Success", "content": content(success) }));
    for (status, description) in failures(path, verb) {
        let name = if verb != Verb::Get && *status == "503" { "NotDone" } else { "Message" };
        let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        responses.insert(
            (*status).to_owned(),
            json!({
                "description": description,
                "content": { "application/json": { "schema": schema } }
            }),
        );
    }
    Value::Object(responses)
}

fn failures(path: &str, verb: Verb) -> &'static [(&'static str, &'static str)] {
    const NO_KEY: (&str, &str) = ("401", "The access key or the channel is missing or wrong");
    const MISSING: (&str, &str) = ("404", "There is no such thing");
    const NOT_PERMITTED: (&str, &str) = ("403", "The access key does not permit this");
    const DOWN: (&str, &str) =
        ("503", "The database is away or the server is full: wait for Retry-After and send again");
    match (path, verb) {
        ("/readyz", _) => &[("503", "Events cannot be stored now")],
        ("/" | "/plugins.json" | "/healthz" | "/metrics" | "/openapi.json", _) => &[],
        ("/events.json", Verb::Get) => {
            &[("400", "A parameter is wrong"), NO_KEY, NOT_PERMITTED, ("404", "No event was found"), DOWN]
        }
        (_, Verb::Post) => &[
            ("400", "The body is wrong"),
            NO_KEY,
            ("403", "The access key does not allow this event"),
            ("404", "There is no such connector"),
            ("408", "The body came too slowly"),
            ("409", "Another event has this eventId"),
            ("413", "The body is too large"),
            ("415", "The body has another media type"),
            DOWN,
        ],
        _ => &[NO_KEY, NOT_PERMITTED, MISSING, DOWN],
    }
}

fn parameters(path: &str, verb: Verb) -> Value {
    let parameter = |name: &str, schema: Value| json!({ "name": name, "in": "query", "schema": schema });
    let mut parameters = vec![parameter("channel", json!({ "type": "string" }))];
    if path == "/events.json" && verb == Verb::Get {
        for name in ["entityType", "entityId", "event", "targetEntityType", "targetEntityId"] {
            parameters.push(parameter(name, json!({ "type": "string" })));
        }
        for name in ["startTime", "untilTime"] {
            parameters.push(parameter(name, json!({ "type": "string", "format": "date-time" })));
        }
        parameters.push(parameter("limit", json!({ "type": "integer", "format": "int32", "default": 20 })));
        parameters.push(parameter("reversed", json!({ "type": "boolean", "default": false })));
    }
    Value::Array(parameters)
}

fn body(path: &str) -> Value {
    let new_event = json!({ "$ref": "#/components/schemas/NewEvent" });
    let (media_type, schema) = match path {
        "/events.json" => ("application/json", new_event),
        "/batch/events.json" => {
            ("application/json", json!({ "type": "array", "items": new_event, "maxItems": 50 }))
        }
        "/webhooks/{name}.form" => ("application/x-www-form-urlencoded", json!({ "type": "object" })),
        _ => ("application/json", json!({ "type": "object" })),
    };
    json!({ "required": true, "content": { media_type: { "schema": schema } } })
}

fn schemas() -> Value {
    let text = || json!({ "type": "string" });
    let time = || json!({ "type": "string", "format": "date-time" });
    let fields = json!({
        "eventId": { "type": "string", "maxLength": 32 }, "event": text(), "entityType": text(), "entityId": text(),
        "targetEntityType": text(), "targetEntityId": text(), "properties": { "type": "object" },
        "eventTime": time(), "prId": text()
    });
    let mut shown = fields.clone();
    shown["creationTime"] = time();
    json!({
        "NewEvent": { "type": "object", "required": ["event", "entityType", "entityId"], "properties": fields },
        "Event": { "type": "object", "properties": shown, "required": [
            "eventId", "event", "entityType", "entityId", "properties", "eventTime", "creationTime"
        ] },
        "Stored": { "type": "object", "required": ["eventId"], "properties": { "eventId": text() } },
        "BatchResult": { "type": "object", "required": ["status"], "properties": {
            "status": { "type": "integer" }, "eventId": text(), "message": text()
        } },
        "NotDone": { "type": "object", "required": ["message"], "properties": {
            "message": text(),
            "outcome": { "enum": ["not stored", "unknown"] },
            "eventIds": { "type": "array", "items": { "type": ["string", "null"] } }
        } },
        "Message": { "type": "object", "required": ["message"], "properties": { "message": text() } }
    })
}
