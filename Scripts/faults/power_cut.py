"""Power cuts, replayed: what a real run did to its folder is recorded (record.c), and every state that POSIX allows a cut to leave
is laid out in a folder and given to ssrm.

What was synced is there. Of what was not, anything may be: of the changes of a folder's names any subset in order (all of them
where they are few), and of each file nothing, all, all but the last write, half of it, or zeros in place of it.
"""
import concurrent.futures
import json
import os
import pathlib
import random
import shutil
import subprocess

RECORDER = pathlib.Path(__file__).with_name("record.c")
STEPS, EVERY, KEPT = 50, 10, 2
JOB = ["--seed", 7, "--shards", 2, "--shard-size", 2, "--hidden", 2, "--keep-checkpoints", KEPT]
# Changes of a folder's names that are not synced: of so many every subset is laid out, of more some are drawn.
EVERY_SUBSET_OF = 5


class File:
    """A file's content as it was synced last, and what was done to it since."""

    def __init__(self):
        self.synced, self.since = b"", []

    def content(self, fate):
        content = bytearray(self.synced)
        since = self.since
        if fate == "nothing":
            since = []
        elif fate == "not the last":
            since = since[:-1]
        for i, (kind, place, data) in enumerate(since):
            if kind == "truncate":
                content = content[:place] + bytes(max(0, place - len(content)))
                continue
            if i == len(since) - 1 and fate in ("half", "zeros"):
                data = data[:len(data) // 2] if fate == "half" else bytes(len(data))
            content = content.ljust(place, b"\0")
            content[place:place + len(data)] = data
        return bytes(content)

    def sync(self):
        self.synced, self.since = self.content("all"), []


class Folder:
    """A folder's names as they were synced last, and what was done to them since."""

    def __init__(self):
        self.synced, self.since = {}, []

    def names(self, chosen=None):
        names = dict(self.synced)
        for i, change in enumerate(self.since):
            if chosen is None or i in chosen:
                for name, what in change:
                    if what is None:
                        names.pop(name, None)
                    else:
                        names[name] = what
        return names

    def sync(self):
        self.synced, self.since = self.names(), []


class Disk:
    """Files and folders below a root, as a record tells of them."""

    def __init__(self, root):
        self.root, self.top = str(root), Folder()
        self.by_inode = {}
        self.claimed = None  # the newest step whose checkpoint was said to be written

    def folder_of(self, path):
        parts = path.removeprefix(self.root).strip("/").split("/")
        folder = self.top
        for part in parts[:-1]:
            folder = folder.names()[part]
        return folder, parts[-1]

    def take(self, line):
        """Does what one line of a record tells."""
        kind, _, rest = line.partition(" ")
        if kind in ("new", "mkdir", "open", "link"):
            inode, _, path = rest.partition(" ")
            if kind == "new":
                self.by_inode[inode] = File()
                return
            if kind == "open":
                cut, _, path = path.partition(" ")
                folder, name = self.folder_of(path)
                known = folder.names().get(name)
                if known is None:
                    known = self.by_inode[inode] = File()
                    folder.since.append([(name, known)])
                self.by_inode[inode] = known
                if cut == "1":
                    known.since.append(("truncate", 0, b""))
                return
            folder, name = self.folder_of(path)
            if kind == "mkdir":
                self.by_inode[inode] = Folder()
            folder.since.append([(name, self.by_inode[inode])])
        elif kind == "write":
            inode, place, data = rest.split(" ")
            data = bytes.fromhex(data)
            self.by_inode[inode].since.append(("write", int(place), data))
            for said in data.split(b"\n"):
                if b'"checkpoint_written"' in said:
                    self.claimed = json.loads(said)["step"]
        elif kind == "truncate":
            inode, length = rest.split(" ")
            self.by_inode[inode].since.append(("truncate", int(length), b""))
        elif kind == "sync":
            if rest in self.by_inode:
                self.by_inode[rest].sync()
            else:
                self.top.sync()
        elif kind == "syncall":
            for what in [self.top, *self.by_inode.values()]:
                what.sync()
        elif kind == "rename":
            old, new = rest.split("\t")
            (source, was), (target, name) = self.folder_of(old), self.folder_of(new)
            if source is not target:
                raise ValueError(f"a rename from folder to folder: {rest}")
            source.since.append([(was, None), (name, source.names()[was])])
        elif kind == "unlink":
            folder, name = self.folder_of(rest)
            folder.since.append([(name, None)])
        else:
            raise ValueError(f"a line of a record that nobody knows: {line[:80]}")

    def folders(self):
        found, waiting = [], [self.top]
        while waiting:
            folder = waiting.pop()
            found.append(folder)
            now = {id(what): what for what in [*folder.synced.values(), *folder.names().values()]}
            waiting += [what for what in now.values() if isinstance(what, Folder)]
        return found

    def states(self, draw):
        """The trees that a cut just now may leave: paths with contents, None for a folder."""
        folders = [folder for folder in self.folders() if folder.since]
        choices = [{}]
        for folder in folders:
            count = len(folder.since)
            if count <= EVERY_SUBSET_OF:
                subsets = [{i for i in range(count) if bits >> i & 1} for bits in range(1 << count)]
            else:
                subsets = [set(range(k)) for k in range(count + 1)]
                subsets += [{i for i in range(count) if i != k} for k in range(count)]
                subsets += [{i for i in range(count) if draw.random() < 0.5} for _ in range(20)]
            choices = [{**chosen, id(folder): subset} for chosen in choices for subset in subsets]
            if len(choices) > 200:
                choices = draw.sample(choices, 200)
        for chosen in choices:
            for fate in ("all", "nothing", "not the last", "half", "zeros", None):
                tree = {}
                self.lay_out(self.top, "", chosen, fate, draw, tree)
                yield tree

    def lay_out(self, folder, path, chosen, fate, draw, tree):
        for name, what in folder.names(chosen.get(id(folder))).items():
            place = f"{path}/{name}" if path else name
            if isinstance(what, Folder):
                tree[place] = None
                self.lay_out(what, place, chosen, fate, draw, tree)
            else:
                tree[place] = what.content(fate or draw.choice(["all", "nothing", "not the last", "half", "zeros"]))


def record(program, data, folder, environment):
    """Records a run; the lines, and what its result says."""
    recorder, log, root = folder / "record.so", folder / "record", folder / "recorded"
    root.mkdir()
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-O2", "-o", str(recorder), str(RECORDER), "-ldl"], check=True, capture_output=True)
    words = [
        program, "pretrain", "--data", data, "--run", root / "run", *JOB, "--steps", STEPS, "--checkpoint-every", EVERY,
        "--workers", 1, "--json",
    ]
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, stdin=subprocess.DEVNULL,
        env={**environment, "RECORD_UNDER": str(root), "RECORD_TO": str(log), "LD_PRELOAD": str(recorder)})
    if done.returncode != 0:
        raise OSError(f"the run to be recorded failed: {done.stderr.strip()[-500:]}")
    return log.read_text().splitlines(), json.loads(done.stdout), root.resolve()


