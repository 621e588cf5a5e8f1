"""Processes of a run: started with a mark by which none can hide, watched, and ended by number."""
import os
import pathlib
import signal
import subprocess
import time

# What a process that fell over a fault of its own ends with.
CRASHES = {signal.SIGILL, signal.SIGTRAP, signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE}
MARK = "SSRM_CHAOS"


class Process:
    """One process of ssrm."""

    def __init__(self, role, words, folder, mark, number):
        self.role, self.words = role, [str(word) for word in words]
        self.errors = folder / f"{number:02}-{role}.err"
        self.output = folder / f"{number:02}-{role}.out"
        temporary = folder / "tmp"
        temporary.mkdir(exist_ok=True)
        environment = {**os.environ, MARK: mark, "TMPDIR": str(temporary)}
        with open(self.errors, "wb") as errors, open(self.output, "wb") as output:
            self.popen = subprocess.Popen(
                self.words, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=environment)
        self.pid = self.popen.pid
        self.start = time.monotonic()
        # Codes with which it may end, beside 0; None once anything goes.
        self.may_end_with = set()
        self.stopped = False

    @property
    def runs(self):
        return self.popen.poll() is None

    def send(self, number):
        """Sends a signal; one that has ended is left alone, its number is not another's before it was waited for."""
        if self.runs:
            os.kill(self.pid, number)

    def stop(self):
        self.stopped = True
        self.send(signal.SIGSTOP)

    def go_on(self):
        self.stopped = False
        self.send(signal.SIGCONT)

    def wait(self, seconds):
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def children(self):
        """The numbers of the processes that it started and that run."""
        try:
            text = pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
            return sorted(int(pid) for pid in text.split())
        except OSError:
            return []

    def last_words(self):
        lines = self.errors.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "nothing"

    def fault(self):
        """What is wrong with how it ended; None where nothing is."""
        code = self.popen.poll()
        if code is None or code == 0 or self.may_end_with is None:
            if code is not None and -code in CRASHES:
                return f"{self.role} {self.pid} crashed ({signal.Signals(-code).name}): {self.last_words()}"
            return None
        if code in self.may_end_with:
            return None
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"{self.role} {self.pid} ended with {how}: {self.last_words()}"


def marked(mark):
    """The numbers of all processes that carry a run's mark."""
    sought, found = f"{MARK}={mark}".encode(), []
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            if sought in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def cost(pid):
    """How many descriptors a process has open, and its own memory in MiB; None where it is gone."""
    try:
        descriptors = len(os.listdir(f"/proc/{pid}/fd"))
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    for line in status.splitlines():
        if line.startswith("RssAnon:"):
            return descriptors, int(line.split()[1]) / 1024
    return None
