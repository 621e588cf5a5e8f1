"""What a person is told."""

import sys
import time

# The file that has it too, once there is one.
LOG = []


def say(text):
    print("ssh-launch: " + text, file=sys.stderr, flush=True)
    if LOG:
        # What `ssrm status` shows, and who comes later reads.
        LOG[0].write("%s  %s\n" % (time.strftime("%Y-%m-%d %H:%M:%S"), text))
        LOG[0].flush()
