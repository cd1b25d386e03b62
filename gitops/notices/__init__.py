"""Notifications: from an event of the ledger to a message in a channel, by the routes of klepaas.yaml and the outbox in the ledger.

Must not know a cluster or a door, and says no secret: everything is masked before it is kept, and again before it is sent.
"""
