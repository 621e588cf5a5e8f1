"""What runs on a host, by ssh: a worker, or a relay."""

import base64
import os
import pathlib
import re
import subprocess
import threading
import time

from .keys import key_in
from .troubles import LostRelay, Trouble, TroubleHere, last_line, trouble_of_end, trouble_of_port, trouble_of_ssh

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent / "remote"
# What was never seen in the job is tried so often, what was there so often: about six minutes.
TRIES_BEFORE, TRIES_AFTER = 4, 12
LONGEST_PAUSE = 60
# One that worked for so many seconds has not failed at its start.
LONG_ENOUGH = 60
# Whoever has not said the key that it made after so many seconds says none.
TIME_FOR_KEY = 60
# Nor does who has not begun after so many seconds more, where nothing else is waited for.
TIME_TO_COME = 60
# What a worker, or a relay, says that ends with the job.
JOB_IS_DONE = "the job is done"


def remote(name, *arguments):
    """The command line that runs a script of Cluster/remote on a host, whatever the login shell there is."""
    script = base64.b64encode((SCRIPTS / name).read_bytes()).decode()
    quoted = "".join(" '%s'" % str(a).replace("'", "'\\''") for a in arguments)
    return "exec sh -c 'eval \"$(echo %s | base64 -d)\"' ssrm-%s%s" % (script, name, quoted)


def found_of(output):
    """What a host says of itself, by name; numbers only where they are some."""
    found = dict(line.split("=", 1) for line in output.splitlines() if "=" in line)
    for name in ("processors", "time", "room"):
        if not re.match("[0-9]{1,18}$", found.get(name, "")):
            found.pop(name, None)
    return found


