"""Google Cloud as its documentation says: tokens for a service account's assertion or from the metadata server, triggers and builds of Cloud Build, entries of Cloud Logging."""

import contextlib
import http.server
import json
import re
import threading
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.gitops import faults

PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = PRIVATE.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
ACCOUNT = "builder@proj.iam.gserviceaccount.com"
TOKEN = "ya29.t0ken-0123456789"


class Cloud:
    """`builds` are its own, newest first; `broken` are (method, part, answer or fault) of the next requests."""

    def __init__(self):
        self.lock, self.asked, self.broken, self.builds, self.sent, self.lines, self.tokens = threading.RLock(), [], [], [], [], [], 0
        self.trigger = {"id": "7c1f-01", "name": "shop", "github": {"owner": "acme", "name": "shop"}}

    def run(self, body):
        self.sent.append(body["source"])
        self.builds.insert(0, {"id": f"b00{len(self.builds)}", "status": "QUEUED", "createTime": datetime.now(UTC).isoformat(), "logUrl": "https://console/build", "steps": [{"name": "docker", "id": "image", "status": "WORKING"}]})
        return {"name": "operations/1", "metadata": {"@type": "type.googleapis.com/google.devtools.cloudbuild.v1.BuildOperationMetadata", "build": self.builds[0]}}

    def ends(self, status, **more):
        self.builds[0] |= {"status": status, "steps": [{"name": "docker", "id": "image", "status": status}], **more}


BASE = r"/cloudbuild/v1/projects/proj/locations/global"
ROUTES = (
    ("GET", rf"{BASE}/triggers", lambda cloud, query, body: {"triggers": [cloud.trigger]}),
    ("GET", rf"{BASE}/triggers/shop", lambda cloud, query, body: cloud.trigger),
    ("POST", rf"{BASE}/triggers/7c1f-01:run", lambda cloud, query, body: cloud.run(body)),
    ("GET", rf"{BASE}/builds", lambda cloud, query, body: {"builds": cloud.builds} if query["filter"] == ['trigger_id="7c1f-01"'] and cloud.builds else {}),
    ("POST", r"/logging/v2/entries:list", lambda cloud, query, body: {"entries": [{"textPayload": line} for id, line in cloud.lines if f'build_id="{id}"' in body["filter"]]}),
)


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        cloud, parts = self.server.cloud, urlsplit(self.path)
        with cloud.lock:
            cloud.asked.append((self.command, self.path))
            broken = next((each for each in cloud.broken if each[0] == self.command and each[1] in self.path), None)
            if broken:
                cloud.broken.remove(broken)
                return getattr(faults.Handler, f"_{broken[2]}")(self) if isinstance(broken[2], str) else faults.Handler.say(self, *broken[2])
            return faults.Handler.say(self, *self._answer(parts, body), {"Content-Type": "application/json", "Metadata-Flavor": "Google"})

    do_POST = do_GET

    def _answer(self, parts, body):
        cloud, query = self.server.cloud, parse_qs(parts.query)
        if parts.path == "/token":
            return self._token(parse_qs(body.decode())["assertion"][0])
        if parts.path.startswith("/computeMetadata/v1/instance/service-accounts/"):
            cloud.tokens += parts.path.endswith("/token")
            return (200, {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"} if parts.path.endswith("/token") else {"email": ACCOUNT, "scopes": ["x"]}) if self.headers.get("Metadata-Flavor") == "Google" else (403, {})
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"error": {"code": 401, "message": "Request had invalid authentication credentials.", "status": "UNAUTHENTICATED"}}
        for method, pattern, act in ROUTES:
            if method == self.command and re.fullmatch(pattern, parts.path):
                return 200, act(cloud, query, json.loads(body) if body else None)
        return 404, {"error": {"code": 404, "message": "Requested entity was not found.", "status": "NOT_FOUND"}}

    def _token(self, assertion):
        try:
            said = jwt.decode(assertion, PRIVATE.public_key(), ["RS256"], audience="https://oauth2.googleapis.com/token")
        except jwt.PyJWTError:
            return 400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
        self.server.cloud.tokens += 1
        return (200, {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}) if said["iss"] == ACCOUNT else (401, {"error": "unauthorized_client"})

    def log_message(self, *words):
        """Tests are quiet."""


@contextlib.contextmanager
def serve(folder):
    """`cloud`, `url`, `settings` with a key file in a folder."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.url, server.cloud = f"http://127.0.0.1:{server.server_port}", Cloud()
    key = folder / "key.json"
    key.write_text(json.dumps({"type": "service_account", "client_email": ACCOUNT, "private_key": PEM, "private_key_id": "1", "token_uri": f"{server.url}/token", "project_id": "proj"}))
    server.settings = {"GCP_PROJECT": "proj", "GCP_API_URL": f"{server.url}/{{service}}", "GOOGLE_APPLICATION_CREDENTIALS": str(key)}
    with faults.running(server):
        yield server
