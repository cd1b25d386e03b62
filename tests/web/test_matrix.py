"""Who gets through which door: every route, socket, verb and tool x every role x every environment, and no credential that is none."""

import asyncio
import itertools
from urllib.parse import urlencode

import orjson
import pytest
import requests
import websocket

from gitops import policy, submit, verbs
from gitops.types import SCOPES, Actor, Command
from tests.test_path import call
from tests.web import slack_help
from tests.web.people import bearing, house
from web import create_app
from web.mcp import catalogue, predecessor
from web.people import rights

ENVIRONMENTS = ("staging", "production")
ROLES = {"nobody": frozenset(), **policy.ROLES, **{f"{name}@staging": frozenset(f"{scope}@staging" for scope in scopes) for name, scopes in policy.ROLES.items()}}
ANN = Actor("Ann", "ann@example.org", frozenset(SCOPES), "rest", session=True)
GARBAGE = ("Bearer klp_garbage", "Bearer x.y.z", "Bearer", "Bearer  ", "Basic YW5uOmFubg==", "klp_garbage", "Token klp_garbage")
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: '2'}\n"
ARGS = {"get": {"kind": "Pod"}, "query": {"promql": "up"}, "deploy": {"version": "1.26"}, "scale": {"replicas": 3}, "rollback": {"steps_back": 1}, "promote": {"from": "staging"},
        "set_env": {"name": "A", "value": "b"}, "unset_env": {"name": "MODE"}, "create_app": {"image": "nginx:1"}, "apply_manifest": {"manifest": CONFIG},
        "delete_manifest": {"kind": "ConfigMap", "name": "settings"}, "release": {"revision": "0" * 40}}
ANYWHERE = ("help", "list_namespaces")  # tell of every environment that may be seen, whichever is named


@pytest.fixture(scope="module")
def slack():
    with slack_help.serve(people={name.replace("@", ""): f"{name.replace('@', '-')}@roles.org" for name in ROLES}) as found:
        yield found


@pytest.fixture(scope="module")
def home(tmp_path_factory, slack):
    with house(tmp_path_factory.mktemp("matrix"), KLEPAAS_ADMINS="root@example.org", **slack.settings) as found:
        agent = Actor(ANN.name, ANN.email, ANN.scopes, "rest", agent=True)
        found.reviews = {name: submit.submit(found.services, agent, Command("scale", "web", name, {"replicas": 8})).review.id for name in ENVIRONMENTS}
        found.commands = {each["environment"]: each["uid"] for each in found.ledger.commands_of()}
        found.map = create_app(found.services.settings).url_map
        for name, scopes in ROLES.items():
            found.ledger.put_user(f"{name.replace('@', '-')}@roles.org", name, scopes)
        yield found


def client(home, role, *more):
    scopes = sorted({*ROLES[role], *more})
    home.ledger.put_user(f"{role.replace('@', '-')}@roles.org", role, scopes)
    return bearing(home.ledger.token_create(f"{role.replace('@', '-')}@roles.org", "matrix", scopes))


def routes(home, public=False):
    """(endpoint, method, URL) of every route that is no socket."""
    for rule in home.map.iter_rules():
        if not rule.websocket and rights.of(rule.endpoint).public == public:
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield rule.endpoint, method, home.url + home.map.bind("x").build(rule.endpoint, {name: "x" for name in rule.arguments}, method=method)


def opened(answer):
    """A stream goes on: that it began is what counts."""
    answer._content = next(answer.iter_content(64))
    answer.close()
    return answer


def sockets(home):
    return [home.map.bind("x", url_scheme="ws").build(rule.endpoint, {name: "x" for name in rule.arguments}, force_external=False).removeprefix("ws://x") for rule in home.map.iter_rules() if rule.websocket]


# --- one table -------------------------------------------------------------------------------------------------------


def test_every_route_and_socket_is_in_the_table(home):
    """And nothing is that is not there; every scope is one."""
    there = {rule.endpoint for rule in home.map.iter_rules()}
    assert there == set(rights.ROUTES)
    assert {right.scope for right in rights.ROUTES.values()} <= {None, rights.VERB, *SCOPES}
    assert rights.of("a route that somebody forgot") == rights.UNKNOWN and rights.UNKNOWN.whole


def test_every_route_that_writes_has_a_name_in_the_audit(home):
    """Or what it does is written down behind it: by a verb, or in the conversation."""
    behind = {"api.commands", "access.grant", "access.withdraw", "chat.process", "chat.previewed", "chat.confirm", "teaching.teach", "predecessor.query"}
    unsafe = {endpoint for public in (False, True) for endpoint, method, _ in routes(home, public) if method != "GET"}
    assert {endpoint for endpoint in unsafe if not rights.of(endpoint).does} - behind == set()


