"""Where the config repository is: a path here, or a remote's URL apart from the credentials for it."""

import base64
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from gitops.errors import Invalid

SCHEMES = ("file", "ssh", "https", "http")
SCP = re.compile(r"(?:[\w.+-]+@)?\w[\w.-]*:(?!:)[^\\].*")
USER = "x-access-token"  # what GitHub wants beside a token; GitLab and Gitea take any name


@dataclass(frozen=True, slots=True)
class Address:
    """A remote's URL without secrets; `header` is what authenticates, never to be shown, `secrets` what to mask."""

    url: str
    header: str | None = field(default=None, repr=False)
    secrets: tuple = field(default=(), repr=False)

    @property
    def settings(self):
        """git's config that sends the header, to this server alone."""
        if self.header is None:
            return ()
        parts = urlsplit(self.url)
        return ((f"http.{parts.scheme}://{parts.netloc}/.extraHeader", self.header),)


def address(url, token=None):
    """The Address of a remote, or None for a path. Credentials in the URL are taken out of it; `token` goes before them."""
    if "://" not in url:
        return Address(_plain(url)) if SCP.fullmatch(url) and not Path(url).exists() else _no_helper(url)
    scheme = url.partition("://")[0]
    if scheme not in SCHEMES:
        raise Invalid("repo_url_unsupported", scheme=scheme[:20], known=SCHEMES)
    if scheme in ("http", "https"):
        return _web(_plain(url), token)
    return Address(re.sub(r"^(\w+://[^/@:]*):[^/@]*@", r"\1@", _plain(url)))


def _web(url, token):
    parts = urlsplit(url)
    userinfo, _, host = parts.netloc.rpartition("@")
    user, _, password = userinfo.partition(":")
    clean = parts._replace(netloc=host, query="", fragment="").geturl()
    secret = _plain(token.strip(), "bad_config_token") if token and token.strip() else unquote(password)
    if not host:
        raise Invalid("repo_url_bad")
    if not secret:
        return _web_with_user(clean, unquote(user))
    return _authenticated(clean, unquote(user) or USER, secret)


def _web_with_user(clean, user):
    """https://TOKEN@host: the only word before the @ is the secret."""
    return _authenticated(clean, user, "x-oauth-basic") if user else Address(clean)


def _authenticated(clean, user, secret):
    basic = base64.b64encode(f"{user}:{secret}".encode()).decode()
    return Address(clean, f"Authorization: Basic {basic}", tuple(each for each in (basic, secret, user) if each not in (USER, "x-oauth-basic", "git")))


def _plain(text, code="repo_url_bad"):
    if not text.isprintable() or " " in text:
        raise Invalid(code)
    return text


def _no_helper(path):
    """`ext::sh -c …` would run a program."""
    if re.match(r"\w+::", path):
        raise Invalid("repo_url_unsupported", scheme=path.partition("::")[0][:20], known=SCHEMES)
