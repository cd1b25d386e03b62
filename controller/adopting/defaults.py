"""The fields that an API server fills in by itself, and their values: noise in a manifest that a person reads.

A table follows an object's shape: a mapping goes into a field, `EACH` into the items of a list, any other value is a default, a
function says whether the value beside it is one, DROP is always the server's. From the defaulting functions of Kubernetes' API (pkg/apis/*/v1/defaults.go).
"""

EACH, DROP = "[]", object()


def _pull_policy(container):
    """Always for the tag latest or none, else IfNotPresent."""
    name, _, digest = container.get("image", "").partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return "Always" if not digest and tag in ("", "latest") else "IfNotPresent"


HANDLER = {"httpGet": {"scheme": "HTTP"}}
PROBE = HANDLER | {"grpc": {"service": ""}, "timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}
CONTAINER = {"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File", "imagePullPolicy": _pull_policy, "resources": {},
             "ports": {EACH: {"protocol": "TCP"}}, "env": {EACH: {"valueFrom": {"fieldRef": {"apiVersion": "v1"}}}},
             "livenessProbe": PROBE, "readinessProbe": PROBE, "startupProbe": PROBE, "lifecycle": {"preStop": HANDLER, "postStart": HANDLER}}
REFERENCED = {"items": {EACH: {"fieldRef": {"apiVersion": "v1"}}}, "defaultMode": 420}
VOLUME = {"configMap": REFERENCED, "secret": REFERENCED, "downwardAPI": REFERENCED, "hostPath": {"type": ""},
          "projected": {"defaultMode": 420, "sources": {EACH: {"serviceAccountToken": {"expirationSeconds": 3600}, "downwardAPI": REFERENCED}}}}
POD = {"restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler", "terminationGracePeriodSeconds": 30, "securityContext": {}, "serviceAccount": DROP,
       "enableServiceLinks": True, "containers": {EACH: CONTAINER}, "initContainers": {EACH: CONTAINER}, "volumes": {EACH: VOLUME}}
TEMPLATE = {"metadata": {"creationTimestamp": DROP}, "spec": POD}
JOB = {"template": {"metadata": {"creationTimestamp": DROP}, "spec": {name: value for name, value in POD.items() if name != "restartPolicy"}}, "backoffLimit": 6, "completions": 1, "parallelism": 1,
       "completionMode": "NonIndexed", "suspend": False, "manualSelector": False, "podReplacementPolicy": "TerminatingOrFailed"}
CLAIM = {"metadata": {"creationTimestamp": DROP}, "spec": {"volumeMode": "Filesystem"}, "status": DROP}
KINDS = {
    ("apps", "Deployment"): {"spec": {"progressDeadlineSeconds": 600, "revisionHistoryLimit": 10, "template": TEMPLATE,
                                      "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}}},
    ("apps", "StatefulSet"): {"spec": {"podManagementPolicy": "OrderedReady", "revisionHistoryLimit": 10, "template": TEMPLATE, "volumeClaimTemplates": {EACH: CLAIM},
                                       "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
                                       "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"}}},
    ("apps", "DaemonSet"): {"spec": {"revisionHistoryLimit": 10, "template": TEMPLATE, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}}},
    ("batch", "CronJob"): {"spec": {"concurrencyPolicy": "Allow", "suspend": False, "successfulJobsHistoryLimit": 3, "failedJobsHistoryLimit": 1,
                                    "jobTemplate": {"metadata": {"creationTimestamp": DROP}, "spec": JOB}}},
    ("", "Service"): {"spec": {"type": "ClusterIP", "clusterIP": lambda spec: spec["clusterIP"] if spec["clusterIP"] != "None" else None, "clusterIPs": DROP, "ipFamilies": DROP,
                               "ipFamilyPolicy": "SingleStack", "internalTrafficPolicy": "Cluster", "externalTrafficPolicy": "Cluster", "sessionAffinity": "None",
                               "allocateLoadBalancerNodePorts": True, "healthCheckNodePort": DROP,
                               "ports": {EACH: {"protocol": "TCP", "targetPort": lambda port: port.get("port")}}}},
    ("", "PersistentVolumeClaim"): {"spec": {"volumeMode": "Filesystem", "volumeName": DROP}},
    ("", "ServiceAccount"): {"secrets": DROP},
}
