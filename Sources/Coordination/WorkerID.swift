/// A worker's identity on the network, drawn by the worker at its start.
public struct WorkerID: Hashable, Sendable {
    /// The router's identity frame.
    public let bytes: [UInt8]

    /// The worker of this identity frame.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }
}

extension WorkerID: Comparable {
    /// The order of their bytes.
    public static func < (a: WorkerID, b: WorkerID) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}
