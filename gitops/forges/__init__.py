"""Where reviews live: modules with the same functions, by name. What was reviewed, and by whom, is in the ledger whatever the forge.

    find(services, branch) -> Pull | None                      open(services, branch, title, body, draft=False) -> Pull: the one there is, or a new one
    update(services, review, title, body)                      comment(services, review, text): one comment, updated
    approve(services, review, text)                            merge(services, review, draft, announce) -> sha | None: nothing left to change
    close(services, review)                                    state(services, review) -> Pull
    labels(services, review, names)                            reviewers(services, review, names)
    draft(services, review, wanted)                            propose(services, at, path, content, branch, title) -> url | None: a file to another repository
    commit(services, at, branch=None) -> branch, sha           dispatch(services, at, branch, version): start another repository's pipeline
    status(services, at, sha, state, why, context, url): on a commit (at None: of the config repository); state is pending, success or failure
    deployment(services, at, sha, Deployed): how an app is, as a deployment of the commit it runs; the same one is found again
    note(services, at, number, text, mark): the same comment, on a pull of another repository; one for each mark
    permission(services, at, login) -> admin, write, …        head(services, at, number) -> Head of a pull of another repository (github, gitea)
    repositories(services) -> [Place] that the credential reaches
    runs(services, at, sha) -> [Run]                           approvals(services, sha) -> Approvals of the merged pull that brought a commit, or None
    approved(services, review) -> Approvals there, or None: nobody approves there
"""

from gitops.errors import Invalid
from gitops.forges import gitea, github, gitlab, local

FORGES = {"local": local, "github": github, "gitea": gitea, "gitlab": gitlab}


def chosen(settings):
    """(name, module) of the forge that new reviews go to."""
    name = settings.forge
    if name not in FORGES:
        raise Invalid("bad_setting", name="FORGE", wanted=", ".join(FORGES))
    return name, FORGES[name]
