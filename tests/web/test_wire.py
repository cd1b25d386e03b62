"""How answers travel: versions of reads, compression, a change that is asked for twice."""

import gzip

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


def test_a_key_in_the_header_is_the_commands_id(home):
    """The same receipt for the same request, 409 for another; what contradicts the body is refused."""
    client, body = home.client(), {"verb": "scale", "app": "web", "environment": "staging", "args": {"replicas": 6}}
    keyed = {"Idempotency-Key": '"4f2c-once"'}
    first, again = (client.post(f"{home.api}/commands", json=body, headers=keyed) for _ in range(2))
    assert first.status_code == again.status_code == 201 and first.json()["commit"] == again.json()["commit"] and first.json()["id"] == "4f2c-once"
    assert client.post(f"{home.api}/commands", json=body | {"args": {"replicas": 7}}, headers=keyed).status_code == 409
    assert client.post(f"{home.api}/commands", json=body | {"id": "other"}, headers=keyed).status_code == 422
    assert client.post(f"{home.api}/commands", json=body, headers={"Idempotency-Key": "a b"}).status_code == 422
