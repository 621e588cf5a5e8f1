"""A worker on a host, by ssh."""

import base64
import pathlib
import re
import subprocess
import threading
import time

from .troubles import Trouble, last_line, trouble_of_port, trouble_of_ssh, trouble_of_worker

SCRIPTS = pathlib.Path(__file__).resolve().parent.parent / "remote"
# A worker that was never seen in the job is tried so often, one that was there so often: about six minutes.
TRIES_BEFORE, TRIES_AFTER = 4, 12
LONGEST_PAUSE = 60
# One that worked for so many seconds has not failed at its start.
LONG_ENOUGH = 60
# Whoever has not said the key that it made after so many seconds says none.
TIME_FOR_KEY = 60


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


class Worker:
    """A worker on a host, and those that follow it there when it dies."""

    def __init__(self, launch, host, log, name, told):
        self.launch, self.host, self.log, self.name, self.told = launch, host, log, name, told
        self.process = None
        self.has_joined = False
        self.is_over = False
        self.thread = threading.Thread(target=self.supervise, daemon=True)

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
        """Ends what finds out about the host, or copies there: what a worker would need, and none will come."""
        if not self.has_ended and not self.process.stdin:
            self.process.terminate()

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
                with self.launch.lock_of(self.host):
                    if self.host.found is None:
                        self.host.found = self.prepare()
                self.work()
                self.launch.finished += 1
                break
            except Trouble as trouble:
                if self.launch.interrupted or self.launch.is_ending.is_set():
                    break
                if time.monotonic() - start > LONG_ENOUGH:
                    failures = 0
                failures += 1
                left = self.launch_count() - 1
                going_on = "; going on with the other %d" % left if left > 0 else ""
                limit = TRIES_AFTER if self.has_joined else TRIES_BEFORE
                if trouble.is_final or failures >= limit:
                    again = "" if trouble.is_final else "; given up after %d tries" % failures
                    self.told("%s %s%s%s" % (self.name, trouble, again, going_on))
                    break
                pause = min(2 ** (failures - 1), LONGEST_PAUSE)
                self.told("%s %s; trying again in %d s" % (self.name, trouble, pause))
                self.launch.is_ending.wait(pause)
                if trouble.is_of_host:
                    self.host.found = None
            except Exception as error:  # this program's own fault: the other hosts go on
                self.told("%s: ssh-launch failed: %r" % (self.name, error))
                break

    def launch_count(self):
        return sum(not worker.is_over for worker in self.launch.workers)

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

    def prepare(self):
        """Finds the program on the host, or copies it there; returns its path and how many processors there are."""
        package, host = self.launch.package, self.host
        endpoint = self.launch.endpoint_for(host)
        target = re.match(r"tcp://\[?(.*?)\]?:(\d+)$", endpoint)
        address, port = target.groups() if target else ("", "")
        status, output, errors = self.ask(
            remote("probe", package.digest, host.program or "", host.cache or "", address, port)
        )
        if status != 0 or "machine=" not in output:
            told = "".join(line for line in errors.splitlines(True) if not line.startswith("Warning: "))
            raise trouble_of_ssh(host, status, told or output)
        found = dict(found_of(output), endpoint=endpoint)
        package.require(host, found)
        if found.get("reaches") == "no":
            raise trouble_of_port(address, port, found.get("why", ""))
        skew = int(found.get("time", time.time())) - time.time()
        if abs(skew) > 60:
            self.told("%s: its clock is %d s %s; times in its log are, too"
                      % (self.name, abs(skew), "ahead" if skew > 0 else "behind"))
        if "program" in found:
            package.require_same(found)
        else:
            found["program"] = self.copy(found)
        return found

    def copy(self, found):
        package, cache = self.launch.package, found["cache"]
        package.require_room(self.host, found)
        start = time.monotonic()
        self.told("%s: copying ssrm to %s" % (self.name, cache))
        with package.open_archive() as archive:
            status, _, errors = self.ask(remote("receive", package.digest, cache), archive, 900)
        if status != 0:
            raise package.trouble_of_copy(self.host, cache, status, errors)
        self.told("%s: copied in %d s" % (self.name, time.monotonic() - start))
        return "%s/%s/bin/ssrm" % (cache, package.digest)

    def work(self):
        found, host, keys = self.host.found, self.host, self.launch.keys
        threads = host.threads or max(1, int(found.get("processors", "1")) // host.workers)
        label = keys.label(self.name) if keys else ""
        arguments = [found["program"], label, keys.public if keys else ""]
        arguments += ["--connect", found["endpoint"], "--threads", threads]
        if host.data:
            arguments += ["--data", host.data]
        with self.log.open("ab") as log:
            begin = log.tell()
            self.process = self.ssh(remote("work", *arguments), stdin=subprocess.PIPE, stdout=log, stderr=log)
        try:
            self.see_through(begin, label, threads)
        finally:
            self.let_go()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        if self.process.returncode != 0:
            text = self.text_since(begin).decode(errors="replace")
            raise trouble_of_worker(host, self.process.returncode, text, self.log)

    def see_through(self, begin, label, threads):
        """Lets the worker come that was started, tells that it has, and waits until it ends."""
        is_told, is_let_in, deadline = False, not label, time.monotonic() + TIME_FOR_KEY
        while self.process.poll() is None:
            if not is_let_in and self.launch.keys.authorize(self.text_since(begin), label):
                is_let_in = True
                try:
                    self.process.stdin.write(b"\n")
                    self.process.stdin.flush()
                except OSError:
                    continue  # it has just ended, and says why
            if not is_let_in and time.monotonic() > deadline:
                raise Trouble("has made no key for its worker in %d s, and says no more than: %s [%s]" % (
                    TIME_FOR_KEY, last_line(self.text_since(begin).decode(errors="replace")), self.log))
            if not is_told and b"joined the job" in self.text_since(begin):
                is_told = self.has_joined = True
                self.told("%s: joined with %s thread%s" % (self.name, threads, "" if threads == 1 else "s"))
            time.sleep(0.1)

    def text_since(self, begin):
        with self.log.open("rb") as log:
            log.seek(begin)
            return log.read(1 << 20)
