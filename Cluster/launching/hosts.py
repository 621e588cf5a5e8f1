"""The list of hosts."""

import ipaddress
import re
import shlex

KEYS = {"address", "port", "user", "threads", "workers", "program", "cache", "data", "connect"}
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*$")
# With the domain that a directory service has it in: LAB\\anna, anna@lab.
USER = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.@+\\-]*[A-Za-z0-9_.@+-])?$")
ENDPOINT = re.compile(r"tcp://.+:\d+$")
# More than its largest number, each, is nothing that a host can have, or that ssrm takes.
LARGEST = {"port": 65535, "threads": 4096, "workers": 65535}
COMMENT = re.compile(r"(?:^|[ \t])#.*")
# Without a question, and without waiting for ever for a machine that is off.
SSH = ["ssh", "-T", "-x", "-a", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=5",
       "-o", "ServerAliveCountMax=3"]


class HostsError(Exception):
    """A line that can't be used, with its place."""


def name_of(text):
    """A name, or an address of version 6 without the brackets that it may stand in; None for neither."""
    if NAME.match(text):
        return text
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    number, percent, scope = bare.partition("%")
    try:
        ipaddress.IPv6Address(number)
    except ValueError:
        return None
    return bare if not percent or NAME.match(scope) else None


class Host:
    """A machine, as a line of the list says it is."""

    def __init__(self, label):
        self.label = label
        self.address = self.port = self.user = self.threads = None
        self.program = self.cache = self.data = self.connect = None
        self.workers = 1
        # What was found out about it, once for all its workers.
        self.found = None

    @classmethod
    def parse(cls, text, place="--add"):
        control = re.search("[^\t -~\xa0-\U0010ffff]", text)
        if control:
            raise HostsError("%s: a control character (U+%04X)" % (place, ord(control.group())))
        words = COMMENT.sub("", text).split()
        if not words:
            raise HostsError("%s: no host" % place)
        user, at, given = words[0].rpartition("@")
        name = name_of(given)
        if name is None or (at and not USER.match(user)):
            port = re.match(r"(.+):([0-9]+)$", given)
            raise HostsError("%s: '%s' is not a host's name%s" % (
                place, words[0], "; its port is written as port=%s" % port.group(2)
                if port and name_of(port.group(1)) else ""))
        host = cls(name)
        host.user = user or None
        for word in words[1:]:
            key, equals, value = word.partition("=")
            if not equals or not value or key not in KEYS:
                known = ", ".join(sorted(KEYS))
                raise HostsError("%s: '%s' is none of KEY=VALUE with a KEY of %s" % (place, word, known))
            if key in LARGEST:
                if not re.match("[0-9]{1,5}$", value) or not 0 < int(value) <= LARGEST[key]:
                    raise HostsError("%s: %s takes a number from 1 to %d, not '%s'" % (place, key, LARGEST[key], value))
                value = int(value)
            elif key == "address":
                if name_of(value) is None:
                    raise HostsError("%s: '%s' is no address" % (place, value))
                value = name_of(value)
            elif key == "user" and not USER.match(value):
                raise HostsError("%s: '%s' is no user" % (place, value))
            elif key == "connect" and not ENDPOINT.match(value):
                raise HostsError("%s: connect takes an endpoint like tcp://10.0.0.5:7000, not '%s'" % (place, value))
            setattr(host, key, value)
        return host

    def fill(self, options):
        """Takes from the command line what the line did not say."""
        self.threads = self.threads or options.threads
        self.program = self.program or options.program
        self.data = self.data or options.remote_data

    def ssh(self, config):
        """The beginning of a command line that runs a command there."""
        command = list(SSH)
        if config:
            command += ["-F", config]
        if self.address:
            command += ["-o", "HostName=" + self.address]
        if self.port:
            command += ["-p", str(self.port)]
        if self.user:
            command += ["-l", self.user]
        return command + ["--", self.label]

    @property
    def known_as(self):
        """What a person types after `ssh`."""
        port = "-p %d " % self.port if self.port else ""
        return port + shlex.quote((self.user + "@" if self.user else "") + (self.address or self.label))


def read_hosts(path):
    """The hosts of a file, in order."""
    try:
        with open(path, encoding="utf-8-sig") as file:
            lines = file.read().split("\n")
    except UnicodeDecodeError:
        raise HostsError("can't read the list of hosts %s: it is no UTF-8 text; save it as such" % path)
    except OSError as error:
        raise HostsError("can't read the list of hosts %s: %s" % (path, error.strerror or error))
    hosts = []
    for number, line in enumerate(lines, 1):
        if COMMENT.sub("", line).strip():
            hosts.append(Host.parse(line, "%s:%d" % (path, number)))
    if not hosts:
        raise HostsError("no host in %s" % path)
    return hosts
