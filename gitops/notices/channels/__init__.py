"""The formats that messages go out in: one module a kind, each with KEYS (what NOTIFY_CHANNELS says of one), check(given) and send(place, message).

`send` returns when the receiver said that it took the message, and raises else. Must not try again or remember: that is gitops/notices/post.
"""

from gitops.notices.channels import email, pagerduty, slack, teams, webhook

KINDS = {"slack": slack, "email": email, "pagerduty": pagerduty, "webhook": webhook, "teams": teams}
