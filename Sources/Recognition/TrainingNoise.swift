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
