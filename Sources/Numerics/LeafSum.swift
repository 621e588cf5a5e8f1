import CKernels
import Foundation

/// What one or more neighbouring leaves of a step came to, summed: a vector, and the figures that are counted beside
/// it.
public struct LeafSum: Sendable {
    /// The leaves summed, a complete subtree.
    public let leaves: Range<Int>
    /// Their vectors' sum, as long as the parameters: a gradient where a leaf is a shard's.
    public let vector: FloatBlock
    /// Their figures' sums, in the order in which the job names them; the loss is the first.
    public let figures: [Double]
    /// Whether every value of the vector is a finite number, where that was found out while it was summed.
    private let isVectorFinite: Bool?

    /// A sum over `leaves`; where that is known already, with whether every value of its vector is a finite number.
    public init(leaves: Range<Int>, vector: FloatBlock, figures: [Double], isVectorFinite: Bool? = nil) {
        (self.leaves, self.vector, self.figures) = (leaves, vector, figures)
        self.isVectorFinite = isVectorFinite
    }

    /// Whether both have the same bits.
    public func isSame(as other: LeafSum) -> Bool {
        leaves == other.leaves && vector.count == other.vector.count
            && figures.map(\.bitPattern) == other.figures.map(\.bitPattern)
            && withExtendedLifetime((vector, other.vector)) {
                memcmp(vector.base, other.vector.base, vector.count * MemoryLayout<Float>.stride) == 0
            }
    }

    /// Whether each value is so small that sums of as many leaves as a step has can't become infinite by it.
    ///
    /// - Parameter leafCount: how many leaves the step has.
    /// - Returns: false also where a value is infinite or not a number.
    public func leavesRoom(among leafCount: Int) -> Bool {
        let share = Double(leaves.count) / Double(2 * leafCount)
        let (largest, largestFigure) = (
            Float(share) * .greatestFiniteMagnitude, share * Double.greatestFiniteMagnitude
        )
        return withExtendedLifetime(vector) { kernel_all_at_most(vector.base, vector.count, largest) }
            && figures.allSatisfy { abs($0) <= largestFigure }
    }

    /// Whether every value of the vector and every figure is a finite number.
    public func isFinite(threads: Int = 1) -> Bool {
        figures.allSatisfy(\.isFinite) && (isVectorFinite ?? vector.isFinite(threads: threads))
    }
}
