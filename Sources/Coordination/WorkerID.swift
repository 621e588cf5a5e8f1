/// A worker's identity on the network, drawn by the worker at its start.
package struct WorkerID: Hashable, Sendable {
    /// The router's identity frame.
    package let bytes: [UInt8]

    /// The worker of this identity frame.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// All bytes together: an array's own way, byte by byte, takes several times as long.
    package func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
}

extension WorkerID: Comparable {
    /// The order of their bytes.
    package static func < (a: WorkerID, b: WorkerID) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}
