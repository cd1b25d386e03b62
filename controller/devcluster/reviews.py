"""Questions about users and rights, which are posted and answered and not kept: access, rules, who one is, whose a token is, a token."""

import re

import orjson

from controller.devcluster import clock, rbac
from controller.devcluster.errors import ApiError, invalid
from controller.devcluster.rbac import Attributes, User

AUTHORIZATION, AUTHENTICATION = "authorization.k8s.io", "authentication.k8s.io"
TOKEN = re.compile(r"/api/v1/namespaces/([^/]+)/serviceaccounts/([^/]+)/token")
LOCAL = re.compile(rf"/apis/{AUTHORIZATION}/v1/namespaces/([^/]+)/localsubjectaccessreviews")
AUDIENCE = "https://kubernetes.default.svc"
SHORTEST = 600  # seconds
HOUR = 3600


def answer(api, tokens, request):
    """The answer to a POST of a review, or None where the path is none."""
    name = request.path.removeprefix(f"/apis/{AUTHORIZATION}/v1/").removeprefix(f"/apis/{AUTHENTICATION}/v1/")
    found, local = TOKEN.fullmatch(request.path), LOCAL.fullmatch(request.path)
    if not found and not local and (name == request.path or name not in ANSWERS):
        return None
    if request.method != "POST":
        raise ApiError(405, "the server does not allow this method on the requested resource", **{"name": None})
    body = _body(request)
    if found:
        return 201, _token(api, tokens, request, body, *found.groups()), []
    return 201, (_subject if local else ANSWERS[name])(api, tokens, request, body), []


def _body(request):
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise ApiError(400, "the body is no JSON") from None
    if not isinstance(body, dict) or not isinstance(body.get("spec") or {}, dict):
        raise ApiError(400, "the body is no review")
    return {**body, "spec": body.get("spec") or {}}


def _whole(request, body, spec, status, subresource="", **metadata):
    """The review as a create answers it: its managers, but nothing that is kept."""
    managed = {"manager": request.manager, "operation": "Update", "apiVersion": body["apiVersion"], "time": clock.now(), "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": _fields(body["spec"])}}
    return {"kind": body["kind"], "apiVersion": body["apiVersion"], "metadata": {**metadata, **({"managedFields": [managed | ({"subresource": subresource} if subresource else {})]} if body["spec"] else {})},
            "spec": spec, "status": status}


def _fields(value):
    return {f"f:{name}": {".": {}, **_fields(each)} if isinstance(each, dict) else {} for name, each in sorted(value.items())}


def _asked(spec):
    """The Attributes of a review; 422 unless it asks for exactly one thing."""
    resource, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if (resource is None) is (path is None):
        message = "Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified"
        raise ApiError(422, f'.{AUTHORIZATION} "" is invalid: spec.resourceAttributes: {message}', group=AUTHORIZATION,
                       causes=[{"reason": "FieldValueInvalid", "message": message, "field": "spec.resourceAttributes"}])
    if path is not None:
        return Attributes(path.get("verb", ""), path=path.get("path", ""))
    return Attributes(*(resource.get(name, "") for name in ("verb", "group", "resource", "subresource", "namespace", "name")))


def _access(api, user, spec):
    why = rbac.allowed(api, user, _asked(spec))
    return {"allowed": why is not None, **({"reason": why} if why else {})}


def _self(api, tokens, request, body):
    return _whole(request, body, _ordered(body["spec"]), _access(api, request.user, body["spec"]))


def _subject(api, tokens, request, body):
    spec = body["spec"]
    return _whole(request, body, _ordered(spec), _access(api, User(spec.get("user", ""), tuple(spec.get("groups") or ())), spec))


def _ordered(spec):
    """As Go writes its struct."""
    found = spec.get("resourceAttributes")
    names = ("namespace", "verb", "group", "version", "resource", "subresource", "name")
    return {**({"resourceAttributes": {name: found[name] for name in names if name in found}} if found else {}), **{name: each for name, each in spec.items() if name != "resourceAttributes"}}


def _rules(api, tokens, request, body):
    found = rbac.rules(api, request.user, body["spec"].get("namespace", ""))
    return {"kind": body["kind"], "apiVersion": body["apiVersion"], "metadata": {}, "spec": {}, "status": {
        "resourceRules": [{name: each[name] for name in ("verbs", "apiGroups", "resources", "resourceNames") if name in each} for each in found if each.get("resources")],
        "nonResourceRules": [{"verbs": ["get"], "nonResourceURLs": ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/"]}], "incomplete": False}}


def _who(api, tokens, request, body):
    user = request.user
    return {"kind": body["kind"], "apiVersion": body["apiVersion"], "metadata": {"creationTimestamp": clock.now()}, "status": {"userInfo": _shown(user)}}


def _shown(user):
    return {"username": user.name, **({"uid": user.uid} if user.uid else {}), "groups": list(user.groups)}


def _whose(api, tokens, request, body):
    user = tokens.user(str(body["spec"].get("token", "")))
    status = {"authenticated": True, "user": _shown(user), "audiences": [AUDIENCE]} if user else {"user": {}, "error": "invalid bearer token"}
    return _whole(request, body, body["spec"], status)


def _token(api, tokens, request, body, namespace, name):
    account, spec = api.get(api.resources["serviceaccounts"], namespace, name), body["spec"]
    seconds = spec.get("expirationSeconds", HOUR)
    if not isinstance(seconds, int) or seconds < SHORTEST:
        causes = [("FieldValueInvalid", f"Invalid value: {seconds}: may not specify a duration less than 10 minutes", "spec.expirationSeconds")]
        raise invalid(_TokenRequest, "", causes)
    metadata = account["metadata"]
    token = tokens.make(rbac.service_account(namespace, name, metadata["uid"]), seconds)
    return _whole(request, body, {"audiences": [AUDIENCE], "expirationSeconds": seconds, "boundObjectRef": None}, {"token": token, "expirationTimestamp": clock.later(seconds)}, "token",
                  **{each: metadata[each] for each in ("name", "namespace", "uid")}, creationTimestamp=clock.now())


class _TokenRequest:
    """As much of a resource as a refusal names."""

    group, kind = AUTHENTICATION, "TokenRequest"


ANSWERS = {"selfsubjectaccessreviews": _self, "subjectaccessreviews": _subject, "selfsubjectrulesreviews": _rules, "selfsubjectreviews": _who, "tokenreviews": _whose}
