"""The plans that add a grant to klepaas-access.yaml and take one out of it. Who may, and what, is not decided here."""

from gitops import access, values
from gitops.errors import Invalid, NotFound
from gitops.plans.base import Edit, changed


def grant(desired, command):
    """One entry at the end of `grants`; the file is begun where there is none."""
    kind, subject, role, environments = _asked(command)
    data, there = _read(desired)
    if any(_is(each, kind, subject, role, environments) for each in there.grants):
        return Edit((), _said(command))
    for name in environments:
        desired.catalog.environment(name)
    entry = {kind: subject, "role": role} | ({"environments": list(environments)} if environments else {})
    after = values.dump({"version": 1, "grants": [entry]}).encode() if data is None else values.put(data, ("grants", _end(data)), entry, access.PATH)
    return _edit(data, after, command)


def withdraw(desired, command):
    """The entries that say exactly this, taken out."""
    kind, subject, role, environments = _asked(command)
    data, there = _read(desired)
    found = [number for number, each in enumerate(there.grants) if _is(each, kind, subject, role, environments)]
    if not found:
        raise NotFound("no_such_grant", subject=command.args["subject"], role=role)
    after = data
    for number in reversed(found):
        after = values.put(after, ("grants", number), values.REMOVED, access.PATH)
    return _edit(data, after, command)


def _asked(command):
    kind, _, subject = command.args["subject"].partition(":")
    return kind, subject if kind == "subject" else subject.lower(), command.args["role"], tuple(filter(None, command.args.get("environments", "").split(",")))


def _read(desired):
    data = desired.tree.read(access.PATH)
    found = access.load(desired.tree)
    for problem in found.problems:
        raise Invalid("access_broken", path=problem.path, line=problem.line, detail=problem.message)
    return data, found


def _end(data):
    return len(values.parse(data, access.PATH).get("grants") or ())


def _is(found, kind, subject, role, environments):
    return (found.kind, found.subject, found.role, set(found.environments)) == (kind, subject, role, set(environments))


def _edit(before, after, command):
    for problem in access.read(after).problems:
        raise Invalid("access_broken", path=problem.path, line=problem.line, detail=problem.message)
    return Edit(changed(access.PATH, before, after), _said(command))


def _said(command):
    where = command.args.get("environments")
    return f"{command.args['subject']} {command.args['role']}" + (f" at {where}" if where else "")
