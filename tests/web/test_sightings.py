"""What clusters report of apps, as people see it: at once, filtered by what they may see, and kept when the cluster has forgotten it."""

import time

import pytest
from playwright.sync_api import expect

from controller.cluster import kube
from tests.web.test_browser import WAIT, chromium, person  # noqa: F401 (fixtures)
from tests.web.test_live import opened, received


@pytest.fixture
def reports(demo):
    """`reports(environment, name, reason, message)`: an Event as a kubelet would send it; its path."""
    cluster = kube.Kube(str(demo.home / "cluster" / "kubeconfig"))

    def report(environment, name, reason, message):
        namespace = next(each["namespace"] for each in demo.client().get(f"{demo.api}/environments").json()["items"] if each["name"] == environment)
        event = {"apiVersion": "v1", "kind": "Event", "metadata": {"generateName": "tried-"}, "type": "Warning", "reason": reason, "message": message, "count": 3, "lastTimestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                 "involvedObject": {"apiVersion": "v1", "kind": "Pod", "name": name, "namespace": namespace}}
        return cluster, f"/api/v1/namespaces/{namespace}/events/" + cluster.request("POST", f"/api/v1/namespaces/{namespace}/events", body=event)["metadata"]["name"]
    return report


def test_only_who_may_see_it_is_told(demo, owner, reports):
    """Of production's reports a socket of who may read staging alone hears nothing; of staging's it does."""
    socket = opened(demo, demo.token("k8s:read@staging"), after=owner.get(f"{demo.api}/events").json()["last"])
    reports("production", "nginx-5d4f8c7b9-bcdfg", "NotYours", "x")
    time.sleep(2.5)
    reports("staging", "nginx-5d4f8c7b9-bcdfg", "Yours", "y")
    heard = [each for each in received(socket, lambda event: event["kind"] == "cluster" and event["data"]["reason"] == "Yours") if each["kind"] == "cluster"]
    assert "NotYours" not in {each["data"]["reason"] for each in heard} and heard[-1]["app"] == "nginx" and heard[-1]["data"]["object"] == "Pod/nginx-5d4f8c7b9-bcdfg"
    socket.close()


def test_the_page_shows_it_at_once_and_keeps_it(demo, owner, reports, person):  # noqa: F811
    """A report is on the app's page without a reload, and in every read after the cluster has forgotten it, once."""
    page = person("owner").page
    page.goto(f"{demo.url}/#/apps/mailer/staging")
    expect(page.locator("h1")).to_have_text("mailer")
    page.wait_for_timeout(1500)
    began = time.monotonic()
    cluster, path = reports("staging", "mailer-5d4f8c7b9-bcdfg", "BackOff", "back-off <b>restarting</b> failed container")
    expect(page.get_by_text("back-off <b>restarting</b> failed container")).to_be_visible(timeout=WAIT)
    assert time.monotonic() - began < 10
    cluster.request("DELETE", path)
    found = [each for each in owner.get(f"{demo.api}/read/events", params={"app": "mailer", "environment": "staging"}).json()["data"]["items"] if each["reason"] == "BackOff"]
    assert [(each["object"], each["count"], each["type"]) for each in found] == [("Pod/mailer-5d4f8c7b9-bcdfg", 3, "Warning")]
    assert "back-off" in demo.cli("read", "events", "mailer", "-e", "staging").stdout
