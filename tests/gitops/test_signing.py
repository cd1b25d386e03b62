"""Commits that say who vouches for them: signed as git signs, checked by git itself and by ours."""

import os
import subprocess

import pytest

from gitops.errors import Unavailable
from gitops.repo import Draft, Repository
from gitops.types import Change
from tests.gitops.repo_help import CLEAN, git


def ssh_key(folder, name="key", phrase=""):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", phrase, "-C", name, "-f", folder / name], check=True)
    return folder / name


def allowed(folder, *keys):
    path = folder / "signers"
    path.write_text("".join(f"klepaas@localhost {(key.with_suffix('.pub')).read_text()}" for key in keys))
    return str(path)


@pytest.fixture
def gpg(tmp_path, monkeypatch):
    """A key of a keyring of its own."""
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    subprocess.run(["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "bot@example.org", "ed25519", "sign", "never"], check=True, capture_output=True)
    yield "gpg:bot@example.org"
    subprocess.run(["gpgconf", "--kill", "all"], check=True)


def change(repo, text):
    def draft(tree):
        return Draft((Change("a", tree.read("a"), text.encode()),), "Change\n\nA: b\n", ("Ann", "ann@example.org"))
    return repo.land(draft, lambda sha: None)


def opened(folder, key=None):
    return Repository.open(str(Repository.create(folder / "config.git")), folder, key=key and str(key))


def verdict(path, sha, signers="/dev/null"):
    done = subprocess.run(["git", "-C", path, "-c", f"gpg.ssh.allowedSignersFile={signers}", "log", "-1", "--format=%G?", sha], env={**CLEAN, "GNUPGHOME": os.environ.get("GNUPGHOME", "")},
                          capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_an_ssh_key_signs_as_git_does(tmp_path):
    """Git itself finds the signature good, the object whole and the message as it was."""
    key = ssh_key(tmp_path)
    repo = opened(tmp_path, key)
    sha = change(repo, "1")
    assert verdict(repo.path, sha, allowed(tmp_path, key)) == "G"
    assert git(repo.path, "log", "-1", "--format=%B|%(trailers)", sha).startswith("Change\n\nA: b") and git(repo.path, "fsck", "--strict") == ""
    assert repo.doubtful(None, sha, allowed(tmp_path, key)) is None


def test_an_openpgp_key_signs_as_git_does(tmp_path, gpg):
    """A key of gpg's keyring, which trusts it."""
    repo = opened(tmp_path, gpg)
    first, second = change(repo, "1"), change(repo, "2")
    assert verdict(repo.path, second) == "G" and repo.doubtful(first, second) is None


def test_the_oldest_doubt_is_said(tmp_path):
    """Unsigned, or signed by somebody else, wherever in between; what both have is not looked at."""
    ours, others = ssh_key(tmp_path), ssh_key(tmp_path, "other")
    signers = allowed(tmp_path, ours)
    shas = []
    for key in (None, ours, others, None, ours):
        repo = opened(tmp_path, key)
        shas.append(change(repo, str(len(shas))))
    assert repo.doubtful(shas[0], shas[1], signers) is None
    assert repo.doubtful(shas[0], shas[4], signers) == (shas[2], "is signed by nobody known")
    assert repo.doubtful(shas[2], shas[4], signers) == (shas[3], "is not signed")
    assert repo.doubtful(None, shas[4], signers) is None and repo.doubtful(None, shas[0], signers) == (shas[0], "is not signed")
    assert repo.doubtful(None, shas[4]) == (shas[4], "is signed by nobody known")


def test_a_signature_of_something_else_is_bad(tmp_path):
    """One taken from another commit."""
    key = ssh_key(tmp_path)
    repo = opened(tmp_path, key)
    sha = change(repo, "1")
    raw = subprocess.run(["git", "-C", repo.path, "cat-file", "commit", sha], env=CLEAN, capture_output=True, check=True).stdout.replace(b"Change", b"Forged")
    forged = subprocess.run(["git", "-C", repo.path, "hash-object", "-w", "-t", "commit", "--stdin"], input=raw, env=CLEAN, capture_output=True, check=True).stdout.decode().strip()
    assert repo.doubtful(None, forged, allowed(tmp_path, key)) == (forged, "has a bad signature")


@pytest.mark.parametrize("key", ["/nowhere/key", "gpg:nobody@example.org", "phrase"])
def test_a_key_that_cannot_sign_makes_no_commit(tmp_path, monkeypatch, key):
    """Missing, unknown, or one that waits for a passphrase: said at once, and nothing is committed."""
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    repo = opened(tmp_path, ssh_key(tmp_path, "locked", "secret words") if key == "phrase" else key)
    with pytest.raises(Unavailable) as caught:
        change(repo, "1")
    assert caught.value.code == "signing_failed" and repo.head() is None
    subprocess.run(["gpgconf", "--kill", "all"], check=True)