def is_as_recorded(disk, root):
    """Whether everything replayed gives just what the run left: nothing was missed by the record."""
    tree = {}
    disk.lay_out(disk.top, "", {}, "all", random.Random(0), tree)
    there = {
        str(path.relative_to(root)): None if path.is_dir() else path.read_bytes() for path in root.rglob("*")
    }
    return tree == there


def replay(program, data, folder, seed, log, jobs=2, resumed=12):
    """Replays cuts; a report with how many, and what was wrong."""
    environment = dict(os.environ)
    lines, result, root = record(program, data, folder, environment)
    disk, draw, wrong = Disk(root), random.Random(f"{seed}:power"), []
    states, digests = {}, {}
    for line in ["", *lines]:
        if line:
            before = disk.claimed
            disk.take(line)
            if disk.claimed != before:
                file = f"step-{disk.claimed:08}.safetensors"
                content = disk.top.names()["run"].names()["checkpoints"].names()[file].content("all")
                header = json.loads(content[8:8 + int.from_bytes(content[:8], "little")])
                digests[disk.claimed] = header["__metadata__"]["parameters_sha256"]
        for tree in disk.states(draw):
            key = tuple(sorted((path, content if content is None else hash(content)) for path, content in tree.items()))
            # A state may be left by cuts at several moments: the newest checkpoint said to be written counts.
            if (disk.claimed or 0) >= states.get(key, (0, None))[0]:
                states[key] = (disk.claimed or 0, tree)
    if not is_as_recorded(disk, root):
        wrong.append("the record is not whole: replayed to its end it gives another folder than the run left")
    log(f"power cuts: {len(lines)} calls recorded, {len(states)} states that a cut may leave")

    def look(numbered):
        number, (claimed, tree), resumes = numbered
        place = folder / f"cut-{number}"
        place.mkdir()
        try:
            for path, content in sorted(tree.items()):
                target = place / path
                target.mkdir() if content is None else target.write_bytes(content)
            return check(program, data, place / "run", claimed, digests, resumes, result)
        finally:
            shutil.rmtree(place)

    every = list(states.values())
    to_resume = set(draw.sample(range(len(every)), min(resumed, len(every))))
    numbered = [(i, state, i in to_resume) for i, state in enumerate(every)]
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for fault in pool.map(look, numbered):
            if fault and fault not in wrong:
                wrong.append(fault)
    return {"calls": len(lines), "states": len(states), "resumed": len(to_resume), "wrong": wrong}


def check(program, data, run, claimed, digests, resumes, result):
    """What is wrong with what ssrm makes of a folder that a cut left; None where nothing is."""
    done = subprocess.run([program, "inspect", str(run), "--json"], capture_output=True, text=True)
    if done.returncode == 0:
        found = json.loads(done.stdout)
        if found["step"] < claimed:
            return f"the checkpoint of step {claimed} was said to be written, and the newest is of step {found['step']}"
        if found["step"] in digests and found["parameters_sha256"] != digests[found["step"]]:
            return f"the checkpoint of step {found['step']} has other bits"
    elif claimed or done.returncode != 1:
        return f"the checkpoint of step {claimed} was said to be written; inspect: {done.stderr.strip()[-300:]}"
    if not resumes:
        return None
    words = [
        program, "pretrain", "--data", data, "--run", run, *JOB, "--steps", STEPS, "--checkpoint-every", EVERY, "--workers",
        1, "--json", "--resume",
    ]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        return f"after a cut (step {claimed} was said to be written) --resume fails: {done.stderr.strip()[-300:]}"
    if json.loads(done.stdout)["parameters_sha256"] != result["parameters_sha256"]:
        return "after a cut --resume comes to other bits"
    return None
