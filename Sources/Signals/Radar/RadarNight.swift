import Foundation

/// Breathing and movement of a sleeper, from the quadrature pairs of a radar.
///
/// Of each pair the displacement is computed (``QuadratureDemodulation``, blocks of 15 s), and the best pair is the one
/// with the largest **breathing share**: the median over sleep epochs of the share that the band of breathing, 0.1 to
/// 0.7 Hz, has in the displacement's variance above 0.05 Hz. Noise, fading and a reflection off something else than the
/// chest all lower it; a median is not swayed by the epochs with body movements. From the best pair come two signals:
///
/// - **respiration**: the displacement between 0.1 and 0.7 Hz (6 to 42 breaths a minute),
/// - **movement**: the root mean square over one second of the displacement above 0.7 Hz.
///
/// The filters are Butterworth filters of order 4, run forward and backward.
public struct RadarNight: Sendable {
    /// The band of breathing, in hertz.
    static let breathing = 0.1...0.7
    /// Slower changes than this, in hertz, are drift.
    private static let drift = 0.05
    /// How long a block of the demodulation lasts, in seconds: half a sleep epoch, and three breaths or more.
    private static let blockSeconds = 15.0

    /// Displacement in the band of breathing, in the wavelength's unit; one value a sample.
    public let respiration: [Double]
    /// Root mean square of the fast displacement over a second, in the same unit; one value a sample.
    public let movement: [Double]
    /// The best pair, as an index into the pairs offered.
    public let pair: Int

    /// Looks at one pair after another, so that only two pairs' values are in memory at a time.
    ///
    /// - Parameters:
    ///   - pairCount: how many pairs there are.
    ///   - rate: samples per second.
    ///   - wavelength: of the radar, in the unit that the signals are wanted in.
    ///   - epochLength: samples in a sleep epoch.
    ///   - usable: whether there is a signal, for each sleep epoch.
    ///   - read: I and Q of a pair, the whole night.
    /// - Throws: what `read` throws.
    public init<Failure: Error>(
        pairCount: Int, rate: Double, wavelength: Double, epochLength: Int, usable: [Bool],
        read: (Int) throws(Failure) -> (inPhase: [Double], quadrature: [Double])
    ) throws(Failure) {
        precondition(pairCount > 0, "no pairs")
        let slow = ButterworthFilter.highPass(Self.breathing.lowerBound, rate: rate)
        let fast = ButterworthFilter.lowPass(Self.breathing.upperBound, rate: rate)
        let drift = ButterworthFilter.highPass(Self.drift, rate: rate)
        var best: (pair: Int, share: Double, displacement: [Double], respiration: [Double])?
        for pair in 0..<pairCount {
            let (inPhase, quadrature) = try read(pair)
            let demodulated = QuadratureDemodulation(
                inPhase: inPhase, quadrature: quadrature, blockLength: Int(Self.blockSeconds * rate),
                wavelength: wavelength)
            let respiration = fast.applied(to: slow.applied(to: demodulated.displacement))
            let all = drift.applied(to: demodulated.displacement)
            let shares = usable.indices.filter { usable[$0] }.map { epoch in
                let samples = epoch * epochLength..<min((epoch + 1) * epochLength, all.count)
                let total = variance(all[samples])
                return total > 0 ? variance(respiration[samples]) / total : 0
            }
            let share = median(shares)
            if best.map({ share > $0.share }) ?? true {
                best = (pair, share, demodulated.displacement, respiration)
            }
        }
        guard let best else { preconditionFailure("no pairs") }
        pair = best.pair
        respiration = best.respiration
        let above = ButterworthFilter.highPass(Self.breathing.upperBound, rate: rate).applied(to: best.displacement)
        movement = Self.rootMeanSquare(above, width: Int(rate.rounded()))
    }

    /// The root mean square over `width` samples around each; over fewer at the ends.
    private static func rootMeanSquare(_ values: [Double], width: Int) -> [Double] {
        var sums = [0.0]
        sums.reserveCapacity(values.count + 1)
        for value in values { sums.append(sums[sums.count - 1] + value * value) }
        return values.indices.map { index in
            let (start, end) = (max(index - width / 2, 0), min(index - width / 2 + width, values.count))
            return (max(sums[end] - sums[start], 0) / Double(end - start)).squareRoot()
        }
    }
}
