"""What goes wrong with a host, in a line that says what to do."""

import re
import shlex

# What Debian calls the package of a library that the program may miss where it was not copied with its libraries.
PACKAGES = {
    "libzmq": "libzmq5", "libdnnl": "libdnnl2", "libprotobuf-c": "libprotobuf-c1", "libcrypto": "libssl3",
    "libxxhash": "libxxhash0", "libsamplerate": "libsamplerate0", "libgomp": "libgomp1", "libxml2": "libxml2",
    "libstdc++": "libstdc++6", "libgcc_s": "libgcc-s1", "libsodium": "libsodium23", "libpgm": "libpgm-5.3-0",
    "libnorm": "libnorm1", "libbsd": "libbsd0", "libmd": "libmd0", "libgssapi_krb5": "libgssapi-krb5-2",
    "libicuuc": "libicu72", "liblzma": "liblzma5", "libz": "zlib1g",
}
OF_SWIFT = re.compile(r"lib_?(swift|Foundation|dispatch|BlocksRuntime)")


class Trouble(Exception):
    """Why there is no worker: what follows a host's name."""

    def __init__(self, text, is_final=False, is_of_host=False):
        super().__init__(text)
        # Whether trying again is no use, and whether the host is to be looked at again before that.
        self.is_final, self.is_of_host = is_final, is_of_host or is_final


class TroubleHere(Trouble):
    """Of this machine: no fault of the host's, and tried again until it is mended."""


class LostRelay(Trouble):
    """Of a worker whose relay is gone: no fault of its own, and tried again as often as the relay is."""

    def __init__(self):
        super().__init__("lost the relay that it was behind")


def is_of_disk(errors):
    """Whether what a program said is about a disk that takes nothing."""
    return any(words in errors for words in ("No space left", "quota", "Read-only file system", "Input/output error"))


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return re.sub(r"[\x00-\x1f\x7f]", "?", lines[-1])[:300] if lines else "it said nothing"


def trouble_of_ssh(host, status, errors, config=None):
    """Of a command that ssh, told of a configuration or not, did not run."""
    known = ("-F %s " % shlex.quote(config) if config else "") + host.known_as
    if "Could not resolve hostname" in errors:
        return Trouble("can't be reached by ssh: no machine of that name is known here; write its address in the list "
                       "(%s address=10.0.0.7) or mend the name" % host.label, is_final=True)
    if "REMOTE HOST IDENTIFICATION HAS CHANGED" in errors:
        # ssh says under which name, and in which file, it has the old one.
        said = re.search(r"ssh-keygen -f [^\n]* -R [^\s]+", errors)
        return Trouble("can't be reached by ssh: its host key has changed. If the machine was installed anew, remove "
                       "the old key with `%s` and connect once by hand; if not, somebody else may answer"
                       % (said.group()[:200] if said else "ssh-keygen -R " + (host.address or host.label)),
                       is_final=True)
    if "Host key verification failed" in errors or "host key is known" in errors:
        return Trouble("can't be reached by ssh: its host key is not known here; connect once by hand, `ssh %s`, and "
                       "confirm it" % known, is_final=True)
    if "Permission denied" in errors or "Too many authentication failures" in errors:
        return Trouble("can't be reached by ssh: it does not let you in without a password; `ssh-copy-id %s`, or start "
                       "your ssh agent" % known, is_final=True)
    if "Connection refused" in errors:
        return Trouble("can't be reached by ssh: nothing listens on its ssh port; start sshd there, or write port=N in "
                       "the list", is_of_host=True)
    if re.search("timed out|No route to host|Network is unreachable", errors):
        return Trouble("can't be reached by ssh: no answer; is it switched on, and is ssh let through its firewall?",
                       is_of_host=True)
    if status == 255:
        return Trouble("can't be reached by ssh: %s" % last_line(errors), is_of_host=True)
    return Trouble("does not run a plain command (exit code %d; does a start-up file there, .bashrc say, end the shell, ask "
                   "something or start another?): %s" % (status, last_line(errors)), is_of_host=True)


