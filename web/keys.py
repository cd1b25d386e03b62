"""What SECRET_KEY is used for beside session cookies, each with a key of its own made from it. Must not be shown to anybody."""

import hashlib
import hmac
import secrets
import uuid


def secret(settings):
    """SECRET_KEY, or one made once and kept in KLEPAAS_HOME."""
    if settings.secret_key:
        return settings.secret_key
    file = settings.home / "secret_key"
    if not file.exists():
        fresh = file.with_suffix(f".{uuid.uuid4().hex}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            file.hardlink_to(fresh)  # atomic: the first of several workers wins
        except FileExistsError:
            pass  # another worker was first: its key is ours
        fresh.unlink()
    return file.read_text().strip()


def of_audit(settings):
    """What checkpoints of the audit are signed with."""
    return _of(settings, b"audit")


def _of(settings, purpose):
    return hmac.new(secret(settings).encode(), b"klepaas " + purpose, hashlib.sha256).digest()