def test_every_verb_and_tool_has_a_scope():
    """A tool is a verb, or carries out what one previewed."""
    assert {each.scope for each in (*verbs.VERBS.values(), *verbs.OPERATOR.values())} <= set(SCOPES)
    assert {each.name for each in catalogue.TOOLS} == {*verbs.VERBS, "confirm", *predecessor.TOOLS}


# --- no credential, or none that is one ------------------------------------------------------------------------------


@pytest.mark.parametrize("garbage", [None, *GARBAGE])
def test_what_is_no_credential_opens_nothing(home, garbage):
    """401 on every route, socket and at MCP: any word after Bearer is none."""
    headers = {} if garbage is None else {"Authorization": garbage}
    for endpoint, method, url in routes(home):
        assert requests.request(method, url, headers=headers).status_code == 401, (method, url)
    for path in sockets(home):
        with pytest.raises(websocket.WebSocketBadStatusException) as caught:
            websocket.create_connection(home.url.replace("http", "ws") + path, header=[f"{name}: {value}" for name, value in headers.items()])
        assert caught.value.status_code == 401, path
    assert requests.post(f"{home.url}/mcp/stream", json={}, headers=headers).status_code == 401


def test_a_forged_cookie_opens_nothing(home):
    """Nor one that another key signed."""
    for cookie in ("x", "eyJzaWQiOiJ4In0.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb", "e30.aaaaaa.bbb"):
        for _, method, url in routes(home):
            assert requests.request(method, url, cookies={"klepaas": cookie}, headers={"Origin": home.url}).status_code == 401, url


