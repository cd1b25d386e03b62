"""Running git: nobody's hooks or prompts, no secret in an argument, a deadline on whatever talks to a remote."""

import base64
import os
import re

import git

from gitops.errors import Unavailable

DEADLINE = 60  # seconds a remote may take
MOVED = re.compile(r"non-fast-forward|fetch first|\[rejected\]|incorrect old value|cannot lock ref|failed to update ref|stale info|reference already exists")
USERINFO = re.compile(r"(\w+://)[^/@\s]+@")


def environment(path, url=None, token=None):
    """Variables for git's processes. The token goes as a header of this URL alone, through the environment."""
    settings = [("core.hooksPath", os.devnull), ("gc.auto", "0"), ("safe.directory", os.path.abspath(path)), ("core.fsmonitor", "false"),
                ("protocol.ext.allow", "never"), ("http.lowSpeedLimit", "1"), ("http.lowSpeedTime", str(DEADLINE // 2))]
    if url and token:
        basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        settings.append((f"http.{url}.extraHeader", f"Authorization: Basic {basic}"))
    numbered = {f"GIT_CONFIG_{part}_{number}": value for number, pair in enumerate(settings) for part, value in zip(("KEY", "VALUE"), pair)}
    return {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "GIT_CONFIG_COUNT": str(len(settings)), "LC_ALL": "C",
            "GIT_SSH_COMMAND": os.environ.get("GIT_SSH_COMMAND", "ssh -oBatchMode=yes -oConnectTimeout=15"), **numbered}


def remote(call, *args, **options):
    """Run a git command that talks to a remote. _Moved when the remote's ref is another than we knew, else Unavailable."""
    try:
        return call(*args, kill_after_timeout=DEADLINE, **options)
    except git.GitCommandError as error:
        said = f"{error.stdout}\n{error.stderr}"
        if MOVED.search(said):
            raise Moved from None
        raise Unavailable("remote_unavailable", detail=masked(said)) from None


class Moved(Exception):
    """A ref is not where we believed: look again and try again."""


def masked(said):
    """What git said, shortened, without the credentials of any URL."""
    lines = [line.strip() for line in USERINFO.sub(r"\1***@", said).splitlines() if line.strip() and not line.startswith(("stdout", "stderr:"))]
    return " / ".join(lines)[:300].strip("' ")
