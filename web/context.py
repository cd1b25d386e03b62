"""What the doors of one process share: services, the read-only cluster client, the event broadcaster. Opened after the fork."""

from flask import current_app


def services():
    return current_app.extensions["klepaas"].services


def cluster():
    """The read-only view of the clusters (controller.observe)."""
    return current_app.extensions["klepaas"].cluster


def models():
    """The language models of the settings (nlp/models/chain), or None."""
    return current_app.extensions["klepaas"].models


def broadcaster():
    return current_app.extensions["klepaas"].broadcaster
