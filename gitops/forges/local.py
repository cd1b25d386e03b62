"""Reviews without a forge: the branch is in the config repository, the approvals are in the ledger."""

from gitops import message

PREFIX = "klepaas/"


def open_review(services, row, plan, environment, head):
    """The review of this command's branch: the one there is, or a new one."""
    return services.ledger.review_open(
        command_uid=row.uid, environment=environment.name, app=plan.command.app, branch=f"{PREFIX}{row.uid}", base=plan.base, head=head,
        author_email=row.actor.email, author_name=row.actor.name, title=message.subject(plan),
        required=environment.approvals if environment.review else 0)


def command_of(review):
    """The uid of the command that a review would carry out."""
    return review.branch.removeprefix(PREFIX)


def approve_review(services, review, actor):
    return services.ledger.approve(review.id, actor, review.head)


def merge_review(services, review, actor, commit):
    merged = services.ledger.merged(review.id, commit, actor)
    services.repo.drop(review.branch)
    return merged


def reject_review(services, review, actor):
    rejected = services.ledger.reject(review.id, actor)
    services.repo.drop(review.branch)
    return rejected
