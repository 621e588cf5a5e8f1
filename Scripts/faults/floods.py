"""Peers that come in numbers or say as much as they can: a process of its own plays one kind of them until it is ended.

usage: python3 -m faults.floods KIND PORT VERSION [COORDINATOR OWN]     (in Scripts)
VERSION is the protocol's; then a file with the coordinator's public key, and a folder with this peer's own pair.
"""
import ctypes
import pathlib
import selectors
import socket
import struct
import sys
import time

from .peers import COMMAND, HEARTBEAT, HELLO, LONG, SAMPLE_REQUEST, field, sealed

PIECE = 64 << 10
GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
SEALED_GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"CURVE".ljust(20, b"\0") + bytes(32)
READY = b"\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER\x08Identity\x00\x00\x00\x00"
# By its form; what is in its box nobody can open.
SEALED_HELLO = bytes([COMMAND, 200]) + b"\x05HELLO\x01\x00" + bytes(72) + b"\x07" * 120


def framed(body):
    length = struct.pack(">Q", len(body)) if len(body) > 255 else bytes([len(body)])
    return bytes([LONG if len(body) > 255 else 0]) + length + body


def hello(version, name):
    return sealed(field(1, version) + field(HELLO, field(1, name) + field(2, "flood") + field(3, "none") + field(4, 1)))


def heartbeat(version):
    return sealed(field(1, version) + field(HEARTBEAT, field(1, 7) + field(2, 1)))


def sample_request(version):
    return sealed(field(1, version) + field(SAMPLE_REQUEST, field(1, 0)))


