"""PIO's own Python client against our servers: sdk.py events URL KEY CHANNEL | export FILE | query URL."""

import json
import sys
from datetime import datetime, timedelta

import predictionio
import pytz

TOKYO = pytz.timezone("Asia/Tokyo")
NOON = TOKYO.localize(datetime(2014, 11, 2, 12, 0, 0, 123000))


def id_of(response):
    return response.json_body["eventId"]


def entity(client, **filters):
    return [event["event"] for event in client.get_events(entityType="user", entityId="u1", **filters)]


def created_and_found(client):
    assert client.get_status()["status"] == "alive"
    event_id = id_of(client.create_event(
        event="rate", entity_type="user", entity_id="u1", target_entity_type="item", target_entity_id="é/1",
        properties={"rating": 4.5, "tags": ["a", None]}, event_time=NOON))
    stored = client.get_event(event_id)
    created = stored.pop("creationTime")
    assert datetime.strptime(created[:19], "%Y-%m-%dT%H:%M:%S"), created
    assert stored == {
        "eventId": event_id, "event": "rate", "entityType": "user", "entityId": "u1", "targetEntityType": "item",
        "targetEntityId": "é/1", "properties": {"rating": 4.5, "tags": ["a", None]},
        "eventTime": "2014-11-02T12:00:00.123+09:00"}, stored
    return event_id


def filtered(client):
    for hour, name in enumerate(["view", "buy"], start=1):
        client.create_event(name, "user", "u1", event_time=NOON + timedelta(hours=hour))
    assert entity(client) == ["rate", "view", "buy"]
    assert entity(client, reversed=True) == ["buy", "view", "rate"]
    assert entity(client, limit=1) == ["rate"]
    after = (NOON + timedelta(hours=1)).astimezone(pytz.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    assert entity(client, startTime=after) == ["view", "buy"], entity(client, startTime=after)
    assert entity(client, untilTime=after) == ["rate"]


def deleted(client, event_id):
    client.delete_event(event_id)
    for gone in (client.get_event, client.delete_event):
        try:
            gone(event_id)
        except predictionio.NotFoundError:
            continue
        raise AssertionError("a deleted event was found by " + gone.__name__)


def helpers(client):
    client.set_user("u2", {"age": 3})
    client.unset_user("u2", {"age": None})
    client.delete_user("u2")
    client.set_item("i2", {"categories": ["c"]})
    client.record_user_action_on_item("view", "u2", "i2")
    names = [event["event"] for event in client.get_events(entityType="user", entityId="u2")]
    assert names == ["$set", "$unset", "$delete", "view"], names


def at_once(url, key):
    client = predictionio.EventClient(key, url, threads=5, qsize=500)
    requests = [client.acreate_event("many", "load", str(number)) for number in range(300)]
    assert len({id_of(request.get_response()) for request in requests}) == 300
    assert len(client.get_events(entityType="load", limit=-1)) == 300
    client.close()


def refused(url):
    client = predictionio.EventClient("a-wrong-access-key", url)
    try:
        client.create_event("rate", "user", "u1")
    except predictionio.NotCreatedError as error:
        assert "401" in str(error), error
    else:
        raise AssertionError("a wrong key was taken")
    client.close()


def in_channel(url, key, channel):
    client = predictionio.EventClient(key, url, channel=channel)
    client.create_event("only-here", "user", "u9")
    assert [event["event"] for event in client.get_events()] == ["only-here"]
    client.close()


def events(url, key, channel):
    client = predictionio.EventClient(key, url)
    event_id = created_and_found(client)
    filtered(client)
    deleted(client, event_id)
    helpers(client)
    client.close()
    at_once(url, key)
    in_channel(url, key, channel)
    refused(url)


def export(file):
    exporter = predictionio.FileExporter(file)
    for number in range(100):
        exporter.create_event("rate", "user", "ü%d" % number, "item", "i%d" % (number % 7), {"rating": number % 5}, NOON)
    exporter.close()


def query(url):
    client = predictionio.EngineClient(url)
    print(json.dumps(client.send_query({"user": "1", "num": 4})))
    client.close()


{"events": events, "export": export, "query": query}[sys.argv[1]](*sys.argv[2:])
