import Numerics
import Signals

/// Tells hidden values: the loss of a row is the mean square of the differences over its hidden values.
///
/// Blocks divide a sample from its first row and column on; the last ones may be smaller. Hidden values are zeros for
/// the network. Source: He et al., "Masked Autoencoders Are Scalable Vision Learners", CVPR 2022, whose loss is of the
/// hidden part alone too.
final class Masked: PretextTask {
    private let settings: MaskedSettings
    private let surroundings: TaskSurroundings
    /// `[capacity, rows * columns]`: what is to be told where something is hidden, and whether it is.
    private let targets: FloatBlock
    private var isHidden: [Bool]
    private let blocksDown, blocksAcross, hiddenBlocks: Int

    init(_ settings: MaskedSettings, _ surroundings: TaskSurroundings) {
        (self.settings, self.surroundings) = (settings, surroundings)
        blocksDown = (surroundings.rows + settings.blockRows - 1) / settings.blockRows
        blocksAcross = (surroundings.columns + settings.blockColumns - 1) / settings.blockColumns
        let blocks = blocksDown * blocksAcross
        hiddenBlocks = min(max(1, Int((settings.maskedPart * Double(blocks)).rounded())), blocks - 1)
        let count = surroundings.capacity * surroundings.rows * surroundings.columns
        (targets, isHidden) = (FloatBlock(count: count), [Bool](repeating: false, count: count))
    }

    /// Augments each original, keeps it, and hides blocks of it.
    func makeRows(
        of samples: PreparedSamples, _ originals: [Int], at place: LeafPlace, into rows: UnsafeMutablePointer<Float>
    ) {
        let size = samples.valuesPerSample
        samples.copy(originals, into: rows)
        var (changes, hiding) = (place.draws(for: 1), place.draws(for: 2))
        for row in originals.indices {
            let values = rows + row * size
            surroundings.augmentation.augment(values, rows: samples.rows, columns: samples.columns, draws: &changes)
            (targets.base + row * size).update(from: values, count: size)
            for i in 0..<size { isHidden[row * size + i] = false }
            for block in distinct(hiddenBlocks, of: blocksDown * blocksAcross, &hiding) {
                let (top, left) = (
                    block / blocksAcross * settings.blockRows, block % blocksAcross * settings.blockColumns
                )
                for r in top..<min(top + settings.blockRows, samples.rows) {
                    for c in left..<min(left + settings.blockColumns, samples.columns) {
                        values[r * samples.columns + c] = 0
                        isHidden[row * size + r * samples.columns + c] = true
                    }
                }
            }
        }
    }

    /// The leaf's part of the mean over the step's originals, and the same for zeros.
    func figures(
        ofOutputs outputs: UnsafePointer<Float>, originals: Int, at place: LeafPlace,
        gradient: UnsafeMutablePointer<Float>
    ) -> [Double] {
        let size = surroundings.rows * surroundings.columns
        var (loss, square) = (0.0, 0.0)
        for row in 0..<originals {
            let hidden = (0..<size).reduce(0) { $0 + (isHidden[row * size + $1] ? 1 : 0) }
            let scale = 1 / Double(hidden * place.originalsPerStep)
            for i in row * size..<(row + 1) * size {
                guard isHidden[i] else {
                    gradient[i] = 0
                    continue
                }
                let (target, error) = (Double(targets[i]), Double(outputs[i]) - Double(targets[i]))
                loss += scale * error * error
                square += scale * target * target
                gradient[i] = Float(2 * scale * error)
            }
        }
        return [loss, square]
    }
}
