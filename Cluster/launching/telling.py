"""What a person is told."""

import os
import sys
import threading
import time

# What came of a worker with what is told of it, for programs: nothing yet, or one of these.
JOINED, GIVEN_UP = "joined", "given up"
# The file that has it too, once there is one.
LOG = []
# Taken anew by the thread that has it: a signal may come in the middle of a line.
LOCK = threading.RLock()


def put(file, line):
    """Writes a line at once, where that can be done: the job goes on where nobody reads it or its disk is full."""
    try:
        os.write(file.fileno(), (line + "\n").encode(errors="backslashreplace"))
    except (OSError, ValueError):
        pass


def say(text, _outcome=""):
    with LOCK:
        if sys.stderr:
            put(sys.stderr, "ssh-launch: " + text)
        if LOG:
            # What `ssrm status` shows, and who comes later reads.
            put(LOG[0], "%s  %s" % (time.strftime("%Y-%m-%d %H:%M:%S"), text))
