"""Connections to addresses that a user named: only to public ones. Checked where the connection is made, so that a name which
answers differently the second time gains nothing. Must not send anything.
"""

import contextlib
import ipaddress
import socket

from urllib3 import connection, connectionpool
from urllib3.exceptions import NameResolutionError

from gitops.errors import Forbidden


def _public(host, port):
    """The first address of the host; Forbidden when any of its addresses is not of the public internet."""
    found = [each[4][0] for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(_is_public(each) for each in found):
        raise Forbidden("address_private", host=host[:100])
    return found[0]


def _is_public(text):
    """IPv4 inside IPv6 (::ffff:10.0.0.1, 64:ff9b::a00:1) counts as what it leads to."""
    address = ipaddress.ip_address(text.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if address.version == 6 and address in ipaddress.ip_network("64:ff9b::/96"):
        inner = ipaddress.ip_address(int(address) & 0xFFFFFFFF)
    return all(each.is_global and not each.is_multicast for each in (address, inner) if each is not None)


class _Checked:
    """A connection of urllib3 whose name is looked up once and checked; TLS still asks for the certificate of the name."""

    def _new_conn(self):
        name = self._dns_host
        with self._named(name):
            return super()._new_conn()

    @contextlib.contextmanager
    def _named(self, name):
        try:
            self._dns_host = _public(name, self.port)
        except socket.gaierror as error:
            raise NameResolutionError(name, self, error) from None
        try:
            yield
        finally:
            self._dns_host = name


class _Plain(_Checked, connection.HTTPConnection):
    pass


class _Secure(_Checked, connection.HTTPSConnection):
    pass


class _PlainPool(connectionpool.HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(connectionpool.HTTPSConnectionPool):
    ConnectionCls = _Secure


POOLS = {"http": _PlainPool, "https": _SecurePool}  # for urllib3's PoolManager
