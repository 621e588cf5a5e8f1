import CKernels
import Numerics

extension RecogniserNetwork {
    /// The probability with which outputs are dropped, and the step's own random numbers.
    public struct Dropout: Sendable {
        let rate: Double
        let generator: CounterGenerator

        /// The dropout of one training step.
        public init(rate: Double, seed: UInt64, step: Int) {
            self.rate = rate
            generator = CounterGenerator(seed: seed, stream: RandomStream.dropout(step: step))
        }

        /// Fills `mask` with 0 where a value is dropped and 1 / (1 - rate) where it is kept; 16 random bits decide.
        func fill(_ mask: UnsafeMutablePointer<Float>, count: Int) {
            let limit = UInt32((rate * 65_536).rounded())
            let kept = Float(65_536 / Double(65_536 - limit))
            for block in 0..<(count + 7) / 8 {
                let words = generator.block(UInt64(block))
                for i in 0..<min(8, count - block * 8) {
                    let bits = words[i >> 1] >> (i & 1 == 0 ? 0 : 16) & 0xffff
                    mask[block * 8 + i] = bits < limit ? 0 : kept
                }
            }
        }
    }
}

/// How a step size changes in the course of a training.
public enum LearningRateSchedule: String, Codable, CaseIterable, Sendable {
    /// It does not.
    case constant
    /// It falls to 0 along half a cosine.
    case cosine

    /// What the step size is multiplied with.
    ///
    /// - Parameters:
    ///   - step: how many steps were made.
    ///   - count: how many there will be.
    ///   - warmup: over how many steps it rises from 0, whatever the schedule.
    /// - Returns: a factor from 0 to 1.
    func factor(step: Int, of count: Int, warmup: Int) -> Double {
        let rise = step < warmup ? Double(step + 1) / Double(warmup) : 1
        return self == .constant ? rise : rise * (0.5 + 0.5 * Numerics.cosine(turns: Double(step) / Double(2 * count)))
    }
}
