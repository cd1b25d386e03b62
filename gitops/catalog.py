"""Which apps and environments a revision of the config repository has, and where each app's files are.

Never raises for a bad file while loading: `problems` says what is wrong, and the other apps go on.
"""

import difflib
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cached_property

from gitops import contract, layout, previews, values
from gitops.contract import table
from gitops.errors import Conflict, Invalid, NotFound
from gitops.kept import Kept
from gitops.layout import CONFIG
from gitops.tree import overlay
from gitops.types import App, Change, Environment, Problem, Target

DEFAULT = Environment("default", "default")
_CONFIGS, _SECTIONS, _TARGETS, _USABLE = Kept(64), Kept(20_000), Kept(16), Kept(16)


def load(tree):
    """The Catalog of a tree; cheap when the files it depends on are the same as before."""
    return Catalog(tree, _config(tree))


def lasting(catalog, earlier):
    """The Catalog of the same tree by the klepaas.yaml of the first of `earlier` trees that can be used, with its own's problems; itself where none can."""
    found = _USABLE.get(catalog.tree.revision, lambda: next(((config, tree.read(CONFIG)) for tree in earlier if not (config := _config(tree)).problems), None))
    if found is None:
        return catalog
    try:
        tree = overlay(catalog.tree, (Change(CONFIG, None, found[1]),))
    except Conflict:  # a folder or a link stands in its place
        return catalog
    return Catalog(tree, replace(found[0], problems=catalog.config.problems))


def _config(tree):
    """The parsed klepaas.yaml, remembered by its blob's id."""
    try:
        data = tree.read(CONFIG)
    except Invalid as error:
        return contract.broken(error, CONFIG)
    return contract.Config() if data is None else _CONFIGS.get(tree.id(CONFIG), lambda: contract.read(data, CONFIG))


