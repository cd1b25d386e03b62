"""Speaking to a Kubernetes API server: plain dicts in and out. The owner of the Kubernetes client.

The client's package reads kubeconfigs and signs in; requests go through its connection pool directly, with orjson, because
typed models drop fields they do not know and cost ten times the time (measured on lists of 1,000).
"""

import contextlib
import copy
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlencode

import orjson
import urllib3
from kubernetes import client, config
from kubernetes.config import kube_config
from kubernetes.config.config_exception import ConfigException

from controller import metrics
from controller.cluster import answers, discovery, signin
from controller.cluster.answers import Expired
from gitops.errors import NotFound, Timeout, Unavailable

MANAGER = "klepaas"
APPLY, MERGE = "application/apply-patch+yaml", "application/merge-patch+json"
PARTIAL = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
CONNECT, READ, POOL, PAGE = 5, 30, 48, 500
SIGNED = 1.0  # seconds
_LOG = "/api/v1/namespaces/{}/pods/{}/log"
QUIET = 3600  # seconds that a followed container may say nothing


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind as discovery lists it."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool
    short: tuple = ()

    @property
    def api_version(self):
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace=None, name=None, subresource=None):
        parts = ["apis", self.group, self.version] if self.group else ["api", self.version]
        parts += ["namespaces", namespace] if self.namespaced and namespace else []
        return "/" + "/".join([*parts, self.plural, *([name] if name else []), *([subresource] if subresource else [])])


