"""Notifications: the controller sends to the channels of the settings. What begins with # is the Slack app's, whose token only the web server can open."""

from controller import metrics
from gitops.errors import Invalid
from gitops.notices import places
from gitops.notices.channels import KINDS
from gitops.notices.post import Post

APP = "#"  # how the name of a channel of the Slack app begins


def opened(services):
    """The Post of this process, working."""
    return Post(services, "notify", lambda channel: mine(services.settings, channel), lambda channel, message: send(services.settings, channel, message), metrics.NOTICES, route=True).start()


def mine(settings, channel):
    """Without a Slack app nobody else would say that there is none."""
    return not channel.startswith(APP) or not settings.slack_client_id


def send(settings, channel, message):
    if channel.startswith(APP):
        raise Invalid("not_configured", what="Slack", setting="SLACK_CLIENT_ID")
    place = places.of(settings, channel)
    KINDS[place.kind].send(place, message)
