"""How answers travel: versions of reads, compression, a change that is asked for twice."""

import gzip
import re

import pytest
import requests

from tests.web.people import house
from web import STATIC


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    with house(tmp_path_factory.mktemp("wire")) as found:
        yield found


def test_a_read_that_is_the_same_is_not_sent_again(home):
    """304 for the version one has; a change makes another; nobody shares it with others."""
    client = home.client()
    first = client.get(f"{home.api}/history")
    tag = first.headers["ETag"]
    again = client.get(f"{home.api}/history", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, first.headers["Cache-Control"]) == (304, b"", "private, no-cache")
    assert client.post(f"{home.api}/commands", json={"verb": "scale", "app": "web", "environment": "staging", "args": {"replicas": 4}}).status_code == 201
    assert client.get(f"{home.api}/history", headers={"If-None-Match": tag}).status_code == 200


def test_what_is_refused_is_not_kept(home):
    """Nor what answers a change."""
    assert requests.get(f"{home.api}/apps").headers["Cache-Control"] == "no-store"
    made = home.client().post(f"{home.api}/tokens", json={"name": "x", "scopes": ["k8s:read"]})
    assert made.headers["Cache-Control"] == "no-store" and "ETag" not in made.headers and "Content-Encoding" not in made.headers


@pytest.mark.parametrize("path", ["/api/v1/openapi.json", "/static/js/words.js", "/static/css/parts.css"])
def test_what_is_long_is_compressed(home, path):
    """For whom takes gzip, and the same bytes for whom does not."""
    client = home.client()
    small, whole = (client.get(home.url + path, headers={"Accept-Encoding": encoding}, stream=True) for encoding in ("gzip", "identity"))
    sent = small.raw.read(decode_content=False)
    assert small.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in whole.headers and "Accept-Encoding" in small.headers["Vary"]
    assert gzip.decompress(sent) == whole.content and len(sent) < len(whole.content) / 2


def test_the_first_load_is_small(home):
    """The page, its styles and its modules: at most 150 KB on the wire."""
    paths = ["/", *(f"/static/{path.relative_to(STATIC)}" for path in STATIC.rglob("*") if path.suffix in (".js", ".css", ".svg"))]
    sizes = [len(requests.get(home.url + path, headers={"Accept-Encoding": "gzip"}, stream=True).raw.read(decode_content=False)) for path in paths]
    assert len(paths) > 20 and sum(sizes) <= 150_000


def test_modules_are_asked_for_at_once():
    """What the page starts with is named in it: no module waits for another one's answer to be asked for. What a view loads later is not."""
    named = set(re.findall(r'rel="modulepreload" href="/static/([^"]+)"', (STATIC / "index.html").read_text()))
    assert named | {"js/app.js"} == {str(path.relative_to(STATIC)) for path in modules(STATIC / "js/app.js", set())}


def modules(path, found):
    """A module and all that it imports at its start."""
    if path not in found:
        found.add(path)
        for name in re.findall(r'^import [^;]*?from "(\.[^"]+)"', path.read_text(), re.M):
            modules((path.parent / name).resolve(), found)
    return found


def test_a_key_in_the_header_is_the_commands_id(home):
    """The same receipt for the same request, 409 for another; what contradicts the body is refused."""
    client, body = home.client(), {"verb": "scale", "app": "web", "environment": "staging", "args": {"replicas": 6}}
    keyed = {"Idempotency-Key": '"4f2c-once"'}
    first, again = (client.post(f"{home.api}/commands", json=body, headers=keyed) for _ in range(2))
    assert first.status_code == again.status_code == 201 and first.json()["commit"] == again.json()["commit"] and first.json()["id"] == "4f2c-once"
    assert client.post(f"{home.api}/commands", json=body | {"args": {"replicas": 7}}, headers=keyed).status_code == 409
    assert client.post(f"{home.api}/commands", json=body | {"id": "other"}, headers=keyed).status_code == 422
    assert client.post(f"{home.api}/commands", json=body, headers={"Idempotency-Key": "a b"}).status_code == 422


# --- problems --------------------------------------------------------------------------------------------------------

WRONG = {"no such address": ("GET", "/api/v1/nothing", None, 404, "not_found"), "no such method": ("PUT", "/api/v1/apps", None, 405, "method_not_allowed"), "no sign-in": ("GET", "/api/v1/apps", None, 401, "not_signed_in"),
         "no JSON": ("POST", "/api/v1/commands", b"{", 400, "bad_json"), "too large": ("POST", "/api/v1/commands", b" " * 600_000, 413, "request_entity_too_large"),
         "too deep": ("POST", "/api/v1/commands", b'{"args":' * 5000 + b"1" + b"}" * 5000, 400, "bad_json"), "an unknown app": ("GET", "/api/v1/apps/nothing/staging", None, 404, "unknown_app"),
         "another's argument": ("GET", "/api/v1/apps?nothing=1", None, 422, "unknown_argument")}


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("case", WRONG)
def test_every_refusal_is_problem_details(home, case, language):
    """RFC 9457 with a stable code, in the language asked for, a type that says what the code means, and the request's id; never kept."""
    method, path, data, status, code = WRONG[case]
    client = requests if case == "no sign-in" else home.client()
    answer = client.request(method, home.url + path, data=data, headers={"Accept-Language": language, "X-Request-Id": "wrong-1"})
    found = answer.json()
    assert (answer.status_code, answer.headers["Content-Type"], found["code"], found["status"], answer.headers["X-Request-Id"]) == (status, "application/problem+json", code, status, "wrong-1")
    assert any("가" <= letter <= "힣" for letter in found["title"]) is (language == "ko") and answer.headers["Cache-Control"] == "no-store"
    said = requests.get(home.url + found["type"])
    assert said.status_code == 200 and said.json()["code"] == code and said.json()["ko"]


def test_a_method_that_is_none_names_those_that_are(home):
    """As RFC 9110 asks of a 405."""
    assert {each.strip() for each in home.client().put(f"{home.api}/apps").headers["Allow"].split(",")} >= {"GET"}
    assert home.client().put(f"{home.api}/tokens").headers["Allow"].count("POST") == 1


def test_every_answer_has_a_request_id(home):
    """The caller's where it is a plain one, else one of ours; a new one each time."""
    client = home.client()
    for path in ("/", "/static/js/app.js", "/healthz", "/metrics", "/api/v1/apps", "/api/v1/nothing", "/auth/providers"):
        given, made = client.get(home.url + path, headers={"X-Request-Id": "mine-7"}).headers["X-Request-Id"], {client.get(home.url + path, headers={"X-Request-Id": "a b"}).headers["X-Request-Id"] for _ in range(2)}
        assert given == "mine-7" and len(made) == 2 and "a b" not in made, path


def test_a_body_without_a_length_ends_where_others_do(demo, owner):
    """Sent in chunks it is read up to the limit and refused as too large: nobody fills a server's memory by not saying how much comes."""
    command = b'{"verb": "restart", "app": "nginx", "environment": "staging"}'
    before = demo.head()
    answer = owner.post(f"{demo.api}/commands", data=(each for each in (command, *[b" " * 1024] * 511, b" " * (1024 - len(command)))))
    assert answer.status_code == 413 and demo.head() == before
    assert owner.post(f"{demo.api}/commands", data=(each for each in (command[:-1], b', "preview": true}'))).json()["status"] == "preview"
