/// Which blocks of samples a worker without the dataset holds, looks for, waits for and lets go of.
///
/// Blocks of the work in hand come first, in the order in which they are named, then those of the work to be expected,
/// as far as there is room for them. A block that is needed counts as served once it was here: whoever computes has
/// taken its samples, and the block may go.
struct BlockStream: Equatable, Sendable {
    /// How many blocks are looked for or asked for at once.
    static let window = 4
    /// How often a block may come altered, one time after another.
    static let alterationLimit = 5
    /// The dataset that they are of.
    let datasetDigest: String
    /// How many blocks there is room for.
    private(set) var capacity: Int
    /// Blocks that are here, with when each was of use last.
    private var held: [Int: Int] = [:]
    private var uses = 0
    /// What the blocks that are of use are needed for: smaller is sooner.
    private var rank: [Int: Int] = [:]
    /// The blocks to look for, the next one last.
    private var pending: [Int] = []
    /// Blocks of the work in hand that were not here since it came.
    private var missing: Set<Int> = []
    /// Blocks that are being looked for where blocks are kept.
    private var sought: Set<Int> = []
    /// Blocks that were asked for and have not come.
    private(set) var asked: [Int] = []
    /// How many signs of life passed without a block, and after how many blocks are asked for again: a slow link takes
    /// its time, and what is asked for twice travels twice.
    private var (silentSigns, patience) = (0, firstPatience)
    private static let firstPatience = 8
    private var alterations = 0

    /// A stream of a dataset of which nothing is here, with room for so many blocks, one at least.
    init(of datasetDigest: String, capacity: Int) {
        (self.datasetDigest, self.capacity) = (datasetDigest, max(1, capacity))
    }

    /// Whether all blocks of the work in hand were here since it came.
    var isServed: Bool { missing.isEmpty }

    /// Whether there is a block to look for.
    var hasNext: Bool { !pending.isEmpty && sought.count + asked.count < Self.window }

    /// Takes note of other work in hand, and of what is to be expected after it.
    ///
    /// - Parameters:
    ///   - blocks: the work's; those that are here are served.
    ///   - ahead: blocks of what may follow, in the order of need.
    mutating func need(_ blocks: [Int], ahead: [Int]) {
        uses += 1
        (rank, pending) = ([:], [])
        for block in blocks {
            rank[block] = rank.count
            if held[block] != nil { held[block] = uses } else { pending.append(block) }
        }
        missing = Set(pending)
        for block in ahead where rank[block] == nil {
            if rank.count >= capacity { break }
            rank[block] = rank.count
            if held[block] == nil { pending.append(block) }
        }
        pending.removeAll { sought.contains($0) || asked.contains($0) }
        pending.reverse()
    }

    /// Takes note that there is no work in hand.
    mutating func needNothing() { (pending, missing) = ([], []) }

    /// The next block to look for.
    mutating func next() -> Int? {
        guard hasNext, let block = pending.popLast() else { return nil }
        sought.insert(block)
        return block
    }

    /// Takes note of what looking for a block came to; where it was not found, it has to be asked for.
    ///
    /// - Returns: blocks to let go of.
    mutating func onLookUp(_ block: Int, isFound: Bool) -> [Int] {
        sought.remove(block)
        if isFound { return hold(block) }
        asked.append(block)
        return []
    }

    /// Takes note that a block that was asked for is here.
    ///
    /// - Returns: blocks to let go of.
    mutating func onBlock(_ block: Int) -> [Int] {
        asked.removeAll { $0 == block }
        (silentSigns, patience, alterations) = (0, Self.firstPatience, 0)
        return hold(block)
    }

    /// Takes note that a block came altered: it has to be asked for again.
    ///
    /// - Returns: whether that may help; not where it happened too often.
    mutating func onAlteration() -> Bool {
        alterations += 1
        return alterations < Self.alterationLimit
    }

    /// The blocks to ask for again, at a sign of life: none has come for long, and each time for twice as long.
    mutating func overdue() -> [Int] {
        silentSigns = asked.isEmpty ? 0 : silentSigns + 1
        guard silentSigns > patience else { return [] }
        (silentSigns, patience) = (0, 2 * patience)
        return asked
    }

    private mutating func hold(_ block: Int) -> [Int] {
        held[block] = uses
        missing.remove(block)
        var released: [Int] = []
        while held.count > capacity, let victim = held.max(by: { isKept($0, before: $1) })?.key {
            held[victim] = nil
            released.append(victim)
        }
        return released
    }

    /// Whether a block is of more use than another: needed sooner, or else used later.
    private func isKept(_ a: (key: Int, value: Int), before b: (key: Int, value: Int)) -> Bool {
        switch (rank[a.key], rank[b.key]) {
        case (let first?, let second?): first < second
        case (_?, nil): true
        case (nil, _?): false
        case (nil, nil): a.value == b.value ? a.key < b.key : a.value > b.value
        }
    }
}
