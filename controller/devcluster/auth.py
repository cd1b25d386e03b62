"""Who a token is, and what a viewer may not do. The administrator may do everything."""

import base64
import hmac

from controller.devcluster.errors import ApiError
from controller.devcluster.routes import Request, route

OPEN = ("/version", "/livez", "/readyz", "/healthz")
ANONYMOUS = "system:anonymous"
VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


def identified(tokens, header):
    """The user of a token: "admin", "viewer" or anonymous; 401 for a token nobody knows."""
    if not header:
        return ANONYMOUS
    kind, _, token = header.partition(" ")
    if kind.lower() == "basic":
        token = _password(token)
    for user, known in tokens.items():
        if kind.lower() in ("basic", "bearer") and hmac.compare_digest(token.strip().encode(), known.encode()):
            return user
    raise ApiError(401, "Unauthorized")


def _password(text):
    """Of basic authentication, whose password is a token."""
    try:
        return base64.b64decode(text).decode().partition(":")[2]
    except ValueError:
        return ""


def allowed(api, request: Request):
    """403 for what the user may not."""
    if request.user == "admin" or request.path.rstrip("/") in OPEN or request.path.startswith(tuple(f"{each}/" for each in OPEN)):
        return
    found = route(api, request.path)
    if found is None:
        if request.user == ANONYMOUS:
            raise ApiError(403, f'forbidden: User "{ANONYMOUS}" cannot get path "{request.path}"', **{"name": None})
        return
    reading = request.method in ("GET", "HEAD")
    if request.user == "viewer" and reading and found.resource.key != "secrets":
        return
    raise _forbidden(request, found, VERBS.get(request.method) or ("watch" if request.query.get("watch") else "get" if found.name else "list"))


def _forbidden(request, found, verb):
    resource, group = found.resource, found.resource.group
    name = f'"{found.name}" ' if found.name else ""
    where = f' in the namespace "{found.namespace}"' if found.namespace else " at the cluster scope"
    plural = f"{resource.plural}/{found.subresource}" if found.subresource else resource.plural
    return ApiError(403, f'{resource.plural}{"." + group if group else ""} {name}is forbidden: User "{request.user}" cannot {verb} resource "{plural}" in API group "{group}"{where}',
                    name=found.name, group=group or None, kind=resource.plural)
