"""Which apps and environments a revision of the config repository has, and where each app's files are.

Never raises for a bad file while loading: `problems` says what is wrong, and the other apps go on.
"""

import difflib
import re
from functools import cached_property, lru_cache

from gitops import contract, values
from gitops.errors import Invalid, KlepaasError, NotFound
from gitops.types import App, Environment, Problem, Target

CONFIG = "klepaas.yaml"
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
PATTERN = "values/{environment}/{app}.yaml"
FLAT = (("charts/common-chart/values", "charts/common-chart"), ("values", None))  # layouts without klepaas.yaml: <app>-values.yaml
SUFFIX = "-values.yaml"
DEFAULT = Environment("default", "default")


def load(tree):
    """The Catalog of a tree; cheap when the files it depends on are the same as before."""
    return Catalog(tree, _config(tree.id(CONFIG), tree))


def _config(blob, tree):
    """The parsed klepaas.yaml, remembered by its blob's id."""
    found = _CONFIGS.get(blob)
    if found is None:
        found = _CONFIGS[blob] = contract.read(tree.read(CONFIG), CONFIG) if blob else contract.Config()
        while len(_CONFIGS) > 64:
            _CONFIGS.pop(next(iter(_CONFIGS)))
    return found


_CONFIGS = {}


class Catalog:
    """See the module. Everything but `problems` of klepaas.yaml itself is found when asked for."""

    def __init__(self, tree, config):
        self.tree, self.config = tree, config
        self.name, self.document = config.name, config.document

    @property
    def problems(self):
        return self.config.problems

    @property
    def keys(self):
        return self.config.keys

    @cached_property
    def _layout(self):
        """(pattern, default chart, environments) as klepaas.yaml says, or as the folders say without one."""
        if self.config.document is not None:
            return self.config.values or PATTERN, self.config.chart, self.config.environments
        for folder, chart in FLAT:
            if any(entry.kind == "file" and entry.name.endswith(SUFFIX) for entry in self.tree.names(folder)):
                return f"{folder}/{{app}}{SUFFIX}", chart, {DEFAULT.name: DEFAULT}
        names = sorted({entry.name for top in ("values", "manifests") for entry in self.tree.names(top) if entry.kind == "folder" and LABEL.fullmatch(entry.name)})
        return PATTERN, None, {name: Environment(name, name, order) for order, name in enumerate(names)}

    @property
    def environments(self):
        return self._layout[2]

    @property
    def first(self):
        if not self.environments:
            problem = self.problems[0] if self.problems else None
            raise Invalid("config_broken", path=CONFIG, line=problem and problem.line, detail=problem.message if problem else "no environments")
        return next(iter(self.environments.values()))

    @cached_property
    def _found(self):
        """app -> {environment -> (values path or None, manifests path or None)}, in the environments' order."""
        found = {}
        for name in self.environments:
            for app, paths in _apps_of(self.tree, self._layout[0], name).items():
                found.setdefault(app, {})[name] = paths
        return found

    @property
    def app_names(self):
        return tuple(sorted(self._found))

    def environment(self, name=None):
        """The environment of that name, the first without one; NotFound names those there are."""
        if name is None or not self.environments:
            return self.first
        if name not in self.environments:
            raise NotFound("unknown_environment", environment=name, choices=list(self.environments) or ["-"])
        return self.environments[name]

    def values_path(self, app, environment):
        return self._layout[0].format(app=app, environment=self.environment(environment).name)

    def app(self, name):
        """The App with its targets; NotFound with the closest names."""
        return App(name, {environment: self.target(name, environment) for environment in self._places(name)})

    def environments_of(self, name):
        return tuple(self._places(name))

    def _places(self, name):
        if name not in self._found:
            choices = difflib.get_close_matches(name, self._found, 5) or list(self.app_names[:10]) or ["-"]
            raise NotFound("unknown_app", app=name, choices=choices)
        return self._found[name]

    def target(self, app, environment):
        """One app in one environment, its `klepaas:` section read. Invalid where that or klepaas.yaml is broken."""
        self.environment(environment)
        places = self._places(app)
        if environment not in places:
            raise NotFound("app_not_in_environment", app=app, environment=environment, choices=list(places))
        return self._target(app, environment, *places[environment])

    def _target(self, app, environment, values_path, manifests_path):
        if values_path is None:
            return Target(app, environment, "manifests", None, manifests_path, keys=self.keys)
        section = _section(self.tree.id(values_path), self.tree, values_path)
        return Target(app, environment, "chart", values_path, None, section.get("chart", self._layout[1]),
                      {**self.keys, **section.get("keys", {})}, *(section.get(name, default) for name, default in contract.SECTION_DEFAULTS.items()))

    def targets(self, environment=None):
        """Every Target, or the Problem that stands in its place."""
        for app, places in sorted(self._found.items()):
            for name, paths in places.items():
                if environment in (None, name):
                    yield self._target_or_problem(app, name, paths)

    def _target_or_problem(self, app, environment, paths):
        try:
            return self._target(app, environment, *paths)
        except KlepaasError as error:
            return Problem(error.path or paths[0] or paths[1], error.line, error.code, error.text(), app, environment)

    def by_repository(self, repository):
        """The names of the apps built from `owner/repo`."""
        return tuple(sorted({each.app for each in self.targets() if isinstance(each, Target) and (each.repository or "").lower() == repository.lower()}))


def _apps_of(tree, pattern, environment):
    """app -> (values path or None, manifests path or None) in one environment."""
    folder, _, name = pattern.replace("{environment}", environment).partition("{app}")
    if "/" in name:
        found = _in_folders(tree, folder.rstrip("/"), name)
    else:
        found = _in_files(tree, *folder.rpartition("/")[::2], name)
    for entry in tree.names(f"manifests/{environment}"):
        if entry.kind == "folder" and LABEL.fullmatch(entry.name) and entry.name not in found:
            found[entry.name] = (None, f"manifests/{environment}/{entry.name}")
    return found


def _in_files(tree, folder, prefix, suffix):
    return {app: (f"{folder}/{entry.name}" if folder else entry.name, None) for entry in tree.names(folder)
            if entry.kind != "folder" and entry.name.startswith(prefix) and entry.name.endswith(suffix)
            and LABEL.fullmatch(app := entry.name[len(prefix):len(entry.name) - len(suffix)])}


def _in_folders(tree, folder, rest):
    """A pattern like apps/{app}/values.yaml."""
    return {entry.name: (path, None) for entry in tree.names(folder) if entry.kind == "folder" and LABEL.fullmatch(entry.name)
            and tree.id(path := f"{folder}/{entry.name}{rest}" if folder else entry.name + rest) is not None}


def _section(blob, tree, path):
    """The `klepaas:` section of a values file, checked; remembered by the blob's id."""
    return _sections(blob, path, _Reader(tree))


class _Reader:
    """Lets the cache below be keyed by blob and path alone: equal to every other reader."""

    def __init__(self, tree):
        self.tree = tree

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


@lru_cache(maxsize=20_000)
def _sections(blob, path, reader):
    data = reader.tree.read(path)
    parsed = values.parse(data, path)
    reader.tree = None  # the cache keeps the first reader: not its tree
    return contract.section(parsed.get("klepaas"), path, data)