class Crowd:
    """Connections that are made anew whenever they are closed, each of which says `first`, and `again` without end."""

    def __init__(self, port, count, greeting=b"", first=b"", again=b"", answer=67, reads=True, lives=None):
        self.port, self.count, self.greeting, self.first, self.answer = port, count, greeting, first, answer
        self.again = again * max(1, PIECE // len(again)) if again else b""
        self.reads, self.lives = reads, lives
        self.poll = selectors.DefaultSelector()
        self.open, self.waiting = {}, []
        self.made = self.sent = 0

    def join(self):
        one = socket.socket()
        if not self.reads:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        try:
            one.connect(("127.0.0.1", self.port))
            one.sendall(self.greeting)
        except OSError:
            return one.close()
        one.setblocking(False)
        self.made += 1
        # So many bytes come of a greeting, and before that nothing more may be said.
        end = time.monotonic() + (1e9 if self.lives is None else self.lives)
        self.open[one] = {"needed": self.answer if self.greeting else 0, "left": self.first, "end": end}
        self.poll.register(one, selectors.EVENT_READ)

    def leave(self, one):
        self.poll.unregister(one)
        del self.open[one]
        one.close()

    def turn(self):
        for _ in range(min(64, self.count - len(self.open))):
            self.join()
        for key, events in self.poll.select(0.01):
            one, state = key.fileobj, self.open[key.fileobj]
            try:
                if events & selectors.EVENT_READ:
                    piece = one.recv(65536)
                    if not piece:
                        self.leave(one)
                        continue
                    state["needed"] -= len(piece)
                    if state["needed"] <= 0:
                        talks = selectors.EVENT_WRITE if state["left"] or self.again else 0
                        self.poll.modify(one, (selectors.EVENT_READ if self.reads else 0) | talks)
                elif events & selectors.EVENT_WRITE:
                    state["left"] = state["left"] or self.again
                    if state["left"]:
                        count = one.send(state["left"])
                        self.sent += count
                        state["left"] = state["left"][count:]
                    else:
                        self.poll.modify(one, selectors.EVENT_READ)
            except BlockingIOError:
                pass
            except OSError:
                self.leave(one)
        if self.lives is not None:
            now = time.monotonic()
            for one in [one for one, state in self.open.items() if state["end"] <= now]:
                self.leave(one)


class SealedCrowd:
    """Peers with a key, by libzmq as everybody has it."""

    DEALER, DONTWAIT = 5, 1
    LINGER, SNDHWM, RCVHWM, SERVER_KEY, PUBLIC_KEY, SECRET_KEY = 17, 23, 24, 50, 48, 49
    RECONNECT, RCVBUF = 18, 12

    def __init__(self, port, count, keys, first=b"", again=b"", reads=True):
        self.zmq = ctypes.CDLL("libzmq.so.5")
        self.zmq.zmq_ctx_new.restype = self.zmq.zmq_socket.restype = ctypes.c_void_p
        self.context = ctypes.c_void_p(self.zmq.zmq_ctx_new())
        self.keys, self.port, self.reads, self.first, self.again = keys, port, reads, first, again
        self.open, self.made, self.sent, self.buffer = [], 0, 0, ctypes.create_string_buffer(1 << 20)
        for _ in range(count):
            self.join()

    def set(self, one, option, value):
        if isinstance(value, int):
            value = struct.pack("i", value)
        if self.zmq.zmq_setsockopt(one, option, value, ctypes.c_size_t(len(value))) != 0:
            raise OSError(f"zmq_setsockopt {option}")

    def join(self):
        one = ctypes.c_void_p(self.zmq.zmq_socket(self.context, self.DEALER))
        for option, value in (
                (self.LINGER, 0), (self.SERVER_KEY, self.keys[0]), (self.PUBLIC_KEY, self.keys[1]),
                (self.SECRET_KEY, self.keys[2]), (self.RECONNECT, 1)):
            self.set(one, option, value)
        if not self.reads:
            self.set(one, self.RCVHWM, 1)
            self.set(one, self.RCVBUF, 4096)
        self.zmq.zmq_connect(one, b"tcp://127.0.0.1:%d" % self.port)
        self.open.append(one)
        self.made += 1
        if self.first:
            self.say(one, self.first)

    def say(self, one, message):
        size = self.zmq.zmq_send(one, message, ctypes.c_size_t(len(message)), self.DONTWAIT)
        self.sent += max(0, size)
        return size >= 0

    def turn(self):
        said = False
        for one in self.open:
            if self.again:
                for _ in range(200):
                    if not self.say(one, self.again):
                        break
                    said = True
            if self.reads:
                while self.zmq.zmq_recv(one, self.buffer, ctypes.c_size_t(len(self.buffer)), self.DONTWAIT) >= 0:
                    pass
        if not said:
            time.sleep(0.001)


def key_of(path):
    return bytes.fromhex(pathlib.Path(path).read_text().split()[1])


def crowd(kind, port, version, keys):
    """Who comes: by name, without keys and with them."""
    if keys is None:
        head = GREETING + bytes([COMMAND, len(READY)]) + READY
        say = {name: framed(make) for name, make in (
            ("hello", hello(version, "flood")), ("heartbeat", heartbeat(version)), ("request", sample_request(version)))}
        return {
            "connections": lambda: Crowd(port, 64, lives=0.0),
            "half-open": lambda: Crowd(port, 4000),
            "half-greeted": lambda: Crowd(port, 4000, greeting=GREETING[:30]),
            "hellos": lambda: Crowd(port, 64, head, b"", say["hello"]),
            "frames": lambda: Crowd(port, 1, head, say["hello"], say["heartbeat"]),
            "frames-of-many": lambda: Crowd(port, 64, head, say["hello"], say["heartbeat"]),
            "slow-readers": lambda: Crowd(port, 64, head, say["hello"], say["request"], reads=False),
        }[kind]()
    return {
        "connections": lambda: Crowd(port, 64, lives=0.0),
        "half-open": lambda: Crowd(port, 4000),
        "half-greeted": lambda: Crowd(port, 4000, greeting=SEALED_GREETING),
        # Of strangers: what they say has to be opened to see that it is nothing.
        "hellos": lambda: Crowd(port, 64, SEALED_GREETING, SEALED_HELLO, answer=64),
        "hellos-with-a-key": lambda: SealedCrowd(port, 64, keys, b"", hello(version, "flood")),
        "frames": lambda: SealedCrowd(port, 1, keys, hello(version, "flood"), heartbeat(version)),
        "frames-of-many": lambda: SealedCrowd(port, 64, keys, hello(version, "flood"), heartbeat(version)),
        "slow-readers": lambda: SealedCrowd(port, 64, keys, hello(version, "flood"), sample_request(version), reads=False),
    }[kind]()


KINDS = {
    False: ["connections", "half-open", "half-greeted", "hellos", "frames", "frames-of-many", "slow-readers"],
    True: ["connections", "half-open", "half-greeted", "hellos", "hellos-with-a-key", "frames", "frames-of-many",
           "slow-readers"],
}


def main():
    kind, port, version = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    keys = None
    if len(sys.argv) > 4:
        own = pathlib.Path(sys.argv[5])
        keys = (key_of(sys.argv[4]), key_of(own / "public"), key_of(own / "secret"))
    if kind == "idle":
        while True:
            pass
    people = crowd(kind, port, version, keys)
    while True:
        people.turn()


if __name__ == "__main__":
    main()
