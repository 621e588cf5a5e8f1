import Foundation

/// A Butterworth band-pass that runs over a signal forwards and backwards, so that nothing is delayed.
///
/// The design is the textbook's: the poles of an analogue low-pass, moved to the band, carried over by the bilinear
/// transform with pre-warped edges (Oppenheim and Schafer, Discrete-Time Signal Processing, 7.1). It is applied as a
/// chain of second-order sections, one a pair of poles; ends are continued as SciPy's `filtfilt` does, turned about the
/// end value, over `6 order + 3` samples, each run starting in its steady state.
struct ZeroPhaseBandPass: Sendable {
    /// `y = gain (x - x₂) - a₁ y₁ - a₂ y₂`, where ₁ and ₂ are one and two samples back.
    private struct Section: Sendable {
        var gain: Double
        var a1: Double
        var a2: Double
    }

    private let sections: [Section]
    private let padding: Int

    /// - Parameters:
    ///   - order: of the low-pass; the band-pass has twice as many poles.
    ///   - low: the band's lower edge, in cycles a sample.
    ///   - high: its upper edge.
    /// - Precondition: `0 < low < high < 0.5`, and no pole is real: with an odd order, the band is not much wider than
    ///   its centre.
    init(order: Int, low: Double, high: Double) {
        precondition(order > 0 && 0 < low && low < high && high < 0.5, "order \(order), band \(low) to \(high)")
        let (w1, w2) = (tan(.pi * low), tan(.pi * high))
        let (width, centreSquared) = (w2 - w1, w1 * w2)
        var sections: [Section] = []
        // Low-pass poles exp(iθ) in the upper half plane, the real one included; each gives two in the band, or one
        // pair.
        for pole in 0..<(order + 1) / 2 {
            let angle = Double.pi * (0.5 + (2 * Double(pole) + 1) / (2 * Double(order)))
            let isReal = 2 * pole + 1 == order
            let p = (re: cos(angle) * width / 2, im: isReal ? 0 : sin(angle) * width / 2)
            // s = p ± √(p² - centre²)
            let square = (re: p.re * p.re - p.im * p.im - centreSquared, im: 2 * p.re * p.im)
            let size = (square.re * square.re + square.im * square.im).squareRoot()
            let root = (
                re: max((size + square.re) / 2, 0).squareRoot(),
                im: max((size - square.re) / 2, 0).squareRoot() * (square.im < 0 ? -1 : 1)
            )
            precondition(!isReal || root.re == 0, "a band from \(low) to \(high) has real poles")
            for sign in isReal ? [1.0] : [1.0, -1.0] {
                let s = (re: p.re + sign * root.re, im: p.im + sign * root.im)
                // z = (1 + s) / (1 - s), and its conjugate: the section's denominator is |1 - s|² (1 - 2 Re z · z⁻¹ +
                // |z|² z⁻²).
                let scale = (1 - s.re) * (1 - s.re) + s.im * s.im
                let realPart = (1 - s.re * s.re - s.im * s.im) / scale
                let squaredSize = ((1 + s.re) * (1 + s.re) + s.im * s.im) / scale
                sections.append(Section(gain: width / scale, a1: -2 * realPart, a2: squaredSize))
            }
        }
        self.sections = sections
        padding = 3 * (2 * order + 1)
    }

    /// The signal within the band.
    ///
    /// - Precondition: it is longer than the padding, `6 order + 3` samples.
    func filtered(_ signal: [Double]) -> [Double] {
        precondition(signal.count > padding, "\(signal.count) samples")
        let (first, last) = (signal[0], signal[signal.count - 1])
        var values: [Double] = []
        values.reserveCapacity(signal.count + 2 * padding)
        values += (1...padding).reversed().map { 2 * first - signal[$0] }
        values += signal
        values += (1...padding).map { 2 * last - signal[signal.count - 1 - $0] }
        run(over: &values)
        values.reverse()
        run(over: &values)
        values.reverse()
        return Array(values[padding..<padding + signal.count])
    }

    /// One run, in place.
    ///
    /// A band-pass lets no constant through, so in the steady state only the first section holds anything.
    private func run(over values: inout [Double]) {
        var state1 = [Double](repeating: 0, count: sections.count)
        var state2 = state1
        state1[0] = -sections[0].gain * values[0]
        state2[0] = state1[0]
        for index in values.indices {
            var value = values[index]
            for (number, section) in sections.enumerated() {
                let input = section.gain * value
                let output = input + state1[number]
                state1[number] = state2[number] - section.a1 * output
                state2[number] = -input - section.a2 * output
                value = output
            }
            values[index] = value
        }
    }
}
