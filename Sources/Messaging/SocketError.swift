import CZeroMQ
import Foundation

/// A ZeroMQ call that failed.
package struct SocketError: Error, Equatable, CustomStringConvertible {
    /// The call, like `zmq_bind`.
    package let call: String
    /// What it was called with, like an endpoint.
    let operand: String
    /// The library's error number.
    package let code: Int32

    static func last(_ call: String, _ operand: String = "") -> SocketError {
        SocketError(call: call, operand: operand, code: zmq_errno())
    }

    /// Whether the same call may succeed when made again.
    package var isRetriable: Bool { call != "pthread_create" && (code == EINTR || code == EAGAIN) }

    /// The one line that a person reads.
    package var description: String {
        let words = String(cString: zmq_strerror(code))
        switch code {
        case EADDRINUSE: return "\(operand): the port is in use; choose another or end the program that holds it"
        case EADDRNOTAVAIL, ENODEV:
            let own = HostAddress.own
            let others = own.isEmpty ? "" : "; it has \(own.prefix(4).joined(separator: ", "))"
            return "\(operand): this machine has no such address\(others); tcp://0.0.0.0:PORT listens at all it has"
        case EACCES where call == "listen":
            return "\(operand): this user may not listen at that port; choose one above 1023"
        case EMFILE where call == "ulimit":
            return "\(operand) more files and sockets than are open have to be possible here: raise ulimit -n"
        case EAGAIN where call == "pthread_create":
            return
                "\(operand) can't be started: this user, container or memory limit has no more of them; raise ulimit -u, "
                + "the container's limit on processes, or ulimit -v"
        case EINVAL where call == "zmq_bind" || call == "zmq_connect":
            return "\(operand): not an endpoint; write it like tcp://127.0.0.1:5555"
        default: return operand.isEmpty ? "\(call): \(words)" : "\(operand): \(words) (\(call))"
        }
    }
}
