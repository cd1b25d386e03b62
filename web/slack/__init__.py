"""The Slack app: words, buttons and mentions in, cards out, as the Slack user's own person here. Must not do what the chat and the commands do not.

Slack proves itself by its signature, who speaks by the verified address of their Slack account; what they may do, the one path asks as at every door.
"""


def install(app, opened):
    """Who works on what comes, and in this process or another who sends to the app's channels."""
    from gitops.notices.post import Post
    from web import metrics
    from web.slack import threads, working

    app.extensions["klepaas-slack"] = working.Workers(app)
    if opened.settings.slack_client_id:
        app.extensions["klepaas-slack-post"] = Post(opened, "slack", lambda channel: channel.startswith("#"), lambda channel, message: threads.send(opened, channel, message), metrics.NOTICES).start()
