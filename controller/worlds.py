"""The environments that a controller looks at: each begins when klepaas.yaml names it, and ends when it is elsewhere or nothing is left of it."""

import logging
from concurrent.futures import ThreadPoolExecutor

from controller.environment import World
from gitops.errors import KlepaasError
from gitops.types import Environment

log = logging.getLogger(__name__)
WORKERS = 16  # syncs at once in an environment


class Worlds(dict):
    """name -> World. `unreached` says why those that cannot be worked on cannot: name -> the error, or None where another controller has the lease."""

    def __init__(self, services, tell):
        super().__init__()
        self.services, self.tell, self.unreached = services, tell, {}
        self.recalled = False  # whether it is known which environments were lost before this process began

    def find(self, name, catalog):
        """The environment at work; another one when its place is another. None where klepaas.yaml does not name it and nothing of it is at work."""
        world, environment = self.get(name), catalog.environments.get(name)
        if environment is None or world and (world.environment.namespace, world.environment.cluster) == (environment.namespace, environment.cluster):
            return world
        if world:
            log.warning("%s moved from namespace %s to %s: what is there is left as it is", name, world.environment.namespace, environment.namespace)
            self.end(name)
        return self._begin(environment, catalog)

    def _begin(self, environment, catalog):
        executor = ThreadPoolExecutor(WORKERS, f"sync-{environment.name}")  # of its own: a cluster that hangs keeps no other's
        services = self.services
        self[environment.name] = World(services.settings, services.repo, services.renderer, catalog.name or services.repo.name, environment, executor, self.tell, services.ledger)
        return self[environment.name]

    def end(self, name):
        """Nothing is left of it."""
        world = self.pop(name)
        world.executor.shutdown(wait=False, cancel_futures=True)
        world.stop()

    def recall(self, catalog):
        """Begin with the environments that klepaas.yaml lost before this process began, and that nobody has released yet."""
        if self.recalled:
            return
        try:
            found, self.recalled = self.services.ledger.marks(), True
        except KlepaasError:
            return  # the ledger is away: at the next revision
        for name, said in found.items():
            if said.get("lost") and name not in catalog.environments and name not in self:
                self._begin(Environment(name, said["lost"]["namespace"], cluster=said["lost"]["cluster"], cluster_kinds=tuple(said["lost"]["cluster_kinds"])), catalog)

    def reached(self, name, error, catalog):
        """What keeps an environment from being worked on (True: nothing) is said on each of its apps, once; and once it is over."""
        before = self.unreached.pop(name, None)
        if error is not True:
            self.unreached[name] = error
        text = error.text() if isinstance(error, KlepaasError) else None
        if text == (before.text() if isinstance(before, KlepaasError) else None):
            return
        self.tell(self.services.ledger.mark, name, unreached=text)
        log.warning("%s: %s", name, text or "can be worked on again")
        world = self.get(name)
        if text is None and world:
            world.judge_again()
        for each in (catalog.targets(name) if text and name in catalog.environments else ()):
            if each.app:
                self.tell(self.services.ledger.observe, each.app, name, health="unknown", message=text)

    def each(self):
        """The Worlds as they are now, whatever begins or ends meanwhile."""
        return tuple(self.values())

    def close(self):
        for world in self.each():
            world.executor.shutdown(wait=True, cancel_futures=True)
            world.synced()
            world.stop()
