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

        /// Writes some values with those that are dropped 0 and the others times 1 / (1 - rate), and the mask of those
        /// factors, on several threads; 16 random bits decide on each value.
        func drop(
            _ values: UnsafePointer<Float>, count: Int, into dropped: UnsafeMutablePointer<Float>,
            mask: UnsafeMutablePointer<Float>, threads: Int
        ) {
            let limit = UInt32((rate * 65_536).rounded())
            let kept = Float(65_536 / Double(65_536 - limit))
            nonisolated(unsafe) let (values, dropped, mask) = (values, dropped, mask)
            let blocks = (count + Self.valuesOfBlock - 1) / Self.valuesOfBlock
            inRowParts(of: blocks, width: Self.valuesOfBlock, threads: threads) { blocks in
                let first = blocks.lowerBound * Self.valuesOfBlock
                let part = min(count, blocks.upperBound * Self.valuesOfBlock) - first
                generator.fill(
                    mask + first, count: part, zeroBelow: limit, else: kept, from: UInt64(blocks.lowerBound))
                kernel_multiply(dropped + first, values + first, mask + first, part)
            }
        }

        /// Values for which one block of random bits is enough.
        private static let valuesOfBlock = 8
    }
}
