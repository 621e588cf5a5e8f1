package import Numerics

/// Blocks of samples that came by a relay, kept for whoever asks for them next, up to so many bytes.
///
/// Those that came first stay: a job goes through all of its samples again and again, so that of more than have room
/// for any part is worth as much, and one that makes room for the next would be gone whenever it is wanted.
package struct KeptBlocks {
    private let capacity: Int
    private var blocks: [Int: FloatBlock] = [:]
    /// Which samples, and in blocks of which size.
    private var origin = ""
    /// What they take.
    package private(set) var byteCount = 0

    /// None yet, of up to `capacity` bytes.
    package init(capacity: Int) { self.capacity = capacity }

    /// A block that is here.
    package subscript(block: Int) -> FloatBlock? { blocks[block] }

    /// Lets go of what is not of this dataset in blocks of this size.
    ///
    /// - Returns: whether those before were of another one, or there were none yet.
    @discardableResult
    package mutating func turn(to dataset: String, samplesPerBlock: Int) -> Bool {
        let origin = "\(samplesPerBlock) \(dataset)"
        guard origin != self.origin else { return false }
        (self.origin, blocks, byteCount) = (origin, [:], 0)
        return true
    }

    /// Keeps a block, if there is room.
    package mutating func keep(_ block: Int, _ values: FloatBlock) {
        let size = values.count * MemoryLayout<Float>.size
        guard blocks[block] == nil, byteCount + size <= capacity else { return }
        blocks[block] = values
        byteCount += size
    }
}
