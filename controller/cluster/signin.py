"""Signing in to clusters by a program that the operator's kubeconfig names (exec): NKS's, GKE's, anybody's. Never one that git names.

https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins. The Kubernetes client's own way knows no deadline, runs
it once for each thread and goes on without a credential where it fails.
"""

import os
import shutil
import subprocess
import threading
import time
from datetime import datetime
from pathlib import Path

import orjson

from gitops.errors import Unavailable
from gitops.git import run
from gitops.outside import gcp, http, ncp

DEADLINE = 30  # seconds it may take
EARLY = 60     # seconds before its end a token is replaced
LASTS = 240    # seconds one is kept that does not say how long it lives; NKS's are good for five minutes
INFO = "KUBERNETES_EXEC_INFO"
GKE, NKS = "gke-gcloud-auth-plugin", "ncp-iam-authenticator"


class Plugin:
    """One user of a kubeconfig. Thread-safe: one run serves all who wait for it. `settings` give the clouds' programs what they need."""

    def __init__(self, given, folder, cluster=None, settings=None):
        self.given, self.folder, self.cluster, self.settings = given, folder, cluster, settings
        self.lock, self.kept, self.until = threading.Lock(), None, 0.0

    def token(self):
        return self.credential()["token"]

    def credential(self):
        """The status of what it answered, while it lasts. Unavailable says why there is none."""
        with self.lock:
            if self.kept is None or time.time() > self.until:
                self.kept, self.until = self._fresh()
            return self.kept

    def forget(self, token):
        """The cluster does not take this token: the next one is asked for."""
        with self.lock:
            if self.kept is not None and self.kept.get("token") == token:
                self.kept = None

    def _fresh(self):
        if self._program() is None and self._name in (GKE, NKS):
            return self._without()
        found = self._answered(self._said())
        return found, _end(found.get("expirationTimestamp")) - EARLY if found.get("expirationTimestamp") else time.time() + LASTS

    def _without(self):
        """What the clouds' own programs would answer, where they are not installed."""
        if self._name == GKE:
            return {"token": gcp.token(getattr(self.settings, "google_application_credentials", None))}, 0.0  # which keeps it itself
        words = [part for each in self.given.get("args") or () for part in str(each).split("=", 1)]
        cluster, region = (words[words.index(name) + 1] if name in words[:-1] else None for name in ("--clusterUuid", "--region"))
        if self.settings is None or ncp.needs(self.settings) or cluster is None or region is None:
            raise self._failed("is not installed")
        return {"token": ncp.cluster_token(self.settings, cluster, region)}, time.time() + LASTS

    @property
    def _name(self):
        return Path(str(self.given.get("command"))).name

    def _program(self):
        """The path of the program: a name is looked for on PATH, a relative path beside the kubeconfig; None where it is not."""
        command = str(self.given.get("command"))
        return shutil.which(str(Path(self.folder or ".", command)) if "/" in command else command)

    def _said(self):
        program = self._program()
        if program is None:
            raise self._failed("is not installed")
        words = [program, *map(str, self.given.get("args") or ())]
        with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.folder or None, env=self._environment(), start_new_session=True) as process:
            try:
                out, err = process.communicate(timeout=DEADLINE)
            except subprocess.TimeoutExpired:
                run.end(process)
                raise self._failed(f"took longer than {DEADLINE} s") from None
        if process.returncode:
            raise self._failed(f"ended with {process.returncode}: {run.one_line(err.decode('utf-8', 'replace'), self._secrets())[:200]}")
        return out

    def _environment(self):
        info = {"apiVersion": self.given.get("apiVersion"), "kind": "ExecCredential", "spec": {"interactive": False, **({"cluster": self.cluster} if self.given.get("provideClusterInfo") else {})}}
        own = {each["name"]: str(each["value"]) for each in self.given.get("env") or ()}
        return {**self._clouds(), **os.environ, **own, INFO: orjson.dumps(info).decode()}

    def _secrets(self):
        return tuple(filter(None, (getattr(self.settings, "ncp_secret_key", None), *(str(each["value"]) for each in self.given.get("env") or ()))))

    def _clouds(self):
        """What NKS's program signs its token with, under its own names."""
        settings = self.settings
        if self._name != NKS or settings is None or not settings.ncp_access_key:
            return {}
        return {"NCLOUD_ACCESS_KEY": settings.ncp_access_key, "NCLOUD_SECRET_KEY": settings.ncp_secret_key or "", "NCLOUD_API_GW": http.of_service(settings, "NCP_API_URL", "ncloud")}

    def _answered(self, out):
        try:
            found = orjson.loads(out)
            kind, status = (found["kind"], found["apiVersion"]), found["status"]
            usable = isinstance(status.get("token") or status.get("clientCertificateData"), str)
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
            usable = False
        if not usable or kind != ("ExecCredential", self.given.get("apiVersion")):
            raise self._failed("answered what is no credential")
        return status

    def _failed(self, why):
        return Unavailable("cluster_signin", detail=f"{str(self.given.get('command'))[:100]} {why}")


def _end(text):
    try:
        return datetime.fromisoformat(text).timestamp()
    except (TypeError, ValueError):
        return time.time()
