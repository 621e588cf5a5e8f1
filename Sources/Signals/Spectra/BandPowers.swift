import Numerics

/// The logarithms of a signal's powers in bands of half an octave: what linear classifiers of signals commonly read.
///
/// Each channel's power density is the mean over Hann windows of at most 512 values that overlap by half (Welch 1967),
/// in whatever unit the values have; a band's power is the sum of its lines. The lowest band is one cycle a window.
public struct BandPowers: Sendable {
    private let channels, count, length: Int
    private let bands: [Range<Int>]
    /// Cosines, then sines, of each line, times the window: `[length, 2 * lines]`.
    private let waves: [Float]

    /// Powers of samples of so many channels, each of them `valuesPerChannel` values one after another.
    public init(channels: Int, valuesPerChannel: Int) {
        precondition(channels > 0 && valuesPerChannel > 0, "no values to tell powers of")
        (self.channels, count) = (channels, valuesPerChannel)
        length = min(valuesPerChannel, 512)
        let lines = length / 2
        var edges: [Int] = []
        var edge = 1.0
        while Int(edge.rounded()) <= lines {
            if edges.last != Int(edge.rounded()) { edges.append(Int(edge.rounded())) }
            edge *= 2.0.squareRoot()
        }
        bands = edges.indices.map { edges[$0]..<($0 + 1 < edges.count ? edges[$0 + 1] : lines + 1) }
        var waves = [Float](repeating: 0, count: length * 2 * lines)
        for i in 0..<length {
            let window = 0.5 - 0.5 * cosine(turns: Double(i) / Double(length))
            for line in 1...max(lines, 1) where lines > 0 {
                let turns = Double(i * line % length) / Double(length)
                waves[i * 2 * lines + line - 1] = Float(window * cosine(turns: turns))
                waves[i * 2 * lines + lines + line - 1] = Float(window * sine(turns: turns))
            }
        }
        self.waves = waves
    }

    /// How many values come of a sample.
    public var width: Int { channels * bands.count }

    /// The values of one sample, channel by channel, from the lowest band.
    public func values(of sample: UnsafePointer<Float>) -> [Float] {
        let lines = length / 2
        let starts = Array(stride(from: 0, through: count - length, by: max(1, length / 2)))
        var found = [Float](repeating: 0, count: starts.count * 2 * lines)
        var result: [Float] = []
        for channel in 0..<channels where lines > 0 {
            product(
                m: starts.count, n: 2 * lines, k: length, sample + channel * count, aRow: max(1, length / 2), waves,
                bRow: 2 * lines, into: &found, cRow: 2 * lines)
            for band in bands {
                var power = 0.0
                for row in starts.indices {
                    for line in band {
                        let (a, b) = (found[row * 2 * lines + line - 1], found[row * 2 * lines + lines + line - 1])
                        power += Double(a) * Double(a) + Double(b) * Double(b)
                    }
                }
                result.append(Float(logarithm(power / Double(starts.count) + 1e-12)))
            }
        }
        return result
    }
}
