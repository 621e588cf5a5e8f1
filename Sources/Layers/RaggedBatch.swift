/// Sequences of different lengths, laid out step by step without padding.
///
/// The longest sequence comes first, so that those that have a step `t` are the first `active[t]`. A row is one step of
/// one sequence; the rows of step 0 come first, then those of step 1, and so on: row `starts[t] + place` is step `t` of
/// the sequence at `place`. No row belongs to nobody, so nothing needs a mask.
///
/// `arrange` reuses the memory of the arrangement before it.
public struct RaggedBatch: Sendable {
    /// The caller's number of the sequence at each place.
    public private(set) var order: [Int] = []
    /// The length of the sequence at each place, longest first.
    public private(set) var lengths: [Int] = []
    /// How many sequences have each step.
    public private(set) var active: [Int] = []
    /// The first row of each step, and after the last step the number of rows.
    public private(set) var starts: [Int] = [0]

    /// A batch without sequences.
    public init() {}

    /// The batch of sequences with these lengths.
    public init(lengths: [Int]) { arrange(lengths: lengths) }

    /// How many sequences there are.
    public var sequences: Int { lengths.count }

    /// How many steps the longest sequence has.
    public var steps: Int { active.count }

    /// How many steps all sequences have together.
    public var rows: Int { starts[steps] }

    /// The row of step `step` of the sequence at `place`.
    public func row(place: Int, step: Int) -> Int { starts[step] + place }

    /// Lays out other sequences; of two that are as long, the earlier comes first.
    ///
    /// - Precondition: every length is at least 1.
    public mutating func arrange(lengths caller: [Int]) {
        precondition(caller.allSatisfy { $0 > 0 }, "a sequence without steps among \(caller)")
        order.removeAll(keepingCapacity: true)
        order.append(contentsOf: caller.indices)
        order.sort { caller[$0] != caller[$1] ? caller[$0] > caller[$1] : $0 < $1 }
        lengths.removeAll(keepingCapacity: true)
        for sequence in order { lengths.append(caller[sequence]) }
        active.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        starts.append(0)
        var count = lengths.count
        for step in 0..<(lengths.first ?? 0) {
            while lengths[count - 1] <= step { count -= 1 }
            active.append(count)
            starts.append(starts[step] + count)
        }
    }
}
