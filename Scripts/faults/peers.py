"""Peers that mean harm, or are broken: they speak ZMTP 3.0 and the messages of Protos/wire.proto by hand.

Nothing of ssrm is used, so that what it refuses to say can be said.
"""
import ctypes
import socket
import struct
import threading
import time

try:
    CHECKSUM = ctypes.CDLL("libxxhash.so.0").XXH3_64bits
    CHECKSUM.restype, CHECKSUM.argtypes = ctypes.c_uint64, [ctypes.c_char_p, ctypes.c_size_t]
except (OSError, AttributeError):
    CHECKSUM = None  # then nobody here can say what would be read
MORE, LONG, COMMAND = 1, 2, 4
HELLO, SAMPLE_REQUEST, READY, REPORT, HEARTBEAT = 10, 11, 12, 13, 14
WELCOME, WORK, REFUSAL, FINISH = 20, 22, 24, 25
UNKNOWN_WORKER = 3


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def field(number, value):
    """A protobuf field: a whole number, text, bytes, or a float as double."""
    if isinstance(value, float):
        return varint(number << 3 | 1) + struct.pack("<d", value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def checksum(data):
    return struct.pack("<Q", CHECKSUM(data, len(data)))


def sealed(header):
    """A header with its checksum, which is its last field."""
    return header + varint(31 << 3 | 1) + checksum(header)


def fields(data):
    """What a protobuf message has, by the fields' numbers: the last value of each."""
    found, at = {}, 0

    def read():
        nonlocal at
        number, shift = 0, 0
        while True:
            byte = data[at]
            at, number, shift = at + 1, number | (byte & 127) << shift, shift + 7
            if byte < 128:
                return number

    while at < len(data):
        key = read()
        kind = key & 7
        if kind == 0:
            value = read()
        else:
            length = {1: 8, 5: 4}.get(kind) or read()
            value, at = data[at:at + length], at + length
        found[key >> 3] = value
    return found


class Connection:
    """One DEALER's connection to a coordinator or a relay."""

    def __init__(self, port, timeout=2.0):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.buffer = b""

    def close(self):
        self.socket.close()

    def greet(self):
        """Says what every ZMTP 3.0 peer says first, and that it is a DEALER."""
        self.socket.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32))
        self.exactly(64)
        body = b"\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER\x08Identity\x00\x00\x00\x00"
        self.socket.sendall(bytes([COMMAND, len(body)]) + body)

    def exactly(self, count):
        while len(self.buffer) < count:
            piece = self.socket.recv(65536)
            if not piece:
                raise ConnectionError("closed by the other side")
            self.buffer += piece
        piece, self.buffer = self.buffer[:count], self.buffer[count:]
        return piece

    def send(self, *frames):
        last = len(frames) - 1
        pieces = []
        for i, frame in enumerate(frames):
            flags = (MORE if i < last else 0) | (LONG if len(frame) > 255 else 0)
            pieces += [bytes([flags]), struct.pack(">Q" if len(frame) > 255 else "B", len(frame)), frame]
        self.socket.sendall(b"".join(pieces))

    def receive(self):
        """The frames of the next message."""
        frames = []
        while True:
            flags = self.exactly(1)[0]
            length = struct.unpack(">Q", self.exactly(8))[0] if flags & LONG else self.exactly(1)[0]
            body = self.exactly(length)
            if flags & COMMAND:
                continue
            frames.append(body)
            if not flags & MORE:
                return frames


class Worker:
    """A worker by hand; `answer` decides what it makes of its work."""

    def __init__(self, port, name, threads=1, probe="0" * 64):
        self.connection = Connection(port)
        self.connection.greet()
        self.name, self.threads, self.probe = name, threads, probe
        self.job = None
        self.version = self.ask_version()

    def ask_version(self):
        """A header of version 0 is refused with the number of the right one."""
        self.connection.send(sealed(field(1, 0) + field(HELLO, b"")))
        while True:
            header = fields(self.connection.receive()[0])
            if REFUSAL in header:
                return fields(header[REFUSAL])[3]

    def say(self, number, body, *listed, frames=()):
        header = field(1, self.version) + b"".join(field(2, entry) for entry in listed) + field(number, body)
        self.connection.send(sealed(header), *frames)

    def hello(self):
        self.say(HELLO, field(1, self.name) + field(2, "a stranger") + field(3, "none") + field(4, self.threads))

    def heartbeat(self, sequence, claim):
        self.say(HEARTBEAT, field(1, sequence) + field(2, 1) + (field(6, claim) if claim else b""))

    def run(self, seconds, answer=None):
        """Works until the time is over or it is sent away.

        `answer` takes the worker and each work's fields; without it the worker shows life and reports nothing.
        Returns the codes of the refusals that came.
        """
        deadline, refused, sequence, claim = time.monotonic() + seconds, [], 0, 0
        self.connection.socket.settimeout(0.1)
        self.hello()
        while time.monotonic() < deadline:
            try:
                header = fields(self.connection.receive()[0])
            except TimeoutError:
                sequence += 1
                if self.job is not None:
                    self.heartbeat(sequence, claim)
                continue
            if WELCOME in header:
                self.job = fields(header[WELCOME])[1]
                self.say(READY, field(1, self.probe))
            elif WORK in header:
                work = fields(header[WORK])
                claim = work[4]
                if answer:
                    answer(self, work)
            elif REFUSAL in header:
                refused.append(fields(header[REFUSAL])[1])
                if refused[-1] != UNKNOWN_WORKER:
                    return refused
                self.hello()
            elif FINISH in header:
                return refused
        return refused


