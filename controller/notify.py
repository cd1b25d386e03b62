"""Notifications: the controller sends to the channels of the settings. What begins with # is the Slack app's, whose token only the web server can open."""

from gitops.notices import places
from gitops.notices.channels import KINDS
from gitops.notices.post import Post

APP = "#"  # how the name of a channel of the Slack app begins


def opened(services):
    """The Post of this process, working."""
    return Post(services, "notify", lambda channel: not channel.startswith(APP), lambda channel, message: send(services.settings, channel, message), route=True).start()


def send(settings, channel, message):
    place = places.of(settings, channel)
    KINDS[place.kind].send(place, message)
