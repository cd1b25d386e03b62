"""What SECRET_KEY is used for beside session cookies, each with a key of its own made from it. Must not be shown to anybody."""

import base64
import hashlib
import hmac
import secrets
import uuid

from cryptography.fernet import Fernet, InvalidToken


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


def of_cursors(settings):
    """What the places in lists that clients keep are signed with."""
    return _of(settings, b"cursors")


def sealed(settings, text):
    """The text as it may be stored."""
    return _box(settings).encrypt(text.encode()).decode()


def opened(settings, text, seconds=None):
    """What was sealed, at most so many seconds ago; None where it was not, or with another key."""
    try:
        return _box(settings).decrypt(text.encode(), ttl=seconds).decode()
    except InvalidToken:
        return None


def _box(settings):
    return Fernet(base64.urlsafe_b64encode(_of(settings, b"stored tokens")))


def _of(settings, purpose):
    return hmac.new(secret(settings).encode(), b"klepaas " + purpose, hashlib.sha256).digest()
