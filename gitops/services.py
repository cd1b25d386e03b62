"""What the one path works with: the settings, the repository, the ledger and the renderer, opened once a process."""

from dataclasses import dataclass

from gitops import catalog
from gitops.charts import Renderer
from gitops.config import Settings
from gitops.errors import Invalid
from gitops.ledger import Ledger
from gitops.repo import Repository

ADDRESS = "demo.url"  # in KLEPAAS_HOME
CHANGES = 100  # of klepaas.yaml that are looked back over for one that can be used


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

    def readable(self):
        """(tree, catalog) for who only reads: while klepaas.yaml cannot be used, as its last revision said that could, with what is wrong now."""
        tree, found = self.head()
        return (tree, catalog.lasting(found, self._earlier(tree.revision))) if found.config.problems else (tree, found)

    def _earlier(self, sha):
        """The tree before each of the last changes of klepaas.yaml, newest first."""
        return (self.repo.tree(commit.parents[0]) for commit in self.repo.history((catalog.CONFIG,), CHANGES, ref=sha) if commit.parents)

    def close(self):
        self.renderer.close()
        self.ledger.close()


def open(settings):
    """Services as the settings say; the ledger is migrated. Invalid when there is no CONFIG_REPO."""
    opened = unmigrated(settings)
    opened.ledger.migrate()
    return opened


def unmigrated(settings):
    """Services whose ledger may be away, or not be there yet."""
    repo = Repository.open(repository(settings), settings.home, settings.config_token, key=settings.signing_key)
    return Services(settings, repo, _ledger(settings), Renderer())


def repository(settings):
    """Where the config repository is: CONFIG_REPO, else the demo's own in KLEPAAS_HOME."""
    demo = settings.home / "config.git"
    if not settings.config_repo and not demo.is_dir():
        raise Invalid("setting_missing", name="CONFIG_REPO")
    return settings.config_repo or str(demo)


def viewer(settings):
    """The kubeconfig that reads are answered with: KUBECONFIG, else the demo's own for viewers where the repository is the demo's."""
    demo = settings.home / "cluster" / "viewer.kubeconfig"
    return settings.kubeconfig or (str(demo) if not settings.config_repo and demo.is_file() else None)


def address(settings):
    """Where people find the web server: KLEPAAS_URL, else where the demo of KLEPAAS_HOME said that it serves, where the repository is the demo's, else PORT here."""
    demo = settings.home / ADDRESS
    here = demo.read_text() if not settings.config_repo and demo.is_file() else f"http://127.0.0.1:{settings.port}"
    return settings.klepaas_url or here


def ledger(settings):
    """The ledger alone, migrated."""
    opened = _ledger(settings)
    opened.migrate()
    return opened


def _ledger(settings):
    settings.home.mkdir(parents=True, exist_ok=True)
    return Ledger.open(settings.database, settings.home)
