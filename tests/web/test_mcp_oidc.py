"""Where an issuer is configured, the MCP door says where its tokens come from (RFC 9728), and takes none that was issued for somebody else."""

import requests

from gitops import access
from tests.web import idp
from tests.web.mcp_help import post
from tests.web.people import house
from tests.web.test_oidc import AUDIENCE, GRANTS, home, token  # noqa: F401 (fixture)

WELL_KNOWN = "/.well-known/oauth-protected-resource"


def test_a_client_finds_the_issuer_from_the_refusal(home):  # noqa: F811
    """401 and 403 name the metadata; it names the resource and the issuer, at both of its addresses, and asks for nothing."""
    for bearer in (None, "garbage"):
        answer = post(home.url, bearer)
        at = answer.headers["WWW-Authenticate"].partition('resource_metadata="')[2].partition('"')[0]
        assert (answer.status_code, at) == (401, f"{home.url}{WELL_KNOWN}/mcp/stream")
    found = requests.get(at).json()
    assert (found["resource"], found["authorization_servers"], found["bearer_methods_supported"]) == (f"{home.url}/mcp/stream", [home.issuer.url], ["header"])
    assert "mcp:execute" in found["scopes_supported"] and requests.get(home.url + WELL_KNOWN).json() == found


def test_a_token_for_another_audience_is_none(home):  # noqa: F811
    """Ours is answered; the same for another resource, and one for the issuer itself, are 401."""
    assert post(home.url, token(home)).status_code == 200
    for audience in ("https://elsewhere.example/mcp/stream", home.issuer.url, f"{AUDIENCE}.evil.example"):
        assert post(home.url, token(home, aud=audience)).status_code == 401


def test_without_an_issuer_there_is_no_metadata(tmp_path):
    """404, and the refusal names none; with KLEPAAS_URL that is the resource's address, whatever Host was asked."""
    with house(tmp_path / "none") as found:
        assert requests.get(found.url + WELL_KNOWN).status_code == requests.get(f"{found.url}{WELL_KNOWN}/mcp/stream").status_code == 404
        assert "resource_metadata" not in post(found.url, None).headers["WWW-Authenticate"]
    with idp.serve("google") as issuer, house(tmp_path / "some", {access.PATH: GRANTS}, OIDC_ISSUER=issuer.url, OIDC_AUDIENCE=AUDIENCE, KLEPAAS_URL="https://paas.example.org/") as found:
        assert requests.get(found.url + WELL_KNOWN, headers={"Host": "evil.example"}).json()["resource"] == "https://paas.example.org/mcp/stream"
