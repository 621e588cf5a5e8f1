import Foundation

/// Displacement of a reflecting body from the in-phase and quadrature signal of a continuous-wave radar.
///
/// A body at distance d turns the echo's phase by `4π d / wavelength`: the points (I, Q) move on a circle about the
/// echo of everything that stands still (Droitcour et al., "Range correlation and I/Q performance benefits in
/// single-chip silicon Doppler radars", IEEE Trans. MTT 52, 2004; Park, Boric-Lubecke and Lubecke, "Arctangent
/// demodulation with DC offset compensation", same journal, 55, 2007). Centre and radius change when the sleeper turns
/// over, so each block of the signal has its own fit:
///
/// - **Arctangent**, when a circle leaves at most half of the mean square distance that a straight line leaves (the arc
///   is long enough for its bend to stand out from the noise): steps of displacement are steps of the angle about the
///   circle's centre.
/// - **Principal axis** otherwise: steps along the line, divided by the radius, which is the median radius of the
///   blocks with a circle. Which way along the line is forward follows from the median centre. Without any circle the
///   radius is the root of the whole signal's variance, and forward is what agrees with the block before: the
///   millimetres are nominal then.
///
/// Summing steps unwraps the phase and joins blocks without jumps; a step of half a wavelength or more between two
/// samples is beyond it. Displacement grows with the phase. Imbalance between I and Q is not corrected: it bends the
/// circle, and displacement, by about its own share.
public struct QuadratureDemodulation: Sendable {
    /// Displacement since the first sample, in the wavelength's unit; one value a sample.
    public let displacement: [Double]
    /// How many blocks were demodulated by arctangent.
    package let arctangentBlockCount: Int
    /// How many blocks have any signal.
    public let blockCount: Int
    /// The radius that blocks without a circle were divided by.
    public let radius: Double

    /// Up to which share of a line's mean square distance a circle's must come down.
    private static let largestResidualShare = 0.5

    /// Demodulates a whole recording.
    ///
    /// - Parameters:
    ///   - inPhase: I, one value a sample.
    ///   - quadrature: Q, as many.
    ///   - blockLength: samples in a block; a last shorter block counts too. A few breaths should fit.
    ///   - wavelength: of the radar, in the unit that the displacement is wanted in.
    /// - Precondition: both signals have as many values, all finite.
    public init(inPhase: [Double], quadrature: [Double], blockLength: Int, wavelength: Double) {
        precondition(
            inPhase.count == quadrature.count && blockLength > 0,
            "\(inPhase.count) and \(quadrature.count) values in blocks of \(blockLength)")
        let blocks = stride(from: 0, to: inPhase.count, by: blockLength).map { start in
            start..<min(start + blockLength, inPhase.count)
        }
        let fits = blocks.map { CircleFit(inPhase[$0], quadrature[$0]) }
        let circles = fits.compactMap { $0 }.filter(Self.isArc)
        arctangentBlockCount = circles.count
        blockCount = fits.count { $0 != nil }
        let centre = circles.isEmpty ? nil : (x: median(circles.map(\.x)), y: median(circles.map(\.y)))
        let scale = circles.isEmpty ? Self.scatter(inPhase, quadrature) : median(circles.map(\.radius))
        radius = scale

        var displacement = [Double](repeating: 0, count: inPhase.count)
        let perRadian = wavelength / (4 * .pi)
        var forward: (x: Double, y: Double)?
        var sum = 0.0
        for (index, (block, fit)) in zip(blocks, fits).enumerated() {
            let joins = index > 0 && fits[index - 1] != nil
            guard let fit else {  // nothing moves where there is no signal
                for sample in block { displacement[sample] = sum }
                forward = nil
                continue
            }
            let usesArc = Self.isArc(fit)
            let axis = Self.axis(of: fit, about: usesArc ? (fit.x, fit.y) : centre, before: forward)
            forward = axis
            for sample in block {
                if sample > block.lowerBound || joins {
                    let (i0, q0) = (inPhase[sample - 1], quadrature[sample - 1])
                    let (i1, q1) = (inPhase[sample], quadrature[sample])
                    if usesArc {
                        let (a, b, c, d) = (i0 - fit.x, q0 - fit.y, i1 - fit.x, q1 - fit.y)
                        sum += atan2(a * d - b * c, a * c + b * d) * perRadian
                    } else {
                        sum += ((i1 - i0) * axis.x + (q1 - q0) * axis.y) / scale * perRadian
                    }
                }
                displacement[sample] = sum
            }
        }
        self.displacement = displacement
    }

    private static func isArc(_ fit: CircleFit) -> Bool {
        fit.radius.isFinite && fit.lineResidual > 0 && fit.residual <= largestResidualShare * fit.lineResidual
    }

    /// The direction of growing phase along a block's line: at right angles to the radius, against the clock.
    private static func axis(
        of fit: CircleFit, about centre: (x: Double, y: Double)?, before: (x: Double, y: Double)?
    ) -> (x: Double, y: Double) {
        let guide = centre.map { (x: -(fit.meanY - $0.y), y: fit.meanX - $0.x) } ?? before ?? (fit.axisX, fit.axisY)
        let agrees = fit.axisX * guide.x + fit.axisY * guide.y >= 0
        return agrees ? (fit.axisX, fit.axisY) : (-fit.axisX, -fit.axisY)
    }

    /// The root of both signals' variances together; 1 where there is none.
    private static func scatter(_ inPhase: [Double], _ quadrature: [Double]) -> Double {
        let variance = variance(inPhase[...]) + variance(quadrature[...])
        return variance > 0 ? variance.squareRoot() : 1
    }
}

/// The mean square distance from the mean; 0 for no values.
func variance(_ values: ArraySlice<Double>) -> Double {
    guard !values.isEmpty else { return 0 }
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
}

/// The middle value, the upper of two; 0 for no values.
func median(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.sorted()[values.count / 2] }
