"""Providers to sign in at, over real HTTP, speaking as GitHub, Google and Slack document it: codes for once, PKCE and the client's secret checked, ID tokens signed."""

import base64
import contextlib
import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

CLIENT, SECRET = "client-1", "client-s3cret-0123456789"
KEYS = {"rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048), "other": rsa.generate_private_key(public_exponent=65537, key_size=2048), "ec": ec.generate_private_key(ec.SECP256R1())}


def public(name, **more):
    key = KEYS[name].public_key()
    algorithm = jwt.algorithms.ECAlgorithm if name == "ec" else jwt.algorithms.RSAAlgorithm
    return json.loads(algorithm.to_jwk(key)) | {"kid": name, "use": "sig"} | more


def pem(name):
    return KEYS[name].public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


@dataclass
class Idp:
    """`kind` is github, google or slack. `person` is who signs in; `claims` replace what an ID token says; `keys` are published; `asked` counts requests by path."""

    kind: str
    url: str = ""
    person: dict = field(default_factory=lambda: {"sub": "4711", "email": "kim@example.org", "email_verified": True, "name": "Kim 킴"})
    emails: list = field(default_factory=lambda: [{"email": "old@example.org", "verified": True, "primary": False}, {"email": "Kim@example.org", "verified": True, "primary": True}])
    teams: list = field(default_factory=lambda: ["acme/ops", "acme/dev", "other/ops"])
    claims: dict = field(default_factory=dict)
    signing: str = "rsa"
    keys: list = field(default_factory=lambda: [public("rsa"), public("ec")])
    codes: dict = field(default_factory=dict)
    issued: list = field(default_factory=list)
    asked: dict = field(default_factory=dict)
    status: int = 200

    def authorized(self, location):
        """What the provider's page does when the person agrees: the query that the browser comes back with."""
        query = dict(parse_qsl(urlsplit(location).query))
        assert location.startswith(f"{self.url}/") and query["client_id"] == CLIENT and query["response_type"] == "code" and query["code_challenge_method"] == "S256", query
        code = secrets.token_hex(8)
        self.codes[code] = query
        return {"code": code, "state": query["state"]}

    def token(self, **claims):
        """An ID or machine token; a claim of None is left out."""
        now, key = int(time.time()), claims.pop("key", self.signing)
        said = {"iss": self.url, "sub": "4711", "aud": CLIENT, "iat": now, "exp": now + 300} | claims
        return jwt.encode({name: value for name, value in said.items() if value is not None}, KEYS[key], "ES256" if key == "ec" else "RS256", {"kid": claims.get("kid", key)})

    # --- what it answers ---------------------------------------------------------------------------------------------

    def exchanged(self, form):
        """(status, body) of the token endpoint."""
        query = self.codes.pop(form.get("code"), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        right = query and query["redirect_uri"] == form.get("redirect_uri") and query["code_challenge"] == challenge and (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        if not right:
            return {"github": (200, {"error": "bad_verification_code", "error_description": "The code passed is incorrect or expired."}),
                    "google": (400, {"error": "invalid_grant", "error_description": "Bad Request"}), "slack": (200, {"ok": False, "error": "invalid_code"})}[self.kind]
        self.issued.append(f"{self.kind}-token-{secrets.token_hex(16)}")
        body = {"access_token": self.issued[-1], "token_type": "bearer", "scope": query["scope"]}
        if self.kind != "github":
            body |= {"id_token": self.token(**({"nonce": query["nonce"]} | self.person | self.claims)), "token_type": "Bearer", **({"ok": True} if self.kind == "slack" else {"expires_in": 3599})}
        return 200, body

    def get(self, path, query, token):
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.url, "authorization_endpoint": f"{self.url}/authorize", "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/keys", "response_types_supported": ["code"]}
        if path == "/keys":
            return {"keys": self.keys}
        if token not in self.issued:
            return None
        page = int(query.get("page", ["1"])[0])
        return {"/api/user": {"id": 4711, "login": "kim", "name": self.person.get("name")}, "/api/user/emails": self.emails,
                "/api/user/teams": [{"slug": team.partition("/")[2], "organization": {"login": team.partition("/")[0]}} for team in self.teams[page - 1:page]]}.get(path)


@contextlib.contextmanager
def serve(kind, **more):
    """A provider on a port of its own."""
    found = Idp(kind, **more)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            found.asked[parts.path] = found.asked.get(parts.path, 0) + 1
            query = parse_qs(parts.query)
            body = found.get(parts.path, query, self.headers.get("Authorization", "").rpartition(" ")[2]) if found.status == 200 else {"message": "away"}
            page = int(query.get("page", ["1"])[0])
            link = {"Link": f'<{found.url}{parts.path}?per_page=100&page={page + 1}>; rel="next"'} if parts.path == "/api/user/teams" and page < len(found.teams) else {}
            self._answer(found.status if body is not None else 401, {"message": "Bad credentials"} if body is None else body, link)

        def do_POST(self):
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            assert self.headers["Accept"] == "application/json"
            self._answer(*found.exchanged(form) if found.status == 200 else (found.status, {"message": "away"}))

        def _answer(self, status, body, headers=None):
            data = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
