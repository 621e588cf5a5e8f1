import Coordination
import Foundation
import Numerics
import Upstream
import Wire

/// The samples of a job in a worker that has not got its dataset: blocks from the coordinator or from a folder, as many
/// as there is room for, and what of them the work in hand reads.
///
/// Which block is fetched and which is let go of is `Employment`'s to say.
final class SampleStream {
    /// So many rounds ahead of the work in hand are looked at, and so many more with each work.
    private static let horizon = 64
    private static let roundsAtOnce = 2
    private let job: Job
    private let blocks: SampleBlocks
    private let folder: BlockFolder?
    private let capacity: Int
    private let tell: (WorkerEvent) -> Void
    private var isRoomNoted = false
    private var originals: ShardOriginals
    private var held: [Int: FloatBlock] = [:]
    /// What the work in hand reads.
    private(set) var gathered: GatheredSamples?
    /// The blocks of rounds to come, for the leaves of the work that came last.
    private var ahead: (leaves: Range<Int>, rounds: [Int: [Int]]) = (0..<0, [:])

    /// A stream of which nothing is here yet.
    ///
    /// - Parameters:
    ///   - job: a valid one.
    ///   - capacity: for how many blocks there is room.
    ///   - cache: the folder where blocks are kept; nil for none.
    ///   - former: the stream of an earlier job on the same dataset, whose blocks are kept.
    ///   - tell: told what a person is to know.
    /// - Throws: where the job has more blocks than can be asked for.
    init(
        job: Job, capacity: Int, cache: String?, keeping former: SampleStream?, tell: @escaping (WorkerEvent) -> Void
    ) throws {
        let blocks = SampleBlocks(job)
        (self.job, self.blocks, originals) = (job, blocks, ShardOriginals(job))
        guard blocks.count <= Int(UInt32.max) else {
            throw ServiceError(
                "the coordinator's job has \(blocks.count) blocks of samples; no coordinator has so many")
        }
        (self.capacity, self.tell) = (capacity, tell)
        held = former?.held ?? [:]
        folder =
            former?.folder
            ?? cache.map { path in
                BlockFolder(
                    path, datasetDigest: job.datasetDigest, samplesPerBlock: blocks.samplesPerBlock,
                    tellAltered: { tell(.cacheAltered(file: $0)) }, tell: { tell(.cacheGivenUp(reason: $0)) })
            }
    }

    /// How many blocks of a job's samples have room in so many bytes, beside those that are on their way.
    static func capacity(for job: Job, bytes: Int) -> Int {
        max(1, bytes / SampleBlocks(job).byteCount - Employment.blocksOnTheirWay)
    }

    /// Makes room for what a work reads, and takes from the blocks that are here what they have of it.
    ///
    /// - Returns: the blocks that the work reads, and those that its leaves will read in the rounds after it.
    func bring(_ work: Work) -> (blocks: [Int], ahead: [Int]) {
        let samples = samples(of: work.leaves, round: work.round)
        let gathered = GatheredSamples(samples, of: job)
        self.gathered = gathered
        let needed = blocks.blocks(of: samples)
        noteRoom(for: needed.count)
        for block in needed { if let values = held[block] { gathered.take(values, from: first(block)) } }
        return (needed, blocksAhead(of: work))
    }

    /// Says once that blocks have to travel again and again.
    private func noteRoom(for needed: Int) {
        if isRoomNoted || needed <= capacity { return }
        isRoomNoted = true
        let bytes = (needed + Employment.blocksOnTheirWay) * blocks.byteCount
        tell(.littleRoom(needed: needed, capacity: capacity, mebibytes: bytes >> 20 + 1))
    }

    private func samples(of leaves: Range<Int>, round: Int) -> [Int] {
        let steps = job.stepsPerRound
        return originals.samples(steps: round * steps..<(round + 1) * steps, shards: leaves)
    }

    private func blocksAhead(of work: Work) -> [Int] {
        if ahead.leaves != work.leaves { ahead = (work.leaves, [:]) }
        let rounds = work.round + 1..<max(work.round + 1, min(job.rounds, work.round + 1 + Self.horizon))
        var made = 0
        var list: [Int] = []
        var listed: Set<Int> = []
        for round in rounds {
            if ahead.rounds[round] == nil {
                if made == Self.roundsAtOnce { break }
                made += 1
                ahead.rounds[round] = blocks.blocks(of: samples(of: work.leaves, round: round))
            }
            for block in ahead.rounds[round] ?? [] where listed.insert(block).inserted { list.append(block) }
        }
        ahead.rounds = ahead.rounds.filter { rounds.contains($0.key) }
        return list
    }

    private func first(_ block: Int) -> Int { block * blocks.samplesPerBlock }

    /// Holds a block from the folder; false where the folder has not got it.
    func lookUp(_ block: Int) -> Bool {
        guard let count = blocks.values(ofBlock: block)?.count, let values = folder?.block(block, count: count) else {
            return false
        }
        hold(block, values)
        return true
    }

    /// Holds a block that came, and keeps it in the folder.
    ///
    /// - Throws: when it is not of the job's size.
    func take(_ block: Int, _ values: FloatBlock) throws {
        guard let range = blocks.values(ofBlock: block), values.count == range.count else {
            throw ServiceError(
                """
                block \(block) of the samples came with \(values.count) values, which are not the job's; install the same ssrm \
                on both machines
                """)
        }
        hold(block, values)
        folder?.keep(block, values)
    }

    private func hold(_ block: Int, _ values: FloatBlock) {
        held[block] = values
        gathered?.take(values, from: first(block))
    }

    /// Lets go of blocks.
    func drop(_ blocks: [Int]) {
        for block in blocks { held[block] = nil }
    }

    /// Lets go of what the work in hand reads, which whoever computes has.
    func handOver() -> GatheredSamples? {
        defer { gathered = nil }
        return gathered
    }
}
