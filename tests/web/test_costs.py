"""cost_analysis over HTTP and in the chat: computed from what is desired, with its arithmetic, and honest about what is not known."""

import subprocess
import sys

import pytest

from gitops.repo import Draft, Repository
from gitops.types import Change
from tests.parts import ROOT, Parts
from tests.web.test_chat_processes import Server
from web.cli import samples

PRICES = "prices: {currency: KRW, vcpu_hour: 40, memory_gib_hour: 5}\n"
VALUES = "image: {{repository: nginx, tag: '1'}}\nreplicaCount: {replicas}\nresources: {{requests: {{cpu: 500m, memory: 512Mi}}}}\n"
FILES = {"klepaas.yaml": samples.CONFIG + PRICES, "values/staging/shop.yaml": VALUES.format(replicas=3), "values/production/shop.yaml": VALUES.format(replicas=4),
         "values/staging/plain.yaml": "image: {repository: nginx, tag: '1'}\n", "values/staging/broken.yaml": "image: [\n"}


class Asked:
    """A web server over a repository of its own; no cluster, which costs do not need."""

    def __init__(self, folder):
        self.parts = Parts(folder / "home", files=FILES)
        self.server = Server(self.parts)
        self.token = subprocess.run([sys.executable, "-m", "web.cli", "token", "create", "--scopes", "k8s:read"], cwd=ROOT, env=self.parts.env, capture_output=True, text=True, check=True).stdout.split()[-1]

    def __call__(self, text):
        answer = self.server.post(self.token, "process", text=text)
        assert answer.status_code == 200, answer.text
        item, = answer.json()["items"]
        return item

    def commit(self, path, text):
        repo = Repository.open(str(self.parts.home / "config.git"), self.parts.home)
        change = Change(path, repo.tree(repo.head()).read(path), text.encode())
        repo.land(lambda tree: Draft((change,), "Change\n", ("Test", "test@example.com")), lambda sha: None)
        repo.close()


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    made = Asked(tmp_path_factory.mktemp("costs"))
    yield made
    made.server.kill()


def test_usage_is_computed_with_its_arithmetic(asked):
    """7 pods of half a core and half a GiB: the sums are right to the won, each line says how, what has no requests is named, what is broken too."""
    item = asked("비용 분석해줘")
    data = item["data"]
    shop = {each["environment"]: each for each in data["items"] if each["app"] == "shop" and each["kind"] == "Deployment"}
    assert shop["staging"]["arithmetic"] == ["3 × 0.5 vCPU × 730 h × 40 = 43,800", "3 × 0.5 GiB × 730 h × 5 = 5,475"]
    assert (data["month"], [each["month"] for each in data["environments"]]) == (114975.0, [49275.0, 65700.0])
    assert item["summary"] == "월 114,975 KRW"
    assert ("plain", "staging") in [(each["app"], each["environment"]) for each in data["items"] if "no_requests" in each["notes"]]
    assert [each["app"] for each in data["problems"]] == ["broken"]
    assert [each["month"] for each in asked("what does production cost?")["data"]["environments"]] == [65700.0]


def test_optimization_says_what_it_does_not_know(asked):
    """What desired state shows, with what it would save; that nothing was measured is said."""
    data = asked("비용 줄일 방법 알려줘")["data"]
    advice = {(each["app"], each["environment"], each["code"]): each for each in data["advice"]}
    assert advice["shop", "staging", "one_would_do"]["saves"] == data["saves"] == 32850.0 and advice["shop", "staging", "one_would_do"]["arithmetic"] == "(3 - 1) × 16,425 = 32,850"
    assert ("plain", "staging", "no_requests") in advice and not any(environment == "production" for _, environment, _ in advice)
    assert "no_measurements" in [each["code"] for each in data["notes"]]


def test_a_forecast_is_no_guess(asked):
    """What it costs if nothing changes, and how that differs from the oldest state there is; no line is drawn through two points."""
    asked.commit("values/production/shop.yaml", VALUES.format(replicas=6))
    data = asked("월간 예상 비용 알려줘")["data"]
    assert data["month"] == 147825.0 and data["then"]["month"] == 114975.0 and data["then"]["change"] == 32850.0
    assert {"flat", "no_history"} <= {each["code"] for each in data["notes"]}


def test_without_prices_it_says_so(asked):
    """Resources are counted, no money is invented."""
    asked.commit("klepaas.yaml", samples.CONFIG)
    item = asked("what does it cost?")
    assert item["data"]["month"] is None and item["data"]["currency"] is None and "no_prices" in [each["code"] for each in item["data"]["notes"]]
    assert item["data"]["environments"][0]["vcpu"] == 1.5 and "no price table" in item["summary"]
    assert all(each["month"] is None for each in item["data"]["items"])
