/// Which blocks of samples a worker has, and which it waits for; a few at a time.
struct BlockFetch: Equatable, Sendable {
    /// How many blocks are looked for or asked for at once.
    static let window = 4
    /// The dataset that they are of.
    let datasetDigest: String
    private let count: Int
    private var begun = 0
    /// Blocks that are being looked for where blocks are kept.
    private var soughtCount = 0
    /// Blocks that were asked for and have not come.
    private(set) var asked: [Int] = []
    private var isOverdue = false

    /// A fetch of `count` blocks of which none is here.
    init(count: Int, of datasetDigest: String) { (self.count, self.datasetDigest) = (count, datasetDigest) }

    /// Whether all are here.
    var isComplete: Bool { begun == count && soughtCount == 0 && asked.isEmpty }

    /// Whether there is a block to look for.
    var hasNext: Bool { begun < count && soughtCount + asked.count < Self.window }

    /// The next block to look for.
    mutating func next() -> Int? {
        guard hasNext else { return nil }
        defer { (begun, soughtCount) = (begun + 1, soughtCount + 1) }
        return begun
    }

    /// Takes note of what looking for a block came to; where it was not found, it has to be asked for.
    mutating func onLookUp(_ block: Int, isFound: Bool) {
        soughtCount -= 1
        if !isFound { asked.append(block) }
    }

    /// Takes note that a block that was asked for is here.
    mutating func onBlock(_ block: Int) {
        asked.removeAll { $0 == block }
        isOverdue = false
    }

    /// The blocks to ask for again: none has come since this was asked last.
    mutating func overdue() -> [Int] {
        defer { isOverdue = true }
        return isOverdue ? asked : []
    }
}
