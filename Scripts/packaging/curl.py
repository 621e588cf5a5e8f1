"""A libcurl of which nothing is there: Foundation's part for the network names it, and nothing here uses that part."""

import pathlib
import re
import subprocess


def linker_flags(archive, folder):
    """What has the linker take, for the functions that Foundation's static library asks of libcurl, ones that end the
    program where they are called.

    libcurl itself would bring twenty libraries and 10 MB along. Foundation's types of requests are linked because a
    part of FlyingFox that passes requests on to other servers names them; the status page does not use it.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    names = subprocess.run(["nm", "--undefined-only", str(archive)], check=True, stdout=subprocess.PIPE,
                           universal_newlines=True).stdout
    functions = sorted(set(re.findall(r"\bU (curl_\w+)$", names, re.MULTILINE)))
    if not functions:
        raise ValueError("%s asks nothing of libcurl" % archive)
    source = folder / "none.s"
    source.write_text("".join(".globl %s\n%s:\n" % (name, name) for name in functions) + "    ud2\n"
                      + '.section .note.GNU-stack,"",@progbits\n')
    subprocess.run(["clang", "-c", "-o", str(folder / "none.o"), str(source)], check=True)
    subprocess.run(["ar", "rcs", str(folder / "libcurl.a"), str(folder / "none.o")], check=True)
    return ["-Xlinker", "-L" + str(folder)]
