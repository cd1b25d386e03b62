"""A cluster that is there already, for the same tests: reached through `kubectl proxy`, so that whatever its kubeconfig asks for is kubectl's to do."""

import subprocess

from tests import tools
from tests.devcluster.cluster import Cluster
from tests.product import environment

KUBECONFIG = """apiVersion: v1
kind: Config
current-context: tested
contexts: [{{name: tested, context: {{cluster: tested, user: tested}}}}]
clusters: [{{name: tested, cluster: {{server: "{url}"}}}}]
users: [{{name: tested, user: {{}}}}]
"""


class External(Cluster):
    """As the embedded one is to the tests; `forget` takes away what they made."""

    def forget(self, prefix):
        """Delete the namespaces whose names begin so; nobody waits for their end."""
        for each in self.get("/api/v1/namespaces")["items"]:
            if each["metadata"]["name"].startswith(prefix):
                self.ask("DELETE", f"/api/v1/namespaces/{each['metadata']['name']}")

    def runs_pods(self):
        """Whether a node is ready, so that a pod may become so."""
        return any(condition["type"] == "Ready" and condition["status"] == "True"
                   for node in self.get("/api/v1/nodes")["items"] for condition in node["status"].get("conditions") or ())


def open(kubeconfig, state):
    """The cluster of a kubeconfig's current context."""
    process = subprocess.Popen([tools.kubectl(), "--kubeconfig", kubeconfig, "proxy", "--port", "0"], stdout=subprocess.PIPE, text=True, env=environment(state, 1))
    url = f"http://{process.stdout.readline().split()[-1]}"
    (state / "kubeconfig").write_text(KUBECONFIG.format(url=url))
    return External(process, url, state, None)