class Kube:
    """One cluster through one kubeconfig context (None: the current one; no kubeconfig: in-cluster). Thread-safe. `settings`: of the clouds, for who signs in by them."""

    def __init__(self, kubeconfig=None, context=None, settings=None):
        self.configuration = client.Configuration()
        self.configuration.connection_pool_maxsize = POOL
        self.configuration.retries = False
        self.plugin = _load(self.configuration, kubeconfig, context, settings)
        self.pool = client.ApiClient(self.configuration).rest_client.pool_manager
        self.kinds, self.guard = None, threading.Lock()
        self.signed, self.acting = (0.0, {}), {}  # until when the headers that sign in are taken as they are, monotonic; as whom it acts

    def acting_as(self, namespace, account):
        """This cluster as a service account of a namespace: it may do what that one may."""
        other = copy.copy(self)
        groups = "system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated"
        other.acting = {"impersonate-user": f"system:serviceaccount:{namespace}:{account}", "impersonate-group": groups}
        return other

    def request(self, method, path, query=None, body=None, content_type="application/json", accept="application/json", raw=False, timeout=READ):
        """The answer as a dict (or bytes); errors are ours, transient where trying again may help."""
        status, headers, data = self.exchange(method, path, query, body, content_type, accept, timeout)
        if status >= 400:
            raise answers.refusal(status, headers, data)
        return data if raw else answers.read(data)

    def exchange(self, method, path, query=None, body=None, content_type="application/json", accept="application/json", timeout=READ):
        """(status, headers, bytes); Unavailable when the server cannot be reached."""
        data = orjson.dumps(body) if body is not None and not isinstance(body, bytes) else body
        sent = method, self._url(path, query), data, content_type, accept, urllib3.Timeout(connect=CONNECT, read=timeout), True
        response = self._send(*sent)
        if response.status == 401 and self._signed_out():
            response = self._send(*sent)
        return response.status, response.headers, response.data

    def _url(self, path, query):
        encoded = urlencode(query) if query else ""
        return f"{self.configuration.host}{path}{'?' + encoded if encoded else ''}"

    def _send(self, method, url, data, content_type, accept, timeout, preload):
        headers = {"accept": accept, "user-agent": "klepaas", **({"content-type": content_type} if data is not None else {}), **self._credentials()}
        if self.acting:
            headers = _acting(headers, self.acting)
        try:
            return metrics.asked(self.pool.request, method, url, body=data, headers=headers, timeout=timeout, preload_content=preload, retries=False)
        except urllib3.exceptions.NewConnectionError as error:
            raise Unavailable("cluster_unavailable", detail=type(error).__name__) from None
        except urllib3.exceptions.TimeoutError:
            raise Timeout("cluster_timeout", seconds=timeout.read_timeout) from None
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable("cluster_unavailable", detail=type(error).__name__) from None

    def _signed_out(self):
        """Whether another token may be had than the one that was refused."""
        if self.plugin is None:
            return False
        self.plugin.forget(self.signed[1].get("authorization", "").removeprefix("Bearer "))
        self.signed = 0.0, {}
        return True

    def _credentials(self):
        """The headers that sign in; asked for every second, since a token may be renewed."""
        until, headers = self.signed
        if time.monotonic() > until and self.plugin is not None:
            headers = {"authorization": f"Bearer {self.plugin.token()}"}
            self.signed = time.monotonic() + SIGNED, headers
        elif time.monotonic() > until:
            headers = {each["key"]: each["value"] for each in self.configuration.auth_settings().values() if each["in"] == "header" and each.get("value")}
            self.signed = time.monotonic() + SIGNED, headers
        return headers

    # --- discovery -------------------------------------------------------------------------------------------------

    def discover(self, again=False):
        """Every kind that can be listed: (group, kind) -> Kind, of the version the server prefers."""
        with self.guard:
            if self.kinds is None or again:
                found = [Kind(*each) for each in discovery.resources(lambda path, accept, timeout: self.request("GET", path, accept=accept, timeout=timeout))]
                self.kinds = {(kind.group, kind.kind): kind for kind in reversed(found)}
            return self.kinds

    def kind(self, group, kind):
        """The Kind; discovery is asked again for one it does not know. NotFound where the cluster has none."""
        found = self.discover().get((group, kind)) or self.discover(again=True).get((group, kind))
        if found is None:
            raise NotFound("unknown_kind", kind=kind, group=group or "core")
        return found

    def kind_named(self, word):
        """The Kind that a person calls so: kind, plural, singular or short name, with `.group` where needed."""
        wanted, _, group = word.lower().partition(".")
        for kind in sorted(self.discover().values(), key=lambda each: (each.group != "", "." in each.group, each.group)):
            if wanted in (kind.kind.lower(), kind.plural, *kind.short) and (not group or kind.group == group):
                return kind
        raise NotFound("unknown_kind", kind=word[:80], group="*")

    # --- objects ---------------------------------------------------------------------------------------------------

    def get(self, kind, namespace, name, timeout=READ):
        """The object, or None."""
        try:
            return self.request("GET", kind.path(namespace, name), timeout=timeout)
        except NotFound:
            return None

    def list(self, kind, namespace=None, labels=None, fields=None, partial=False, query=None):
        """(items, resourceVersion), read in pages."""
        items, more = [], {"limit": PAGE, **({"labelSelector": labels} if labels else {}), **({"fieldSelector": fields} if fields else {}), **(query or {})}
        while True:
            page = self.request("GET", kind.path(namespace), more, accept=PARTIAL if partial else "application/json")
            items += [{"apiVersion": kind.api_version, "kind": kind.kind, **each} for each in page.get("items") or ()]
            if not page["metadata"].get("continue"):
                return items, page["metadata"].get("resourceVersion", "")
            more["continue"] = page["metadata"]["continue"]

    def apply(self, kind, obj, force, dry=False):
        """Server-side apply as `klepaas`; (object, whether it was created)."""
        metadata = obj["metadata"]
        query = {"fieldManager": MANAGER, "force": "true" if force else "false", **({"dryRun": "All"} if dry else {})}
        path = kind.path(metadata.get("namespace"), metadata["name"])
        status, headers, data = self.exchange("PATCH", path, query, obj, APPLY)
        if status >= 400:
            raise answers.refusal(status, headers, data, kind.kind, metadata["name"])
        return answers.read(data), status == 201

    def delete(self, kind, obj):
        """Delete this very object: another of its name, or a newer one, is not touched. Gone already is well.

        The object where it stays for now (finalizers, a grace period), else None.
        """
        metadata = obj["metadata"]
        body = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background",
                "preconditions": {"uid": metadata["uid"], "resourceVersion": metadata["resourceVersion"]}}
        try:
            answer = self.request("DELETE", kind.path(metadata.get("namespace"), metadata["name"]), body=body)
        except NotFound:
            return None
        return {"apiVersion": kind.api_version, "kind": kind.kind, **answer} if "deletionTimestamp" in (answer.get("metadata") or {}) else None

    def watch(self, kind, namespace, version, stopped, seconds=300):
        """Yields (type, object) from a version on; ends when the server ends it. Expired when the version is too old."""
        query = {"watch": "true", "resourceVersion": version, "allowWatchBookmarks": "true", "timeoutSeconds": seconds}
        response = self._send("GET", self._url(kind.path(namespace), query), None, None, "application/json", urllib3.Timeout(connect=CONNECT, read=seconds + 10), False)
        try:
            if response.status >= 400:
                raise Expired if response.status == 410 else answers.refusal(response.status, response.headers, response.read())
            yield from self._events(response, stopped)
        except (urllib3.exceptions.HTTPError, OSError):
            return  # the connection ended: watch again from the last version
        finally:
            response.close()

    def _events(self, response, stopped):
        rest = b""
        while not stopped.is_set():
            chunk = response.read1(1 << 16)
            if not chunk:
                return
            *lines, rest = (rest + chunk).split(b"\n")
            for line in filter(None, lines):
                yield answers.event(line)

    def logs(self, namespace, pod, lines, container=None, previous=False):
        """The last lines a container said, as text lines."""
        query = {"tailLines": lines, **({"container": container} if container else {}), **({"previous": "true"} if previous else {})}
        return self.request("GET", _LOG.format(namespace, pod), query, raw=True).decode("utf-8", "replace").splitlines()

    def follow(self, namespace, pod, container, **query):
        """The response that goes on with what a container says, each line behind its time. Whoever asked closes it."""
        query = {"follow": "true", "timestamps": "true", "container": container, **query}
        response = self._send("GET", self._url(_LOG.format(namespace, pod), query), None, None, "*/*", urllib3.Timeout(connect=CONNECT, read=QUIET), False)
        if response.status < 400:
            return response
        with contextlib.closing(response):
            raise answers.refusal(response.status, response.headers, response.read())

    def version(self):
        return self.request("GET", "/version")["gitVersion"]

    def offers(self):
        """(version, kinds as GROUP/VERSION/KIND and their GROUP/VERSION), as Helm's Capabilities have them."""
        kinds = self.discover().values()
        return self.version(), tuple(sorted({each.api_version for each in kinds} | {f"{each.api_version}/{each.kind}" for each in kinds}))


