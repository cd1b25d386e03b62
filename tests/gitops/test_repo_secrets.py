"""How the commit engine reaches a remote, and that its credentials show nowhere."""

import base64
import contextlib
import threading
from pathlib import Path

import pytest

from gitops.errors import Invalid, Unavailable
from gitops.repo import Repository
from tests.gitops.repo_help import TOKEN, WANTED, bare, git, http_server, land, opened


def test_the_token_shows_nowhere(bare, opened, tmp_path, caplog, monkeypatch):
    """The token goes in a header alone: not in an error, a log, a file, a URL or the list of processes."""
    listed = tmp_path / "listed"
    monkeypatch.setenv("GIT_TRACE_CURL", str(listed))
    monkeypatch.setenv("GIT_TRACE_REDACT", "0")
    caplog.set_level("DEBUG")
    basic = WANTED.split()[1]
    with http_server(bare.parent, WANTED) as server:
        repo = opened(f"{server.url}/config.git")
        commands = []
        stop = threading.Event()
        watch = threading.Thread(target=watched, args=(commands, stop))
        watch.start()
        land(repo, {"a": b"1"})
        server.wanted = "Basic other"
        with pytest.raises(Unavailable) as denied:
            land(repo, {"a": b"2"})
        stop.set()
        watch.join()
        assert denied.value.code == "remote_denied"
        shown = [str(denied.value), repr(denied.value.details), caplog.text, repr(repo.__dict__.get("url")), *commands]
        shown += [path for _, path, _ in server.seen]
    shown += [path.read_bytes().decode("latin-1") for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert not any(TOKEN in text or basic in text for text in shown) and not listed.exists()
    assert any("receive-pack" in path for _, path, _ in server.seen) and any("git-remote-http" in command or "git push" in command for command in commands)


def watched(commands, stop):
    """Collects the command lines of git that are to be seen on this machine."""
    while not stop.is_set():
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                commands.append(path.read_text(errors="replace").replace("\0", " "))


@pytest.mark.parametrize("userinfo, wanted", [("x-access-token:s3cr3t-t0ken@", WANTED), ("ann:p%40ss@", "ann:p@ss"), ("s3cr3t-t0ken@", "s3cr3t-t0ken:x-oauth-basic")])
def test_credentials_in_the_url(bare, tmp_path, userinfo, wanted):
    """Credentials in CONFIG_REPO itself work, and are taken out of the URL at once."""
    wanted = wanted if wanted.startswith("Basic ") else "Basic " + base64.b64encode(wanted.encode()).decode()
    with http_server(bare.parent, wanted) as server:
        repo = Repository.open(server.url.replace("://", f"://{userinfo}") + "/config.git", tmp_path / "home")
        sha = land(repo, {"a": b"1"})
        assert repo.url == f"{server.url}/config.git" and git(bare, "rev-parse", "main") == sha
        repo.close()


def test_a_redirect_does_not_get_the_token(bare, opened):
    """A server that sends us elsewhere does not make us take the token there."""
    with http_server(bare.parent) as thief, http_server(bare.parent, redirect=thief.url) as server:
        with pytest.raises(Unavailable):
            opened(f"{server.url}/config.git").fetch()
        assert thief.seen == [] and server.seen


@pytest.mark.parametrize("url", ["ext::sh -c 'touch x'", "fd::17", "git://host/x", "ftp://host/x", "https://", "https://host/a b", "https://host/a\nb"])
def test_urls_that_are_not_taken(tmp_path, url):
    """Only file, ssh, https and http are remotes; nothing that would run a program."""
    with pytest.raises(Invalid):
        Repository.open(url, tmp_path)
    with pytest.raises(Invalid):
        Repository.open("https://host/x", tmp_path, "to\nken")


def test_ssh(bare, opened, tmp_path, monkeypatch):
    """ssh URLs and host:path go through ssh, without prompts."""
    ssh = tmp_path / "ssh"
    ssh.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/called\nfor last; do :; done\nexec sh -c "$last"\n')
    ssh.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(ssh))
    for number, url in enumerate((f"ssh://git@example.org{bare}", f"git@example.org:{bare}")):
        assert land(opened(url), {"a": b"%d" % number}) == git(bare, "rev-parse", "main")
    assert "git@example.org" in (tmp_path / "called").read_text() and TOKEN not in (tmp_path / "called").read_text()
