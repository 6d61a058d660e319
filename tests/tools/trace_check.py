"""What a hold's trace must look like at a collector.

Usage: trace_check.py FILE TRACE_ID PARENT_SPAN EVENT: exit status 0 when it is there and sound, 3 while spans are missing, 1 when it is wrong.
"""

import json
import sys

kept, trace, parent, event = sys.argv[1:5]
VIEWS = {"fold inventory", "fold bookings"}
REQUEST = "POST /v1/events/{event}/holds"


def value_of(what):
    (kind, value), = what.items()
    return int(value) if kind == "intValue" else value


def attributes_of(what):
    return {each["key"]: value_of(each["value"]) for each in what["attributes"]}


spans = {}
for line in open(kept, encoding="utf-8"):
    request = json.loads(line)
    assert request["path"] == "/v1/traces", request["path"]
    assert request["headers"]["Content-Type"] == "application/json"
    assert request["headers"]["X-Tenant"] == "opera"
    for resource in request["body"]["resourceSpans"]:
        of = attributes_of(resource["resource"])
        assert of["service.name"] == "box office" and len(of["service.instance.id"]) == 32, of
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                if span["traceId"] == trace:
                    assert span["name"] not in spans or span["name"].startswith("fold "), span
                    spans[span["name"]] = span

wanted = {REQUEST, "event wait", "event decide", "journal commit"} | VIEWS
if wanted - set(spans):
    print("missing:", wanted - set(spans))
    sys.exit(3)


def began(name):
    return int(spans[name]["startTimeUnixNano"])


def ended(name):
    return int(spans[name]["endTimeUnixNano"])


root, commit = spans[REQUEST], spans["journal commit"]
assert root["parentSpanId"] == parent and root["kind"] == 2, root
shown = attributes_of(root)
assert shown["http.response.status_code"] == 201 and shown["http.request.method"] == "POST", shown
assert shown["url.path"] == f"/v1/events/{event}/holds" and shown["http.route"] == "/v1/events/{event}/holds", shown
assert attributes_of(spans["event decide"])["holdfast.event.id"] == event
for name in ("event wait", "event decide", "journal commit"):
    assert spans[name]["parentSpanId"] == root["spanId"], spans[name]
    assert began(REQUEST) <= began(name) <= ended(name) <= ended(REQUEST), (name, spans[name], root)
assert ended("event wait") <= began("event decide") <= ended("event decide") <= began("journal commit")
for name in VIEWS:
    assert spans[name]["parentSpanId"] == commit["spanId"] and spans[name]["kind"] == 5, spans[name]
    assert ended("journal commit") <= began(name) <= ended(name), (name, spans[name], commit)
assert len({span["spanId"] for span in spans.values()}) == len(spans)
# A synced write takes longer than nothing and less than the test.
assert 0 < ended("journal commit") - began("journal commit") < 600e9
