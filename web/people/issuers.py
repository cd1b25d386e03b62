"""OpenID Connect issuers: what they publish, and whether a token of theirs is one. Must not know what a token is for.

RFC 8725 is what is checked for: the algorithm is one of ours and the key's own, never the token's to choose; issuer, audience, expiry and subject are there.
"""

import functools
import hmac
import re
import threading
import time
from urllib.parse import urlsplit

import jwt

from gitops.errors import Unauthorized, Unavailable
from gitops.outside.http import Provider, ask

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
KEEP, AGAIN = 3600, 60  # seconds that keys are kept for; and before an unknown key makes us look again
LEEWAY = 60             # seconds that clocks may be apart
LONGEST = 16 * 1024     # characters of a token
SUBJECT = re.compile(r"[^\s\x00-\x1f\x7f]{1,255}")
REQUIRED = ("iss", "sub", "aud", "exp", "iat")


class Issuer:
    """One issuer, asked when it is needed and remembered for an hour."""

    def __init__(self, name, url, aliases=()):
        self.name, self.url, self.accepted = name, url.rstrip("/"), [url, url.rstrip("/"), *aliases]
        self.lock, self.kept = threading.Lock(), {}

    def metadata(self):
        """Its discovery document."""
        return self._remembered("metadata", KEEP, self._discovered)

    def _discovered(self):
        found = ask(Provider(self.name, self.url), "GET", f"{self.url}/.well-known/openid-configuration", "discover").body
        if not isinstance(found, dict) or found.get("issuer") not in self.accepted:
            raise Unavailable("provider_no_json", provider=self.name)
        return found

    def _keys(self, oldest):
        """Its keys, read at most so many seconds ago."""
        url = self.metadata()["jwks_uri"]
        return self._remembered("keys", oldest, lambda: ask(Provider(self.name, "{0.scheme}://{0.netloc}".format(urlsplit(url))), "GET", url, "keys").body)

    def _remembered(self, name, seconds, make):
        with self.lock:
            value, at = self.kept.get(name, (None, -KEEP))
            if time.monotonic() - at < seconds and value is not None:
                return value
            value = make()
            self.kept[name] = value, time.monotonic()
            return value

    def _key(self, header):
        """The key that a token names, of the kind that its algorithm needs."""
        for oldest in (KEEP, AGAIN):
            found = [each for each in self._keys(oldest).get("keys", ()) if _fits(each, header)]
            if len(found) == 1 or found and "kid" in header:
                return jwt.PyJWK(found[0], header["alg"]).key
        raise _refused("its key is not one of the issuer's")

    def claims(self, text, audience, nonce=None):
        """What a token says; Unauthorized where it is not this issuer's, not for this audience, not valid now, or says nothing."""
        try:
            header = jwt.get_unverified_header(text if len(text) <= LONGEST else "")
            if header.get("alg") not in ALGORITHMS or "crit" in header:
                raise _refused("its algorithm is not accepted")
            found = jwt.decode(text, self._key(header), algorithms=[header["alg"]], audience=audience, issuer=self.accepted, leeway=LEEWAY, options={"require": list(REQUIRED)})
        except jwt.PyJWTError as error:
            raise _refused(_said(error)) from None
        return self._whole(found, audience, nonce)

    def _whole(self, found, audience, nonce):
        if not SUBJECT.fullmatch(found["sub"]):
            raise _refused("it names nobody")
        if isinstance(found["aud"], list) and len(found["aud"]) > 1 and nonce is not None and found.get("azp") != audience:
            raise _refused("it was issued for somebody else")
        if nonce is not None and not hmac.compare_digest(str(found.get("nonce", "")), nonce):
            raise _refused("it answers another sign-in")
        return found


@functools.cache
def of(name, url, aliases=()):
    """The Issuer of a URL, one a process."""
    return Issuer(name, url, aliases)


def _fits(key, header):
    """Published keys are public ones: a symmetric key among them signs nothing."""
    kind = {"R": "RSA", "P": "RSA", "E": "OKP" if header["alg"] == "EdDSA" else "EC"}[header["alg"][0]]
    named = key.get("kid") == header["kid"] if "kid" in header else True
    return isinstance(key, dict) and key.get("kty") == kind and named and key.get("use", "sig") == "sig" and key.get("alg", header["alg"]) == header["alg"]


def _said(error):
    """The reason in our words: a library's may repeat the token's."""
    reasons = ((jwt.ExpiredSignatureError, "it has expired"), (jwt.ImmatureSignatureError, "it is not valid yet"), (jwt.InvalidAudienceError, "it was issued for somebody else"),
               (jwt.InvalidIssuerError, "it is another issuer's"), (jwt.MissingRequiredClaimError, "it says too little"), (jwt.InvalidSignatureError, "its signature is wrong"))
    return next((said for kind, said in reasons if isinstance(error, kind)), "it cannot be read")


def _refused(detail):
    return Unauthorized("bad_jwt", detail=detail)
