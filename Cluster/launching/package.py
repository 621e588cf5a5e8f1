"""The program that is started here, and copied to hosts that lack it."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading

from .troubles import Trouble, last_line, trouble_of_program


class Package:
    """The program here, and the package that it is part of, if it is."""

    def __init__(self, program, root=None):
        self.program, self.root = program, root
        self.facts = {}
        self.archive, self.said, self.lock = None, None, threading.Lock()
        if root:
            lines = (root / "share/ssrm/package").read_text().splitlines()
            self.facts = dict(line.split(" ", 1) for line in lines if " " in line)

    @classmethod
    def of(cls, options):
        """What the options name; otherwise the program that was installed or built with this script."""
        here = pathlib.Path(os.path.realpath(__file__)).parent.parent
        if options.package:
            root = pathlib.Path(options.package).resolve()
            if not (root / "share/ssrm/package").is_file():
                raise Trouble("%s is no folder that Scripts/package made" % options.package)
            return cls(str(root / "bin/ssrm"), root)
        candidates = [here.parent.parent.parent / "bin/ssrm", here.parent / ".build/release/ssrm"]
        built = [str(path) for path in candidates if path.is_file()]
        program = shutil.which(options.local_program or (built[0] if built else "ssrm"))
        if not program:
            raise Trouble("no program '%s' here; build it, or name it with --local-program"
                          % (options.local_program or "ssrm"))
        root = pathlib.Path(program).resolve().parent.parent
        has_libraries = (root / "share/ssrm/package").is_file() and (root / "lib/ssrm").is_dir()
        return cls(program, root if has_libraries else None)

    @property
    def digest(self):
        return self.facts.get("digest", "")

    @property
    def version(self):
        """What the program here says; nothing where it does not start, which the coordinator's start tells of."""
        with self.lock:
            if self.said is None:
                done = subprocess.run([self.program, "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL, universal_newlines=True)
                self.said = done.stdout.strip() if done.returncode == 0 else ""
        return self.said

    def require_same(self, found):
        """Refuses the program of a host that does not start, or is of another version."""
        said = found.get("version", "")
        if not re.match(r"\d+\.\d+\S*$", said):
            raise trouble_of_program(127, said) or Trouble(
                "can't start its ssrm (%s): %s" % (found["program"], last_line(said)), is_final=True)
        if self.version and said != self.version:
            remedy = "`Scripts/package` here makes one that is copied" if not self.root else (
                "without program= and --program the one from here is copied")
            raise Trouble("has ssrm %s (%s), and here it is %s: only the same version takes part; install that one "
                          "there, or %s" % (said, found["program"], self.version, remedy), is_final=True)

    def open_archive(self):
        """What a host needs of it as a compressed archive, made once for all hosts; a file at its start."""
        with self.lock:
            if not self.archive:
                # Without a name, so that it is gone with this process, however that ends.
                made = tempfile.TemporaryFile()
                parts = ["bin/ssrm", "lib/ssrm", "share/ssrm/package"]
                # Little compression: a fast network waits for more of it, and a slow one gains little.
                command = ["tar", "-C", str(self.root), "--use-compress-program=gzip -1", "-cf", "-"] + parts
                done = subprocess.run(command, stdout=made, stderr=subprocess.PIPE, universal_newlines=True)
                if done.returncode != 0:
                    raise Trouble("can't be sent ssrm: %s" % last_line(done.stderr))
                self.archive = made
        return open("/proc/self/fd/%d" % self.archive.fileno(), "rb")

    def require(self, host, found):
        """Refuses a host that can't run it, or that has none and can't be given one."""
        if host.program:
            if "program" not in found:
                raise Trouble("has no program '%s' (--program, or program= in the list, says where it is)"
                              % host.program, is_final=True)
            return
        if not self.root:
            if "program" not in found:
                raise Trouble("has no program 'ssrm', and the one here is not packaged: `Scripts/package` makes one "
                              "that is copied, --program says where one is", is_final=True)
            return
        machine, wanted = found.get("machine"), self.facts.get("machine")
        if machine and wanted and machine != wanted:
            raise Trouble("is a %s machine, and ssrm here is for %s: leave it out of the list, or name one that was built "
                          "there with program=" % (machine, wanted), is_final=True)
        libc, needed = found.get("glibc"), self.facts.get("glibc")
        if libc and needed and version(libc) < version(needed):
            raise Trouble("has glibc %s, and ssrm needs %s or newer: take a newer system there (Debian 12, Ubuntu 22.04), or "
                          "leave it out of the list" % (libc, needed), is_final=True)

    def require_room(self, host, found):
        if "room" not in found:
            raise Trouble("can't write to %s, where ssrm is to be copied: cache=DIR in the list names another folder"
                          % found["cache"], is_final=True)
        needed = sum(f.stat().st_size for d in ("bin", "lib/ssrm") for f in (self.root / d).iterdir()) // 1024
        if int(found["room"]) < needed + 1024:
            raise Trouble("has no space for ssrm: %d MB are needed in %s, and %d are free; cache=DIR in the list names "
                          "another folder" % (needed // 1024 + 1, found["cache"], int(found["room"]) // 1024),
                          is_final=True)

    def trouble_of_copy(self, host, cache, status, errors):
        if "No space left" in errors or "Disk quota exceeded" in errors:
            return Trouble("has no space for ssrm in %s; cache=DIR in the list names another folder" % cache,
                           is_final=True)
        if status == 76:
            return trouble_of_program(status, errors) or Trouble(
                "can't start the ssrm that was copied: %s" % last_line(errors), is_final=True)
        return Trouble("did not get ssrm (exit code %d): %s" % (status, last_line(errors)), is_of_host=True)


def version(text):
    return [int(part) for part in re.findall("[0-9]{1,9}", text)]
