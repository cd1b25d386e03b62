"""A door before the embedded cluster that lets through what a service account's Roles and ClusterRoles allow, as RBAC does; 403 for the rest."""

import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import requests

from tests.devcluster.cluster import TOKEN

VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


@dataclass(frozen=True)
class Request:
    """What RBAC decides on."""

    verb: str
    group: str
    resource: str
    namespace: str | None
    name: str | None


class Gatekeeper:
    """`refused` and `seen` are the Requests so far; None in place of one that is no resource (discovery, version)."""

    def __init__(self, cluster, objects, account):
        self.cluster, self.refused, self.seen = cluster, [], []
        self.rules = list(_rules(objects, account))
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Door", (Door,), {"keeper": self}))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def kubeconfig(self, path):
        path.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "it", "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
            "clusters": [{"name": "it", "cluster": {"server": f"http://127.0.0.1:{self.server.server_port}"}}], "users": [{"name": "it", "user": {"token": "any"}}]}))
        return str(path)

    def allows(self, method, target):
        found = read(method, target)
        if found is None:
            return True
        self.seen.append(found)
        # what an apply makes, it must be allowed to create: RBAC asks both
        wanted = [found] if found.verb != "patch" or self._there(target) else [found, Request("create", found.group, found.resource, found.namespace, None)]
        allowed = all(any(_covers(rule, namespace, each) for namespace, rule in self.rules) for each in wanted)
        if not allowed:
            self.refused.append(found)
        return allowed

    def _there(self, target):
        return self.cluster.ask("GET", target.partition("?")[0]).ok

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Door(BaseHTTPRequestHandler):
    keeper = None

    def _pass(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
        if not self.keeper.allows(self.command, self.path):
            return self._refuse()
        headers = {name: self.headers[name] for name in ("Accept", "Content-Type") if self.headers[name]} | {"Authorization": f"Bearer {TOKEN}", "Accept-Encoding": "identity"}
        with requests.request(self.command, self.keeper.cluster.url + self.path, data=body, headers=headers, stream=True, timeout=400) as answer:
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
            self.end_headers()
            for chunk in answer.iter_content(None):
                self.wfile.write(chunk)
                self.wfile.flush()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass

    def _refuse(self):
        body = json.dumps({"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Forbidden", "code": 403, "message": f"{self.command} {self.path} is forbidden"}).encode()
        self.send_response(403)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing is said."""

    def handle(self):
        try:
            super().handle()
        except (OSError, requests.RequestException):
            self.close_connection = True  # a watch whose reader or server went away


def read(method, target):
    """The Request of a method and a path; None for what is no resource."""
    where = urlsplit(target)
    parts = where.path.strip("/").split("/")
    if parts[0] not in ("api", "apis") or len(parts) < (3 if parts[0] == "api" else 4):
        return None
    group, rest = ("", parts[2:]) if parts[0] == "api" else (parts[1], parts[3:])
    namespace = None
    if rest[0] == "namespaces" and len(rest) > 2:
        namespace, rest = rest[1], rest[2:]
    resource, name = "/".join([rest[0], *rest[2:]]), rest[1] if len(rest) > 1 else None
    reading = "watch" if parse_qs(where.query).get("watch") == ["true"] else "get" if name else "list"
    return Request(VERBS.get(method, reading), group, resource, namespace, name)


def _rules(objects, account):
    """(namespace or None for everywhere, rule) of every binding of the account."""
    named = {(each["kind"], each["metadata"].get("namespace"), each["metadata"]["name"]): each for each in objects}
    for each in objects:
        if each["kind"] in ("RoleBinding", "ClusterRoleBinding") and any(subject["name"] == account for subject in each["subjects"]):
            namespace = each["metadata"].get("namespace")
            role = named[each["roleRef"]["kind"], namespace if each["roleRef"]["kind"] == "Role" else None, each["roleRef"]["name"]]
            yield from ((namespace, rule) for rule in role["rules"])


def _covers(rule, namespace, request):
    return namespace in (None, request.namespace) and request.group in rule["apiGroups"] and request.resource in rule["resources"] and request.verb in rule["verbs"] \
        and ("resourceNames" not in rule or request.name in rule["resourceNames"])
