"""A relay on a host, for workers of other hosts near it."""

import os
import re
import time

from .keys import key_in
from .member import Member
from .troubles import Trouble
from .ways import address_of, bracketed, is_loopback

LISTENS = re.compile(rb"^relaying for \S+ at tcp://.*:([0-9]+)\s*$", re.MULTILINE)
# A key that it was sent and has not listed after so many seconds has not come.
TIME_TO_LIST = 30


class RelayWay:
    """Where a relay is for as long as its process lives, and whom it lets come."""

    def __init__(self, relay, address, port, public):
        self.relay, self.address, self.port, self.public = relay, address, port, public
        self.is_gone = False

    def endpoint_for(self, host):
        """Where a host's workers look for it."""
        listen = self.relay.host.listen
        # This machine, by its own name: where a host looks for the coordinator it looks for it, too.
        given = listen or (self.relay.launch.head.endpoint_for(host) if is_loopback(self.address) else None)
        begin = given.rpartition(":")[0] if given else "tcp://" + bracketed(self.address)
        return begin + ":" + self.port

    def let_in(self, key, label):
        """Lets a worker's key come, which has its label."""
        begin = os.fstat(self.relay.file.fileno()).st_size
        self.relay.send((key + "\n").encode())
        end = time.monotonic() + TIME_TO_LIST
        while not self.is_gone and time.monotonic() < end:
            if ("listed %s" % key).encode() in self.relay.bytes_since(begin):
                return
            time.sleep(0.05)
        raise Trouble("is not let in by %s: %s" % (self.relay.name, "it is gone" if self.is_gone else "it lists no key"))


class Relay(Member):
    """A relay on a host, and those that follow it there when it dies: workers connect to it as to the coordinator."""

    role, comes_at_once = "relay", True

    def __init__(self, launch, host, name, told):
        super().__init__(launch, host, name, told)
        # The address of its host as it is known here, and where it is while it listens.
        self.address = self.way = None

    @property
    def title(self):
        return self.host.label

    @property
    def going_on(self):
        return "; who was to be behind it connects to the coordinator"

    def wait_until_up(self):
        """Waits until it listens: where that is, or None where it never will be."""
        while True:
            way, is_over = self.way, self.is_over
            if way or is_over or self.launch.is_ending.is_set():
                return way
            time.sleep(0.1)

    def work(self):
        head, host = self.launch.head, self.host
        self.address = address_of(host, self.launch.options.ssh_config)
        if not host.listen and not self.address:
            raise Trouble("can't be found by others: no address of its host is known here; write "
                          "listen=tcp://ADDRESS:7001 in the list, with the address that they reach it by", is_final=True)
        endpoint = head.endpoint_for(host)
        arguments = [self.find(endpoint)["program"], "--connect", endpoint, "--listen", host.listen or "tcp://*:*"]
        if not self.launch.keys:
            arguments.append("--plaintext-network")
        if host.data:
            arguments.append("--data=" + host.data)
        try:
            self.run(head, arguments)
        except Trouble:
            # Those behind it hear nothing any more. (At the job's end they hear of that, and end by themselves.)
            if self.way:
                self.way.is_gone = True
            raise
        finally:
            self.way = None

    def has_come(self):
        found = LISTENS.search(self.bytes_said)
        if not found:
            return False
        self.told("%s: relays for those behind it" % self.title)
        self.way = RelayWay(self, self.address, found.group(1).decode(), key_in(self.bytes_said) or "")
        return True
