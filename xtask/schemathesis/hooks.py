"""What Schemathesis must know of Ratiba to get past the first refusal.

Whoever makes up an id gets a 404 and never sees what lies behind it. Here the ids, versions and dates of rows that
exist take the place of most that were made up; the rest stay as they are, because a wrong one must be refused in an
orderly way. Nothing here hides an answer from the checks.
"""

import atexit
import collections
import json
import os
import random
import re
import threading
import uuid

import requests
import schemathesis

API = os.environ["RATIBA_API"]
# Who asks: one of the demo's people, who comes in by the issuer as with a browser; `machine`, which has a token;
# `nobody`, who does not come in.
WHO = os.environ["RATIBA_WHO"]
OWNER = {"Authorization": "Bearer " + os.environ["RATIBA_OWNER_TOKEN"]}
TALLY = os.environ["RATIBA_TALLY"]
# Members and tokens by which the roles of this run come in: whoever takes those away ends the run.
SPARED = set(json.loads(os.environ["RATIBA_SPARED"]))

DICE = random.Random(f"{os.environ['RATIBA_SEED']} {WHO}")
# So many requests of a hundred keep what was made up.
MADE_UP = 20
# So many of a hundred of the others have a body that can be accepted, where one is known.
FITTING = 60

# Lists that show nothing without a question, by their path.
QUESTIONS = {
    "/api/v1/appointments": [{"date": day} for day in ("2026-05-13", "2026-04-14", "2026-06-10")],
    "/api/v1/commission/periods": [{"month": "2026-04"}],
    "/api/v1/blocks": [{"from": "2026-06-08T00:00:00+03:00", "to": "2026-06-15T00:00:00+03:00"}],
    "/api/v1/customers": [{"search": "a"}],
}

# Bodies that can be accepted, for what is too particular to be made up. Ids, times and dates in them are put in.
with open(os.path.join(os.path.dirname(__file__), "samples.json"), encoding="utf-8") as samples:
    SAMPLES = json.load(samples)

MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d")
DAY = re.compile(r"^\d{4}-\d\d-\d\d$")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Words of the API that no schema can spell out, and values that mean something.
WORDS = {
    "currency": lambda: "KES",
    "phone": lambda: f"+2547{DICE.randrange(10**8):08}",
    "month": lambda: DICE.choice(["2026-02", "2026-03", "2026-04", "2026-05"]),
    "date": lambda: day(),
    "day": lambda: day(),
    "zone": lambda: "Africa/Nairobi",
    "number": lambda: str(DICE.randrange(1, 3)),
    "provider": lambda: "pesapal",
}

lock = threading.Lock()
ids = collections.defaultdict(list)
etags = {}
rows = {}
counts = collections.defaultdict(collections.Counter)


def signed_in():
    """The headers of a page of this instance in a browser in which somebody has just signed in; a machine's, and nobody's."""
    if WHO == "nobody":
        return {}
    if WHO == "machine":
        return {"Authorization": "Bearer " + os.environ["RATIBA_MACHINE_TOKEN"]}
    browser = requests.Session()
    login = browser.get(API + "/auth/login", allow_redirects=False, timeout=60)
    chosen = login.headers["location"].replace("/authorize?", "/choose?") + "&person=" + WHO
    answer = browser.get(chosen, timeout=60, allow_redirects=False)
    browser.get(answer.headers["location"], timeout=60, allow_redirects=False).raise_for_status()
    return {"Cookie": "ratiba=" + browser.cookies["ratiba"], "Origin": API}


def day():
    return f"2026-06-{DICE.randrange(2, 27):02}"


def moment():
    return f"{day()}T{DICE.randrange(8, 17):02}:{DICE.choice(['00', '15', '30', '45'])}:00+03:00"


def pick(known):
    """One of them; often one of the newest, with which nothing has happened yet."""
    return DICE.choice(known[-5:] if DICE.randrange(2) else known)


def name_of(collection):
    """How a body names a row of a collection: `/api/v1/walk-ins` has rows called `walk_in_id`."""
    return collection.rsplit("/", 1)[-1].removesuffix("s").replace("-", "_") + "_id"


def keep(place, value):
    known = ids[place]
    if value not in known and value not in SPARED:
        known.append(value)
        del known[:-40]


def learn(body, collection=None):
    """Notes ids, and the versions that go with them, wherever an answer shows them."""
    if isinstance(body, list):
        for item in body:
            learn(item, collection)
    elif isinstance(body, dict):
        if collection and isinstance(body.get("id"), str):
            rows[body["id"]] = body
            keep(collection, body["id"])
            keep(name_of(collection), body["id"])
            if isinstance(body.get("version"), int):
                etags[body["id"]] = f'"{body["version"]}"'
        for name, value in body.items():
            if name.endswith("_id") and isinstance(value, str):
                keep(name, value)
            elif name == "appointments":
                learn(value, "/api/v1/appointments")
            elif isinstance(value, (list, dict)):
                learn(value, collection if name == "items" or isinstance(value, list) else None)


