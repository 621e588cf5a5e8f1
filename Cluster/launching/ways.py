"""By which address who finds whom."""

import re
import socket
import subprocess

from .troubles import Trouble


def is_loopback(address):
    return address.startswith("127.") or address.strip("[]") == "::1"


def bracketed(address):
    """An address as it stands in an endpoint."""
    return "[%s]" % address if ":" in address and not address.startswith("[") else address


def resolved(host, ssh_config):
    """The family of a host's address as it is known here, and where a datagram to it would go; an OSError for none."""
    words = host.ssh(ssh_config)
    shown = subprocess.run(words[:1] + ["-G"] + words[1:], stdout=subprocess.PIPE, universal_newlines=True).stdout
    name = re.search(r"^hostname (.*)$", shown, re.MULTILINE)
    found = socket.getaddrinfo(name.group(1) if name else host.label, 22, type=socket.SOCK_DGRAM)
    return found[0][0], found[0][4]


def address_of(host, ssh_config):
    """A host's address as it is known here; None where none is."""
    try:
        return resolved(host, ssh_config)[1][0]
    except OSError:
        return None


def address_towards(host, ssh_config):
    """The address of this machine on the way to a host: what the host reaches it by, usually.

    Nothing where the host's name is not known here, and an OSError where there is no way to its address.
    """
    try:
        family, target = resolved(host, ssh_config)
    except OSError:
        return None
    with socket.socket(family, socket.SOCK_DGRAM) as way:
        try:
            way.connect(target)  # sends nothing
        except OSError as error:
            raise OSError(error.errno, "%s to %s" % (error.strerror, target[0]))
        return bracketed(way.getsockname()[0])


class Head:
    """Where the coordinator is, and whom it lets come."""

    # Its end is this program's.
    is_gone = False

    def __init__(self, endpoint, keys, ssh_config):
        self.endpoint, self.keys, self.ssh_config = endpoint, keys, ssh_config

    def endpoint_for(self, host):
        """Where what runs on a host looks for the coordinator."""
        wildcard = re.match(r"tcp://(\*|0\.0\.0\.0|\[?::\]?):([0-9]+)$", self.endpoint)
        if host.connect or not wildcard:
            return host.connect or self.endpoint
        try:
            address = address_towards(host, self.ssh_config)
        except OSError:
            address = None
        if not address:
            raise Trouble("can't be told where the coordinator is, which listens at all addresses: no way to that host is "
                          "known here; write connect=tcp://ADDRESS:%s in the list" % wildcard.group(2), is_final=True)
        if ":" in address and ":" not in wildcard.group(1):
            raise Trouble("is reached at IPv6 addresses, and the coordinator listens at those of IPv4 alone: start with "
                          "--listen 'tcp://[::]:%s', which is at both, or write connect=tcp://ADDRESS:%s in the list"
                          % (wildcard.group(2), wildcard.group(2)), is_final=True)
        return "tcp://%s:%s" % (address, wildcard.group(2))

    @property
    def public(self):
        """The line that it is known by."""
        return self.keys.public

    def let_in(self, key, label):
        """Lets the key come that a worker, or a relay, has made."""
        self.keys.authorize(key, label)