def trouble_of_port(address, port, why, relay=None):
    """Of a host that does not reach the coordinator, or the relay on another, by what its system says."""
    if relay:
        return Trouble("can't reach the relay on %s at %s port %s (%s): let that host's firewall let the port through, or "
                       "say with listen= on its line by which address and port the others reach it"
                       % (relay, address, port, why[:60] or "nothing comes back from it"), is_of_host=True)
    place = "can't reach the coordinator at %s port %s: " % (address, port)
    if "No route to host" in why:
        return Trouble(place + "no way there, or a firewall that refuses (No route to host): let this machine's firewall let "
                       "that port through; if it is an address of another network, --listen with one of a network that both "
                       "are in, or connect= in the list, mends it", is_of_host=True)
    if "unreachable" in why:
        return Trouble(place + "there is no way to that address from there (%s): is it one of another network? --listen "
                       "with an address of a network that both are in, or connect= in the list, mends it" % why[:60],
                       is_of_host=True)
    if "refused" in why:
        return Trouble(place + "what is at that address answers, and takes nobody at that port: let this machine's "
                       "firewall let it through, or say with --connect by which address this machine is known there",
                       is_of_host=True)
    return Trouble(place + "nothing comes back from it: open that port in this machine's firewall, or say with --connect "
                   "by which address this machine is known there", is_of_host=True)


def trouble_of_program(status, errors):
    """Of a program that does not start there; nil where it is not that."""
    missing = re.search(r"error while loading shared libraries: (([^\s:]+?)(?:-[\d.]+)?\.so[^\s:]*):", errors)
    version = re.search(r"version [`']?(GLIBC_[\d.]+)' not found", errors)
    other = re.search(r"(lib\S+?): version [`']?(\S+)' not found", errors)
    if version:
        return Trouble("has a C library older than %s, which ssrm needs; take a newer system there, or leave it out"
                       % version.group(1).replace("_", " ").lower(), is_final=True)
    if missing and OF_SWIFT.match(missing.group(2)):
        return Trouble("misses the library %s of the Swift toolchain: start a packaged ssrm (Scripts/package), which "
                       "brings it" % missing.group(1), is_final=True)
    if missing:
        package = PACKAGES.get(missing.group(2))
        advice = "`apt-get install %s` there" % package if package else "install it there"
        # A package has all others.
        brought = "" if missing.group(2) == "libgcc_s" else ", or start a packaged ssrm (Scripts/package), which brings it"
        return Trouble("misses the library %s: %s%s" % (missing.group(1), advice, brought), is_final=True)
    if other:
        return Trouble("has a %s older than %s, which its ssrm needs: start a packaged ssrm (Scripts/package), which "
                       "brings its own" % (other.group(1).split("/")[-1][:40], other.group(2)[:40]), is_final=True)
    if re.search("Exec format error|cannot execute binary file", errors):
        return Trouble("can't run this ssrm: it is made for another kind of processor", is_final=True)
    if status == 126 or "Permission denied" in errors:
        return Trouble("may not run its ssrm (%s): is that folder mounted with noexec? cache=DIR in the list names "
                       "another" % last_line(errors), is_final=True)
    return None


def trouble_of_end(role, host, status, text, log):
    """Of a worker, or a relay, that ended, by what it said last."""
    program = trouble_of_program(status, text)
    if program:
        return program
    if status == 127:
        return Trouble("has no program '%s' (--program says where it is): %s [%s]"
                       % (host.program or "ssrm", last_line(text), log), is_final=True)
    if status < 0:
        return Trouble("is cut off: ssh to it was ended by signal %d here" % -status, is_of_host=True)
    if status == 255:
        # The last line is ssh's, or what the program said while all was well.
        said = last_line(text)
        why = "" if said.startswith(("joined the job", "listening")) else ": " + said
        return Trouble("can't be reached by ssh any more, or the connection was lost%s [%s]" % (why, log), is_of_host=True)
    if status == 73:
        return Trouble("can't write the key of its %s there, into $XDG_RUNTIME_DIR, $TMPDIR or /tmp: is there room? %s [%s]"
                       % (role, last_line(text), log))
    if status == 2:
        said = re.search("^Error: .*", text, re.MULTILINE)
        return Trouble("can't start its %s: %s [%s]" % (role, last_line(said.group() if said else text), log),
                       is_final=True)
    if host.data and "can't read %s: " % host.data in last_line(text):
        return Trouble("has no dataset that its %s can read: %s; mend data= or --remote-data, or leave it out (samples "
                       "come from the coordinator then) [%s]" % (role, last_line(text), log), is_final=True)
    return Trouble("lost its %s (exit code %d): %s [%s]" % (role, status, last_line(text), log))
