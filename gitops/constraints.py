"""An installation's own rules for what runs (`policy` of klepaas.yaml): registries, tags, replicas, resources. Pure.

Asked twice, as gitops/tenancy is: of a plan, before anything is committed, and of a sync, since a push asks nobody.
"""

from gitops import values
from gitops.errors import Invalid, KlepaasError

HUB = "docker.io"  # what an image without a registry's name is of, as container runtimes have it
SCALED = ("Deployment", "StatefulSet")


def check(objects, environment, tree, target):
    """Invalid names the first object that breaks a rule, the rule, and where in the files the reason stands."""
    policy = environment.policy
    scaled = {_reference(each) for each in objects if each["kind"] == "HorizontalPodAutoscaler"}
    for each in objects:
        _replicas(policy, each, scaled, environment, tree, target)
        for container in _containers(each):
            _image(policy, each, container, environment, tree, target)
            _resources(policy, each, container, environment, tree, target)


def _image(policy, obj, container, environment, tree, target):
    image = str(container.get("image") or "")
    if policy.registries and not any(_within(full(image), full(each, registry=True)) for each in policy.registries):
        _refuse("policy_registry", obj, environment, tree, target, "image", image=image, allowed=list(policy.registries))
    if not policy.latest and moving(image):
        _refuse("policy_latest", obj, environment, tree, target, "version", image=image)


def _resources(policy, obj, container, environment, tree, target):
    found = _mapping(container.get("resources"))
    for wanted in policy.resources:
        group, _, name = wanted.partition(".")
        if _mapping(found.get(group)).get(name) is None:
            _refuse("policy_resources", obj, environment, tree, target, "resources", container=str(container.get("name")), wanted=wanted)


def _replicas(policy, obj, scaled, environment, tree, target):
    least, most = policy.replicas
    spec = _mapping(obj.get("spec"))
    if obj["kind"] in SCALED and (obj["kind"], obj["metadata"]["name"]) not in scaled:
        key, asked = "replicas", (spec.get("replicas", 1),)
    elif obj["kind"] == "HorizontalPodAutoscaler":
        key, asked = "autoscaling", (spec.get("minReplicas", 1), spec.get("maxReplicas"))
    else:
        return
    for number in asked:
        if type(number) is int and (least is not None and number < least or most is not None and number > most):
            bounds = " ".join(f"{sign} {bound}" for sign, bound in ((">=", least), ("<=", most)) if bound is not None)
            _refuse("policy_replicas", obj, environment, tree, target, key, replicas=number, bounds=bounds)


def images(objects):
    """The images that objects run."""
    return frozenset(str(container.get("image")) for each in objects for container in _containers(each))


def promoted(command, environment, before, after, source):
    """Invalid where an image would come that the environment to promote from does not have; each is the objects of one app."""
    new = images(after) - images(before) - images(source)
    if new:
        raise Invalid("only_promote", app=command.app, environment=environment.name, image=sorted(new)[0], source=environment.promotes_from)


def full(image, registry=False):
    """The image's repository with its registry: nginx:1.27 is docker.io/library/nginx."""
    name = image.partition("@")[0]
    head, slash, rest = name.rpartition("/")
    name = head + slash + rest.partition(":")[0] if head or not registry else name
    first, slash, rest = name.partition("/")
    if "." in first or ":" in first or first == "localhost":
        return name
    return f"{HUB}/{name}" if slash or registry else f"{HUB}/library/{name}"


def moving(image):
    """Whether the same words may mean another image tomorrow: `latest`, or nothing."""
    name, digest = image.partition("@")[::2]
    return not digest and name.rpartition("/")[2].partition(":")[2] in ("", "latest")


def _within(image, allowed):
    return image == allowed or image.startswith(allowed.rstrip("/") + "/")


def _containers(obj):
    """The containers of what runs pods; nothing of others."""
    spec = _mapping(obj.get("spec"))
    if obj["kind"] == "CronJob":
        spec = _mapping(_mapping(spec.get("jobTemplate")).get("spec"))
    pod = spec if obj["kind"] == "Pod" else _mapping(_mapping(spec.get("template")).get("spec"))
    for name in ("initContainers", "containers"):
        found = pod.get(name)
        yield from (each for each in found if isinstance(each, dict)) if isinstance(found, list) else ()


def _mapping(found):
    return found if isinstance(found, dict) else {}


def _reference(scaler):
    found = _mapping(_mapping(scaler.get("spec")).get("scaleTargetRef"))
    return found.get("kind"), found.get("name")


def _refuse(code, obj, environment, tree, target, key, **details):
    path, line = _place(tree, target, key)
    raise Invalid(code, path=path, line=line, kind=obj["kind"], name=obj["metadata"]["name"], environment=environment.name, **details)


def _place(tree, target, key):
    """(path, line) of the value that is to blame, or of the nearest thing above it; no line where the values say nothing at all."""
    path = target.values_path
    data = tree.read(path) if path else None
    if not data:
        return path or target.manifests_path, None
    try:
        return path, values.line_of(data, tuple(values.split(target.keys.get(key, key))), path)
    except KlepaasError:
        return path, None
