"""Programs and libraries that find each other by where they lie."""

import pathlib
import re
import struct
import subprocess
import tempfile

# The C library's own files, which are the host's, and libgcc_s: no system is without it, and Debian 12's asks for glibc 2.35.
OF_THE_HOST = {
    "ld-linux-x86-64.so.2", "libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libresolv.so.2",
    "libgcc_s.so.1",
}


def output_of(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout


def libraries_of(program):
    """The libraries that a program loads, apart from the C library: where each lies here."""
    found = re.findall(r"^\s*(\S+) => (/\S+) ", output_of("ldd", str(program)), re.MULTILINE)
    return [pathlib.Path(path).parent / name for name, path in found if name not in OF_THE_HOST]


def library_named(name):
    """Where the dynamic loader finds a library that a program loads by its name; None where it does not."""
    found = re.search(r"^\s*%s .*=> (/\S+)$" % re.escape(name), output_of("/sbin/ldconfig", "-p"), re.MULTILINE)
    return pathlib.Path(found.group(1)) if found else None


def make_relocatable(program, libraries):
    """Makes a copied program and its libraries in one folder find each other, and drops what only debuggers read.

    The search path is one that LD_LIBRARY_PATH does not come before: on clusters that often names other versions.
    """
    subprocess.run(["strip", str(program)], check=True)
    for library in libraries:
        if library.name.startswith("libicudata.so."):
            make_empty_data(library)
        subprocess.run(["strip", "--strip-unneeded", str(library)], check=True)
        subprocess.run(["patchelf", "--force-rpath", "--set-rpath", "$ORIGIN", str(library)], check=True)
        if library.name == "libstdc++.so.6":
            # For std::random_device alone, which nothing here uses.
            take_any_version(library, ["arc4random"], "GLIBC_2.36")
    subprocess.run(["patchelf", "--force-rpath", "--set-rpath", "$ORIGIN", str(program)], check=True)
    # Of glibc 2.35 only how an overflow is told is new.
    take_any_version(program, ["hypot", "hypotf"], "GLIBC_2.35")


def make_empty_data(library):
    """Puts in the place of ICU's data, 30 MB, data that say that there are none.

    libxml2 links ICU for encodings other than Unicode's, and it never sees any: ssrm gives it UTF-8. The header is the
    one of ICU's common data (udata.h: its size, two magic bytes, what the numbers in it are like), then no entry.
    """
    version = library.name.split(".")[-1]
    source = """
        #include <stdint.h>
        const struct {
            uint16_t headerSize; uint8_t magic1, magic2;
            uint16_t size, reserved; uint8_t isBigEndian, charset, sizeofUChar, reserved2;
            uint8_t format[4], formatVersion[4], dataVersion[4];
            uint32_t zeros[2], count, after;
        } icudt%s_dat __attribute__((visibility("default"), aligned(16))) = {
            32, 0xda, 0x27, 20, 0, 0, 0, 2, 0, {'C', 'm', 'n', 'D'}, {1, 0, 0, 0}, {0, 0, 0, 0}, {0, 0}, 0, 0
        };
    """ % version
    with tempfile.NamedTemporaryFile("w", suffix=".c") as file:
        file.write(source)
        file.flush()
        subprocess.run(
            ["clang", "-shared", "-fPIC", "-O1", "-nostdlib", "-Wl,-soname," + library.name, "-o", str(library),
             file.name], check=True)


def take_any_version(library, symbols, version):
    """Lets a program or library start where the C library has symbols in older versions than this one, or not at all.

    They lose their version, and the list of needed versions the entry: of one that is only marked as weak the dynamic
    loader complains at every start. Where nothing asks for that version nothing is done.
    """
    def asks():
        return re.search(r"\*UND\*.*\(?%s\b.*" % re.escape(version), output_of("objdump", "-T", str(library)))

    if not asks():
        return
    for symbol in symbols:
        subprocess.run(["patchelf", "--clear-symbol-version", symbol, str(library)], check=True)
    if asks():
        raise ValueError("%s needs more of %s than %s: %s" % (library, version, " and ".join(symbols), asks().group()))
    content = bytearray(library.read_bytes())
    sections = sections_of(content)
    needs = next(s for s in sections if s["type"] == 0x6FFFFFFE)  # SHT_GNU_verneed
    strings = sections[needs["link"]]["offset"]
    place = needs["offset"]
    while True:
        _, count, _, first, following = struct.unpack_from("<HHIII", content, place)
        before, entry = None, place + first
        for _ in range(count):
            name, step = struct.unpack_from("<II", content, entry + 8)
            if content[strings + name:content.index(0, strings + name)].decode() != version:
                before, entry = entry, entry + step
                continue
            if count == 1:
                raise ValueError("%s needs nothing but %s of a library" % (library, version))
            struct.pack_into("<H", content, place + 2, count - 1)
            if before is None:
                struct.pack_into("<I", content, place + 8, first + step)
            else:
                struct.pack_into("<I", content, before + 12, entry + step - before if step else 0)
            break
        if not following:
            break
        place += following
    library.write_bytes(bytes(content))


def sections_of(content):
    """The section headers of a 64-bit file."""
    start, = struct.unpack_from("<Q", content, 0x28)
    size, count = struct.unpack_from("<HH", content, 0x3A)
    sections = []
    for i in range(count):
        _, kind, _, _, offset, length, link = struct.unpack_from("<IIQQQQI", content, start + i * size)
        sections.append({"type": kind, "offset": offset, "size": length, "link": link})
    return sections


def glibc_of(files):
    """The newest version of the C library that any of some files asks for, and the file that does."""
    needs = []
    for file in files:
        for line in output_of("objdump", "-T", str(file)).splitlines():
            match = re.search(r"\*UND\*.*\(?GLIBC_(\d+)\.(\d+)", line)
            if match:
                needs.append(((int(match.group(1)), int(match.group(2))), file))
    return max(needs, key=lambda need: need[0])
