import CWire

/// Where memory is that a process shares with others of its user on its machine.
package struct SharedMemoryName: Equatable, Sendable {
    /// The process that holds it open.
    package var process: Int32
    /// The descriptor by which it does.
    package var descriptor: Int32
    /// How long it is.
    package var byteCount: Int
    /// Its first bytes, drawn at random; empty where they are what the other side has to find out.
    package var token: [UInt8]

    /// A name.
    package init(process: Int32, descriptor: Int32, byteCount: Int, token: [UInt8]) {
        (self.process, self.descriptor, self.byteCount, self.token) = (process, descriptor, byteCount, token)
    }
}

extension SharedMemoryName {
    /// The name in a message; nil where the message has none.
    init?(onWire body: UnsafeMutablePointer<Ssrm__Wire__SharedMemory>?) throws(WireError) {
        guard let body = body?.pointee else { return nil }
        guard body.token.len <= 64, let process = Int32(exactly: body.process),
            let descriptor = Int32(exactly: body.descriptor)
        else { throw .malformedHeader("shared memory \(body.descriptor) of process \(body.process)") }
        self.init(
            process: process, descriptor: descriptor, byteCount: try number(body.byte_count), token: bytes(body.token))
    }
}

extension Arena {
    func memory(_ name: SharedMemoryName) -> UnsafeMutablePointer<Ssrm__Wire__SharedMemory> {
        make(ssrm__wire__shared_memory__init) {
            $0.process = UInt32(bitPattern: name.process)
            $0.descriptor = UInt32(bitPattern: name.descriptor)
            $0.byte_count = UInt64(name.byteCount)
            $0.token = data(name.token)
        }
    }
}
