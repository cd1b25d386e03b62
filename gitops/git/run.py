"""Running git: nobody's hooks, prompts, user config or GIT_ variables; a deadline on everything; a dead child leaves no children."""

import contextlib
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from gitops.errors import Timeout, Unavailable

DEADLINE = 60  # seconds a command without a remote may take
KEPT = ("GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH")
SSH = "ssh -oBatchMode=yes -oConnectTimeout=15 -oControlMaster=no -oControlPath=none"
SETTINGS = (
    ("core.hooksPath", os.devnull), ("core.fsmonitor", "false"), ("core.fsync", "committed,loose-object,reference"), ("gc.auto", "0"),
    ("maintenance.auto", "false"), ("credential.helper", ""), ("protocol.allow", "never"),
    *((f"protocol.{name}.allow", "always") for name in ("file", "ssh", "https", "http")),
    ("log.follow", "false"), ("log.showSignature", "false"), ("i18n.logOutputEncoding", "UTF-8"),
    # a redirect would carry the token's header to another host
    ("http.followRedirects", "false"),
)


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: bytes
    err: str


def overrides(path, *settings):
    """What every git process here is told, over what it inherits; `settings` are (name, value) of git's config.

    An explicit GIT_DIR spares the check of who owns the folder: the operator named this path.
    """
    pairs = (*SETTINGS, *settings)
    numbered = {f"GIT_CONFIG_{part}_{number}": value for number, pair in enumerate(pairs) for part, value in zip(("KEY", "VALUE"), pair)}
    return {"GIT_DIR": str(path), "GIT_OBJECT_DIRECTORY": str(Path(path, "objects")), "GIT_ALTERNATE_OBJECT_DIRECTORIES": "",
            "GIT_NAMESPACE": "", "GIT_CONFIG_PARAMETERS": "", "GIT_NO_REPLACE_OBJECTS": "1", "GIT_NO_LAZY_FETCH": "1",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_COUNT": str(len(pairs)), "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true", "SSH_ASKPASS": "true",
            "LC_ALL": "C", "LANGUAGE": "C", **{name: "0" for name in os.environ if name.startswith("GIT_TRACE")}, **numbered}


def environment(path, *settings):
    """The whole environment of a git process."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in KEPT}
    return {"GIT_SSH_COMMAND": SSH, **inherited, **overrides(path, *settings)}


def start(env, *args, stdin=subprocess.DEVNULL):
    """A git process in a session of its own, so that all of it can be ended."""
    try:
        return subprocess.Popen(["git", *args], stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, cwd=env["GIT_DIR"],
                                start_new_session=True)
    except FileNotFoundError as missing:
        raise Unavailable("git_missing" if missing.filename == "git" else "repo_missing", path=env["GIT_DIR"]) from None


def finish(process, deadline=DEADLINE):
    """Its outcome; Timeout, and everything it started ended, when it takes longer."""
    try:
        out, err = process.communicate(timeout=deadline)
    except subprocess.TimeoutExpired:
        end(process)
        raise Timeout("git_timeout", seconds=deadline) from None
    except BaseException:
        end(process)
        raise
    return Done(process.returncode, out, err.decode("utf-8", "replace"))


def end(process):
    """Kill the process and what it started, and reap it. Who left its session may keep the pipes: nobody waits for those."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        with contextlib.suppress(BrokenPipeError):
            if stream is not None:
                stream.close()


def git(env, *args, deadline=DEADLINE):
    return finish(start(env, *args), deadline)


def must(env, *args, deadline=DEADLINE):
    """The output of a command that fails only when something is wrong with the repository."""
    return together(env, args, deadline=deadline)[0]


def together(env, *commands, deadline=DEADLINE):
    """The outputs of such commands, run at once."""
    processes = [start(env, *args) for args in commands]
    try:
        return [_output(finish(process, deadline), args) for process, args in zip(processes, commands)]
    finally:
        for process in processes:
            end(process)


def _output(done, args):
    if done.code:
        command = next(arg for arg in args if not arg.startswith("-"))
        raise Unavailable("git_failed", command=command, detail=one_line(done.err))
    return done.out.decode("utf-8", "replace")


def one_line(said, secrets=()):
    """What git said, for people: short, printable, without secrets."""
    for secret in secrets:
        said = said.replace(secret, "***")
    lines = ("".join(c for c in line if c.isprintable()).strip() for line in said.splitlines())
    return " / ".join(line for line in lines if line)[:400]
