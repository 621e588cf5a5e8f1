"""What ssrm needs of the data that Foundation has for every language: a tenth."""

import pathlib
import re
import struct
import subprocess

SYMBOL = re.compile(r"\b[0-9a-f]+ R (icudt\d+_dat)$", re.MULTILINE)
MEMBER = "icu_packaged_data.cpp.o"
# One language, and what is the same in all: time zones, cases, normal forms, plain rules for words and order. The
# program speaks English whatever a machine's language is, and has its own tables for encodings of text.
KEPT = re.compile(
    r"(|brkitr/|coll/|curr/|lang/|region/|unit/|zone/)"
    r"((root|pool|res_index|en|en_US|en_US_POSIX|en_001|supplementalData|tzdbNames)\.res)$"
    r"|(?!.*/)(?![a-z]{2,3}(_\w+)?\.res$)(?!.*\.cnv$)(?!unames\.icu$).*"
    r"|coll/ucadata\.icu|brkitr/(char|line|sent|title|word)\.brk")


def entries_of(data):
    """The names and places of what a package of ICU's has (ucmndata.h), places from the table's begin, in order."""
    header, = struct.unpack_from("<H", data, 0)
    if data[2:4] != b"\xda\x27" or data[12:16] != b"CmnD":
        raise ValueError("no package of ICU's data")
    count, = struct.unpack_from("<I", data, header)
    entries = []
    for i in range(count):
        name, place = struct.unpack_from("<II", data, header + 4 + 8 * i)
        end = data.index(0, header + name)
        entries.append((data[header + name:end].decode(), place))
    return header, entries


def trimmed(data, is_kept):
    """The same package with those entries alone whose names, without the package's, are kept."""
    header, entries = entries_of(data)
    ends = [place for _, place in entries[1:]] + [len(data) - header]
    kept = [(name, data[header + place:header + end]) for (name, place), end in zip(entries, ends)
            if is_kept(name.split("/", 1)[1])]
    names = b"".join(name.encode() + b"\0" for name, _ in kept)
    table = 4 + 8 * len(kept)
    names += b"\xaa" * (-(table + len(names)) % 16)
    head, body, name_place = struct.pack("<I", len(kept)), b"", table
    for name, content in kept:
        head += struct.pack("<II", name_place, table + len(names) + len(body))
        name_place += len(name.encode()) + 1
        body += content + b"\0" * (-len(content) % 16)
    return data[:header] + head + names + body


def linker_flags(archive, folder):
    """What has the linker take, in place of the data in Swift's static library of ICU, what is kept of them.

    What asks for the data is made to ask for another symbol, so that the library's are not even looked at.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["ar", "x", "--output", str(folder), str(archive), MEMBER], check=True)
    found = SYMBOL.search(subprocess.run(["nm", str(folder / MEMBER)], check=True, stdout=subprocess.PIPE,
                                         universal_newlines=True).stdout)
    subprocess.run(["objcopy", "-O", "binary", "--only-section=.rodata", str(folder / MEMBER), str(folder / "all")],
                   check=True)
    whole = (folder / "all").read_bytes()
    if not found:
        raise ValueError("%s has no data of ICU's" % archive)
    (folder / "kept").write_bytes(trimmed(whole, KEPT.match))
    symbol = found.group(1)
    (folder / "icu.s").write_text(
        '.section .rodata,"a",@progbits\n.balign 16\n.globl {0}\n.type {0}, @object\n{0}:\n.incbin "{1}"\n'
        '.size {0}, .-{0}\n.section .note.GNU-stack,"",@progbits\n'.format("__wrap_" + symbol, folder / "kept"))
    made = folder / "icu.o"
    subprocess.run(["clang", "-c", str(folder / "icu.s"), "-o", str(made)], check=True)
    return ["-Xlinker", "--wrap=" + symbol, "-Xlinker", str(made)]
