public import Encoders
public import Numerics

/// Contrastive learning: tell the other of a pair from samples that are none of it.
///
/// A pair is two views of one sample, or two samples of one recording that are near one another, each augmented. Which
/// samples it is told from decides what is learnt: where they come from anywhere, knowing whose recording a sample is
/// of solves the task; where they come from the same recording or person, only what changes within it helps, which is
/// the stage or the posture.
public struct ContrastSettings: TaskKind {
    /// Where the samples come from that a pair is told from.
    public enum Negatives: String, Codable, CaseIterable, Sendable {
        /// From the pair's own recording: a night's other epochs.
        case recording
        /// From other recordings of the same person: other postures.
        case person
        /// From all samples of the shard.
        case anywhere
    }

    /// `contrast`.
    public static let kind = "contrast"
    /// Neighbours of one night against the rest of it.
    public static let standard = ContrastSettings(
        pairDistance: 2, negatives: .recording, groupSize: 32, temperature: 0.2, headUnits: [128], embeddingUnits: 64)

    /// How many samples of its recording the two of a pair are apart at most; 0 pairs a sample with itself.
    public var pairDistance: Int
    /// Where the other samples come from.
    public var negatives: Negatives
    /// How many pairs are told from one another, where they are of one recording or person: a shard has a multiple.
    public var groupSize: Int
    /// What similarities are divided by, τ.
    public var temperature: Double
    /// Units of the hidden layers between the features and the embedding.
    public var headUnits: [Int]
    /// Values of the embedding.
    public var embeddingUnits: Int

    private enum CodingKeys: String, CodingKey {
        case pairDistance = "pair_distance"
        case negatives
        case groupSize = "group_size"
        case temperature
        case headUnits = "head_units"
        case embeddingUnits = "embedding_units"
    }

    /// Settings of one's own.
    public init(
        pairDistance: Int, negatives: Negatives, groupSize: Int, temperature: Double, headUnits: [Int],
        embeddingUnits: Int
    ) {
        (self.pairDistance, self.negatives, self.groupSize) = (pairDistance, negatives, groupSize)
        (self.temperature, self.headUnits, self.embeddingUnits) = (temperature, headUnits, embeddingUnits)
    }

    /// Two: a pair.
    public var rowsPerOriginal: Int { 2 }

    /// A group at a time, unless any sample will do.
    public var order: OriginalsOrder {
        switch negatives {
        case .recording: .recordings(size: groupSize)
        case .person: .persons(size: groupSize)
        case .anywhere: .samples
        }
    }

    /// Unless a pair is one sample and the others come from anywhere.
    public var needsRecordings: Bool { order != .samples || pairDistance > 0 }

    /// The originals, which are the first of each pair, then the second of each, drawn from its neighbours.
    public func samples(of originals: [Int], at place: LeafPlace, groups: SampleGroups?) -> [Int] {
        var pairing = place.draws(for: 1)
        return originals
            + originals.map { groups?.neighbour(of: $0, within: pairDistance, &pairing) ?? $0 }
    }

    /// Embeddings and their gradients, and of a group at a time all similarities, twice as 64-bit numbers.
    public func taskFloats(originals: Int, rows: Int, columns: Int) -> Double {
        let group = 2 * Double(order.groupSize ?? originals)
        return 2 * Double(embeddingUnits) * (2 * Double(originals) + group) + 5 * group * group
    }

    /// Both of a pair are augmented.
    public var usesAugmentation: Bool { true }

    /// The hidden layers and the embedding.
    public func head(rows: Int, columns: Int) -> Head {
        Head(hiddenUnits: headUnits, outputs: embeddingUnits, start: .drawn)
    }

    /// Averaged moments, three times the step size and half a step's momentum between rounds.
    public func localSteps(_ steps: Int) -> LocalSteps {
        LocalSteps(steps: steps, outer: .momentum, outerRate: 0.7, outerMomentum: 0.5, rateScale: 3)
    }

    /// Refuses distances below 0, groups of one, a temperature that no gradient survives, and layers beyond all limits.
    public func validate() throws(SettingFault) {
        let check = SettingFault.check
        try check((0...1 << 40).contains(pairDistance), "pair_distance", pairDistance, "0 or more samples")
        try check((2...4096).contains(groupSize), "group_size", groupSize, "2 to 4096 pairs")
        try check((0.01...10).contains(temperature), "temperature", temperature, "0.01 to 10")
        try check(
            headUnits.count <= 8 && headUnits.allSatisfy { (1...65_536).contains($0) }, "head_units", headUnits,
            "up to 8 layers, each of 1 to 65536 units")
        try check((2...65_536).contains(embeddingUnits), "embedding_units", embeddingUnits, "2 to 65536")
    }

    /// Any sample can be told from another.
    public func validate(rows: Int, columns: Int) throws(SettingFault) {}

    /// The loss, and the part of rows whose most similar row is the other of their pair.
    public func figures(originalsPerStep: Int, originalsPerLeaf: Int) -> [Figure] {
        [
            Figure(name: "loss", divisor: 1),
            Figure(
                name: "pairs_found", divisor: Double(2 * originalsPerStep),
                largestPerLeaf: Double(2 * originalsPerLeaf)),
        ]
    }

    /// The task of finding pairs.
    public func makeTask(_ surroundings: TaskSurroundings) -> any PretextTask { Contrast(self, surroundings) }
}
