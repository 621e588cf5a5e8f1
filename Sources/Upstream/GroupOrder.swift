import Numerics

/// How a task wants a shard's originals drawn.
public enum OriginalsOrder: Equatable, Sendable {
    /// Each original on its own, in a random order of all.
    case samples
    /// So many at a time from one recording, no sample twice while there are others.
    case recordings(size: Int)
    /// So many at a time from one person, no recording twice while there are others.
    case persons(size: Int)

    /// How many originals one after another belong together; nil where none do.
    public var groupSize: Int? {
        switch self {
        case .samples: nil
        case .recordings(let size), .persons(let size): size
        }
    }
}

/// Which originals each shard of each step takes, where they are drawn a group at a time.
///
/// A training epoch's order of recordings or persons is a permutation drawn from the seed and the training epoch's
/// number; each turn of one draws its samples from the number of the turn. So whoever computes a shard draws the same.
///
/// In a blockwise order a recording or person has as many turns in a training epoch as its samples fill groups, and all
/// of them within a window or two, so that samples that are there are used. A window has as many groups as fill its
/// blocks.
public struct GroupOrder: Sendable {
    private let seed: UInt64
    private let groups: SampleGroups
    private let order: OriginalsOrder
    private let groupsPerShard, shardsPerStep: Int
    private var permutation: (epoch: Int, Permutation)?
    /// For a blockwise order: which turns there are, and the first one of each recording or person.
    private var blockwise: (turns: BlockwiseOrder, first: [Int])?

    /// The order of a job's groups.
    ///
    /// - Precondition: the groups' size divides a shard.
    public init(
        seed: UInt64, groups: SampleGroups, order: OriginalsOrder, shardsPerStep: Int, originalsPerShard: Int,
        blocks: OrderBlocks? = nil
    ) {
        guard let size = order.groupSize, originalsPerShard % size == 0 else {
            preconditionFailure("shards of \(originalsPerShard) originals in groups of \(order)")
        }
        (self.seed, self.groups, self.order, self.shardsPerStep) = (seed, groups, order, shardsPerStep)
        groupsPerShard = originalsPerShard / size
        guard let blocks else { return }
        let sizes: [Int]
        if case .persons = order {
            sizes = groups.persons.map { $0.reduce(0) { $0 + groups.recordings[$1].count } }
        } else {
            sizes = groups.recordings.map(\.count)
        }
        var (first, count) = ([Int](), 0)
        for samples in sizes {
            first.append(count)
            count += max(1, samples / size)
        }
        // A block of turns is at least what a recording or person has, whose samples they are all drawn from.
        let perBlock = max(1, blocks.size / size, count / max(1, sizes.count))
        let window = max(1, blocks.window * blocks.size / (perBlock * size))
        let turns = BlockwiseOrder(
            seed: seed, count: count, blocks: OrderBlocks(size: perBlock, window: window),
            shardsPerStep: shardsPerStep, perShard: groupsPerShard)
        blockwise = (turns, first)
    }

    /// The places of one shard's originals, group by group.
    public mutating func places(step: Int, shard: Int) -> [Int] {
        let number = (step * shardsPerStep + shard) * groupsPerShard
        if let first = blockwise?.first, let turns = blockwise?.turns.places(step: step, shard: shard) {
            return turns.enumerated().flatMap { i, turn in
                let group = lowest(first.count) { $0 + 1 == first.count || first[$0 + 1] > turn }
                return draw(turn: number + i, of: group)
            }
        }
        let count: Int
        if case .persons = order { count = groups.persons.count } else { count = groups.recordings.count }
        return (number..<number + groupsPerShard).flatMap { draw(turn: $0, of: place(of: $0, among: count)) }
    }

    /// The places that a turn of a recording or person draws.
    private func draw(turn number: Int, of group: Int) -> [Int] {
        // A turn has 2^32 numbers of its own to draw.
        var draw = RandomSequence(seed: seed, stream: Stream.groupTurns, firstCounter: UInt64(number) << 32)
        switch order {
        case .samples: preconditionFailure("samples are drawn one at a time")
        case .recordings(let size):
            let recording = groups.recordings[group]
            return distinct(size, of: recording.count, &draw).map { recording.lowerBound + $0 }
        case .persons(let size):
            let recordings = groups.persons[group]
            return distinct(size, of: recordings.count, &draw).map {
                let recording = groups.recordings[recordings[$0]]
                return recording.lowerBound + below(recording.count, &draw)
            }
        }
    }

    private mutating func place(of number: Int, among count: Int) -> Int {
        let epoch = number / count
        if let permutation, permutation.epoch == epoch { return permutation.1[number % count] }
        let drawn = Permutation(count: count, seed: seed, stream: Stream.groupOrder + UInt64(epoch))
        permutation = (epoch, drawn)
        return drawn[number % count]
    }
}

/// `size` of `0 ..< count`, none again before all were there.
func distinct(_ size: Int, of count: Int, _ draw: inout RandomSequence) -> [Int] {
    var chosen: [Int] = []
    while chosen.count < size {
        var moved: [Int: Int] = [:]  // of a list of all numbers, those that were put elsewhere
        for place in 0..<min(size - chosen.count, count) {
            let other = place + below(count - place, &draw)
            chosen.append(moved[other] ?? other)
            moved[other] = moved[place] ?? place
        }
    }
    return chosen
}

/// A number from 0 to below `count`, by a multiplication (Lemire 2019, without the last bit of fairness).
func below(_ count: Int, _ draw: inout RandomSequence) -> Int {
    Int(draw.next().multipliedFullWidth(by: UInt64(count)).high)
}
