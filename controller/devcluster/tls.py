"""A certificate for this machine alone, so that clients may speak TLS as they do to other API servers."""

import ipaddress
import os
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAYS = 3650


def files(state):
    """(certificate, key) as PEM files of the state, made once; the certificate is its own authority."""
    certificate, key = state / "tls.crt", state / "tls.key"
    if not (certificate.exists() and key.exists()):
        made = ec.generate_private_key(ec.SECP256R1())
        pem = made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        with open(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(pem)
        certificate.write_bytes(_signed(made).public_bytes(serialization.Encoding.PEM))
    return certificate, key


def _signed(key):
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "klepaas embedded cluster")]), datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    return (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=DAYS))
            .add_extension(names, critical=False).add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256()))
