import Foundation

/// The power of five minutes of intervals between heart beats by frequency.
///
/// The intervals, each at the time of the beat that ends it, are interpolated linearly at 4 Hz; the straight line
/// through them is taken away, a Hann window applied, and the one-sided power spectral density summed over the bands of
/// the Task Force (1996).
struct TachogramSpectrum {
    /// Powers of the bands in ms², and where the HF band has its.
    struct Powers {
        /// 1/300 to below 0.04 Hz.
        let veryLow: Double
        /// 0.04 to below 0.15 Hz.
        let low: Double
        /// 0.15 to below 0.4 Hz.
        let high: Double
        /// The centre of the HF band's power, Hz.
        let centreOfHigh: Double
        /// The share of the HF band's power within two lines of its highest.
        let peakShareOfHigh: Double
    }

    private typealias Lanes = SIMD8<Double>

    private static let samplesPerSecond = 4.0
    private static let sampleCount = Int(HeartBeatMeasures.longSeconds * samplesPerSecond)
    /// Hz from one spectral line to the next.
    private static let spacing = 1 / HeartBeatMeasures.longSeconds
    /// The bands' lines, at multiples of 1/300 Hz: 12 is 0.04, 45 is 0.15 and 120 is 0.4 Hz.
    private static let (veryLow, low, high) = (1..<12, 12..<45, 45..<120)

    private let window: [Double]
    /// Twice the cosine of each line's angle per sample, eight lines at a time.
    private let turns: [Lanes]

    init() {
        let count = Double(Self.sampleCount)
        window = (0..<Self.sampleCount).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / count) }
        turns = stride(from: 0, to: Self.high.upperBound, by: Lanes.scalarCount).map { line in
            var turn = Lanes()
            for lane in turn.indices { turn[lane] = 2 * cos(2 * .pi * Double(line + lane) / count) }
            return turn
        }
    }

    /// The powers of the five minutes from `start`, in seconds, of the normal intervals that end in them; not none.
    func powers(of intervals: [HeartBeats.Interval], from start: Double) -> Powers {
        var density = powerDensity(of: tachogram(intervals, from: start))
        density[0] = 0
        func power(_ lines: Range<Int>) -> Double { density[lines].reduce(0, +) * Self.spacing }
        let high = power(Self.high)
        guard high > 0 else {  // a beat like a clock's
            return Powers(
                veryLow: power(Self.veryLow), low: power(Self.low), high: 0, centreOfHigh: 0, peakShareOfHigh: 0)
        }
        let peak = Self.high.reduce(Self.high.lowerBound) { density[$1] > density[$0] ? $1 : $0 }
        let centre = Self.high.reduce(0) { $0 + density[$1] * Double($1) * Self.spacing } * Self.spacing / high
        return Powers(
            veryLow: power(Self.veryLow), low: power(Self.low), high: high, centreOfHigh: centre,
            peakShareOfHigh: power((peak - 2..<peak + 3).clamped(to: Self.high)) / high)
    }

    /// The intervals in ms at 4 Hz; before the first and after the last beat they stay as they are.
    private func tachogram(_ intervals: [HeartBeats.Interval], from start: Double) -> [Double] {
        var next = 0
        return (0..<Self.sampleCount).map { sample in
            let time = start + Double(sample) / Self.samplesPerSecond
            while next < intervals.count, intervals[next].end <= time { next += 1 }
            if next == 0 { return intervals[0].seconds * 1000 }
            if next == intervals.count { return intervals[next - 1].seconds * 1000 }
            let (before, after) = (intervals[next - 1], intervals[next])
            let share = (time - before.end) / (after.end - before.end)
            return (before.seconds + share * (after.seconds - before.seconds)) * 1000
        }
    }

    /// The one-sided density in ms²/Hz at the lines 0 to 119.
    private func powerDensity(of signal: [Double]) -> [Double] {
        let count = Double(signal.count)
        let middle = (count - 1) / 2
        let mean = signal.reduce(0, +) / count
        var (product, square) = (0.0, 0.0)
        for (index, value) in signal.enumerated() {
            product += (Double(index) - middle) * (value - mean)
            square += (Double(index) - middle) * (Double(index) - middle)
        }
        let slope = product / square
        let shaped = signal.indices.map { index in
            (signal[index] - mean - slope * (Double(index) - middle)) * window[index]
        }
        let scale = 2 / (Self.samplesPerSecond * window.reduce(0) { $0 + $1 * $1 })
        var density: [Double] = []
        for turn in turns {  // Goertzel (1958): two values a line instead of a whole transform
            var (last, beforeLast) = (Lanes(), Lanes())
            for value in shaped {
                let now = Lanes(repeating: value) + turn * last - beforeLast
                (last, beforeLast) = (now, last)
            }
            let power = last * last + beforeLast * beforeLast - turn * last * beforeLast
            for lane in power.indices { density.append(power[lane] * scale) }
        }
        return density
    }
}
