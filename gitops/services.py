"""What the one path works with: the settings, the repository, the ledger and the renderer, opened once a process."""

from dataclasses import dataclass

from gitops import catalog
from gitops.charts import Renderer
from gitops.config import Settings
from gitops.errors import Invalid
from gitops.ledger import Ledger
from gitops.repo import Repository


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    repo: Repository
    ledger: Ledger
    renderer: Renderer

    def head(self):
        """(tree, catalog) of main's tip; Invalid when the repository has no commit yet."""
        sha = self.repo.head()
        if sha is None:
            raise Invalid("empty_repository")
        tree = self.repo.tree(sha)
        return tree, catalog.load(tree)

    def close(self):
        self.renderer.close()
        self.ledger.close()


def open(settings):
    """Services as the settings say; the ledger is migrated. Invalid when CONFIG_REPO is not set."""
    if not settings.config_repo:
        raise Invalid("setting_missing", name="CONFIG_REPO")
    settings.home.mkdir(parents=True, exist_ok=True)
    ledger = Ledger.open(settings.database, settings.home)
    ledger.migrate()
    return Services(settings, Repository.open(settings.config_repo, settings.home, settings.config_token), ledger, Renderer())
