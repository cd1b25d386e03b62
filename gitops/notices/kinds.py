"""What people are told of: every kind of news with how much it matters. Must not hold texts."""

SEVERITIES = ("info", "warning", "critical")
KINDS = {
    "deployment.started": "info", "deployment.succeeded": "info", "deployment.failed": "critical",
    "drift.repaired": "warning", "drift.found": "warning", "sync.held": "warning", "environment.unreached": "critical",
    "review.asked": "info", "review.approved": "info", "review.merged": "info", "review.rejected": "info", "break_glass": "critical",
    "alert.fired": "critical", "alert.resolved": "info", "token.expiring": "warning", "config.broken": "warning", "mirror.stuck": "warning", "test": "info",
}


def at_least(severity, least):
    return SEVERITIES.index(severity) >= SEVERITIES.index(least)