def wait_for(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


class Member:
    """A worker or a relay on a host, and those that follow it there when it dies."""

    # What the program calls it, and whether it begins at once when it has been let in.
    role, comes_at_once = "", False
    # What came of it, once it is given up, for who asked for a worker.
    given_up = ""

    def __init__(self, launch, host, name, told):
        self.launch, self.host, self.name, self.told = launch, host, name, told
        self.log = launch.run / "logs" / (name + ".log")
        # What it says is written there, and read.
        self.file = None
        self.process = None
        # The host behind whose relay it is being started; None for the coordinator.
        self.behind = None
        self.has_joined = False
        self.is_over = False
        self.thread = threading.Thread(target=self.supervise, daemon=True)

    @property
    def title(self):
        """What a person is told that something is about."""
        return self.name

    @property
    def has_ended(self):
        return self.process is None or self.process.poll() is not None

    def let_go(self):
        if self.process and self.process.stdin:
            try:
                self.process.stdin.close()
            except OSError:
                pass  # it has ended, with a line that it did not read

    def kill(self):
        self.process.kill()

    def end_preparing(self):
        """Ends what finds out about the host, or copies there: what it would need, and it will not come."""
        if not self.has_ended and not self.process.stdin:
            self.process.terminate()

    def start(self):
        try:
            self.thread.start()
        except RuntimeError:  # no room for a thread
            self.is_over = True
            raise

    def supervise(self):
        try:
            self.keep_up()
        finally:
            self.is_over = True

    def keep_up(self):
        failures = 0
        while not self.launch.is_ending.is_set():
            start = time.monotonic()
            try:
                self.work()
                break
            except Trouble as trouble:
                if self.launch.interrupted or self.launch.is_ending.is_set():
                    break
                if isinstance(trouble, LostRelay):
                    self.told("%s %s; trying again" % (self.title, trouble))
                    self.launch.is_ending.wait(1)
                    continue
                if isinstance(trouble, TroubleHere):
                    if str(trouble) not in self.launch.faults_here:
                        self.launch.faults_here.add(str(trouble))
                        self.told("%s %s; that is a fault of this machine: hosts wait until it is mended"
                                  % (self.title, trouble))
                    self.launch.is_ending.wait(5)
                    continue
                if time.monotonic() - start > LONG_ENOUGH:
                    failures = 0
                failures += 1
                limit = TRIES_AFTER if self.has_joined else TRIES_BEFORE
                if failures >= limit and not trouble.is_final and self.turns_elsewhere(trouble):
                    failures, self.host.found = 0, None
                elif trouble.is_final or failures >= limit:
                    again = "" if trouble.is_final else "; given up after %d tries" % failures
                    self.told("%s %s%s%s" % (self.title, trouble, again, self.going_on), self.given_up)
                    break
                else:
                    pause = min(2 ** (failures - 1), LONGEST_PAUSE)
                    self.told("%s %s; trying again in %d s" % (self.title, trouble, pause))
                    self.launch.is_ending.wait(pause)
                if trouble.is_of_host:
                    self.host.found = None
            except Exception as error:  # this program's own fault: the other hosts go on
                self.told("%s: ssh-launch failed: %r" % (self.title, error), self.given_up)
                break

    def turns_elsewhere(self, trouble):
        """Whether it goes on another way, which is told, where it would be given up."""
        return False

    def ssh(self, command, **arguments):
        words = self.host.ssh(self.launch.options.ssh_config) + [command]
        return subprocess.Popen(words, start_new_session=True, **arguments)

    def ask(self, command, given=subprocess.DEVNULL, seconds=60):
        """Runs a command on the host: its exit code, output and errors."""
        process = self.ssh(
            command, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", errors="replace"
        )
        self.process = process
        try:
            output, errors = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise Trouble("does not answer for %d s: ssh got in, and no command comes back" % seconds, is_of_host=True)
        return process.returncode, output, errors

    def find(self, endpoint):
        """What is known of the host, which is looked at once for all that is started there: program, processors."""
        with self.launch.lock_of(self.host):
            if self.host.found is None:
                self.host.found = self.prepare(endpoint)
            return self.host.found

    def prepare(self, endpoint):
        """Finds the program on the host, or copies it there; returns its path and how many processors there are.

        Whether the host reaches the endpoint is looked at, too.
        """
        package, host = self.launch.package, self.host
        target = re.match(r"tcp://\[?(.*?)\]?:(\d+)$", endpoint)
        address, port = target.groups() if target else ("", "")
        status, output, errors = self.ask(
            remote("probe", package.digest, host.program or "", host.cache or "", address, port)
        )
        if status != 0 or "machine=" not in output:
            told = "".join(line for line in errors.splitlines(True) if not line.startswith("Warning: "))
            raise trouble_of_ssh(host, status, told or output, self.launch.options.ssh_config)
        found = found_of(output)
        package.require(host, found)
        if found.get("reaches") == "no":
            raise trouble_of_port(address, port, found.get("why", ""), self.behind)
        skew = int(found.get("time", time.time())) - time.time()
        if abs(skew) > 60:
            self.told("%s: its clock is %d s %s; times in its log are, too"
                      % (self.title, abs(skew), "ahead" if skew > 0 else "behind"))
        if "program" in found:
            package.require_same(found)
        else:
            found["program"] = self.copy(found)
        return found

    def copy(self, found):
        package, cache = self.launch.package, found["cache"]
        package.require_room(self.host, found)
        start = time.monotonic()
        self.told("%s: copying ssrm to %s" % (self.title, cache))
        with package.open_archive() as archive:
            status, _, errors = self.ask(remote("receive", package.digest, cache), archive, 900)
        if status != 0:
            raise package.trouble_of_copy(self.host, cache, status, errors)
        self.told("%s: copied in %d s" % (self.title, time.monotonic() - start))
        return "%s/%s/bin/ssrm" % (cache, package.digest)

    def run(self, hub, arguments):
        """Runs the program there until it ends, with a key of its own that the hub, where it connects to, lets come.

        A Trouble where it ends with a fault, or has lost the hub.
        """
        label = self.launch.keys.label(self.name) if self.launch.keys else ""
        command = remote("work", self.role, arguments[0], label, hub.public if label else "", *arguments[1:])
        try:
            self.log.parent.mkdir(parents=True, exist_ok=True)  # somebody may have removed it
            self.file = self.log.open("a+b")
        except OSError as error:
            raise TroubleHere("can't be started: %s can't be written: %s" % (self.log, error.strerror))
        self.begin = self.file.seek(0, os.SEEK_END)
        self.process = self.ssh(command, stdin=subprocess.PIPE, stdout=self.file, stderr=self.file)
        try:
            self.see_through(hub, label)
        finally:
            self.let_go()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        if self.process.returncode != 0:
            raise trouble_of_end(self.role, self.host, self.process.returncode, self.said, self.log)
        if JOB_IS_DONE not in self.said and self.launch.goes_on():
            raise Trouble("lost its %s, which was asked to end: %s [%s]" % (self.role, last_line(self.said), self.log))

    def see_through(self, hub, label):
        """Lets come what was started, tells that it has, and waits until it ends."""
        is_told, is_let_in, deadline = False, not label, time.monotonic() + TIME_FOR_KEY
        while self.process.poll() is None:
            if not is_let_in:
                key = key_in(self.bytes_said)
                if key:
                    hub.let_in(key, label)
                    is_let_in, deadline = True, time.monotonic() + TIME_TO_COME
                    self.send(b"\n")
            if not is_let_in and time.monotonic() > deadline:
                raise Trouble("has made no key for its %s in %d s, and says no more than: %s [%s]" % (
                    self.role, TIME_FOR_KEY, last_line(self.said), self.log))
            if hub.is_gone:
                raise LostRelay()
            if self.comes_at_once and is_let_in and not is_told and time.monotonic() > deadline:
                raise Trouble("does not begin to be a %s, and says no more than: %s [%s]"
                              % (self.role, last_line(self.said), self.log))
            if not is_told and self.has_come():
                is_told = self.has_joined = True
            time.sleep(0.1)

    def send(self, line):
        """Writes a line to the script on the host."""
        try:
            self.process.stdin.write(line)
            self.process.stdin.flush()
        except (OSError, ValueError):
            pass  # it has just ended, and says why

    @property
    def bytes_said(self):
        """What it said first since it was started last."""
        return self.bytes_since(self.begin)

    def bytes_since(self, place):
        file = self.file  # the one that is open, as its name may be gone
        return os.pread(file.fileno(), 1 << 20, place)

    @property
    def said(self):
        """What it said last since then."""
        file = self.file
        end = os.fstat(file.fileno()).st_size
        begin = max(self.begin, end - (1 << 16))
        return os.pread(file.fileno(), max(end - begin, 0), begin).decode(errors="replace")
