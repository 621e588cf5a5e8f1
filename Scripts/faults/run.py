"""One run of the upstream stage with faults: what is done to it, and what is looked at afterwards."""
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

from . import peers
from .processes import Process, cost, marked
from .proxy import DOWN, UP, Proxy

LEASE, HEARTBEAT = 1.0, 0.1
# Who did not hear that the job is done, as its connection was broken just then, waits so long for a coordinator.
PATIENCE = 20
CHECKPOINT_EVERY = 20
# Further options of the job: each has bits of its own.
VARIANTS = [[], ["--wire", "bfloat16"], ["--local-steps", "5"], ["--wire", "int8", "--local-steps", "5"]]
LEAVES, UNITS, INPUTS = 8, 24, 64 * 27
FLOATS = INPUTS * UNITS + UNITS + UNITS * 5 + 5
JOB = ["--seed", 7, "--shards", LEAVES, "--shard-size", 20, "--hidden", UNITS]
# A coordinator may hold so much more than after its begin: what bounded queues and freed memory come to.
GROWTH_MIB, PEAK_MIB, GROWTH_DESCRIPTORS = 64, 300, 12

PROCESS = ["kill-worker", "stop-worker-briefly", "stop-worker-for-long", "terminate-worker", "slow-worker"]
COORDINATOR = ["kill-coordinator", "terminate-coordinator", "stop-coordinator-briefly", "stop-coordinator-for-long"]
NETWORK = [
    "cut", "stall-briefly", "stall-for-long", "delay", "flip-head-up", "flip-head-down", "flip-up", "flip-down",
    "truncate-up", "truncate-down", "duplicate-up", "duplicate-down", "drop-up", "drop-down",
]
STORAGE = [
    "disk-full", "read-only", "checkpoint-removed", "checkpoint-truncated", "checkpoint-flipped", "checkpoint-folder",
    "checkpoint-pipe",
]
STRANGERS = [
    "idle-strangers", "garbage", "garbage-after-greeting", "endless-frame", "endless-message", "endless-hellos",
    "phantom", "false-not-finite", "wrong-sums",
]
RELAY = ["kill-relay", "stop-relay-briefly", "stop-relay-for-long", "terminate-relay"]
SHAPES = {
    "local": PROCESS + COORDINATOR + STORAGE + STRANGERS,
    "hand": PROCESS + COORDINATOR + NETWORK + STORAGE + STRANGERS,
    "relay": PROCESS + COORDINATOR + NETWORK + RELAY,
}


# What can't be done just now is tried again some steps later.
LATER = "there was no moment for it"


class Fault:
    """One fault, as the seed has it: what, after which step, so much later, and further draws."""

    def __init__(self, kind, draw, steps):
        self.kind = kind
        self.step = draw.randrange(3, steps - 30)
        self.later = draw.random() * 0.03
        self.which = draw.randrange(1 << 16)
        self.pause = draw.random()
        self.seed = draw.randrange(1 << 32)
        self.what = "not reached"
        self.file = None  # whose state is altered, where it is a file's

    def report(self):
        return {"kind": self.kind, "step": self.step, "done": self.what}


def schedule(seed, number, count, shapes, only):
    """The shape, the variant, the faults and the audited share of one run, by the seed and the run's number alone."""
    draw = random.Random(f"{seed}:{number}")
    shape = shapes[number % len(shapes)]
    variant = draw.choice([0, 0, 0, 1, 2, 3])
    kinds = [kind for kind in SHAPES[shape] if not only or kind in only]
    faults = [Fault(draw.choice(kinds), draw, steps_of(count)) for _ in range(count)] if kinds else []
    # Only where everything is audited no wrong sum is ever taken; sums of other arithmetic can't be compared.
    audit = 1 if any(fault.kind == "wrong-sums" for fault in faults) else draw.choice([0, 0.01, 0.2])
    return shape, variant, sorted(faults, key=lambda fault: fault.step), audit


