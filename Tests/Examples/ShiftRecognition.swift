public import Encoders
public import Numerics
import Signals
public import Upstream

/// An example of a pretext task of one's own: tell by how many rows a sample was shifted, round and round.
///
/// One file; `TaskSettings.kinds` is where it is made known. The shifts are drawn at the leaf's place, so that whoever
/// computes a leaf shifts alike.
public struct ShiftSettings: TaskKind {
    /// `shifts`.
    public static let kind = "shifts"
    /// Four shifts.
    public static let standard = ShiftSettings(shifts: 4)

    /// How many different shifts there are, by 0, 1, 2, … rows.
    public var shifts: Int

    /// So many shifts.
    public init(shifts: Int) { self.shifts = shifts }

    /// Refuses fewer than two shifts.
    public func validate() throws(SettingFault) {
        try SettingFault.check((2...64).contains(shifts), "shifts", shifts, "2 to 64")
    }

    /// Refuses samples with fewer rows than there are shifts.
    public func validate(rows: Int, columns: Int) throws(SettingFault) {
        try SettingFault.check(shifts <= rows, "shifts", shifts, "at most \(rows), the rows of a sample")
    }

    /// One row each.
    public var rowsPerOriginal: Int { 1 }
    /// One output a shift.
    public func head(rows: Int, columns: Int) -> Head { Head(outputs: shifts) }

    /// The loss, the part of shifts that were told, and the mean shift, which nobody else knows of.
    public func figures(originalsPerStep: Int, originalsPerLeaf: Int) -> [Figure] {
        let (step, leaf) = (Double(originalsPerStep), Double(originalsPerLeaf))
        return [
            Figure(name: "loss", divisor: 1),
            Figure(name: "shift_accuracy", divisor: step, largestPerLeaf: leaf),
            Figure(name: "mean_shift", divisor: step, largestPerLeaf: leaf * Double(shifts)),
        ]
    }

    /// The task for samples `[rows, columns]`.
    public func makeTask(_ surroundings: TaskSurroundings) -> any PretextTask {
        ShiftRecognition(self, surroundings)
    }
}

private final class ShiftRecognition: PretextTask {
    private let settings: ShiftSettings
    private let columns: Int
    /// The originals before they are shifted.
    private let values: FloatBlock
    /// The shift of each row of the leaf in hand.
    private var drawn: [Int]

    init(_ settings: ShiftSettings, _ surroundings: TaskSurroundings) {
        (self.settings, columns) = (settings, surroundings.columns)
        drawn = Array(repeating: 0, count: surroundings.capacity)
        values = FloatBlock(count: surroundings.capacity * surroundings.rows * columns)
    }

    func makeRows(
        of samples: PreparedSamples, _ originals: [Int], at place: LeafPlace, into rows: UnsafeMutablePointer<Float>
    ) {
        var draws = place.draws(for: 1)
        let size = samples.valuesPerSample
        samples.copy(originals, into: values.base)
        for row in originals.indices {
            drawn[row] = Int(draws.next() % UInt64(settings.shifts))
            for i in 0..<size { rows[row * size + (i + drawn[row] * columns) % size] = values[row * size + i] }
        }
    }

    func figures(
        ofOutputs outputs: UnsafePointer<Float>, originals: Int, at place: LeafPlace,
        gradient: UnsafeMutablePointer<Float>
    ) -> [Double] {
        let classes = settings.shifts
        var (loss, correct, sum) = (0.0, 0, 0)
        for row in 0..<originals {
            let logits = (0..<classes).map { Double(outputs[row * classes + $0]) }
            let largest = logits.max() ?? 0
            let weights = logits.map { exponential($0 - largest) }
            let total = weights.reduce(0, +)
            let truth = drawn[row]
            loss -= (logits[truth] - largest - logarithm(total)) / Double(place.originalsPerStep)
            if logits[truth] == largest { correct += 1 }
            sum += truth
            for c in 0..<classes {
                let error = weights[c] / total - (c == truth ? 1 : 0)
                gradient[row * classes + c] = Float(error / Double(place.originalsPerStep))
            }
        }
        return [loss, Double(correct), Double(sum)]
    }
}
