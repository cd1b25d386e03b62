"""Who a request is from, and what its roles let it do. Rules are read from the stored roles and bindings at each request."""

from dataclasses import dataclass

ANONYMOUS, MASTERS, VIEWERS = "system:anonymous", "system:masters", "klepaas:viewers"
GROUP = "rbac.authorization.k8s.io"
SELF = ({"verbs": ["create"], "apiGroups": ["authorization.k8s.io"], "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]},
        {"verbs": ["create"], "apiGroups": ["authentication.k8s.io"], "resources": ["selfsubjectreviews"]})  # of every user: system:basic-user
READ = ("get", "list", "watch")


@dataclass(frozen=True, slots=True)
class User:
    name: str
    groups: tuple = ()
    uid: str = ""


@dataclass(frozen=True, slots=True)
class Attributes:
    """What is asked for: of a resource (`resource` without its subresource), or of a path."""

    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""

    @property
    def plural(self):
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


def service_account(namespace, name, uid=""):
    return User(f"system:serviceaccount:{namespace}:{name}", ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated"), uid)


def allowed(api, user, asked):
    """Why the user may, or None where nothing lets it."""
    if MASTERS in user.groups:
        return ""
    if VIEWERS in user.groups and asked.verb in READ and asked.resource != "secrets":
        return "the viewer reads all but Secrets"
    if "system:authenticated" in user.groups and any(_covers(rule, asked) for rule in SELF):
        return 'RBAC: allowed by ClusterRoleBinding "system:basic-user" of ClusterRole "system:basic-user" to Group "system:authenticated"'
    return next((why for rule, why in _granted(api, user, asked.namespace) if _covers(rule, asked)), None)


def rules(api, user, namespace):
    """The rules that the user has in a namespace, as a SelfSubjectRulesReview lists them."""
    return [*SELF, *(rule for rule, _ in _granted(api, user, namespace))]


def _granted(api, user, namespace):
    """(rule, why) of every binding that names the user."""
    for binding in api.store.list("clusterrolebindings." + GROUP):
        yield from _rules(api, user, binding, "ClusterRoleBinding", binding["metadata"]["name"])
    for binding in api.store.list("rolebindings." + GROUP, namespace) if namespace else ():
        yield from _rules(api, user, binding, "RoleBinding", f"{binding['metadata']['name']}/{namespace}")


def _rules(api, user, binding, kind, shown):
    subject = next((found for each in binding.get("subjects") or () if (found := _names(each, user, binding["metadata"].get("namespace")))), None)
    if subject is None:
        return
    role, inside = binding["roleRef"], binding["metadata"].get("namespace", "")
    found = api.store.get("clusterroles." + GROUP, "", role["name"]) if role["kind"] == "ClusterRole" else api.store.get("roles." + GROUP, inside, role["name"])
    for rule in (found or {}).get("rules") or ():
        yield rule, f'RBAC: allowed by {kind} "{shown}" of {role["kind"]} "{role["name"]}" to {subject}'


def _names(subject, user, namespace):
    """The subject as it is shown, if it is the user or a group of theirs."""
    kind, name = subject["kind"], subject["name"]
    if kind == "ServiceAccount":
        where = subject.get("namespace") or namespace
        return f'ServiceAccount "{name}/{where}"' if user.name == f"system:serviceaccount:{where}:{name}" else None
    return f'{kind} "{name}"' if name == user.name and kind == "User" or name in user.groups and kind == "Group" else None


def _covers(rule, asked):
    if not _any(rule.get("verbs"), asked.verb):
        return False
    if asked.path:
        return any(each == "*" or each == asked.path or each.endswith("*") and asked.path.startswith(each[:-1]) for each in rule.get("nonResourceURLs") or ())
    resources = rule.get("resources") or ()
    resource = "*" in resources or asked.plural in resources or bool(asked.subresource) and f"*/{asked.subresource}" in resources
    return resource and _any(rule.get("apiGroups"), asked.group) and (not rule.get("resourceNames") or asked.name in rule["resourceNames"])


def _any(listed, wanted):
    return bool({"*", wanted} & set(listed or ()))
