"""Values encrypted with SOPS, decrypted by its binary when they are rendered: through pipes, never on a disk.

What was encrypted is remembered as text, so that nobody shows it: see `charts.differences` and `hidden`.
"""

import base64
import os
import shutil
import subprocess

from gitops import values
from gitops.errors import Invalid, Timeout

SEALED = "ENC["
KEYS = ("PATH", "HOME", "GNUPGHOME", "XDG_CONFIG_HOME", "VAULT_ADDR", "VAULT_TOKEN", "GOOGLE_APPLICATION_CREDENTIALS")
FAMILIES = ("SOPS_", "AWS_", "AZURE_")  # what SOPS finds its keys by
SHORTEST = 3  # characters: to hide every "1" would hide the rest
HIDDEN, CHANGED = "***", "*** (changed)"


def opened(data, parsed, path, deadline):
    """(the values in clear, the secret texts in them)."""
    program = shutil.which("sops")
    if program is None:
        raise Invalid("sops_missing", path=path)
    environment = {name: value for name, value in os.environ.items() if name in KEYS or name.startswith(FAMILIES)}
    try:
        done = subprocess.run([program, "--decrypt", "--input-type", "yaml", "--output-type", "yaml", "/dev/stdin"], input=data, capture_output=True, timeout=deadline, env=environment)
    except subprocess.TimeoutExpired:
        raise Timeout("render_timeout", path=path, seconds=deadline) from None
    if done.returncode:
        raise Invalid("sops_failed", path=path, detail=" ".join(done.stderr.decode("utf-8", "replace").split())[:300])
    clear = values.parse(done.stdout, path)
    return {name: each for name, each in clear.items() if name != "sops"}, tuple(sorted(set(_secrets(parsed, clear)), key=len, reverse=True))


def _secrets(sealed, clear):
    """The texts that stand where the file has sealed ones, also as they are in a Secret's data."""
    if isinstance(sealed, dict) and isinstance(clear, dict):
        for name, each in sealed.items():
            yield from _secrets(each, clear.get(name)) if name != "sops" else ()
    elif isinstance(sealed, list) and isinstance(clear, list):
        for pair in zip(sealed, clear):
            yield from _secrets(*pair)
    elif isinstance(sealed, str) and sealed.startswith(SEALED):
        text = str(clear)
        yield from (each for each in (text, text.strip(), *text.split("\n"), base64.b64encode(text.encode()).decode()) if len(each) >= SHORTEST)


def hidden(value, secrets, new=()):
    """A text, or an object with all texts in it, without the secrets; `new` are those that were not there before."""
    if not secrets:
        return value
    if isinstance(value, dict):
        return {name: hidden(each, secrets, new) for name, each in value.items()}
    if isinstance(value, list):
        return [hidden(each, secrets, new) for each in value]
    if isinstance(value, str):
        for each in secrets:
            value = value.replace(each, CHANGED if each in new else HIDDEN)
    return value