class Catalog:
    """See the module. Apps are looked for when asked for."""

    def __init__(self, tree, config):
        self.tree, self.config = tree, config
        self.name, self.document, self.keys = config.name, config.document or {}, config.keys

    @cached_property
    def _layout(self):
        """(pattern, default chart, environments) as klepaas.yaml says, or as the folders say without one."""
        if self.config.document is not None:
            return self.config.values or layout.PATTERN, self.config.chart, {**self.config.environments, **previews.found(self.tree, self.config)[0]}
        pattern, chart, names = layout.discovered(self.tree)
        return pattern, chart, {name: Environment(name, name, order) for order, name in enumerate(names)} or {DEFAULT.name: DEFAULT}

    @property
    def environments(self):
        return self._layout[2]

    @property
    def problems(self):
        """What is wrong with klepaas.yaml, with a preview's file, or with the folder of an environment: what that stops is unknown, not gone."""
        return self.config.problems + previews.found(self.tree, self.config)[1] + tuple(filter(None, map(self._no_folder, self.environments)))

    @property
    def basis(self):
        """What the reading of every app depends on: while it is the same, an app changes by its own files alone."""
        return self.tree.id(CONFIG), *self._layout[:2]

    @property
    def first(self):
        """The first environment; Invalid where a broken klepaas.yaml leaves none."""
        for environment in self.environments.values():
            return environment
        problem = self.config.problems[0]
        raise Invalid("config_broken", path=problem.path, line=problem.line, detail=problem.message)

    @cached_property
    def _listed(self):
        """environment -> {app -> Place}, or the Problem that stands in its place."""
        return {name: self._listed_in(name) for name in self.environments}

    def _listed_in(self, environment):
        return self._no_folder(environment) or layout.apps(self.tree, self._layout[0], environment)

    def _no_folder(self, environment):
        """The Problem of an environment whose apps are not in a folder, or None."""
        try:
            layout.identity(self.tree, self._layout[0], environment)
        except Invalid as error:
            return Problem(error.path, error.line, error.code, error.text(), None, environment)
        return None

    @cached_property
    def app_names(self):
        return tuple(sorted({app for found in self._listed.values() if not isinstance(found, Problem) for app in found}))

    def environment(self, name=None):
        """The environment of that name, the first without one; NotFound names those there are."""
        if name is None or not self.environments:
            return self.first
        if name not in self.environments:
            raise NotFound("unknown_environment", environment=name, choices=list(self.environments))
        return self.environments[name]

    def values_path(self, app, environment, known=True):
        """Where the values file of an app is, or would be; `known`: NotFound for an environment that is not there."""
        return layout.values_path(self._layout[0], self.environment(environment).name if known else environment, app)

    def app(self, name):
        """The App with its targets; NotFound with the closest names."""
        return App(name, {environment: self._target(name, environment, place) for environment, place in self._places(name).items()})

    def has(self, app, environment):
        """Whether there is anything of the app in the environment, readable or not."""
        return layout.place(self.tree, self._layout[0], environment, app) is not None

    def environments_of(self, name):
        return tuple(self._places(name))

    def _places(self, name):
        """environment -> Place of one app, found without looking at the others."""
        self.first  # a broken klepaas.yaml says so: its apps are unknown, not gone
        places = {each: layout.place(self.tree, self._layout[0], each, name) for each in self.environments}
        found = {each: place for each, place in places.items() if place is not None}
        if not found:
            self._sure(self.environments)
            choices = difflib.get_close_matches(name, self.app_names, 5) or list(self.app_names[:10]) or ["-"]
            raise NotFound("unknown_app", app=name, choices=choices)
        return found

    def _sure(self, environments):
        """Invalid where the folder of an environment is none: what is missing there is unknown, not gone."""
        for each in environments:
            layout.identity(self.tree, self._layout[0], each)

    def target(self, app, environment):
        """One app in one environment, its `klepaas:` section read. Invalid where that or klepaas.yaml is broken."""
        wanted = self.environment(environment).name
        place = layout.place(self.tree, self._layout[0], wanted, app)
        if place is None:
            self._sure([wanted])
            raise NotFound("app_not_in_environment", app=app, environment=wanted, choices=list(self._places(app)))
        return self._target(app, wanted, place)

    def _target(self, app, environment, place):
        if place.values is None:
            return Target(app, environment, "manifests", None, place.manifests, keys=self.keys, ignore=self.config.ignore)
        section = _section(self.tree, place.values)
        keys = {**self.keys, **section["keys"]} if "keys" in section else self.keys
        rest = {name: section.get(name, default) for name, default in table.SECTION_DEFAULTS.items()}
        rest["ignore"] = (*self.config.ignore, *rest["ignore"])
        return Target(app, environment, "chart", place.values, chart=section.get("chart", self._layout[1]), keys=keys, **rest)

    def needs(self, app, environment):
        """The apps that an app depends on there: none where its file is broken; None where there is no such app."""
        place = layout.place(self.tree, self._layout[0], environment, app)
        try:
            return place and (_section(self.tree, place.values).get("depends_on", ()) if place.values else ())
        except Invalid:
            return ()

    def targets(self, environment=None):
        """Every Target, or the Problem that stands in its place (of one app, or of a whole environment)."""
        yield from (each for each in self._all if environment in (None, each.environment))

    @property
    def _all(self):
        listed = tuple((name, found if isinstance(found, Problem) else layout.identity(self.tree, self._layout[0], name)) for name, found in self._listed.items())
        return _TARGETS.get((self.tree.id(CONFIG), self._layout[1], listed), self._read_all)

    def _read_all(self):
        broken = [found for found in self._listed.values() if isinstance(found, Problem)]
        lists = [(name, found) for name, found in self._listed.items() if not isinstance(found, Problem)]
        self.tree.ahead(place.values for _, found in lists for place in found.values() if place.values)
        return tuple(broken + [self._target_or_problem(app, name, found[app]) for app in self.app_names for name, found in lists if app in found])

    def _target_or_problem(self, app, environment, place):
        try:
            return self._target(app, environment, place)
        except Invalid as error:
            return Problem(error.path or place.values, error.line, error.code, error.text(), app, environment)

    def files(self, environment):
        """The paths of all files of an environment, whether it is known or not."""
        places = layout.apps(self.tree, self._layout[0], environment).values()
        folders = (path for each in places if each.manifests for path, _ in self.tree.walk(each.manifests))
        return tuple(sorted({*(each.values for each in places if each.values), *folders}))

    def app_of(self, path, environment):
        """The app of the environment whose file this is; None for what all share and for others' files."""
        return layout.app_of(path, self._layout[0], environment)

    def owners(self, app, environment):
        """Groups of addresses; of each group one has to agree to a review: those of the environment, those of the last pattern that names the app."""
        named = [found for pattern, found in self.config.owners if fnmatchcase(f"{app}/{environment}" if "/" in pattern else app or "", pattern)]
        return tuple(group for group in (self.environment(environment).owners, *named[-1:]) if group)

    def protecting(self, environment, paths):
        """The rules of `protected` that cover one of these paths, each with the first that it covers. Previews are nobody's but their pull request's."""
        if environment.preview:
            return ()
        covered = ((rule, next(filter(rule.covers, sorted(paths)), None)) for rule in self.config.protected)
        return tuple((rule, path) for rule, path in covered if path is not None)

    def by_repository(self, repository):
        """The names of the apps built from `owner/repo`."""
        return tuple(sorted({each.app for each in self.targets() if isinstance(each, Target) and (each.repository or "").lower() == repository.lower()}))


def _section(tree, path):
    """The checked `klepaas:` section of a values file, remembered with what is wrong in it by the blob's id."""
    found = _SECTIONS.get(tree.file_id(path), lambda: _read_section(tree.read(path), path))
    if isinstance(found, Invalid):
        raise Invalid(found.code, path=path, line=found.line, **found.details)
    return found


def _read_section(data, path):
    try:
        return contract.section(values.parse(data, path).get("klepaas"), path, data)
    except Invalid as error:
        return error
