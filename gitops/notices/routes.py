"""Which channels a piece of news goes to, and which news becomes one message there. Pure."""

from fnmatch import fnmatchcase

from gitops.notices.kinds import at_least


def channels(notify, news):
    """(channel, language, seconds) of each channel once; of several routes that fit, the first one's."""
    found = {}
    for route in notify.routes:
        if _fits(route, news):
            for channel in route.channels:
                found.setdefault(channel, (channel, route.language, route.group))
    return list(found.values())


def _fits(route, news):
    return (_any(route.environments, news["environment"]) and _any(route.apps, news["app"]) and _any(route.events, news["kind"]) and at_least(news.get("ends") or news["severity"], route.severity))


def _any(patterns, name):
    return not patterns or name is not None and any(fnmatchcase(name, each) for each in patterns)


def posts(notify, every):
    """The posts (ledger.notices.keep) of news in order: what is alike in a channel is one; without seconds to gather, each is one for itself."""
    found = {}
    for number, news in enumerate(every):
        for channel, language, seconds in channels(notify, news):
            bundle = f"{news['kind']} {news['environment'] or ''}" if seconds else None
            key = channel, language, bundle or number
            found.setdefault(key, (channel, language, bundle, seconds, []))[4].append(news)
    return list(found.values())
