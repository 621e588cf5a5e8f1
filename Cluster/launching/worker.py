"""A worker on a host."""

from .member import Member, wait_for
from .telling import GIVEN_UP, JOINED
from .troubles import LostRelay, Trouble


class Worker(Member):
    """A worker on a host, and those that follow it there when it dies."""

    role = "worker"
    given_up = GIVEN_UP

    def __init__(self, launch, host, name, told, relay=None):
        super().__init__(launch, host, name, told)
        # The relay that it is to be behind; None for the coordinator, as it is behind none any more.
        self.relay = relay

    @property
    def going_on(self):
        left = sum(not worker.is_over for worker in self.launch.workers) - 1
        return "; going on with the other %d" % left if left > 0 else ""

    def turns_elsewhere(self, trouble):
        if not self.relay or not self.relay.way:
            return False
        self.told("%s %s; connecting to the coordinator instead" % (self.title, trouble))
        self.relay = None
        return True

    def work(self):
        hub = (self.relay and self.relay.wait_until_up()) or self.launch.head
        self.behind = None if hub is self.launch.head else self.relay.host.label
        try:
            self.work_for(hub)
        except Trouble:
            # What comes of a relay's end is no trouble of this host's; that is known a moment later.
            if self.behind and wait_for(lambda: hub.is_gone, 2):
                raise LostRelay()
            raise

    def work_for(self, hub):
        endpoint = hub.endpoint_for(self.host)
        found = self.find(endpoint)
        self.threads = self.host.threads or max(1, int(found.get("processors", "1")) // self.host.workers)
        arguments = [found["program"], "--connect", endpoint, "--threads", self.threads]
        if self.host.data:
            arguments.append("--data=" + self.host.data)
        self.run(hub, arguments)
        self.launch.finished += 1

    def has_come(self):
        if b"joined the job" not in self.bytes_said:
            return False
        standing = " behind " + self.behind if self.behind else ""
        self.told("%s: joined with %s thread%s%s"
                  % (self.name, self.threads, "" if self.threads == 1 else "s", standing), JOINED)
        return True
