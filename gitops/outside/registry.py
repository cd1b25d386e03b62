"""Container registries, read: which tags an image has, and when one was made. https://distribution.github.io/distribution/spec/api/

A registry's name comes from values files, so only public addresses are spoken to, but for those that the operator listed (REGISTRIES).
Credentials are the operator's, of docker's config.json or of the cloud whose registry it is, and go to the registry they are for, or where it sends for a token.
"""

import base64
import re
from pathlib import Path
from urllib.parse import urlsplit

import orjson

from gitops.constraints import HUB, full
from gitops.errors import Invalid, KlepaasError
from gitops.outside import gcp, http, ncp

HUBS = {HUB: ("registry-1.docker.io", "https://index.docker.io/v1/")}  # where the hub really answers, and what docker calls it in config.json
MANIFESTS = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
             "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
CLOUDS = ((re.compile(r"[\w-]+(\.[\w-]+)*\.(private-)?ncr\.(gov-|fin-)?ntruss\.com"), ncp.login), (re.compile(r"([a-z0-9-]+-docker\.pkg\.dev)|(([a-z]+\.)?gcr\.io)"), gcp.login))  # registries of a cloud -> user and password there, or None
CHALLENGE = re.compile(r'(\w+)="([^"]*)"')


def tags(settings, image):
    """All tags of an image repository, in the registry's order."""
    found, path = [], f"v2/{_repository(image)}/tags/list?n=1000"
    for _ in range(http.PAGES):
        answer = _ask(settings, image, path, "tags")
        found += [each for each in answer.body.get("tags") or () if isinstance(each, str)]
        if answer.following is None:
            return found
        path = answer.following
    return found


def made(settings, image, tag):
    """When the image of a tag was made, as RFC 3339 text; "" where it does not say. Of several platforms the first one's."""
    repository = _repository(image)
    manifest = _ask(settings, image, f"v2/{repository}/manifests/{tag}", "manifest").body
    if manifest.get("manifests"):
        manifest = _ask(settings, image, f"v2/{repository}/manifests/{manifest['manifests'][0]['digest']}", "manifest").body
    config = _ask(settings, image, f"v2/{repository}/blobs/{manifest['config']['digest']}", "config").body
    return str(config.get("created") or "")


def _repository(image):
    return full(image).partition("/")[2]


def _ask(settings, image, path, operation):
    """An answer, with the token that the registry sends us for where it wants one."""
    host = full(image).partition("/")[0]
    headers = {"Accept": ", ".join((*MANIFESTS, "application/json"))}
    answer = http.ask(_provider(settings, host), "GET", path, operation, also=(401,), headers=headers)
    if answer.status == 401:
        authorization = _authorization(settings, host, answer.headers.get("www-authenticate", ""))
        answer = http.ask(_provider(settings, host, authorization), "GET", path, operation, headers=headers)
    if not isinstance(answer.body, dict):
        raise Invalid("registry_odd", registry=host)
    return answer


def _provider(settings, host, authorization=None):
    listed = {urlsplit(each if "://" in each else f"https://{each}").netloc: each for each in settings.registries.replace(",", " ").split()}
    url = listed.get(host, HUBS.get(host, (host,))[0])
    headers = {"Authorization": authorization} if authorization else {}
    return http.Provider(f"registry {host}", url if "://" in url else f"https://{url}", headers, (authorization,) if authorization else (), public=host not in listed)


def _authorization(settings, host, challenge):
    """What the registry's challenge asks for: a token of the place it names, or the credentials themselves."""
    scheme, _, rest = challenge.partition(" ")
    known, said = _credentials(settings, host), dict(CHALLENGE.findall(rest))
    if scheme.lower() == "basic" and known:
        return known
    if scheme.lower() != "bearer" or "realm" not in said:
        raise Invalid("registry_login", registry=host, kind="unauthorized")
    parts = urlsplit(said["realm"])
    place = _provider(settings, parts.netloc, known)
    asked = {name: said[name] for name in ("service", "scope") if name in said}
    found = http.ask(http.Provider(place.name, f"{parts.scheme}://{parts.netloc}", place.headers, place.secrets, place.public), "GET", parts.path or "/", "token", params=asked).body
    token = (found or {}).get("token") or (found or {}).get("access_token")
    if not isinstance(token, str):
        raise Invalid("registry_login", registry=host, kind="unauthorized")
    return f"Bearer {token}"


def _credentials(settings, host):
    """The Basic header for a registry: of docker's config.json, else of the cloud whose registry it is; or None."""
    text = _kept(settings, host)
    if text is None:
        login = next((login(settings) for hosts, login in CLOUDS if hosts.fullmatch(host)), None)
        text = base64.b64encode(":".join(login).encode()).decode() if login else None
    return f"Basic {text}" if text else None


def _kept(settings, host):
    if not settings.registry_auth_file:
        return None
    try:
        auths = orjson.loads(Path(settings.registry_auth_file).read_bytes()).get("auths") or {}
        found = next((auths[name] for name in (host, f"https://{host}", *HUBS.get(host, ())) if name in auths), {})
        return found.get("auth") or base64.b64encode(f"{found['username']}:{found['password']}".encode()).decode()
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise Invalid("registry_auth_file", file=settings.registry_auth_file, detail=str(error)[:100]) from None
    except KeyError:
        return None


def reachable(settings, image):
    """Whether the registry lists the image's tags; the error's text if not."""
    try:
        tags(settings, image)
    except KlepaasError as error:
        return error.text()
    return None
