"""Who a request is from: a token, and perhaps somebody it impersonates; and the refusal of what they may not do."""

import base64
import hmac
import secrets
import time
from urllib.parse import unquote

from controller.devcluster import rbac
from controller.devcluster.errors import ApiError
from controller.devcluster.rbac import ANONYMOUS, Attributes, User

OPEN = ("/version", "/livez", "/readyz", "/healthz")
DISCOVERED = ("/api", "/apis", "/openapi")  # every user may read what there is
VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
USERS = {"admin": User("admin", (rbac.MASTERS, "system:authenticated")), "viewer": User("viewer", (rbac.VIEWERS, "system:authenticated"))}
AS_USER, AS_GROUP = "impersonate-user", "impersonate-group"


class Tokens:
    """The tokens of the kubeconfigs, and those of service accounts made while it runs."""

    def __init__(self, known):
        self.known, self.made = {token: USERS[name] for name, token in known.items()}, {}

    def make(self, user, seconds):
        token = secrets.token_urlsafe(32)
        self.made[token] = user, time.time() + seconds
        return token

    def user(self, token):
        """The User of a token, or None."""
        for known, user in self.known.items():
            if hmac.compare_digest(token.encode(), known.encode()):
                return user
        user, until = self.made.get(token, (None, 0))
        return user if until > time.time() else None


def identified(api, tokens, request):
    """The User that a request is from; 401 for a token nobody knows, 403 for who may not act as the one it names."""
    user = _signed_in(tokens, request.headers.get("authorization", ""))
    name, groups = request.headers.get(AS_USER), tuple(filter(None, request.headers.get(AS_GROUP, "").split("\n")))
    if name:
        return _impersonated(api, user, name, groups)
    if groups:
        listed = ", ".join(f'"{each}"' for each in groups)
        raise ApiError(400, f'requested &user.DefaultInfo{{Name:"", UID:"", Groups:[]string{{{listed}}}, Extra:map[string][]string(nil)}} without impersonating a user name')
    return user


def _signed_in(tokens, header):
    if not header:
        return User(ANONYMOUS, ("system:unauthenticated",))
    kind, _, token = header.partition(" ")
    if kind.lower() in ("basic", "bearer") and (user := tokens.user((_password(token) if kind.lower() == "basic" else token).strip())):
        return user
    raise ApiError(401, "Unauthorized")


def _password(text):
    """Of basic authentication, whose password is a token."""
    try:
        return base64.b64decode(text).decode().partition(":")[2]
    except ValueError:
        return ""


def _impersonated(api, user, name, groups):
    parts = name.split(":")
    if len(parts) == 4 and parts[:2] == ["system", "serviceaccount"]:
        wanted = Attributes("impersonate", "", "serviceaccounts", namespace=parts[2], name=parts[3])
        groups = groups or rbac.service_account(*parts[2:]).groups
    else:
        wanted = Attributes("impersonate", "", "users", name=name)
    for each in (wanted, *(Attributes("impersonate", "", "groups", name=group) for group in groups if not group.startswith("system:serviceaccounts") and group != "system:authenticated")):
        if rbac.allowed(api, user, each) is None:
            raise _forbidden(user, each)
    every = groups if "system:authenticated" in groups or name == ANONYMOUS else (*groups, "system:authenticated")
    return User(name, every)


def check(api, request):
    """403 for what the user may not."""
    if rbac.MASTERS in request.user.groups:
        return
    path = request.path.rstrip("/")
    if path in OPEN or path.startswith(tuple(f"{each}/" for each in OPEN)):
        return
    asked = attributes(request)
    if asked.path:
        if request.user.name == ANONYMOUS or asked.verb != "get" or not path.startswith(DISCOVERED):
            if rbac.allowed(api, request.user, asked) is None:
                raise ApiError(403, f'forbidden: User "{request.user.name}" cannot {asked.verb} path "{request.path}"', **{"name": None})
    elif rbac.allowed(api, request.user, asked) is None:
        raise _forbidden(request.user, asked)


def attributes(request):
    """What a request asks for, by its path alone: whether there is such a resource is nobody's business who may not ask."""
    parts = [unquote(part) for part in request.path.strip("/").split("/")]
    rest = parts[2:] if parts[0] == "api" else parts[3:]
    if parts[0] not in ("api", "apis") or not rest:
        return Attributes(VERBS.get(request.method, "get"), path=request.path)
    group, namespace = parts[1] if parts[0] == "apis" else "", ""
    if rest[0] == "namespaces" and len(rest) > 1:
        namespace = rest[1]
        if len(rest) > 2 and rest[2] not in ("status", "finalize"):
            rest = rest[2:]
    resource, name, subresource = (*rest, "", "", "")[:3]
    return Attributes(_verb(request, name), group, resource, subresource, namespace, name)


def _verb(request, name):
    if request.method in ("GET", "HEAD"):
        return "get" if name else "watch" if request.query.get("watch") in ("true", "1") else "list"
    return "deletecollection" if request.method == "DELETE" and not name else VERBS.get(request.method, "get")


def _forbidden(user, asked):
    name = f'"{asked.name}" ' if asked.name else ""
    where = f' in the namespace "{asked.namespace}"' if asked.namespace else " at the cluster scope"
    return ApiError(403, f'{asked.resource}{"." + asked.group if asked.group else ""} {name}is forbidden: User "{user.name}" cannot {asked.verb} resource "{asked.plural}" in API group "{asked.group}"{where}',
                    name=asked.name or None, group=asked.group or None, kind=asked.resource)
