import Foundation
import Signals
import Testing

/// Welch's method by plain loops over sines and cosines of the mathematics library.
@Test(arguments: [(1, 64), (2, 1300)])
func bandPowersAreThoseOfPlainLoops(channels: Int, count: Int) {
    let sample = (0..<channels * count).map { i -> Float in
        let wave: Double = sin(Double(i) * 0.7)
        let noise: Double = cos(Double(i * i % 97))
        return Float(wave + 0.3 * noise + Double(i % 5) / 9)
    }
    let powers = BandPowers(channels: channels, valuesPerChannel: count)
    let found = powers.values(of: sample)
    #expect(found.count == powers.width)
    let length = min(count, 512)
    var density = [Double](repeating: 0, count: length / 2 + 1)
    var windows = 0
    for start in stride(from: 0, through: count - length, by: length / 2) {
        windows += 1
        for line in 1...length / 2 {
            var (a, b) = (0.0, 0.0)
            for i in 0..<length {
                let turn = 2 * Double.pi * Double(i) / Double(length)
                let value = Double(sample[start + i]) * (0.5 - 0.5 * cos(turn))
                a += value * cos(turn * Double(line))
                b += value * sin(turn * Double(line))
            }
            density[line] += a * a + b * b
        }
    }
    // The first three bands of half an octave are lines 1, 2 ... 2 and 3 (1.4 is rounded to 1).
    for (band, line) in [1, 2, 3].enumerated() {
        #expect(abs(Double(found[band]) - log(density[line] / Double(windows) + 1e-12)) < 1e-3)
    }
}
