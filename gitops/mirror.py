"""A copy of the config repository elsewhere: main is pushed there, never over anything that is not of main. What went its own way is left to people."""

from gitops.errors import Conflict, Invalid, NotFound
from gitops.git import run
from gitops.git.address import Address, address
from gitops.git.refs import HEADS, Moved
from gitops.git.remote import Remote

MAIN = f"{HEADS}main"


def bring(repo, settings):
    """Main's tip, which the mirror has now; Conflict when what it has is not of main, or it moves meanwhile."""
    remote = _remote(repo, settings)
    there, head = standing(repo, settings), repo.head()
    if head is None or there == head:
        return head
    try:
        remote.push(MAIN, head, there)
    except Moved:
        raise Conflict("mirror_moved") from None
    return head


def standing(repo, settings):
    """The mirror's tip of main, None in an empty one; Conflict when it is not of our main."""
    try:
        there = _remote(repo, settings).tip("main")[1]
    except NotFound:
        return None
    if not repo.contains(MAIN, there):
        repo.fetch()  # another's push may have gone there first
        if not repo.contains(MAIN, there):
            raise Conflict("mirror_diverged", there=there[:7])
    return there


def _remote(repo, settings):
    if not settings.mirror_repo:
        raise Invalid("not_configured", what="mirror", setting="MIRROR_REPO")
    place = address(settings.mirror_repo, settings.mirror_token) or Address(settings.mirror_repo)
    return Remote(place, run.environment(repo.path, *place.settings))
