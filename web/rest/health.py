"""Whether what this server needs answers. Must not mend anything, nor say more than that to whom may not see the whole."""

from gitops import policy
from gitops.errors import KlepaasError
from web import reads
from web.errors import language
from web.rest import shown

SHOWN = shown.thing(status={"enum": ["ok", "degraded"]}, ready=shown.FLAG, checks=shown.many(shown.thing(name=shown.TEXT, status={"enum": ["ok", "failing"]}, message=shown.MAYBE)))


def of(services, cluster, actor):
    """{status, ready, checks}: `ready` is whether every app was synced once."""
    seen = [each for each in services.readable()[1].environments.values() if policy.holds(actor.scopes, "k8s:read", each.name)]
    clusters = {each.cluster: each for each in reversed(seen)}.values()  # one cluster is asked once
    checks = [_check("database", lambda: services.ledger.last_event()), _check("repository", lambda: services.repo.head()),
              *(_check(f"cluster of {each.name}", lambda each=each: cluster.kube(each).version()) for each in clusters)]
    failing = any(each["status"] == "failing" for each in checks)
    checks += _mirrored(services)
    return {"status": "degraded" if any(each["status"] == "failing" for each in checks) else "ok", "ready": not failing and reads.synced_once(services), "checks": checks}


def _mirrored(services):
    """A mirror that does not follow keeps nobody from working."""
    if not services.settings.mirror_repo:
        return []
    why = reads.mirror(services.ledger, language())
    return [{"name": "mirror", "status": "failing" if why else "ok", "message": why}]


def _check(name, ask):
    try:
        ask()
    except KlepaasError as error:
        return {"name": name, "status": "failing", "message": error.text(language())}
    return {"name": name, "status": "ok", "message": None}
