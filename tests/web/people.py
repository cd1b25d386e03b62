"""An application over real HTTP with people in it: tokens, signed-in browsers, and what the audit says of them."""

import contextlib
from dataclasses import dataclass

import requests

from gitops.types import SCOPES
from tests.gitops.path_help import FILES
from tests.web.hook_server import serve

PEOPLE = {"ann": SCOPES, "bob": ("k8s:read", "deploy:execute"), "eve": ("k8s:read@staging", "admin:read@staging"), "nil": ()}


@dataclass
class House:
    """`services` are the application's own."""

    url: str
    services: object
    folder: object

    @property
    def api(self):
        return f"{self.url}/api/v1"

    @property
    def ledger(self):
        return self.services.ledger

    def token(self, who="ann", scopes=None, **more):
        return self.ledger.token_create(f"{who}@example.org", "test", PEOPLE[who] if scopes is None else scopes, **more)

    def client(self, who="ann", scopes=None, **more):
        return bearing(self.token(who, scopes, **more))

    def browser(self, who="ann"):
        """Signed in by a link, as a page of this site."""
        found = requests.Session()
        found.headers["Origin"] = self.url
        answer = found.post(f"{self.url}/auth/link/{self.ledger.link_create(f'{who}@example.org')}", allow_redirects=False)
        assert answer.status_code == 303, answer.text
        return found

    def audit(self, **wanted):
        return self.ledger.audit.rows(**{"limit": 100} | wanted)

    def last(self, **wanted):
        return self.audit(limit=1, **wanted)[0]


def bearing(token):
    found = requests.Session()
    found.headers["Authorization"] = f"Bearer {token}"
    return found


@contextlib.contextmanager
def house(folder, files=None, **settings):
    with serve(folder, FILES | (files or {}), SECRET_KEY="a-key-of-the-tests-0123456789", **settings) as (url, services):
        for name, scopes in PEOPLE.items():
            services.ledger.put_user(f"{name}@example.org", name.title(), scopes)
        yield House(url, services, folder)


def commit(client, api, **said):
    """The receipt of a change of staging's web."""
    answer = client.post(f"{api}/commands", json={"verb": "scale", "app": "web", "environment": "staging", "args": {"replicas": 3}} | said)
    assert answer.ok, answer.text
    return answer.json()