def test_another_sites_page_writes_nothing(home):
    """With a person's cookie, from another origin or from nowhere: every write and every socket is refused."""
    browser = home.browser("ann")
    for origin in ("https://evil.example", "null", home.url.replace("127.0.0.1", "localhost.evil.example"), None):
        headers = {"Origin": origin} if origin else {"Origin": None, "Sec-Fetch-Site": "cross-site"}
        for _, method, url in routes(home):
            if method != "GET":
                answer = browser.request(method, url, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin"), (method, url)
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    for path in sockets(home):
        with pytest.raises(websocket.WebSocketBadStatusException) as caught:
            websocket.create_connection(home.url.replace("http", "ws") + path, cookie=cookie, origin="https://evil.example")
        assert caught.value.status_code == 403, path


def test_what_a_client_says_of_itself_counts_nowhere(home):
    """X-Scopes and its like change no answer of any route."""
    nobody, claims = client(home, "nobody"), {"X-Scopes": ",".join(SCOPES), "X-User": "root@example.org", "X-Forwarded-Email": "root@example.org", "X-Roles": "admin"}
    for _, method, url in routes(home):
        if method == "GET":
            assert nobody.get(url).status_code == nobody.get(url, headers=claims).status_code, url
            assert requests.get(url, headers=claims).status_code == 401, url


# --- routes x roles x environments -----------------------------------------------------------------------------------

# What each route is asked for at an environment: (path, body). Those that are not here need no environment.
AT = {
    "api.app": lambda home, name: (f"/apps/web/{name}", None), "api.histories": lambda home, name: (f"/history?environment={name}", None), "api.change": lambda home, name: (f"/changes/{home.reviews[name]}", None),
    "api.one_command": lambda home, name: (f"/commands/{home.commands[name]}", None),
}
LISTS = {"api.apps": "/apps", "api.environments": "/environments", "api.changes": "/changes", "api.events": "/events?limit=500"}


@pytest.mark.parametrize("role", ROLES)
def test_routes_ask_for_what_the_table_says(home, role):
    """403 exactly where the role lacks it; whoever is signed in gets to what asks for no scope."""
    asking = client(home, role)
    for endpoint, method, url in routes(home):
        right = rights.of(endpoint)
        if right.scope == rights.VERB:
            continue
        has = right.scope is None or (policy.everywhere if right.whole else policy.holds)(ROLES[role], right.scope)
        answer = asking.request(method, url, json={} if method != "GET" else None, stream=True)
        if "event-stream" in answer.headers["Content-Type"]:
            answer = opened(answer)
        refused = answer.status_code == 403 and answer.json().get("environment") == "*"
        assert answer.status_code != 401 and refused == (not has), (role, method, url, answer.text)


@pytest.mark.parametrize("role", ROLES)
def test_routes_at_an_environment(home, role):
    """Only where it may be read."""
    asking = client(home, role)
    for (endpoint, sample), name in itertools.product(AT.items(), ENVIRONMENTS):
        answer = asking.get(home.api + sample(home, name)[0])
        assert (answer.status_code == 403) == (not policy.holds(ROLES[role], "k8s:read", name)), (role, endpoint, name, answer.text)


def test_lists_tell_of_no_other_environment(home):
    """Who may read staging hears nothing of production, in none of them."""
    asking = client(home, "viewer@staging")
    for endpoint, path in LISTS.items():
        answer = asking.get(home.api + path)
        assert answer.ok and "production" not in answer.text, (endpoint, answer.text[:500])


# --- verbs x doors x roles x environments ----------------------------------------------------------------------------


def asked(home, verb, name):
    """(arguments, app, environment, whether a role may) of a sample of the verb."""
    args = {"review": home.reviews[name]} if verb.name in verbs.REVIEW_VERBS else dict(ARGS.get(verb.name, {}))
    app = None if verb.app == "none" or verb.name in verbs.REVIEW_VERBS else "plain" if verb.name == "delete_manifest" else f"new-{name}" if verb.name in ("create_app", "apply_manifest") else "web" if verb.app == "required" or verb.kind != "read" else None
    return args, app, None if verb.environment == "none" else name


def may(role, verb, name):
    if verb.environment == "none" and verb.scope.startswith("admin:"):
        return policy.everywhere(ROLES[role], verb.scope)
    return policy.holds(ROLES[role], verb.scope, None if verb.environment == "none" and verb.name not in verbs.REVIEW_VERBS or verb.name in ANYWHERE else name)


def by_rest(home, asking, verb, args, app, name):
    said = {"app": app, "environment": name}
    if verb.kind == "read":
        answer = asking.get(f"{home.api}/read/{verb.name}?{urlencode({key: value for key, value in (said | args).items() if value is not None})}")
    else:
        answer = asking.post(f"{home.api}/commands", json={"verb": verb.name, "args": args, "preview": True} | {key: value for key, value in said.items() if value is not None})
    assert answer.status_code < 500 or answer.status_code == 503, answer.text
    return answer.json().get("code") == "missing_scope"


def by_chat(home, asking, verb, args, app, name):
    answer = asking.post(f"{home.api}/nlp/preview", json={"verb": verb.name, "args": args, **{key: value for key, value in {"app": app, "environment": name}.items() if value is not None}})
    return answer.json().get("code") == "missing_scope"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("door", [by_rest, by_chat])
def test_verbs_ask_for_their_scope(home, door, role):
    """Refused for want of the scope exactly where the role lacks it."""
    asking = client(home, role)
    for verb, name in itertools.product(verbs.VERBS.values(), ENVIRONMENTS):
        if door is by_rest or verb.kind != "read":
            assert door(home, asking, verb, *asked(home, verb, name)) == (not may(role, verb, name)), (role, verb.name, name)


@pytest.mark.parametrize("role", ["nobody", "viewer@staging", "developer@staging", "admin"])
def test_buttons_of_slack_ask_for_their_scope(home, slack, role):
    """In Slack as well: the person of the Slack user is asked, as at every door."""
    client(home, role)
    slack.install(home.url, home.browser())
    for verb, name in itertools.product(verbs.VERBS.values(), ENVIRONMENTS):
        args, app, place = asked(home, verb, name)
        value = orjson.dumps({"verb": verb.name, "args": args} | {key: each for key, each in {"app": app, "environment": place}.items() if each is not None}).decode()
        said = slack_help.texts(slack.answered(lambda: slack.press(home.url, "command", value, role.replace("@", ""))))
        assert (f"this needs {verb.scope} at" in said) == (not may(role, verb, name)), (role, verb.name, name, said)


@pytest.mark.parametrize("role", ["nobody", "viewer@staging", "developer@staging", "admin"])
def test_tools_ask_for_their_scope(home, role):
    """Over MCP as well, beside the door's own scope."""
    asking, cases = client(home, role, "mcp:execute"), list(itertools.product(verbs.VERBS.values(), ENVIRONMENTS))
    samples = [asked(home, verb, name) for verb, name in cases]
    token = asking.headers["Authorization"].partition(" ")[2]
    calls = [(verb.name, {key: value for key, value in {**args, "app": app, "environment": name}.items() if value is not None}) for (verb, _), (args, app, name) in zip(cases, samples)]
    answers = asyncio.run(call(type("Demo", (), {"url": home.url}), token, *calls))
    for (verb, name), answer in zip(cases, answers):
        assert (answer.structured_content.get("code") == "missing_scope") == (not may(role, verb, name)), (role, verb.name, name, answer)


def test_a_tool_needs_the_doors_scope_where_it_is_used(home):
    """mcp:execute at staging opens no tool at production."""
    token = home.ledger.token_create("ann@example.org", "t", ["mcp:execute@staging", "k8s:read", "deploy:execute"])
    answers = asyncio.run(call(type("Demo", (), {"url": home.url}), token, *(("scale", {"app": "web", "environment": name, "replicas": 3}) for name in ENVIRONMENTS)))
    assert [answer.structured_content.get("scope") for answer in answers] == [None, "mcp:execute"]
