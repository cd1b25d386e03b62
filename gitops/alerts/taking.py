"""An incoming message, kept: each alert as one row for as long as it fires. Must not act on it."""

from gitops.alerts import facts, matching


def take(services, source, payload):
    """How many alerts a message tells of, and how many are new or over."""
    alerts = facts.read(source, payload)
    if not alerts:
        return 0, 0
    _, catalog = services.readable()
    placed = [(each, *matching.place(catalog, each.labels)) for each in alerts]
    return len(alerts), services.ledger.alerts.keep(placed)
