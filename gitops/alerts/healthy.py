"""Which commit an app was healthy at before an alert: what a rollback goes back to. Must not roll back."""

from gitops.errors import KlepaasError, NotFound

SYNCS = 200  # of the last ones, among which it is looked for


def before(services, app, environment, began, heard):
    """The newest revision that the app came up healthy at before we `heard`, with other files than it has now and had when the alert `began`; None where none is known."""
    target = services.head()[1].target(app, environment)
    paths = tuple(path for path in (target.values_path, target.manifests_path) if path)
    syncs = services.ledger.syncs(app, environment, SYNCS)
    then = next((each["revision"] for each in syncs if each["started"] <= began), None)
    suspect = [services.repo.head(), *([then] if then else [])]
    good = (each["revision"] for each in syncs if each["status"] == "succeeded" and (each["finished"] or heard + 1) <= heard)
    return next((each for each in dict.fromkeys(good) if _differs(services.repo, each, suspect, paths)), None)


def wanted(services, alert):
    """The commit a rollback because of an alert goes back to; the error says why there is none."""
    if not alert["app"]:
        raise NotFound("alert_no_app", alert=alert["id"])
    found = before(services, alert["app"], alert["environment"], alert["began"], alert["heard"])
    if found is None:
        raise NotFound("alert_no_healthy", app=alert["app"], environment=alert["environment"])
    return found


def _differs(repo, revision, suspect, paths):
    """Whether the files at a revision are others than at all of these; one that is not there any more is none to go back to."""
    try:
        return all(repo.differs(revision, each, paths) for each in suspect)
    except KlepaasError as error:
        if error.transient:
            raise
        return False
