"""A job over several hosts: the coordinator here, and every worker and relay."""

import fcntl
import itertools
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

from .hosts import Host, HostsError, stand
from .keys import Keys
from .member import wait_for
from .package import Package
from .relay import Relay
from .telling import GIVEN_UP, LOG, put, say
from .troubles import Trouble
from .ways import Head, address_towards, is_loopback
from .worker import Worker


class Launch:
    """The job: the coordinator here, and every worker and relay on every host."""

    def __init__(self, options, coordinator_flags):
        self.options = options
        self.flags = list(coordinator_flags)
        self.keys = None
        self.run = pathlib.Path(options.run)
        self.package = Package.of(options)
        self.coordinator = None
        # Where the coordinator is, once it is there.
        self.head = None
        self.hosts, self.workers, self.locks = [], [], {}
        # By the name of the host that it is on.
        self.relays = {}
        self.is_ending = threading.Event()
        # What is wrong with this machine, told once for all hosts.
        self.faults_here = set()
        self.interrupted = None
        self.patience_end = 0.0
        self.finished = 0

    # --- The coordinator, here ---

    def found_listen(self, hosts):
        unreachable = loopback = None
        for host in hosts:
            try:
                address = address_towards(host, self.options.ssh_config)
            except OSError as error:
                unreachable = unreachable or (host.label, error.strerror)
                continue
            # This machine by its own name, as Debian writes it into /etc/hosts: no other reaches it there.
            if address and is_loopback(address):
                loopback = address
            elif address:
                return "tcp://%s:*" % address
        if loopback:
            return "tcp://%s:*" % loopback
        if unreachable:
            raise Trouble("%s can't be reached from here: %s; is that an address of another network? Mend it in the list, "
                          "or give --listen tcp://ADDRESS:PORT" % unreachable)
        raise Trouble("no machine called %s is known here; write its address in the list (%s address=10.0.0.7), mend the "
                      "name, or give --listen tcp://ADDRESS:PORT"
                      % (" or ".join(host.label for host in hosts[:3]), hosts[0].label))

    def require_reachable(self, listen, hosts):
        """Refuses a name of this machine that stands for itself alone here, as Debian writes it into /etc/hosts."""
        place = re.match(r"tcp://([A-Za-z][A-Za-z0-9.-]*):([0-9]+|\*)$", listen)
        if not place or place.group(1) == "localhost" or self.options.connect:
            return
        try:
            address = socket.getaddrinfo(place.group(1), None, type=socket.SOCK_STREAM)[0][4][0]
        except OSError:
            return  # the coordinator says so
        if is_loopback(address):
            try:
                towards = address_towards(hosts[0], self.options.ssh_config)
            except OSError:
                towards = None
            raise Trouble("--listen %s: the name '%s' stands for %s here (/etc/hosts), which no other machine reaches; "
                          "give this machine's address on the network: --listen tcp://%s:%s"
                          % (listen, place.group(1), address, towards or "ADDRESS", place.group(2)))

    def start_coordinator(self, hosts):
        (self.run / "logs").mkdir(parents=True, exist_ok=True)
        self.lock = open(str(self.run / "launcher"), "w")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble("%s is in use by another ssh-launch; --add gives it another host" % self.run)
        except OSError as error:
            raise Trouble("%s/launcher can't be locked: %s; a run needs a file system with locks, so that no two of these "
                          "start hosts for it: choose another --run folder, or have it mounted with locks"
                          % (self.run, error.strerror))
        LOG.append(open(str(self.run / "logs" / "launch.log"), "ab"))
        for left in self.run.glob("add-*"):
            left.unlink()
        # One that is there may be that of a coordinator that goes on: then the new one takes nothing away, and says so.
        endpoint = self.run / "endpoint"
        before = mark_of(endpoint)
        listen = self.options.listen or self.found_listen(hosts)
        self.require_reachable(listen, hosts)
        self.keys = Keys.of(self.package.program, self.run, self.flags)
        command = [self.package.program, "coordinator", "--parent", str(os.getpid()), "--data=" + self.options.data]
        command += ["--run=" + str(self.run), "--listen", listen]
        command += (["--status=" + self.options.status] if self.options.status else []) + self.flags
        # In a session of its own: Ctrl-C is this program's to pass on.
        self.coordinator = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        if self.interrupted:
            self.coordinator.terminate()
        while mark_of(endpoint) in (None, before):
            if self.coordinator.poll() is not None:
                return False
            time.sleep(0.05)
        self.head = Head(self.options.connect or endpoint.read_text().strip(), self.keys, self.options.ssh_config)
        if self.keys:
            self.keys.forget()  # the run is this one's now
        return True

    def start_workers(self, hosts, told=say):
        self.hosts += hosts
        for host in hosts:
            host.fill(self.options)
        for host in hosts:
            relay = self.relay_on(host.behind, told) if host.behind else None
            for _ in range(host.workers):
                worker = Worker(self, host, self.free_name(host.label), told, relay)
                self.workers.append(worker)
                worker.start()

    def relay_on(self, label, told):
        """The relay on a host of the list, which is started where there is none any more."""
        relay = self.relays.get(label)
        if relay is None or relay.is_over:
            host = next(host for host in self.hosts if host.label == label)
            relay = self.relays[label] = Relay(self, host, self.free_name("relay-" + label), told)
            relay.start()
        return relay

    def free_name(self, label):
        """A name, or that with a number where another bears it; who did not come, or is gone, bears none."""
        borne = {member.name for member in self.members if not member.is_over}
        borne.add("launch")  # what that log has is said by this program
        numbered = (label + ("-%d" % number if number > 1 else "") for number in itertools.count(1))
        return next(name for name in numbered if name not in borne)

    @property
    def members(self):
        return self.workers + list(self.relays.values())

    def lock_of(self, host):
        """Held by the one worker that looks at a host or copies to it."""
        return self.locks.setdefault(host.known_as, threading.Lock())

    # --- Until it ends ---

    def goes_on(self):
        """Whether the job is to go on: not where the coordinator ends just now."""
        return not wait_for(
            lambda: self.interrupted or self.is_ending.is_set() or self.coordinator.poll() is not None, 2)

    def wait(self):
        while self.coordinator.poll() is None:
            self.take_added_hosts()
            if all(w.is_over for w in self.workers) and not self.finished and not self.interrupted:
                say("no host has a worker any more: everything ends, and what was done stays in %s" % self.run)
                return 1
            if self.interrupted and time.monotonic() > self.patience_end:
                say("the coordinator does not end; its last checkpoint stays")
                return self.interrupted
            time.sleep(0.1)
        return self.status()

    def status(self):
        """What ends this program once the coordinator has ended."""
        status = self.coordinator.returncode
        if status < 0 and not self.interrupted:
            say("the coordinator here was ended by signal %d%s: the same command with --resume behind -- goes on from its "
                "last checkpoint" % (-status, ", as Linux does where memory is short" if status == -9 else ""))
        return self.interrupted or (status if status >= 0 else 128 - status)

    def take_added_hosts(self):
        for file in self.run.glob("add-*.host"):
            try:
                self.take_added_host(file)
            except OSError as error:
                say("a host that was to be added is not: %s" % error)
            try:
                file.unlink()
            except OSError:
                pass  # who asked has gone, with it

    def take_added_host(self, file):
        answer = file.with_suffix(".told").open("a")

        def tell(text, outcome=""):
            say(text)
            put(answer, "%s\t%s" % (outcome, text))

        try:
            host = Host.parse(file.read_text(encoding="utf-8", errors="surrogateescape").strip())
            stand([host], known=self.hosts)
            self.start_workers([host], tell)
        except HostsError as error:
            tell(str(error), GIVEN_UP)
        except Exception as error:  # no room for a thread, say: the job goes on without this host
            tell("the host can't be added: %s" % error, GIVEN_UP)

    def interrupt(self, number, _):
        # A first interruption lets the coordinator write its checkpoint; a second one does not wait for that.
        if self.interrupted:
            self.patience_end = 0.0
            return
        self.interrupted = 128 + number
        self.patience_end = time.monotonic() + 30
        say("interrupted; the coordinator writes a checkpoint and everything ends")
        if self.coordinator and self.coordinator.poll() is None:
            self.coordinator.send_signal(signal.SIGINT if number == signal.SIGINT else signal.SIGTERM)

    def end(self):
        self.is_ending.set()
        if self.coordinator and self.coordinator.poll() is None:
            self.coordinator.terminate()
            try:
                self.coordinator.wait(20)
            except subprocess.TimeoutExpired:
                self.coordinator.kill()
        members = self.members
        for member in members:
            member.end_preparing()
        # The coordinator told them to leave; who does not is ended by the watchdog when its input closes.
        wait_for(lambda: all(m.has_ended for m in members), 3)
        for member in members:
            member.let_go()
        if not wait_for(lambda: all(m.has_ended for m in members), 10):
            for member in members:
                if not member.has_ended:
                    say("%s does not answer; a %s may be left there until it misses the coordinator"
                        % (member.title, member.role))
                    member.kill()
        if self.keys and members:
            self.keys.forget()


def mark_of(path):
    """What tells a file from the one that takes its place; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns
