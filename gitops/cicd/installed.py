"""A GitHub App that was installed somewhere, changed or taken away: tokens of that account are kept no longer. Must not deploy anything."""

from gitops.cicd.facts import OF_APP
from gitops.forges import github_app

EVENTS = OF_APP


def outcome(facts):
    """What is remembered of it, and shown in Settings: the account, and which repositories came and went."""
    github_app.forget(facts.app_at["account"])
    return [{"status": "noticed", "by": facts.sender, **facts.app_at}]
