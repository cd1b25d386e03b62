"""The mirror of a controller at work: each landing comes there by itself."""

from gitops.repo import Repository
from tests.controller.house import configmap


def test_each_landing_comes_to_the_mirror(house):
    """After the first look, and after each commit; a mirror that is away keeps no app from being synced."""
    made = house()
    mirror = Repository(Repository.create(made.home / "mirror.git"))
    made.commit({"manifests/staging/near/map.yaml": configmap("near")})
    made.start(MIRROR_REPO=mirror.path)
    made.wait(lambda: mirror.tip("refs/heads/main") == made.repo.head(), 30)
    made.commit({"manifests/staging/near/map.yaml": configmap("near", "v2")})
    made.wait(lambda: made.value("near") == "v2", 20)
    made.wait(lambda: mirror.tip("refs/heads/main") == made.repo.head(), 30)