def _acting(headers, acting):
    """A header a group: joined by commas they would be one group of that name."""
    found = urllib3.HTTPHeaderDict(headers | {"impersonate-user": acting["impersonate-user"]})
    for group in acting["impersonate-group"]:
        found.add("impersonate-group", group)
    return found


class _Loader(kube_config.KubeConfigLoader):
    """The client's, but for how an exec plugin is run: see controller/cluster/signin. `plugin` is the one that gives tokens."""

    settings = plugin = None

    def _load_from_exec_plugin(self):
        if "exec" not in self._user:
            return None
        found = signin.Plugin(self._user["exec"].value, self._get_base_path(self._cluster.path), self._cluster.value, self.settings)
        if "token" not in found.credential():
            return super()._load_from_exec_plugin()  # certificates: files, read once
        self.plugin = found
        return True


def _load(configuration, kubeconfig, context, settings):
    """The signin.Plugin of the context's user, if it has one."""
    try:
        if kubeconfig is None and context is None:
            try:
                config.load_incluster_config(configuration)
                return None
            except ConfigException:
                pass  # not inside a cluster: the usual kubeconfig
        found = kube_config.KubeConfigMerger(kubeconfig or kube_config.KUBE_CONFIG_DEFAULT_LOCATION)
        if found.config is None:
            raise ConfigException("there is no kubeconfig")
        loader = _Loader(config_dict=found.config, active_context=context, config_persister=found.save_changes)
        loader.settings = settings
        loader.load_and_set(configuration)
        return loader.plugin
    except (ConfigException, OSError) as error:
        raise Unavailable("no_cluster", detail=str(error)[:200]) from None


_clusters, _guard = {}, threading.Lock()


def connect(kubeconfig, context=None, account=None, settings=None):
    """The Kube of a context, one a process; as a service account (namespace, name) where one is given. Made outside the lock: who signs in by a program may take long."""
    key, acting = (kubeconfig, context, None), (kubeconfig, context, account)
    made = _clusters.get(key) or Kube(kubeconfig, context, settings)
    with _guard:
        found = _clusters.setdefault(key, made)
        if acting not in _clusters:
            _clusters[acting] = found.acting_as(*account)
        return _clusters[acting]


def backoff(attempt, least=1.0, most=300.0):
    """Seconds to wait after the attempt-th failure, jittered so that many do not come at once."""
    spread = 0.8 + (time.monotonic_ns() % 1000) / 2500
    return min(least * 2 ** min(attempt, 16), most) * spread
