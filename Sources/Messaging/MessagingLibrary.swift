import CZeroMQ

/// The library that carries messages.
package enum MessagingLibrary {
    /// Its version, like `4.3.4`.
    package static var version: String {
        var (major, minor, patch): (Int32, Int32, Int32) = (0, 0, 0)
        zmq_version(&major, &minor, &patch)
        return "\(major).\(minor).\(patch)"
    }

    /// Whether it can encrypt what it carries, which it may be built without.
    package static var hasKeys: Bool { zmq_has("curve") == 1 }
}
