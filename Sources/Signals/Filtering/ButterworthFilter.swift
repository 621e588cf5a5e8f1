import Foundation

/// A Butterworth filter in second-order sections, run forward and backward so that it delays nothing.
///
/// The sections come from the analogue prototype by the bilinear transform with the cut-off prewarped (Oppenheim and
/// Schafer, *Discrete-Time Signal Processing*, chapter 7). Running it both ways squares its gain: at the cut-off a
/// quarter of the power is left.
public struct ButterworthFilter: Sendable {
    /// `H(z) = (b0 + b1/z + b2/z²) / (1 + a1/z + a2/z²)`.
    private struct Section: Sendable {
        let (b0, b1, b2, a1, a2): (Double, Double, Double, Double, Double)
        /// The gain at frequency 0.
        var steadyGain: Double { (b0 + b1 + b2) / (1 + a1 + a2) }
    }

    private enum Kind { case low, high }

    private let sections: [Section]
    private let padding: Int

    private init(_ kind: Kind, cutOff: Double, rate: Double, order: Int) {
        precondition(
            order > 0 && order % 2 == 0 && cutOff > 0 && cutOff < rate / 2, "order \(order), \(cutOff) of \(rate) Hz")
        let k = tan(.pi * cutOff / rate)
        sections = (0..<order / 2).map { index in
            let damping = 2 * sin(.pi * Double(2 * index + 1) / Double(2 * order))  // 1 / Q of this pair of poles
            let scale = 1 / (1 + damping * k + k * k)
            let a1 = 2 * (k * k - 1) * scale
            let a2 = (1 - damping * k + k * k) * scale
            switch kind {
            case .low: return Section(b0: k * k * scale, b1: 2 * k * k * scale, b2: k * k * scale, a1: a1, a2: a2)
            case .high: return Section(b0: scale, b1: -2 * scale, b2: scale, a1: a1, a2: a2)
            }
        }
        padding = Int((3 * rate / cutOff).rounded(.up))
    }

    /// Keeps what is slower than `cutOff`, in hertz.
    ///
    /// - Precondition: `order` is even, and `cutOff` is below half of `rate`.
    public static func lowPass(_ cutOff: Double, rate: Double, order: Int = 4) -> ButterworthFilter {
        ButterworthFilter(.low, cutOff: cutOff, rate: rate, order: order)
    }

    /// Keeps what is faster than `cutOff`, in hertz.
    ///
    /// - Precondition: `order` is even, and `cutOff` is below half of `rate`.
    public static func highPass(_ cutOff: Double, rate: Double, order: Int = 4) -> ButterworthFilter {
        ButterworthFilter(.high, cutOff: cutOff, rate: rate, order: order)
    }

    /// The signal filtered forward and backward.
    ///
    /// At both ends it is continued for three periods of the cut-off by its own values turned around the end point, and
    /// the sections start settled on the first value (as `scipy.signal.sosfiltfilt` does with `padtype="odd"`).
    public func applied(to signal: [Double]) -> [Double] {
        guard let first = signal.first, let last = signal.last else { return [] }
        let count = signal.count
        let padding = min(padding, count - 1)
        var values: [Double] = []
        values.reserveCapacity(count + 2 * padding)
        for offset in stride(from: padding, to: 0, by: -1) { values.append(2 * first - signal[offset]) }
        values += signal
        for offset in 0..<padding { values.append(2 * last - signal[count - 2 - offset]) }
        run(&values)
        values.reverse()
        run(&values)
        values.reverse()
        return Array(values[padding..<padding + count])
    }

    private func run(_ values: inout [Double]) {
        var settled = values[0]
        for section in sections {
            let gain = section.steadyGain
            var z2 = (section.b2 - section.a2 * gain) * settled
            var z1 = (section.b1 - section.a1 * gain) * settled + z2
            settled *= gain
            for index in values.indices {
                let x = values[index]
                let y = section.b0 * x + z1
                z1 = section.b1 * x - section.a1 * y + z2
                z2 = section.b2 * x - section.a2 * y
                values[index] = y
            }
        }
    }
}
