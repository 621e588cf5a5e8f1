"""The list of hosts."""

import ipaddress
import re
import shlex

KEYS = {"address", "port", "user", "threads", "workers", "program", "cache", "data", "connect", "behind",
        "listen"}
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*$")
# With the domain that a directory service has it in: LAB\\anna, anna@lab.
USER = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.@+\\-]*[A-Za-z0-9_.@+-])?$")
ENDPOINT = re.compile(r"tcp://.+:\d+$")
# An address that others reach, where a free port will do.
LISTENING = re.compile(r"tcp://(?!(?:\*|0|0\.0\.0\.0|\[?::\]?):)[^*]+:(\*|[0-9]{1,5})$")
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


def is_listening(text):
    """Whether a text is where a relay can listen and be found."""
    found = LISTENING.match(text)
    return bool(found) and (found.group(1) == "*" or 0 < int(found.group(1)) <= LARGEST["port"])


class Host:
    """A machine, as a line of the list says it is."""

    def __init__(self, label):
        self.label = label
        self.address = self.port = self.user = self.threads = None
        self.program = self.cache = self.data = self.connect = None
        # The host whose relay it is behind, by its name in the list, and where a relay here listens.
        self.behind = self.listen = None
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
            elif key == "behind" and name_of(value) is None:
                raise HostsError("%s: behind takes the name of a host of the list, not '%s'" % (place, value))
            elif key == "listen" and not is_listening(value):
                raise HostsError("%s: listen takes an address that the others reach, and a port, like "
                                 "tcp://10.0.0.12:7001, not '%s'" % (place, value))
            elif key == "user" and not USER.match(value):
                raise HostsError("%s: '%s' is no user" % (place, value))
            elif key == "connect" and not ENDPOINT.match(value):
                raise HostsError("%s: connect takes an endpoint like tcp://10.0.0.5:7000, not '%s'" % (place, value))
            setattr(host, key, name_of(value) if key == "behind" else value)
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
        """What a person types after `ssh`, and after `-F` where that is needed."""
        port = "-p %d " % self.port if self.port else ""
        return port + shlex.quote((self.user + "@" if self.user else "") + (self.address or self.label))


def stand(hosts, relays=0, known=()):
    """Says of each host behind which one's relay it is: as the list says, or divided among so many, neighbours together.

    A host that others are behind is behind its own relay. A relay for one worker alone would be of no use.
    """
    if relays and any(host.behind for host in hosts):
        raise HostsError("--relays divides all hosts, and behind= in the list says for some: give one or the other")
    if relays > len(hosts):
        raise HostsError("--relays %d are more than the %d host%s of the list"
                         % (relays, len(hosts), "" if len(hosts) == 1 else "s"))
    for i in range(relays):
        group = hosts[i * len(hosts) // relays:(i + 1) * len(hosts) // relays]
        for host in group if len(group) > 1 or group[0].workers > 1 else []:
            host.behind = group[0].label
    labels = {host.label for host in list(known) + list(hosts)}
    wanted = {host.behind for host in hosts if host.behind}
    for host in hosts:
        if host.behind and host.behind not in labels:
            raise HostsError("%s behind=%s: the list has no host of that name" % (host.label, host.behind))
        if host.label in wanted:
            host.behind = host.behind or host.label
    for host in hosts:
        if host.listen and host.label not in wanted:
            raise HostsError("%s listen=%s is where its relay would listen, and no host is behind it: behind=%s, or "
                             "--relays, puts some there" % (host.label, host.listen, host.label))


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