def look_around():
    """Asks for every list once, as the owner: somebody who has no right to a row may still have heard of its id."""
    paths = requests.get(API + "/api/v1/openapi.json", timeout=60).json()["paths"]
    for path in paths:
        if "get" in paths[path] and "{" not in path and path.startswith("/api/v1/"):
            if path == "/api/v1/events":
                continue
            for question in QUESTIONS.get(path, [{}]):
                answer = requests.get(API + path, params=question, headers=OWNER, timeout=60)
                if answer.status_code == 401:
                    raise RuntimeError("the owner's token does not count any more")
                if answer.ok and "json" in answer.headers.get("content-type", ""):
                    rows[path] = answer.json()
                    learn(rows[path], path)
                    if "etag" in answer.headers:
                        etags[path] = answer.headers["etag"]


def known_for(path, parameter):
    """The ids that can stand in a path under this name."""
    collection = path.split("/{" + parameter + "}")[0]
    return ids.get(collection) or ids.get(name_of(collection))


def collection_of(operation):
    """Of what collection the rows are that an operation answers with: `POST /api/v1/payments/{id}/refunds` makes refunds."""
    last = operation.path.rsplit("/", 1)[-1]
    if "{" in operation.path and last.endswith("s") and operation.method.upper() in ("GET", "POST"):
        return "/api/v1/" + last
    return operation.path.split("/{")[0]


def parameters(operation):
    """What the document says of the headers of an operation."""
    every = operation.definition.raw.get("parameters", [])
    return [parameter for parameter in every if parameter.get("in") == "header"]


def real(name, value):
    """A value in the place of one that was made up; the same where nothing is known."""
    if isinstance(value, dict):
        found = {key: real(key, item) for key, item in value.items()}
        for first, last in (("start", "end"), ("from", "to"), ("first_day", "last_day")):
            if isinstance(found.get(first), str) and isinstance(found.get(last), str):
                found[first], found[last] = sorted((found[first], found[last]))
        return found
    if isinstance(value, list):
        singular = name.removesuffix("s")
        return [real(singular, item) for item in value]
    if not isinstance(value, str):
        return DICE.randrange(1, 50) * 10_000 if name == "amount_minor" and isinstance(value, int) else value
    if name in WORDS:
        return WORDS[name]()
    # `primary_service_id` is a service.
    known = ids.get(name) or ids.get("_".join(name.split("_")[-2:]))
    if known:
        return pick(known)
    if MOMENT.match(value):
        return moment()
    return day() if DAY.match(value) else value


SESSION = signed_in()
look_around()


def targets(case):
    """What an operation is about, the most particular first; of what is there once, such as the settings, the path."""
    return [*reversed((case.path_parameters or {}).values()), case.operation.path]


def fitting(case):
    """A body that can be accepted, if one is known: a sample, or for a `PUT` what was read of the row that it replaces."""
    sample = SAMPLES.get(case.operation.label)
    if sample:
        return sample
    row = rows.get(targets(case)[0])
    if case.method != "PUT" or not row:
        return None
    root = case.operation.schema.raw_schema
    schema = root["paths"][case.operation.path]["put"]["requestBody"]["content"]["application/json"]["schema"]
    if "$ref" in schema:
        schema = root["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return {name: row[name] for name in schema.get("properties", {}) if name in row}


@schemathesis.hook
def before_call(context, case, kwargs):
    with lock:
        # Whoever signs out comes in anew for it, and everything else goes on.
        case.headers.update(signed_in() if case.operation.path == "/auth/logout" else SESSION)
        for name, value in (case.path_parameters or {}).items():
            if value in SPARED:
                case.path_parameters[name] = str(uuid.UUID(int=DICE.getrandbits(128), version=4))
        # With a control character in a header a message is not HTTP (RFC 9110, 5.5): the reader of requests turns it away with
        # an empty 400 before there is any operation to speak of.
        for name, value in case.headers.items():
            case.headers[name] = CONTROL.sub("", value)
        if DICE.randrange(100) < MADE_UP:
            return
        # Each of them belongs to one business, which need not be named; another one is a 404 everywhere.
        case.headers.pop("Ratiba-Tenant", None)
        (case.query or {}).pop("tenant", None)
        for name in case.path_parameters or {}:
            known = known_for(case.operation.path, name)
            if known:
                case.path_parameters[name] = pick(known)
            elif name in WORDS:
                case.path_parameters[name] = WORDS[name]()
        read = {parameter["name"] for parameter in parameters(case.operation)}
        if "If-Match" in read:
            case.headers["If-Match"] = next((etags[target] for target in targets(case) if target in etags), '"1"')
        if "Idempotency-Key" in read:
            case.headers["Idempotency-Key"] = str(uuid.UUID(int=DICE.getrandbits(128), version=4))
        for name, value in (case.query or {}).items():
            case.query[name] = real(name, value)
        known = fitting(case)
        if known is not None and DICE.randrange(100) < FITTING:
            case.body = known if case.method == "PUT" else real("", known)
        elif isinstance(case.body, dict):
            case.body = real("", case.body)


@schemathesis.hook
def after_call(context, case, response):
    with lock:
        counts[case.operation.label][str(response.status_code)] += 1
        kind = (response.headers.get("content-type") or [""])[0]
        if 200 <= response.status_code < 300 and "json" in kind:
            try:
                learn(response.json(), collection_of(case.operation))
            except ValueError:
                # The checks say so.
                pass
            etag = (response.headers.get("etag") or [None])[0]
            if etag:
                etags[targets(case)[0]] = etag


@atexit.register
def tell():
    with open(TALLY, "w", encoding="utf-8") as file:
        json.dump({label: dict(found) for label, found in sorted(counts.items())}, file, indent=1)
