"""What ssh-launch reads: a list of hosts, and behind a byte 0xFF what a host says of itself; `Scripts/fuzz` runs it."""

import os
import pathlib
import sys
import tempfile

import atheris

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "Cluster"))
sys.dont_write_bytecode = True

with atheris.instrument_imports():
    from launching.hosts import Host, HostsError, read_hosts
    from launching.keys import PUBLIC, label_of
    from launching.package import Package
    from launching.troubles import Trouble, trouble_of_program, trouble_of_end, trouble_of_ssh
    from launching.member import found_of

FILE = tempfile.NamedTemporaryFile(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
HOST = Host.parse("lab1")


def require_one_line(text):
    assert "\n" not in text and len(text) < 2000, repr(text)


def read_answer(said):
    text = said.decode(errors="replace")
    found = found_of(text)
    package = Package("ssrm")
    package.root, package.facts = pathlib.Path("/nowhere"), {"machine": "x86_64", "glibc": "2.35", "digest": "0"}
    try:
        package.require(HOST, found)
    except Trouble as trouble:
        require_one_line(str(trouble))
    PUBLIC.search(said)
    for trouble in (trouble_of_program(126, text), trouble_of_end("worker", HOST, 1, text, "log")):
        require_one_line(str(trouble))
    require_one_line(str(trouble_of_ssh(HOST, 255, text)))


def read(data):
    listed, _, said = data.partition(b"\xff")
    FILE.seek(0)
    FILE.truncate()
    FILE.write(listed)
    FILE.flush()
    try:
        for host in read_hosts(FILE.name):
            words = host.ssh(None)
            assert not any("\0" in word for word in words), words
            assert words[-2] == "--" and not words[-1].startswith("-"), words
            label_of(host.label)
    except HostsError as error:
        require_one_line(str(error))
    read_answer(said)


atheris.Setup(sys.argv, read)
atheris.Fuzz()
