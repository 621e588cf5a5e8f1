"""A TCP proxy that cuts, holds up and alters what passes through it."""
import random
import socket
import threading
import time

UP, DOWN = "up", "down"


class Proxy:
    """Carries connections to a port of this machine; everything that it is told concerns what passes next."""

    def __init__(self, target, seed):
        self.target = target
        self.draw = random.Random(seed)
        self.lock = threading.Lock()
        self.open = set()
        self.once = {}
        self.delay = 0.0
        self.flowing = threading.Event()
        self.flowing.set()
        self.altered = 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port = self.listener.getsockname()[1]
        self.is_over = False
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while not self.is_over:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target), 5)
            except OSError:
                near.close()  # the target is not there just now; whoever connected tries again
                continue
            far.settimeout(None)
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.open |= {near, far}
            pair = [2]
            for source, sink, way in ((near, far, UP), (far, near, DOWN)):
                threading.Thread(target=self.carry, args=(source, sink, way, pair), daemon=True).start()

    def carry(self, source, sink, way, pair):
        try:
            while data := source.recv(65536):
                self.flowing.wait()
                if self.delay:
                    time.sleep(self.delay)
                with self.lock:
                    change = self.once.pop(way, None)
                if change:
                    data, ends = self.alter(change, data)
                    self.altered += 1
                    sink.sendall(data)
                    if ends:
                        break
                else:
                    sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        with self.lock:
            pair[0] -= 1
            if pair[0] == 0:
                self.open -= {source, sink}
                source.close()
                sink.close()

    def alter(self, change, data):
        if change == "truncate":
            return data[:self.draw.randrange(len(data))], True
        if change == "duplicate":
            return data + data, False
        if change == "drop":
            return b"", False
        # A header stands at the begin, floats behind it: both are to be met.
        place = self.draw.randrange(min(len(data), 96) if change == "flip-head" else len(data))
        altered = bytearray(data)
        altered[place] ^= 1 << self.draw.randrange(8)
        return bytes(altered), False

    def change_next(self, way, change):
        """Alters the next piece that goes up to the target, or down from it."""
        with self.lock:
            self.once[way] = change

    def cut(self):
        """Breaks every connection that there is; new ones are carried again."""
        with self.lock:
            ends = list(self.open)
        for end in ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def end(self):
        self.is_over = True
        self.flowing.set()
        self.cut()
        self.listener.close()
