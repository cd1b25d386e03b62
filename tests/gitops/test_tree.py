"""Trees answer as git does, for whatever git content; overlays are named as git names them."""

import os
import signal
import zlib
from pathlib import Path

import pytest

from gitops.errors import Conflict, Invalid, NotFound, Unavailable
from gitops.repo import Repository
from gitops.tree import overlay
from gitops.types import Change
from tests.gitops.repo_help import children, git, land, outsider, raw

FILES = {"klepaas.yaml": b"version: 1\n", "values/staging/nginx.yaml": b"replicaCount: 2\n", "values/production/nginx.yaml": b"replicaCount: 3\n",
         "a.b": b"1", "a/x": b"2", "a0": b"3", "값/파일.yaml": "이름: 값\n".encode()}


@pytest.fixture
def repo(tmp_path):
    repo = Repository.open(str(Repository.create(tmp_path / "config.git")), tmp_path)
    land(repo, FILES)
    yield repo
    repo.close()


@pytest.fixture
def tree(repo):
    return repo.tree("main")


def made(repo, lines, name="odd"):
    """A branch whose tree has exactly these entries, as (mode, type, object, name bytes)."""
    entries = b"".join(f"{mode} ".encode() + name + b"\0" + bytes.fromhex(id) for mode, id, name in lines)
    tree = git(repo.path, "hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=entries)
    git(repo.path, "update-ref", f"refs/heads/{name}", git(repo.path, "commit-tree", tree, "-m", "odd"))
    return repo.tree(name)


def test_reads_files(tree):
    """A file's bytes are what was committed; what is not there is None."""
    assert {path: tree.read(path) for path in FILES} == FILES
    assert tree.read("values/staging/none.yaml") is None
    assert tree.read("klepaas.yaml/below") is None


def test_ids_are_gits(repo, tree):
    """Ids of files and folders are git's own."""
    for path in (*FILES, "values", "values/staging"):
        assert tree.id(path) == git(repo.path, "rev-parse", f"main:{path}")
    assert tree.id("nothing/here") is None


def test_names_in_gits_order(repo, tree):
    """A folder sorts as if its name ended in a slash."""
    listed = git(repo.path, "-c", "core.quotePath=false", "ls-tree", "--name-only", "main").splitlines()
    assert [entry.name for entry in tree.names("")] == listed
    assert tree.names("nowhere") == () and tree.names("klepaas.yaml") == ()


def test_walks_files(tree):
    """walk gives every file below a folder, with its path."""
    assert {path for path, _ in tree.walk("")} == set(FILES)
    assert [path for path, _ in tree.walk("values")] == ["values/production/nginx.yaml", "values/staging/nginx.yaml"]


def test_remembers_what_was_asked(tree):
    """reads holds the id of everything asked of this view, absent ones too; a fresh view holds none."""
    tree.read("a/x"), tree.id("none"), tree.names("values"), tree.names("")
    assert tree.reads == {"a/x": tree.id("a/x"), "none": None, "values": tree.id("values"), "": tree.root}
    assert tree.fresh().reads == {} and tree.fresh().revision == tree.revision


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../b", "a//b", "a/", "./a", "a/.git/config", ".GIT/hooks/x", "a\\b", "a\0b", "a\nb", "a\udcff"])
def test_only_plain_paths(tree, path):
    """A path that is not plainly inside the repository is refused, and can be shown."""
    for ask in (tree.read, tree.id, tree.names):
        with pytest.raises(Invalid) as refused:
            ask(path)
        assert refused.value.code == "bad_path"
        refused.value.text("ko").encode()


def test_only_files_are_read(repo, tmp_path):
    """A folder, a symlink or a submodule is no file, and is not followed."""
    blob, head = repo.tree("main").id("a.b"), repo.head()
    tree = made(repo, [("40000", repo.tree("main").id("a"), b"folder"), ("120000", blob, b"link"), ("160000", head, b"module")])
    assert [(entry.name, entry.kind) for entry in tree.names("")] == [("folder", "folder"), ("link", "link"), ("module", "module")]
    for path in ("folder", "link", "module"):
        with pytest.raises(Invalid) as refused:
            tree.read(path)
        assert (refused.value.code, refused.value.path) == ("not_a_file", path)
    assert tree.read("link/x") is None


@pytest.mark.parametrize("name", [b"..", b".git", b"a/b", b"caf\xe9", b"x\ny"])
def test_hostile_names_are_shown_and_never_opened(repo, name):
    """An entry whose name no path may hold is kept, shown escaped, and cannot be asked for."""
    blob = repo.tree("main").id("a.b")
    tree = made(repo, [("100644", blob, name), ("100644", blob, b"plain")])
    odd, plain = tree.names("")
    assert (odd.kind, plain.kind) == ("other", "file")
    odd.name.encode()
    with pytest.raises(Invalid):
        tree.read(odd.name)
    kept = b"100644 " + name + b"\0" + bytes.fromhex(blob)
    sha = land(repo, {"added": b"1"}, ref="odd")
    assert kept in raw(repo.path, "cat-file", "tree", f"{sha}^{{tree}}")


def test_an_entry_that_lies_about_its_kind(repo):
    """A file entry that points at a folder's object is an error, not a crash."""
    tree = made(repo, [("100644", repo.tree("main").id("a"), b"lie")])
    repo.tree("main").names("a")
    with pytest.raises(NotFound):
        tree.read("lie")


def test_too_large_a_file(repo, tmp_path):
    """A file larger than desired state can be is refused before it is read into memory."""
    id = git(repo.path, "hash-object", "-w", "--stdin", stdin=b"\0" * (33 << 20))
    with pytest.raises(Invalid) as refused:
        made(repo, [("100644", id, b"big")]).read("big")
    assert refused.value.code == "object_too_large"


def test_an_empty_repository(tmp_path):
    """Without a commit there is a tree with nothing in it."""
    repo = Repository.open(str(Repository.create(tmp_path / "empty.git")), tmp_path)
    tree = repo.at(repo.head())
    assert (tree.revision, tree.names(""), tree.read("x"), list(tree.walk("")), tree.id("")) == (None, (), None, [], None)
    repo.close()


CHANGES = {
    "one value": {"values/staging/nginx.yaml": b"replicaCount: 5\n"},
    "a new folder": {"x/y/z": b"1", "x/y.z": b"2", "x/y0": b"3"},
    "a file gone": {"a.b": None},
    "a folder gone": {"a/x": None},
    "several": {"a/x": None, "a/y": b"1", "values/x": b"2", "klepaas.yaml": b"", "값/더.yaml": b"4"},
}


@pytest.mark.parametrize("case", CHANGES)
def test_overlays_are_named_as_git_names_them(repo, tree, tmp_path, case):
    """The ids of a tree with changes applied are those git gives the same files."""
    over = overlay(tree, [Change(path, tree.read(path), data) for path, data in CHANGES[case].items()])
    work = outsider(tmp_path, repo.path)
    for path, data in CHANGES[case].items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_bytes(data) if data is not None else (work / path).unlink()
    git(work, "add", "--all")
    assert over.id("") == git(work, "write-tree")
    assert all(over.read(path) == data for path, data in CHANGES[case].items())
    assert over.revision == tree.revision and tree.read("a/x") == b"2"


def test_overlays_of_overlays(tree):
    """Changes go over changes, down to an empty tree and back."""
    gone = overlay(tree, [Change(path, data, None) for path, data in FILES.items()])
    assert gone.names("") == () and gone.read("a/x") is None
    assert overlay(gone, [Change(path, None, data) for path, data in FILES.items()]).id("") == tree.id("")


@pytest.mark.parametrize("path", ["klepaas.yaml/below", "values", "values/staging"])
def test_files_and_folders_do_not_clash(tree, path):
    """A file cannot stand where a folder is, nor the other way round."""
    with pytest.raises(Conflict) as refused:
        overlay(tree, [Change(path, None, b"1")])
    assert refused.value.code == "path_clash"


def test_executables_stay_executable(repo, tmp_path):
    """A changed file keeps its mode."""
    tree = made(repo, [("100755", repo.tree("main").id("a.b"), b"run")])
    sha = land(repo, {"run": b"new"}, ref="odd")
    assert tree.revision != sha and git(repo.path, "ls-tree", sha).startswith("100755 blob")


def test_reading_survives_gc_and_the_death_of_cat_file(repo, tmp_path):
    """Packing everything away, or killing git's reader, is not noticed."""
    shas = [land(repo, {"a/x": b"%d" % number}) for number in range(3)]
    git(repo.path, "gc", "-q", "--prune=now")
    assert repo.tree(shas[0]).read("a/x") == b"0"
    for child in children("cat-file"):
        os.kill(child, signal.SIGKILL)
    assert repo.tree(shas[1]).read("a/x") == b"1"


def test_a_damaged_object_is_never_believed(repo, tmp_path):
    """An object whose bytes are not what its id says is an error, not content."""
    id = repo.tree("main").id("a.b")
    path = Path(repo.path, "objects", id[:2], id[2:])
    path.chmod(0o644)
    path.write_bytes(zlib.compress(b"blob 1\0X"))
    again = Repository.open(repo.path, tmp_path)
    with pytest.raises(Unavailable) as damaged:
        again.tree("main").read("a.b")
    assert damaged.value.code == "git_failed"
    assert again.tree("main").read("a/x") == b"2"
    again.close()


def test_folders_too_deep(repo):
    """Too many folders in each other cost an error that says so, and do not hide what else differs."""
    line = [("100644", repo.tree("main").id("a.b"), b"x")]
    for _ in range(200):
        line = [("40000", made(repo, line, "deep").root, b"x")]
    tree = made(repo, [*line, ("100644", repo.tree("main").id("a.b"), b"y")], "deep")
    with pytest.raises(Invalid) as deep:
        list(tree.walk("x"))
    assert deep.value.code == "bad_path"
    assert [path.rpartition("/")[2] for path in repo.differs(None, "deep")] == ["x", "y"]
    assert [change.after for change in repo.changed(None, "deep")] == [None, b"1"]
