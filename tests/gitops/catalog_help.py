"""What the tests of the catalogue share: trees of real commits."""

import itertools

import pytest

from gitops import catalog
from gitops.errors import Invalid, NotFound
from gitops.repo import Repository
from tests.gitops.repo_help import git, raw

WEB = "# 가게\nklepaas: {repository: shop/web}\nreplicaCount: 2\n"


@pytest.fixture(scope="module")
def repo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("catalog")
    repo = Repository.open(str(Repository.create(folder / "config.git")), folder)
    yield repo
    repo.close()


@pytest.fixture
def tree(repo):
    """A function: files (path -> text, or (mode, text)) -> the Tree of a commit that holds them and nothing else."""
    numbers = itertools.count()

    def commit(files):
        branch = f"refs/heads/b{next(numbers)}"
        parts = [f"commit {branch}\ncommitter x <x@x> 0 +0000\ndata 0\ndeleteall\n".encode()]
        for path, content in files.items():
            mode, text = content if isinstance(content, tuple) else ("100644", content)
            data = text if isinstance(text, bytes) else text.encode()
            parts.append(f"M {mode} inline {path}\ndata {len(data)}\n".encode() + data + b"\n")
        raw(repo.path, "fast-import", "--quiet", "--force", stdin=b"".join(parts))
        return repo.tree(git(repo.path, "rev-parse", branch))
    return commit


@pytest.fixture
def loaded(tree):
    return lambda files: catalog.load(tree(files))


def refusal(call, *args):
    with pytest.raises((Invalid, NotFound)) as caught:
        call(*args)
    assert caught.value.text("en") and caught.value.text("ko")
    return caught.value
