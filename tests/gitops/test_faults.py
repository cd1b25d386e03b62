"""The one fault specification, through the providers that have no other test of it: Slack's Web API, Alertmanager, a container registry."""

import functools

import pytest

from gitops import config
from gitops.alerts import silences
from gitops.errors import KlepaasError
from gitops.outside import http, registry, slack
from tests.gitops.faults import FAULTS, KINDS, TRANSIENT, serve

TOKEN = "xoxb-planted-0123456789"
NOWHERE = "http://nowhere.invalid"


def settings(**given):
    return config.load(given, None)


def tags(url):
    host = url.partition("://")[2]
    return registry.tags(settings(REGISTRIES=f"http://{host}"), f"{host}/acme/web")


ASKED = {"slack": lambda url: slack.call(url, TOKEN, "chat.postMessage", again=True, channel="C1", text="x"),
         "alertmanager": lambda url: silences.status(settings(ALERTMANAGER_URL=url, ALERTMANAGER_TOKEN=TOKEN)), "registry": tags}


@pytest.mark.parametrize("fault", [*FAULTS, "dns"])
@pytest.mark.parametrize("provider", ASKED)
def test_every_fault_is_an_error_of_ours(monkeypatch, provider, fault):
    """With its kind, whether it may pass, and no secret of ours."""
    monkeypatch.setattr(http, "FIRST", 0.01)
    monkeypatch.setattr(http, "Provider", functools.partial(_quick, http.Provider))
    with serve(FAULTS.get(fault, "closed")) as server, pytest.raises(KlepaasError) as caught:
        ASKED[provider](NOWHERE if fault == "dns" else server.url)
    assert (caught.value.details["kind"], caught.value.transient) == (KINDS.get(fault, "unavailable"), fault in TRANSIENT | {"dns"})
    assert TOKEN not in repr([caught.value.text("en"), caught.value.text("ko"), caught.value.details])


def _quick(provider, *args, **more):
    """A provider of which nobody waits long."""
    return provider(*args, **more | {"timeout": 0.3})