def steps_of(count):
    """Steps of a run of so many faults; a multiple of every variant's steps between exchanges."""
    return 50 + 35 * count


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Run:
    """A run, its processes, and what was found wrong."""

    def __init__(self, name, program, data, folder, shape, variant, faults, audit, steps, is_root, log):
        self.name, self.program, self.data, self.folder = name, program, data, folder
        self.shape, self.variant, self.faults, self.steps = shape, variant, faults, steps
        self.audit, self.is_root, self.log = audit, is_root, log
        folder.mkdir(parents=True)
        self.disk = folder / "disk"
        self.disk.mkdir()
        if is_root:
            mount("-t", "tmpfs", "-o", "size=64m", "chaos", self.disk)
        self.run_folder = self.disk / "run"
        self.mark = f"{os.getpid()}-{name}"
        self.port = free_port()
        self.lock = threading.RLock()
        self.processes, self.workers, self.wrong, self.notes = [], [], [], []
        self.over = None  # when its coordinator had ended
        self.coordinator = self.relay = None
        self.relay_port = None
        self.expectations = []
        self.storage_faults = 0
        self.storage_mended = 0.0  # when the last one ended
        self.events_before = 0  # of coordinators before the one that runs
        self.held = set()  # workers of a run's own that are stopped: nobody else is to let them go on
        self.wanted = set()
        self.begins, self.samples = {}, {}
        self.strangers, self.strangers_seen, self.peaks = [], 0.0, []
        self.proxies = []
        self.start = time.monotonic()

    # What is started

    def spawn(self, role, *words):
        process = Process(role, [self.program, *words], self.folder, self.mark, len(self.processes))
        self.processes.append(process)
        return process

    def start_coordinator(self, resume=True):
        self.events_before = len(self.events())
        with self.lock:
            words = [
                "--data", self.data, "--run", self.run_folder, "--steps", self.steps, *JOB, *VARIANTS[self.variant],
                "--lease", LEASE, "--heartbeat", HEARTBEAT, "--checkpoint-every", CHECKPOINT_EVERY, "--report-every", 1,
                "--audit", self.audit, *(["--same-arithmetic"] if self.audit == 1 else []), "--json", *(["--resume"] if resume else []),
            ]
            if self.shape == "local":
                self.coordinator = self.spawn("pretrain", "pretrain", *words, "--workers", 2)
            else:
                self.coordinator = self.spawn(
                    "coordinator", "coordinator", *words, "--listen", f"tcp://127.0.0.1:{self.port}")

    def start_worker(self, place):
        """A worker in one of the places that the run's shape has: (port, further words)."""
        port, words = place
        with self.lock:
            if self.coordinator is not None and self.is_over():
                return
            worker = self.spawn("worker", "worker", "--connect", f"tcp://127.0.0.1:{port}", "--patience", PATIENCE, "--threads", "1", *words)
            worker.place = place
            self.workers.append(worker)

    def start_relay(self):
        with self.lock:
            if self.is_over():
                return
            self.relay = self.spawn(
                "relay", "relay", "--connect", f"tcp://127.0.0.1:{self.proxies[0].port}", "--listen",
                f"tcp://127.0.0.1:{self.relay_port}", "--patience", PATIENCE)

    def begin(self):
        self.start_coordinator(resume=False)
        if self.shape == "hand":
            self.proxies = [Proxy(self.port, self.name)]
            for place in (
                (self.port, ["--data", self.data]), (self.proxies[0].port, ["--no-shared-memory"]),
                (self.proxies[0].port, ["--data", self.data]),
            ):
                self.start_worker(place)
        elif self.shape == "relay":
            self.relay_port = free_port()
            self.proxies = [Proxy(self.port, self.name), Proxy(self.relay_port, self.name + "-down")]
            self.start_relay()
            for place in (
                (self.relay_port, ["--data", self.data]), (self.proxies[1].port, ["--no-shared-memory"]),
                (self.port, []),
            ):
                self.start_worker(place)

    # What is looked at

    def is_over(self):
        return self.coordinator.popen.poll() == 0

    def step(self):
        """The last step that is known to be done."""
        try:
            with open(self.run_folder / "metrics.jsonl", "rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - 2000))
                lines = file.read().split(b"\n")[:-1]
            return json.loads(lines[-1])["step"]
        except (OSError, IndexError, ValueError, KeyError):
            return 0

    def events(self):
        try:
            lines = (self.run_folder / "events.jsonl").read_text(errors="replace").split("\n")[:-1]
        except OSError:
            return []
        found = []
        for line in lines:
            try:
                found.append(json.loads(line))
            except ValueError:
                self.fail(f"events.jsonl has a line that is no JSON: {line[:80]}")
        return found

    def fail(self, text):
        if text not in self.wrong:
            self.wrong.append(text)

    def expect(self, fault, kinds, where=lambda event: True, within=LEASE + 2.0, lives=None):
        """A fault that the run's events are to tell of, unless the coordinator ends before it can know."""
        self.expectations.append((fault, set(kinds), where, len(self.events()), time.monotonic() + within, lives))

    def watch_costs(self, step):
        """Looks at the coordinator's costs, from some steps after its begin on."""
        process = self.coordinator
        if process.pid not in self.begins:
            # Until it listens, steps may be those of the one before it.
            if "listening on" not in process.errors.read_text(errors="replace"):
                return
            self.begins[process.pid] = step
        begin = self.begins[process.pid]
        if any(stranger.is_alive() for stranger in self.strangers):
            self.strangers_seen = time.monotonic()
        if step >= begin + 10 and (found := cost(process.pid)):
            # Connections of strangers, and what they sent, are gone a moment after them.
            is_quiet = time.monotonic() - self.strangers_seen > 0.3
            self.samples.setdefault(process.pid, []).append((*found, is_quiet))

    # The run

    def go(self):
        """Runs to the end; returns what came of it."""
        try:
            self.begin()
            self.loop()
        except Exception as error:  # a fault of this script ends one run and is told
            self.fail(f"{type(error).__name__}: {error}")
        finally:
            self.over = time.monotonic()
            self.clean()
        return {
            "name": self.name, "shape": self.shape, "job": " ".join(VARIANTS[self.variant]),
            "faults": [fault.report() for fault in self.faults], "wrong": list(self.wrong), "notes": self.notes,
            "seconds": round(time.monotonic() - self.start, 1), "peaks_mib": self.peaks,
        }

    def loop(self):
        waiting = list(self.faults)
        deadline = time.monotonic() + 600 + 30 * len(waiting)  # machines that do other things too are slow
        last, moved = -1, time.monotonic()
        while True:
            step = self.step()
            if step != last:
                last, moved = step, time.monotonic()
            while waiting and waiting[0].step <= step:
                fault = waiting.pop(0)
                time.sleep(fault.later)
                if not self.inject(fault):
                    waiting = sorted([*waiting, fault], key=lambda other: other.step)
            self.watch_costs(step)
            code = self.coordinator.popen.poll()
            if code == 0:
                return
            if code is not None and not self.wanted & {"coordinator"}:
                if self.storage_faults == 0 and not self.lacked_storage():
                    self.fail(self.coordinator.fault() or "the coordinator ended")
                    return
                # It may fail at the end for want of a place to write to; nothing is lost, and it goes on.
                self.coordinator.may_end_with = {1}
                self.wanted.add("coordinator")
                self.after(0.1, self.come_back_with_disk)
            for worker in [w for w in self.workers if not w.runs and w.may_end_with is not None]:
                if worker.popen.returncode != 0:
                    self.fail(worker.fault())
                    self.workers.remove(worker)
                    self.start_worker(worker.place)
                elif not self.is_over() and worker.place and time.monotonic() - worker.start > 0:
                    self.workers.remove(worker)
                    # The coordinator sent it away when it was asked to end; one by hand is started again.
                    self.after(0.2, self.start_worker, worker.place)
            if self.relay and not self.relay.runs and "relay" not in self.wanted and not self.is_over():
                if self.relay.may_end_with is not None and self.relay.fault():
                    self.fail(self.relay.fault())
                self.wanted.add("relay")
                self.after(0.2, self.come_back_relay)
            if time.monotonic() > deadline or time.monotonic() - moved > 200:
                self.fail(
                    f"stands still at step {step} of {self.steps}; the coordinator says: {self.coordinator.last_words()}")
                return
            time.sleep(0.004)

    def lacked_storage(self):
        """Whether the coordinator failed for want of storage that was mended since: its workers take a while to end."""
        is_said = "the last checkpoint can't be kept" in self.coordinator.last_words()
        return is_said and time.monotonic() - self.storage_mended < 10

    def after(self, seconds, action, *words):
        def later():
            time.sleep(seconds)
            if self.over is not None:
                return
            try:
                action(*words)
            except Exception as error:
                self.fail(f"{type(error).__name__}: {error}")
        thread = threading.Thread(target=later, daemon=True)
        thread.start()
        return thread

    def come_back(self):
        while self.storage_faults:  # who can't write can't begin
            time.sleep(0.02)
        self.start_coordinator()
        self.wanted.discard("coordinator")

    come_back_with_disk = come_back

    def come_back_relay(self):
        if self.relay.runs:  # it was asked to end, and still tells its workers so
            return self.after(0.1, self.come_back_relay)
        self.start_relay()
        self.wanted.discard("relay")

    # The faults

    def inject(self, fault):
        draw = random.Random(fault.seed)
        kind = fault.kind
        for name, method in self.KINDS:
            if kind == name or name.endswith("-") and kind.startswith(name) or not name:
                fault.what = method(self, fault, draw)
                break
        if fault.what is LATER and (step := self.step()) < self.steps - 20:
            fault.step = step + 3
            return False
        self.log(f"{self.name}: step {self.step()}: {kind}: {fault.what}")
        return True

    def a_worker(self, fault):
        """A worker's number, and its process where it is the script's own; None where there is none."""
        if self.shape == "local":
            pids = [pid for pid in self.coordinator.children() if pid not in self.held] if self.coordinator.runs else []
            return (pids[fault.which % len(pids)], None) if pids else None
        alive = [worker for worker in self.workers if worker.runs and not worker.stopped]
        if not alive:
            return None
        worker = alive[fault.which % len(alive)]
        return worker.pid, worker

    def has_joined(self, pid):
        """Whether the coordinator that runs now took it in: then it can know what happens to it."""
        events = self.events()
        begin = max((i for i, event in enumerate(events) if event["event"] == "started"), default=0)
        gone = {"silent", "cut_off", "left", "ended", "failed"}
        state = False
        for event in events[max(begin, self.events_before):]:
            if is_of(pid)(event):
                state = event["event"] == "joined" or state and event["event"] not in gone
        return state

    def kill_worker(self, fault, draw):
        found = self.a_worker(fault)
        if not found:
            return LATER
        pid, worker = found
        if self.has_joined(pid):
            self.expect(fault, ["silent", "cut_off", "ended", "left", "failed"], is_of(pid), lives=self.coordinator.pid)
        self.end_worker(pid, worker, signal.SIGKILL, None, fault.pause)
        return f"killed worker {pid}"

    def terminate_worker(self, fault, draw):
        found = self.a_worker(fault)
        if not found:
            return LATER
        pid, worker = found
        if self.has_joined(pid) and worker and worker.place[0] != self.relay_port:
            self.expect(fault, ["left", "silent", "cut_off", "failed", "lost_work"], is_of(pid), lives=self.coordinator.pid)
        self.end_worker(pid, worker, signal.SIGTERM, {-signal.SIGTERM, 128 + signal.SIGTERM}, fault.pause)
        return f"asked worker {pid} to end"

    def end_worker(self, pid, worker, number, may_end_with, pause):
        """Sends a worker a signal that ends it; another takes the place of one of this script's own."""
        if worker:
            worker.may_end_with = may_end_with
            worker.send(number)
            self.workers.remove(worker)
            self.after(pause, self.start_worker, worker.place)
        else:
            os.kill(pid, number)

    def stop_worker(self, fault, draw):
        found = self.a_worker(fault)
        if not found:
            return LATER
        pid, worker = found
        seconds = LEASE * (0.3 if fault.kind.endswith("briefly") else 1.6) * (0.8 + 0.4 * fault.pause)
        if seconds > LEASE and self.has_joined(pid) and not self.coordinator.stopped:
            self.expect(fault, ["silent"], is_of(pid), lives=self.coordinator.pid)
        if worker:
            worker.stop()
        else:
            os.kill(pid, signal.SIGSTOP)
            self.held.add(pid)
        self.after(seconds, self.let_go_on, pid, worker)
        return f"stopped worker {pid} for {seconds:.2f} s"

    def let_go_on(self, pid, worker):
        if worker:
            worker.go_on()
        elif pid in marked(self.mark):
            os.kill(pid, signal.SIGCONT)
        self.held.discard(pid)

    def slow_worker(self, fault, draw):
        found = self.a_worker(fault)
        if not found:
            return LATER
        pid, worker = found

        def slow():
            end = time.monotonic() + 1 + fault.pause
            try:
                while time.monotonic() < end:
                    os.kill(pid, signal.SIGSTOP)
                    time.sleep(0.045)
                    os.kill(pid, signal.SIGCONT)
                    time.sleep(0.005)
            except ProcessLookupError:
                pass  # it was killed meanwhile

        self.after(0, slow)
        return f"slowed worker {pid} down to a tenth"

    def stop_for(self, process, fault):
        seconds = LEASE * (0.3 if fault.kind.endswith("briefly") else 1.6) * (0.8 + 0.4 * fault.pause)
        process.stop()
        self.after(seconds, process.go_on)
        return f"stopped {process.role} {process.pid} for {seconds:.2f} s"

    def stop_coordinator(self, fault, draw):
        # Whoever is stopped at the same time may be back before it is, and then it hears of no silence.
        now = time.monotonic()
        self.expectations = [e for e in self.expectations if e[1] != {"silent"} or e[4] < now]
        return self.stop_for(self.coordinator, fault) if self.coordinator.runs else LATER

    def stop_relay(self, fault, draw):
        if not self.relay.runs:
            return LATER
        return self.stop_for(self.relay, fault)

    def end_relay(self, fault, draw):
        with self.lock:
            if not self.relay.runs or "relay" in self.wanted:
                return LATER
            self.wanted.add("relay")
            relay, number = self.relay, signal.SIGKILL if fault.kind == "kill-relay" else signal.SIGTERM
            relay.may_end_with = None if number == signal.SIGKILL else {-number, 128 + number}
            if self.has_joined(relay.pid):
                self.expect(fault, ["silent", "cut_off", "left", "failed", "ended"], is_of(relay.pid), lives=self.coordinator.pid)
            relay.send(number)
        self.after(fault.pause, self.come_back_relay)
        return f"{'killed' if number == signal.SIGKILL else 'asked'} relay {relay.pid}"

    def takes_coordinator_down(self):
        """Kills the coordinator and waits for its end; False where it does not run or something else is done to it."""
        with self.lock:
            if not self.coordinator.runs or "coordinator" in self.wanted:
                return False
            self.wanted.add("coordinator")
            self.coordinator.may_end_with = None
            self.coordinator.send(signal.SIGKILL)
            self.coordinator.wait(5)
            return True

    def kill_coordinator(self, fault, draw):
        if not self.takes_coordinator_down():
            return LATER
        self.expect(fault, ["started"], lambda event: event["resumed"], within=20)
        self.after(fault.pause * 0.7, self.come_back)
        return "killed, and resumed"

    def terminate_coordinator(self, fault, draw):
        with self.lock:
            if not self.coordinator.runs or "coordinator" in self.wanted:
                return LATER
            self.wanted.add("coordinator")
            process, begin = self.coordinator, time.monotonic()
            number = draw.choice([signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
            if signal.getsignal(number) is signal.SIG_IGN:  # under nohup: runs ignore it, too
                number = signal.SIGTERM
            # Where the disk is full it can keep no last checkpoint, and says so.
            process.may_end_with = {128 + number} | ({1} if self.storage_faults else set())
            if len(self.events()) == self.events_before:  # before the program's first line runs, it can say nothing
                process.may_end_with.add(-number)
            self.expect(fault, ["stopped"], within=20) if not self.storage_faults else None
            was_stopped = process.stopped
            process.send(number)

        def back():
            if process.wait(15) is None:
                self.fail(f"the coordinator did not end within 15 s of {signal.Signals(number).name}")
                process.send(signal.SIGKILL)
                process.wait(5)
            elif not was_stopped and time.monotonic() - begin > 6:
                self.notes.append(f"ending took {time.monotonic() - begin:.1f} s")
            is_done, words = process.popen.returncode == 0, process.last_words()
            is_said = words.startswith("ssrm: ended by ") and " before " in words
            if is_done or is_said or process.popen.returncode == -number:
                self.expectations = [e for e in self.expectations if e[0] is not fault]
            if not is_done:  # else it was done before it heard of it
                self.come_back()

        self.after(0, back)
        return f"asked to end with {signal.Signals(number).name}, and resumed"

    # The network

    def a_proxy(self, fault):
        return self.proxies[fault.which % len(self.proxies)]

    def cut(self, fault, draw):
        self.a_proxy(fault).cut()
        return "broke the connections of the proxy"

    def stall(self, fault, draw):
        proxy = self.a_proxy(fault)
        seconds = LEASE * (0.3 if fault.kind.endswith("briefly") else 1.6)
        proxy.flowing.clear()
        self.after(seconds, proxy.flowing.set)
        return f"held everything up for {seconds:.2f} s"

    def delay(self, fault, draw):
        proxy = self.a_proxy(fault)
        proxy.delay = 0.02

        def end():
            proxy.delay = 0.0

        self.after(0.5 + fault.pause, end)
        return "20 ms later each way for a while"

    def alter(self, fault, draw):
        change, way = fault.kind.rsplit("-", 1)
        self.a_proxy(fault).change_next(UP if way == "up" else DOWN, change)
        return "to the next piece that passes"

    # Storage

    def disk_full(self, fault, draw):
        if not self.is_root:
            return "left out: needs root"
        filler = self.disk / f"filler-{fault.seed}"
        self.storage_faults += 1
        try:
            with open(filler, "wb", buffering=0) as file:
                while True:
                    file.write(bytes(1 << 20))
        except OSError:
            pass
        self.expect(fault, ["checkpoint_failed", "record_failed"], within=20, lives=self.coordinator.pid)
        self.after(1.0 + fault.pause, self.end_storage_fault, filler.unlink)
        return "nothing more could be written for a while"

    def end_storage_fault(self, mend):
        mend()
        self.storage_mended = time.monotonic()
        self.storage_faults -= 1

    def read_only(self, fault, draw):
        if not self.is_root:
            return "left out: needs root"
        folder = self.run_folder / "checkpoints"
        if not folder.exists() or self.storage_faults:
            return LATER
        self.storage_faults += 1
        mount("--bind", folder, folder)
        mount("-o", "remount,bind,ro", folder)
        self.after(1.0 + fault.pause, self.end_storage_fault, lambda: subprocess.run(
            ["umount", "-l", str(folder)], check=True, capture_output=True))
        return "no checkpoint could be written for a while"

    def checkpoints(self):
        """The files of checkpoints, the newest first."""
        found = (self.run_folder / "checkpoints").glob("step-*.safetensors")
        return sorted((file for file in found if file.is_file()), reverse=True)

    def alter_checkpoint(self, fault, draw):
        """Kills the coordinator, and does something to its newest checkpoint before it is resumed."""
        if len(self.checkpoints()) < 2 or self.storage_faults:
            return LATER
        if not self.takes_coordinator_down():
            return LATER
        file = self.checkpoints()[0]
        self.forget_untold(file.name)
        change = fault.kind.removeprefix("checkpoint-")
        content = bytearray(file.read_bytes())
        file.unlink()
        if change == "truncated":
            file.write_bytes(content[:draw.randrange(len(content))])
        elif change == "flipped":
            content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
            file.write_bytes(content)
        elif change == "folder":
            file.mkdir()
            self.after(3, shutil.rmtree, file, True)
            self.storage_mended = time.monotonic() + 3  # until then the same checkpoint can't be written
        elif change == "pipe":
            os.mkfifo(file)
        if change == "removed":
            self.expect(fault, ["started"], within=20)
        else:
            fault.file = file.name
            self.expect(fault, ["checkpoint_skipped"], lambda event: file.name in event["reason"], within=20)
        self.after(fault.pause * 0.5, self.come_back)
        return f"killed, {file.name} {change}, and resumed"

    def forget_untold(self, name):
        """Expects no word any more of a checkpoint that is altered anew: whoever was to tell of it was killed before."""
        events = self.events()
        self.expectations = [
            e for e in self.expectations
            if e[0].file != name or any(event["event"] in e[1] and e[2](event) for event in events[e[3]:])]

    # Strangers

    def meet(self, action, *words):
        self.strangers.append(peers.in_background(action, *words))

    def coordinator_port(self):
        if self.shape != "local":
            return self.port
        try:
            return int((self.run_folder / "endpoint").read_text().rsplit(":", 1)[1])
        except (OSError, IndexError, ValueError):
            return None

    def probe(self):
        """The run's probe, as its newest checkpoint has it; None where it has none yet."""
        for file in self.checkpoints():
            try:
                with open(file, "rb") as content:
                    header = json.loads(content.read(int.from_bytes(content.read(8), "little")))
                return header["__metadata__"]["probe_sha256"]
            except (OSError, ValueError, KeyError):
                continue
        return None

    def stranger(self, fault, draw):
        port, kind = self.coordinator_port(), fault.kind
        if port is None or not self.coordinator.runs:
            return LATER
        name, lives = f"{kind}:{fault.seed}", self.coordinator.pid
        if kind in ("endless-hellos", "phantom", "false-not-finite", "wrong-sums") and not peers.CHECKSUM:
            return "left out: there is no libxxhash for its checksums"
        probe = self.probe()
        if kind in ("phantom", "false-not-finite", "wrong-sums") and probe is None:
            return LATER  # without the run's probe it may not be taken in
        if kind == "idle-strangers":
            self.meet(peers.stay_idle, port, 30, 1.5)
        elif kind.startswith("garbage"):
            self.meet(peers.say_garbage, port, draw, kind == "garbage-after-greeting")
        elif kind.startswith("endless-") and kind != "endless-hellos":
            self.meet(peers.say_without_end, port, 1.0, 100 << 20, kind == "endless-frame")
        elif kind == "endless-hellos":
            self.meet(peers.say_hello_without_end, port, 2000)
        elif kind == "phantom":
            self.expect(fault, ["joined", "refused"], is_named(name), lives=lives)
            self.meet(peers.come_and_not_report, port, name, 4096, 2.0, probe)
        else:
            is_wrong = kind == "wrong-sums"
            answer, said = peers.say_wrong_sums(LEAVES, FLOATS) if is_wrong else peers.say_not_finite, []

            def lie(worker, work):
                if not said:  # not before it has something to lie about
                    self.expect(fault, ["lied" if is_wrong else "refuted"], is_named(name), within=6, lives=lives)
                said.append(work)
                answer(worker, work)

            self.meet(peers.lie, port, name, 2.0, probe, lie)
        return "done"

    KINDS = [
        ("kill-worker", kill_worker), ("terminate-worker", terminate_worker), ("stop-worker-", stop_worker),
        ("slow-worker", slow_worker), ("kill-coordinator", kill_coordinator),
        ("terminate-coordinator", terminate_coordinator), ("stop-coordinator-", stop_coordinator),
        ("stop-relay-", stop_relay), ("kill-relay", end_relay), ("terminate-relay", end_relay), ("cut", cut),
        ("stall-", stall), ("delay", delay), ("flip-", alter), ("truncate-", alter), ("duplicate-", alter),
        ("drop-", alter), ("disk-full", disk_full), ("read-only", read_only), ("checkpoint-", alter_checkpoint),
        ("", stranger),
    ]

    # Afterwards

    def clean(self):
        """Ends what runs, and looks whether anything is left that should not be."""
        has_ended = self.coordinator is not None and self.is_over()
        for process in self.processes:
            process.go_on()
        end = time.monotonic() + PATIENCE + 6
        while has_ended and time.monotonic() < end and marked(self.mark):
            time.sleep(0.02)
        for proxy in self.proxies:
            proxy.end()
        for pid in marked(self.mark):
            if has_ended:
                words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()[-200:]
                self.fail(f"process {pid} is left: {words}")
            os.kill(pid, signal.SIGKILL)
        for process in self.processes:
            process.wait(5)
            if has_ended and process.popen.returncode == 1 and "nothing was heard of a coordinator" in process.last_words():
                self.notes.append(f"{process.role} {process.pid} did not hear of the end")
                continue
            if fault := process.fault():
                self.fail(fault)
            if "Fatal error" in process.errors.read_text(errors="replace"):
                self.fail(f"{process.role} {process.pid} trapped: {process.last_words()}")
        if has_ended:
            self.check_events()
            self.check_files()
            self.check_doubts()
            self.check_costs()

    def digest(self):
        """What the last coordinator came to; None where it came to nothing."""
        try:
            return json.loads(self.coordinator.output.read_text())["parameters_sha256"]
        except (ValueError, KeyError, OSError):
            return None

    def check_events(self):
        events = self.events()
        for fault, kinds, where, begin, due, lives in self.expectations:
            if any(event["event"] in kinds and where(event) for event in events[begin:]):
                continue
            # Nobody can tell of it who ended first.
            if lives and (lives != self.coordinator.pid or due > self.over - 0.5):
                continue
            self.fail(f"{fault.kind} after step {fault.step} ({fault.what}): no event {' or '.join(sorted(kinds))}")

    def check_files(self):
        allowed = {"job.json", "metrics.jsonl", "events.jsonl", "lock", "doubt"}
        for file in self.run_folder.rglob("*"):
            name = str(file.relative_to(self.run_folder))
            is_checkpoint = file.parent.name == "checkpoints" and file.match("step-*.safetensors")
            if name not in allowed | {"checkpoints"} and not is_checkpoint:
                self.fail(f"{name} is left in the run directory")
        for file in (self.folder / "tmp").rglob("*"):
            self.fail(f"{file.name} is left in the folder of temporary files")

    def check_doubts(self):
        """No checkpoint is left that may have a liar's sums: one of a later step names what was in doubt."""
        try:
            doubts = [line.split() for line in (self.run_folder / "doubt").read_text().splitlines()]
        except FileNotFoundError:
            return
        for file in (self.run_folder / "checkpoints").glob("step-*.safetensors"):
            with file.open("rb") as content:
                header = json.loads(content.read(int.from_bytes(content.read(8), "little")))
            named = header["__metadata__"].get("doubts", "").split()
            for step, name in doubts:
                if step != "none" and int(file.stem.removeprefix("step-")) > int(step) and name not in named:
                    self.fail(f"{file.name} is in doubt, and was left")

    def check_costs(self):
        for pid, samples in self.samples.items():
            quiet = [sample for sample in samples if sample[2]]
            if len(quiet) < 3:
                continue
            (descriptors, memory, _), (last_descriptors, last_memory, _) = quiet[0], quiet[-1]
            peak = max(sample[1] for sample in samples)
            self.peaks.append(round(peak - memory, 1))
            if last_memory > memory + GROWTH_MIB:
                self.fail(f"coordinator {pid} grew from {memory:.0f} to {last_memory:.0f} MiB")
            if peak > memory + PEAK_MIB:
                self.fail(f"coordinator {pid} held {peak:.0f} MiB for a while, {memory:.0f} at the begin")
            if last_descriptors > descriptors + GROWTH_DESCRIPTORS:
                self.fail(f"coordinator {pid} grew from {descriptors} to {last_descriptors} descriptors")

    def remove(self):
        if self.is_root:
            while subprocess.run(["umount", "-l", str(self.disk)], capture_output=True).returncode == 0:
                pass
        shutil.rmtree(self.folder, ignore_errors=True)


def is_of(pid):
    """Whether an event is of the worker that a process is."""
    return lambda event: event.get("process") == pid or str(event.get("worker", "")).endswith(f":{pid}")


def is_named(name):
    return lambda event: name in str(event.get("worker", "")) + str(event.get("what", ""))


def mount(*words):
    done = subprocess.run(["mount", *map(str, words)], capture_output=True, text=True)
    if done.returncode != 0:
        raise OSError(f"mount {' '.join(map(str, words))}: {done.stderr.strip()}")


def own_mounts():
    """Gives this process mounts of its own, which go with it; whether that could be had."""
    import ctypes

    library = ctypes.CDLL(None, use_errno=True)
    new_mounts, private, recursive = 0x00020000, 1 << 18, 1 << 14
    if os.geteuid() != 0 or library.unshare(new_mounts) != 0:
        return False
    return library.mount(b"none", b"/", None, private | recursive, None) == 0
