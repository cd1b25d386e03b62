"""What apps depend on: every one of them has to be there, and none may wait for itself. Reads a catalog."""

from gitops import values
from gitops.errors import Invalid
from gitops.types import Target


def unmet(catalog, target):
    """The Invalid that names what an app would wait for in vain, with its line, or None."""
    wanted = getattr(target, "depends_on", ())
    if missing := next((each for each in wanted if catalog.needs(each, target.environment) is None), None):
        return _error(catalog, target, missing, "depends_on_unknown", needs=missing)
    if circle := _circle(target.app, lambda app: catalog.needs(app, target.environment) or ()) if wanted else None:
        return _error(catalog, target, circle[1], "depends_on_circle", circle=" -> ".join(circle))
    return None


def allowed(before, after, app, environment):
    """Invalid where a change makes an app wait in vain, be it this one or one that depends on it. What waited so before may be mended step by step."""
    if after.needs(app, environment) is not None:
        error = unmet(after, after.target(app, environment))
        if error and not (before.needs(app, environment) is not None and unmet(before, before.target(app, environment))):
            raise error
    elif left := [each for each in before.targets(environment) if isinstance(each, Target) and app in each.depends_on and each.app != app]:
        first = _error(before, left[0], app, "needed_by", app=app, environment=environment, apps=[each.app for each in left])
        raise first


def _circle(app, needs):
    """The apps from this one around to itself again, or None."""
    paths, seen = [(app,)], set()
    while paths:
        path = paths.pop()
        for name in needs(path[-1]):
            if name == app:
                return *path, app
            if name not in seen:
                seen.add(name)
                paths.append((*path, name))
    return None


def _error(catalog, target, name, code, **details):
    place = "klepaas", "depends_on", target.depends_on.index(name)
    line = values.line_of(catalog.tree.read(target.values_path), place, target.values_path)
    return Invalid(code, path=target.values_path, line=line, **{"app": target.app, "environment": target.environment, **details})
