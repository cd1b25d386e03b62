"""The whole chain, with Debian's real Prometheus and Alertmanager: they scrape the product, a rule that it ships fires, and it reaches Alerts; what is mended there is resolved here."""

import pytest
import yaml

from tests import measuring, product
from tests.deploy.chart import ROOT
from tests.monitoring.payloads import SECRET
from tests.servers import free_port

RULES = ROOT / "deploy" / "prometheus" / "rules.yaml"


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """The product with both beside it, each knowing the next."""
    folder, port = tmp_path_factory.mktemp("chain"), free_port()
    receiver = {"name": "klepaas", "webhook_configs": [{"url": f"http://127.0.0.1:{port}/api/v1/alerts/webhook", "send_resolved": True, "http_config": {"authorization": {"credentials": SECRET}}}]}
    route = {"receiver": "klepaas", "group_by": ["alertname", "environment"], "group_wait": "0s", "group_interval": "1s", "repeat_interval": "1h"}
    with measuring.alertmanager(folder / "alertmanager", yaml.safe_dump({"route": route, "receivers": [receiver]})) as alertmanager:
        with measuring.prometheus(folder / "prometheus", yaml.safe_dump(_config(folder, port, alertmanager))) as prometheus:
            found = product.start(folder / "home", port, METRICS_PORT=str(free_port()), PROMETHEUS_URL=prometheus, ALERTS_WEBHOOK_SECRET=SECRET)
            yield found
            product.stop(found)


def _config(folder, port, alertmanager):
    """The rules as they are shipped, but for how long they wait."""
    rules = yaml.safe_load(RULES.read_text())
    for rule in rules["groups"][0]["rules"]:
        rule["for"] = "1s"
    (folder / "rules.yaml").write_text(yaml.safe_dump(rules))
    return {"global": {"scrape_interval": "1s", "evaluation_interval": "1s"}, "rule_files": [str(folder / "rules.yaml")], "scrape_configs": [{"job_name": "klepaas", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager.removeprefix("http://")]}]}]}}


def test_a_shipped_rule_reaches_alerts_and_is_resolved(chain):
    """An app that does not come up: the rule fires, the alert is the environment's; rolled back, it is over."""
    client = chain.client()

    def firing(name):
        return [each for each in client.get(f"{chain.api}/alerts").json()["items"] if each["name"] == name]
    measuring.until(lambda: client.get(f"{chain.api}/read/query", params={"promql": 'sum(klepaas_apps{health="healthy"}) + on() sum(up{job="klepaas"})'}).json()["data"]["result"], seconds=60)
    assert firing("KlepaasAppsDegraded") == []
    assert client.post(f"{chain.api}/commands", json={"verb": "deploy", "app": "nginx", "environment": "staging", "args": {"version": "v-broken"}}).status_code == 201
    alert, = measuring.until(lambda: firing("KlepaasAppsDegraded"), seconds=90)
    assert (alert["environment"], alert["app"], alert["severity"], alert["summary"]) == ("staging", None, "warning", "1 apps in staging are not healthy") and alert["source"] == "alertmanager"
    assert client.post(f"{chain.api}/commands", json={"verb": "rollback", "app": "nginx", "environment": "staging", "args": {"steps_back": 1}}).status_code == 201
    measuring.until(lambda: not firing("KlepaasAppsDegraded"), seconds=90)
    over = client.get(f"{chain.api}/alerts", params={"status": "resolved"}).json()["items"]
    assert [each["id"] for each in over if each["name"] == "KlepaasAppsDegraded"] == [alert["id"]]
