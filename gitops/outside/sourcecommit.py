"""Repositories of SourceCommit: where git finds them, and a branch's newest commit. https://api.ncloud-docs.com/docs/devtools-sourcecommit"""

from urllib.parse import quote, urlsplit

from gitops.errors import Invalid
from gitops.git import run
from gitops.git.address import address
from gitops.git.remote import Remote
from gitops.outside import ncp
from gitops.outside.refusals import shaped


def commit(services, repository, branch=None):
    """(branch, sha of its newest commit), asked of git: the service's own interface knows branches by name alone."""
    found = ncp.ask(services.settings, "sourcecommit", "GET", f"api/v1/repository/{quote(repository, safe='')}", "repository")
    with shaped("ncp sourcecommit", "repository"):
        url = str(found["git"]["https"])
    place = address(*_signed_in(services.settings, url))
    return Remote(place, run.environment(services.repo.path, *place.settings)).tip(branch)


def _signed_in(settings, url):
    """(URL, password) for git: a user of its own, since access keys are none for it."""
    user, _, password = (settings.ncp_git_credential or "").partition(":")
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http"):
        raise Invalid("repo_url_unsupported", scheme=parts.scheme[:20], known=("https",))
    return parts._replace(netloc=f"{quote(user, safe='')}@{parts.netloc.rpartition('@')[2]}" if user else parts.netloc).geturl(), password or None
