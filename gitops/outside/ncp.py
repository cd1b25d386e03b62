"""Naver Cloud Platform: signed requests of its services and what their answers mean. https://api.ncloud-docs.com/docs/common-ncpapi

Must not know what a service does: that is its module's.
"""

import base64
import hashlib
import hmac
import time
from functools import partial

import orjson

from gitops.errors import Invalid, Unavailable
from gitops.outside import http
from gitops.outside.refusals import about

NEEDED = ("NCP_ACCESS_KEY", "NCP_SECRET_KEY")
CLUSTER_TOKEN = "k8s-ncp-v1."  # begins what NKS takes for a token: a signed request for who we are, which it makes itself
DENIED = "210"  # of its codes the one that its status does not say: 401 is who is not known (200) and who may not


def needs(settings):
    """The settings that are missing before it can be used."""
    return [name for name in NEEDED if not getattr(settings, name.lower())]


def status(settings):
    """That a signed request is answered, asked of SourceBuild."""
    ask(settings, "sourcebuild", "GET", "api/v1/project", "status", params={"pageNo": 1, "pageSize": 1})
    return "answers"


def login(settings):
    """(user, password) at its Container Registry, or None without keys."""
    return None if needs(settings) else (settings.ncp_access_key, settings.ncp_secret_key)


def cluster_token(settings, cluster, region):
    """A token for a cluster of NKS, as its own program makes it: good for five minutes."""
    stage = "v1" if region in ("", "KR") or region.startswith("F") or "CS" in region else f"{region.lower()}-v1"
    path = f"/iam/{stage}/user?clusterUuid={cluster}"
    signed = _signed(settings.ncp_access_key, settings.ncp_secret_key, "GET", path)
    claim = {"timestamp": signed["x-ncp-apigw-timestamp"], "accessKey": settings.ncp_access_key, "signature": signed["x-ncp-apigw-signature-v2"], "path": path}
    return CLUSTER_TOKEN + base64.b64encode(orjson.dumps(claim)).decode()


def ask(settings, service, method, path, operation, **more):
    """The `result` that a service answers."""
    provider = _provider(settings, service)
    body = http.ask(provider, method, path, operation, **more).body
    if not isinstance(body, dict) or not isinstance(body.get("result"), dict):
        raise Unavailable("provider_no_json", **about(provider, operation, "internal"))
    return body["result"]


def _provider(settings, service):
    missing = needs(settings)
    if missing:
        raise Invalid("not_configured", what="Naver Cloud Platform", setting=", ".join(missing))
    key, secret = settings.ncp_access_key, settings.ncp_secret_key
    headers = {"x-ncp-iam-access-key": key, "x-ncp-region_code": settings.ncp_region}
    return http.Provider(f"ncp {service}", http.of_service(settings, "NCP_API_URL", service), headers, (secret,), sign=partial(_signed, key, secret), meant=_meant)


def _signed(key, secret, method, path):
    """Made anew for each attempt: the gateway takes a timestamp for five minutes."""
    stamp = str(int(time.time() * 1000))
    digest = hmac.new(secret.encode(), f"{method} {path}\n{stamp}\n{key}".encode(), hashlib.sha256).digest()
    return {"x-ncp-apigw-timestamp": stamp, "x-ncp-apigw-signature-v2": base64.b64encode(digest).decode()}


def _meant(status, data):
    try:
        return 403 if status == 401 and str(orjson.loads(data)["error"]["errorCode"]) == DENIED else status
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return status
