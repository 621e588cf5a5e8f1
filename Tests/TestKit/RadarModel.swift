public import Foundation
import Numerics

/// A night before a stepped-frequency radar: what eight quadrature receivers see of a chest that breathes, a heart, and
/// a body that moves.
///
/// The echo of each pair is `gain · (cos φ, sin φ)` with `φ = 4π f / c · distance`, plus what stands still, imbalance
/// and noise. Made up: the stages set the breathing (slow and even in N3, quick and uneven in REM) and how often the
/// body moves.
public struct RadarModel: Sendable {
    /// Samples per second.
    public static let rate = 50
    /// The true breathing rate at each sample, in breaths a minute.
    public private(set) var breathsPerMinute: [Double] = []
    /// The true displacement by breathing, in millimetres.
    public private(set) var breathing: [Double] = []
    /// Whether the body moves, at each sample.
    public private(set) var moves: [Bool] = []
    /// The signals S1 to S16.
    public private(set) var signals: [[Double]] = []
    /// The pairs, from 0, that see the chest well; the others are in a fading null or see something else.
    public static let goodPairs = [2, 5]

    /// A night of these stages (W, 1, 2, 3, R), each for 30 s.
    ///
    /// - Parameters:
    ///   - stages: the stage of each sleep epoch.
    ///   - seed: of everything random.
    ///   - depth: of a breath, peak to peak, in millimetres.
    public init(stages: [String], seed: UInt64, depth: Double = 8) {
        var random = RandomSequence(seed: seed, stream: 0)
        var distance: [Double] = []
        var (phase, heart, drift, shift) = (0.0, 0.0, 0.0, 0.0)
        var left = 0
        var (length, step) = (1, 0.0)
        for stage in stages {
            let (base, spread, movesOften) = Self.habits(stage)
            if random.uniform() < movesOften {
                (left, length) = (Self.rate * 4, Self.rate * 4)
                step = 40 * random.normal()
            }
            for _ in 0..<30 * Self.rate {
                drift += (-drift / 20 + random.normal() * 0.3) / Double(Self.rate).squareRoot() / 7
                let perMinute = max(base + spread * drift, 8)
                phase += 2 * .pi * perMinute / 60 / Double(Self.rate)
                heart += 2 * .pi * 1.1 / Double(Self.rate)
                if left > 0 {
                    shift += step / Double(length)
                    left -= 1
                }
                let shake = left > 0 ? 15 * sin(2 * .pi * 1.5 * Double(left) / Double(Self.rate)) : 0
                let breath = depth / 2 * (sin(phase) + 0.1 * sin(2 * phase))
                breathsPerMinute.append(perMinute)
                breathing.append(breath)
                moves.append(left > 0)
                distance.append(1_200 + breath + 0.15 * sin(heart) + shift + shake)
            }
        }
        for pair in 0..<8 {
            let wave = 4 * .pi * (3.6e9 + 0.4e9 * Double(pair) / 7) / 299_792_458_000  // per millimetre
            let isGood = Self.goodPairs.contains(pair)
            let gain = isGood ? 200 + 50 * random.uniform() : 4 + 4 * random.uniform()
            let offset = (300 * random.normal(), 300 * random.normal())
            let imbalance = (gain: 1 + 0.03 * random.normal(), phase: 0.03 * random.normal())
            let noise = isGood ? 4.0 : 6.0
            var (i, q): ([Double], [Double]) = ([], [])
            for d in distance {
                i.append(offset.0 + gain * cos(wave * d) + noise * random.normal())
                q.append(offset.1 + gain * imbalance.gain * sin(wave * d + imbalance.phase) + noise * random.normal())
            }
            signals += [i, q]
        }
    }

    /// Breaths a minute, their spread, and how likely a sleep epoch is to have a movement.
    private static func habits(_ stage: String) -> (Double, Double, Double) {
        switch stage {
        case "W": return (16, 1.5, 0.5)
        case "2": return (14, 0.5, 0.05)
        case "3": return (13, 0.1, 0.01)
        case "R": return (17, 2, 0.05)
        default: return (15, 1, 0.2)
        }
    }

    /// The record's EDF file; the channels come in another order than their numbers.
    public var edf: EDFBytes {
        let order = [8, 9, 15, 14] + Array(0..<8) + [10, 11, 12, 13]
        return EDFBytes(
            signals: order.map {
                EDFBytes.Signal(name: "S\($0 + 1)", rate: Self.rate, values: signals[$0], limit: 4_000)
            })
    }

    /// The record's annotation file: a note every 30 s, after the time since the one before.
    public static func annotations(_ stages: [String]) -> Data {
        var bytes: [UInt8] = []
        for (index, stage) in stages.enumerated() {
            if index > 0 { bytes += [0, 59 << 2, 0, 0, 0xDC, 0x05] }  // SKIP of 1,500 samples
            let note = Array(stage.utf8)
            bytes += [0, 1 << 2, UInt8(note.count), 63 << 2] + note + Array(repeating: 0, count: note.count % 2)
        }
        return Data(bytes + [0, 0])
    }
}
