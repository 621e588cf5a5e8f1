import CLinux
import CZeroMQ

/// One received frame: owns its ZeroMQ message and thereby the bytes.
package final class Frame: @unchecked Sendable {  // whoever holds it alone may write; see FloatBlock
    let message: UnsafeMutablePointer<zmq_msg_t>

    init() {
        message = .allocate(capacity: 1)
        zmq_msg_init(message)
    }

    deinit {
        zmq_msg_close(message)
        message.deallocate()
    }

    /// The bytes, valid while the frame lives.
    package var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: zmq_msg_data(message), count: zmq_msg_size(message))
    }

    /// A copy of the bytes, for who does not keep the frame: optimised code lets go of it after its last mention.
    func copied() -> [UInt8] { withExtendedLifetime(self) { Array(bytes) } }

    /// Has the connection that it came by hold a vector on its way; ZeroMQ has no option for that within a machine.
    func widenItsConnection() {
        let descriptor = zmq_msg_get(message, ZMQ_SRCFD)
        if descriptor >= 0 { linux_widen(descriptor) }
    }

    /// What the gatekeeper said of the connection that it came by; nil where there is none.
    var pass: String? {
        withExtendedLifetime(self) { zmq_msg_gets(message, "User-Id").map { String(cString: $0) } }
    }

    /// The number of the connection to an abstract name that it came by; 0 where that has none, nil where it is closed.
    func joinedNumber(at name: String) -> UInt64? {
        let descriptor = zmq_msg_get(message, ZMQ_SRCFD)
        return descriptor < 0 ? nil : UInt64(exactly: linux_joined_number(descriptor, name))
    }
}

/// One frame to send.
package enum Part {
    /// Bytes that are copied.
    case copied([UInt8])
    /// Bytes that are sent from where they lie; `owner` is kept until they are gone, and must not change them before.
    case shared(UnsafeRawBufferPointer, owner: AnyObject)

    /// With what ZMTP, and CURVE where it is used, put around it.
    func framedByteCount(isSealed: Bool) -> Int {
        let count = byteCount + (isSealed ? PeerFraming.sealBytes : 0)
        return count + (count > 255 ? 9 : 2)
    }

    var byteCount: Int {
        switch self {
        case .copied(let bytes): bytes.count
        case .shared(let bytes, _): bytes.count
        }
    }
}
