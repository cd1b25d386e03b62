"""Commits signed, and signatures checked: SSH keys by ssh-keygen, OpenPGP keys by gpg, as git does both. Decides nothing."""

import subprocess
from pathlib import Path

from gitops.errors import Unavailable
from gitops.git import run

DEADLINE = 20  # seconds a signature may take: a key on a token may be slow, one that waits for a passphrase never ends
GPG = "gpg:"
WHY = {"N": "is not signed", "B": "has a bad signature", "U": "is signed by nobody known", "E": "is signed by nobody known", "X": "has a signature that is over",
       "Y": "is signed with a key that is over", "R": "is signed with a revoked key"}
GOOD = "G"


def signed(payload, key):
    """The commit object with its signature; `key` is the path of an SSH private key, or gpg:KEY."""
    signature = _signature(payload, key).strip().replace(b"\n", b"\n ")
    head, blank, message = payload.partition(b"\n\n")
    return head + b"\ngpgsig " + signature + blank + message


def _signature(payload, key):
    openpgp = key.startswith(GPG)
    command = (["gpg", "--batch", "--no-tty", "--status-fd=2", "--detach-sign", "--armor", "--local-user", key.removeprefix(GPG)] if openpgp
               else ["ssh-keygen", "-Y", "sign", "-n", "git", "-f", str(Path(key).expanduser())])
    try:
        done = subprocess.run(command, input=payload, capture_output=True, timeout=DEADLINE, start_new_session=True)
    except FileNotFoundError:
        raise Unavailable("signing_failed", detail=f"{command[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise Unavailable("signing_failed", detail=f"{command[0]} did not answer within {DEADLINE} s") from None
    if done.returncode or b"BEGIN" not in done.stdout:
        raise Unavailable("signing_failed", detail=run.one_line(done.stderr.decode("utf-8", "replace")))
    return done.stdout


def doubtful(env, old, new, signers):
    """(sha, what is wrong) of the oldest commit that `new` has and `old` has not whose signature is not good; None where all are.

    Without `old` only `new` itself is looked at. `signers`: an allowed-signers file of ssh-keygen, or None; OpenPGP keys are gpg's own.
    """
    settings = ("-c", f"gpg.ssh.allowedSignersFile={signers or '/dev/null'}")
    which = ["--reverse", f"{old}..{new}"] if old else ["--max-count=1", new]
    for line in run.must(env, *settings, "log", "--format=%H %G?", *which, "--").splitlines():
        sha, verdict = line.split()
        if verdict != GOOD:
            return sha, WHY.get(verdict, WHY["E"])
    return None