def say_not_finite(worker, work):
    """The word that sums are infinite or not a number, when they are not."""
    place = b"".join(field(i, work.get(i, 0)) for i in (1, 2, 3))
    worker.say(REPORT, place + field(6, work[4]) + field(7, 1))


def nodes_of(first, count, leaves):
    """The complete subtrees of a tree over `leaves` leaves that make up a run of them: SumTreeShape.nodes."""
    nodes, end = [], first + count
    while first < end:
        size = 1
        while first % (2 * size) == 0 and size < leaves and min(first + 2 * size, leaves) <= end:
            size *= 2
        nodes.append((first, min(first + size, leaves) - first))
        first = sum(nodes[-1])
    return nodes


def say_wrong_sums(leaves, floats):
    """Sums of the right form, with right checksums and wrong numbers."""
    frame = struct.pack("<f", 1e-3) * floats
    listed = field(1, 2) + field(2, floats) + varint(3 << 3 | 1) + checksum(frame)
    listed += field(5, 1)

    def answer(worker, work):
        first, count = work.get(2, 0), work[3]
        nodes = nodes_of(first, count, leaves)
        said = b"".join(
            field(4, field(1, start) + field(2, length) + field(5, struct.pack("<dd", 0.5 * length, 0)))
            for start, length in nodes)
        place = b"".join(field(i, work.get(i, 0)) for i in (1, 2, 3))
        worker.say(REPORT, place + said + field(6, work[4]), *[listed] * len(nodes), frames=[frame] * len(nodes))

    return answer


def quietly(action, *words):
    """Runs what a stranger does; being thrown out is no fault of anybody's."""
    try:
        action(*words)
    except OSError:
        pass


def stay_idle(port, count, seconds):
    """Connections that say nothing."""
    connections = []
    try:
        for _ in range(count):
            connections.append(socket.create_connection(("127.0.0.1", port), 1))
        time.sleep(seconds)
    finally:
        for connection in connections:
            connection.close()


def say_garbage(port, draw, greets):
    """Bytes that mean nothing: before, or after a proper greeting as frames."""
    connection = Connection(port)
    try:
        if not greets:
            return connection.socket.sendall(draw.randbytes(4096))
        connection.greet()
        for _ in range(20):
            connection.send(*[draw.randbytes(draw.randrange(300)) for _ in range(draw.randrange(1, 4))])
    finally:
        connection.close()


def say_without_end(port, seconds, byte_limit, in_one_frame):
    """A message that does not end: one frame of 2^40 bytes, or frame after frame with MORE set."""
    connection = Connection(port)
    piece, sent, deadline = bytes(65536), 0, time.monotonic() + seconds
    try:
        connection.greet()
        if in_one_frame:
            connection.socket.sendall(bytes([LONG]) + struct.pack(">Q", 1 << 40))
        while time.monotonic() < deadline and sent < byte_limit:
            if not in_one_frame:
                connection.socket.sendall(bytes([MORE | LONG]) + struct.pack(">Q", len(piece)))
            connection.socket.sendall(piece)
            sent += len(piece)
    finally:
        connection.close()


def say_hello_without_end(port, count):
    """One who says hello again and again, and never is ready."""
    worker = Worker(port, "hellos")
    try:
        for i in range(count):
            worker.name = f"hellos:{i}"
            worker.hello()
    finally:
        worker.connection.close()


def come_and_not_report(port, name, threads, seconds, probe):
    """One who is ready, claims threads, shows life and reports nothing."""
    worker = Worker(port, name, threads, probe)
    try:
        worker.run(seconds)
    finally:
        worker.connection.close()


def lie(port, name, seconds, probe, answer, threads=1):
    """One who answers at once, and not what was asked."""
    worker = Worker(port, name, threads, probe)
    try:
        worker.run(seconds, answer)
    finally:
        worker.connection.close()


def in_background(action, *words):
    thread = threading.Thread(target=quietly, args=(action, *words), daemon=True)
    thread.start()
    return thread
