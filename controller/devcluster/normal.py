"""How an object looks after the server's own types held it: what they omit when it is empty, and quantities as they write them. Pure."""

from decimal import ROUND_CEILING, Decimal, InvalidOperation
from functools import lru_cache

POINTERS = {"storageClassName", "ingressClassName", "runtimeClassName", "holderIdentity", "appProtocol", "loadBalancerClass", "volumeAttributesClassName", "pathType", "volumeMode",
            "reportingInstance", "reportingComponent", "serviceName"}  # strings that may be empty and are not absent then
DEFINITION_STATUS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus"
HOST_PATH, ENDPOINT_PORT = "io.k8s.api.core.v1.HostPathVolumeSource", "io.k8s.api.discovery.v1.EndpointPort"
NUMBERS = {"minReadySeconds", "paused", "hostNetwork", "hostPID", "hostIPC", "stdin", "stdinOnce", "tty", "publishNotReadyAddresses", "healthCheckNodePort", "nodePort", "hostPort",
           "initialDelaySeconds", "readOnly", "unschedulable"}  # 0 and false mean absent; all others are pointers or required
NULLS = {"lastProbeTime", "eventTime", "firstTimestamp", "lastTimestamp", "currentMetrics", "conditions"}  # written as null where there is nothing
BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
DECIMAL = {"n": -3, "u": -2, "m": -1, "": 0, "k": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6}


def omitted(schema, name, value):
    """Whether the server's type leaves a field out when it holds this value."""
    if value is None:
        return name not in NULLS or name == "conditions" and schema.ref != DEFINITION_STATUS
    if value or name in schema.raw.get("required", ()):
        return False
    if isinstance(value, str):
        return name not in POINTERS and schema.ref not in (HOST_PATH, ENDPOINT_PORT)
    if isinstance(value, dict | list):
        child = schema.fields.get(name)
        return child is not None and (child.type == "array" or "additionalProperties" in child.raw)
    return name in NUMBERS


def is_quantity(schema):
    return schema.ref is not None and schema.ref.endswith(".Quantity")


@lru_cache(4096)
def quantity(value):
    """A quantity in its canonical form; what is none stays as it is, for validation to refuse."""
    text = str(value)
    number = text.rstrip("KMGTPEinumk") if not text[-1:].isdigit() else text
    suffix = text[len(number):]
    try:
        found = Decimal(number)
    except InvalidOperation:
        return value
    if "e" in number.lower():
        return text
    if suffix in BINARY:
        return _binary(found * 1024 ** BINARY[suffix])
    return _decimal(found.scaleb(3 * DECIMAL[suffix])) if suffix in DECIMAL else value


def _binary(number):
    if number != number.to_integral_value():
        return _decimal(number)
    fit = next((name for name, power in reversed(BINARY.items()) if number and number % 1024 ** power == 0), None)
    return f"{int(number) // 1024 ** BINARY[fit]}{fit}" if fit else str(int(number))


def _decimal(number):
    nanos = int((number * 10 ** 9).to_integral_value(ROUND_CEILING))
    if not nanos:
        return "0"
    fit = next(name for name, power in reversed(DECIMAL.items()) if nanos % 10 ** (9 + 3 * power) == 0)
    return f"{nanos // 10 ** (9 + 3 * DECIMAL[fit])}{fit}"
