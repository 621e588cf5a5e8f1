"""Who may take part: a key for the coordinator, and one that each worker and relay makes for itself."""

import hashlib
import os
import pathlib
import re
import subprocess
import tempfile
import threading

from .troubles import Trouble, TroubleHere, is_of_disk, last_line

PUBLIC = re.compile(rb"^ssrm-public [0-9a-f]{64} \S+$", re.MULTILINE)


def key_in(said):
    """The line of the public key that who was started has made and said, as text; None where it has said none yet."""
    found = PUBLIC.search(said)
    return found and found.group(0).decode()


def label_of(name, prefix=""):
    """What people know a worker's key by: its name, as far as a label can be that."""
    label = prefix + re.sub(r"[^A-Za-z0-9._-]", "-", name)
    if label == prefix + name and len(label) <= 64:
        return label
    # Two names that come to one label would take turns in shutting each other out.
    return "%s-%s" % (label[:55], hashlib.sha256(name.encode()).hexdigest()[:8])


class Keys:
    """The coordinator's folder of keys: labels of this run's launches begin alike, and no others are touched."""

    def __init__(self, program, folder, prefix="launch-"):
        self.program, self.folder, self.prefix = program, pathlib.Path(folder), prefix
        self.lock = threading.Lock()

    @classmethod
    def of(cls, program, run, flags):
        """Those of a run: in its folder, or where the coordinator's flags say; None where it is to have none."""
        if "--plaintext-network" in flags:
            return None
        # In a folder that several runs may have, those of each have its mark.
        prefix = "launch-%s-" % hashlib.sha256(os.fsencode(str(run.resolve()))).hexdigest()[:8]
        for place, flag in enumerate(flags):
            if flag == "--keys" and place + 1 < len(flags):
                return cls(program, flags[place + 1], prefix)
            if flag.startswith("--keys="):
                return cls(program, flag[len("--keys="):], prefix)
        keys = cls(program, run / "keys")
        keys.make()
        flags += ["--keys", str(keys.folder)]
        return keys

    def ask(self, *words):
        done = subprocess.run([self.program, "keys"] + [str(word) for word in words], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", errors="replace")
        return done.returncode, done.stderr

    def make(self):
        """Makes the coordinator's key where there is none."""
        if not (self.folder / "secret").exists():
            status, errors = self.ask("new", self.folder, "--label", "coordinator")
            if status != 0:
                hint = "" if is_of_disk(errors) else "; with `-- --plaintext-network` none is needed"
                raise Trouble("no key can be made: %s%s" % (last_line(errors), hint))

    def forget(self):
        """Lets the workers of this launch, and of earlier ones of this run, come no more."""
        try:
            listed = [line.split() for line in (self.folder / "authorized").read_text().splitlines()]
        except (OSError, ValueError):
            return  # the coordinator says what is wrong with it
        for words in listed:
            if len(words) > 2 and words[2].startswith(self.prefix):
                self.ask("revoke", self.folder, words[2])

    def label(self, name):
        return label_of(name, self.prefix)

    @property
    def public(self):
        """The line that a worker knows the coordinator by."""
        try:
            return (self.folder / "public").read_text().strip()
        except OSError as error:
            raise Trouble("%s/public can't be read: %s" % (self.folder, error.strerror))

    def authorize(self, key, label):
        """Lets a key come, the line of its public half."""
        try:
            descriptor, name = tempfile.mkstemp(prefix="ssrm-")
        except OSError as error:
            raise TroubleHere("can't be let in: no temporary file can be made here: %s" % error.strerror)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(key.encode() + b"\n")
            with self.lock:
                status, errors = self.ask("revoke", self.folder, label)  # that of the one before it
                if status == 0 or "no key has the label" in errors:
                    status, errors = self.ask("authorize", self.folder, name, "--label", label)
        finally:
            os.unlink(name)
        if status != 0:
            kind = TroubleHere if is_of_disk(errors) else Trouble
            raise kind("can't be let in: %s" % last_line(errors))
