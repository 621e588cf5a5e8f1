public import Datasets
import Foundation
import Numerics
import Signals

/// Made-up pressure maps of sleepers on a mat of 64 x 27 sensors, for demonstrations and tests; nobody was measured.
///
/// A sleeper is a sum of Gaussian blobs: head, shoulders, arms, torso, hips, legs and heels. Subjects differ in height,
/// width, weight and softness; maps in where and how the sleeper lies: place, tilt, how far the body is rolled, how far
/// knees and arms are bent. The right and the left side are each other's mirror image. A sensor saturates at 500, has a
/// gain of its own and noise. Rolls and bends vary so widely that the three postures overlap a little.
///
/// Without a body the mattress itself is seen, the same in all maps: about 42 at the edges and the head, up to 3 more
/// where it sags under sleepers, a deviation of 1 from sensor to sensor, and here and there a crease that reads up to
/// 20 more. That is measured: of the maps of experiment II of the PhysioNet Pressure Map Dataset (S1 to S6, air mat),
/// the fifth percentile of a sensor's readings is 43 in the median, 42 at the outer columns and the first rows, 45 in
/// the middle, and up to 58. Bodies are chosen.
///
/// The same arguments give the same dataset.
public struct SyntheticPressure: RecordingSource {
    private static let rows = 64
    private static let columns = 27

    private let seed: UInt64
    private let mapsPerPosture: Int

    /// Each map is a recording.
    public let outline: DatasetOutline
    /// Nothing.
    public let skipped: [SkippedItem] = []

    /// A set of made-up subjects.
    ///
    /// - Parameters:
    ///   - subjectCount: how many subjects, at least one.
    ///   - seed: another seed gives other subjects.
    ///   - mapsPerPosture: how many maps each subject has of each posture, at least one.
    public init(subjectCount: Int, seed: UInt64, mapsPerPosture: Int = 20) {
        precondition(subjectCount > 0 && mapsPerPosture > 0, "\(subjectCount) subjects, \(mapsPerPosture) maps")
        (self.seed, self.mapsPerPosture) = (seed, mapsPerPosture)
        var recordings: [FoundRecording] = []
        for subject in (1...subjectCount).map({ "P\($0)" }) {
            for (label, code) in LabelVocabulary.posture.codes.enumerated() {
                for map in 1...mapsPerPosture {
                    let name = "\(subject)/\(code)-\(map)"
                    recordings.append(FoundRecording(name: name, subject: subject, labels: [label]))
                }
            }
        }
        outline = DatasetOutline(
            kind: "synthetic-pressure", vocabulary: .posture, rows: Self.rows, columns: Self.columns, units: ["1"],
            of: recordings)
    }

    /// Makes the maps and appends them in the order of the outline.
    ///
    /// - Throws: `TensorFileError` from the writer.
    public func appendSamples(to writer: inout DatasetWriter) throws {
        var gains = RandomSequence(seed: seed, stream: Stream.gains)
        let gain = (0..<Self.rows * Self.columns).map { _ in 1 + 0.06 * gains.truncatedNormal() }
        let background = Self.background(seed: seed)
        for (index, recording) in outline.recordings.enumerated() {
            let sleeper = Sleeper(seed: seed, subject: recording.subject)
            var random = RandomSequence(seed: seed, stream: Stream.firstMap + UInt64(index))
            let blobs = sleeper.blobs(side: index / mapsPerPosture % 3, &random)
            let map = Self.map(of: blobs, gain: gain, background: background, &random)
            try writer.append(map)
        }
    }

    /// Which random numbers are whose.
    fileprivate enum Stream {
        static let gains: UInt64 = 0
        static let background: UInt64 = 1
        static let firstSubject: UInt64 = 1 << 32
        static let firstMap: UInt64 = 1 << 33
    }

    /// What each sensor reads of the mattress alone.
    private static func background(seed: UInt64) -> [Double] {
        var random = RandomSequence(seed: seed, stream: Stream.background)
        return (0..<rows * columns).map { sensor in
            let (row, across) = (Double(sensor / columns), Double(sensor % columns - columns / 2))
            let sag = 3 * exp(-across * across / 50) * (1 - exp(-row / 12))
            let crease = random.uniform() < 0.02 ? 20 * random.uniform() : 0
            return 42.3 + sag + crease + random.truncatedNormal()
        }
    }

    private static func map(
        of blobs: [Blob], gain: [Double], background: [Double], _ random: inout RandomSequence
    ) -> [Float] {
        var map: [Float] = []
        map.reserveCapacity(rows * columns)
        for row in 0..<rows {
            for column in 0..<columns {
                let load = blobs.reduce(0) { $0 + $1.load(row: Double(row), column: Double(column)) }
                // Springs harden: the reading grows ever more slowly with the load.
                let sensor = row * columns + column
                let room = 500 - background[sensor]
                let pressed = room * (1 - exp(-load * gain[sensor] / 180))
                let reading = background[sensor] + pressed + 1.5 * random.normal()
                map.append(Float(min(max(reading, 0), 500).rounded()))
            }
        }
        return map
    }
}

/// A part of a body on the mat, a Gaussian in place.
private struct Blob {
    /// Sensors down the mat from its head end, and across from its middle line.
    var along: Double
    var across: Double
    /// Deviations in sensors.
    var length: Double
    var width: Double
    /// The load at the centre, in readings.
    var weight: Double

    func load(row: Double, column: Double) -> Double {
        let (y, x) = ((row - along) / length, (column - 13 - across) / width)
        return weight * exp(-(x * x + y * y) / 2)
    }
}

/// A made-up subject.
private struct Sleeper {
    private let height: Double
    private let width: Double
    private let weight: Double
    private let softness: Double

    init(seed: UInt64, subject: Int) {
        var random = RandomSequence(seed: seed, stream: SyntheticPressure.Stream.firstSubject + UInt64(subject))
        height = 1 + 0.07 * random.truncatedNormal()
        width = 1 + 0.13 * random.truncatedNormal()
        weight = 1 + 0.2 * random.truncatedNormal()
        softness = 1 + 0.12 * random.truncatedNormal()
    }

    /// The body in one posture; `side` is 0 for supine, 1 for right, 2 for left.
    func blobs(side: Int, _ random: inout RandomSequence) -> [Blob] {
        // Seen from above, a sleeper on the right side faces the lower columns.
        let facing = side == 1 ? -1.0 : side == 2 ? 1.0 : random.uniform() < 0.5 ? -1 : 1
        // How much of the body's weight lies on the side: a quarter turn shows both layouts at once.
        let roll =
            side == 0 ? 0.45 * random.uniform() * random.uniform() : 1 - 0.5 * random.uniform() * random.uniform()
        let bend = random.uniform()
        let reach = random.uniform()
        let supine = Self.supine(
            elbows: (random.uniform(), random.uniform()), knee: side == 0 ? 3 * max(0, random.normal() - 0.5) : 0)
        let lateral = Self.lateral(facing: facing, bend: bend, reach: reach)
        let parts = supine.map { ($0, 1 - roll) } + lateral.map { ($0, roll) }

        let place = (along: 2 * random.truncatedNormal(), across: 1.8 * random.truncatedNormal())
        let tilt = 0.07 * random.truncatedNormal()
        return parts.map { blob, share in
            var blob = blob
            let (along, across) = (blob.along * height, blob.across * width + 0.4 * random.normal())
            blob.along = 3 + place.along + along * cos(tilt) - across * sin(tilt) + 0.5 * random.normal()
            blob.across = place.across + (along - 28) * sin(tilt) + across * cos(tilt)
            blob.length *= softness * (1 + 0.1 * random.truncatedNormal())
            blob.width *= softness * width * (1 + 0.1 * random.truncatedNormal())
            blob.weight *= share * weight * (1 + 0.25 * random.truncatedNormal()) / softness
            return blob
        }
    }

    /// On the back: both sides alike, but for the arms and a knee that may lie out.
    private static func supine(elbows: (Double, Double), knee: Double) -> [Blob] {
        [
            Blob(along: 2, across: 0, length: 1.9, width: 1.7, weight: 190),
            Blob(along: 10, across: -3.6, length: 2.2, width: 1.8, weight: 170),
            Blob(along: 10, across: 3.6, length: 2.2, width: 1.8, weight: 170),
            Blob(along: 14, across: 0, length: 4.0, width: 3.4, weight: 150),
            Blob(along: 18, across: -6 - 2 * elbows.0, length: 3.4, width: 1.0, weight: 55),
            Blob(along: 18, across: 6 + 2 * elbows.1, length: 3.4, width: 1.0, weight: 55),
            Blob(along: 26, across: -2.4, length: 2.9, width: 2.1, weight: 260),
            Blob(along: 26, across: 2.4, length: 2.9, width: 2.1, weight: 260),
            Blob(along: 35, across: -2.6 - knee / 2, length: 4.0, width: 1.4, weight: 80),
            Blob(along: 35, across: 2.6, length: 4.0, width: 1.4, weight: 80),
            Blob(along: 45, across: -2.8 - knee, length: 3.2, width: 1.2, weight: 90),
            Blob(along: 45, across: 2.8, length: 3.2, width: 1.2, weight: 90),
            Blob(along: 53, across: -2.8 - knee / 3, length: 1.2, width: 1.0, weight: 200),
            Blob(along: 53, across: 2.8, length: 1.2, width: 1.0, weight: 200),
        ]
    }

    /// On one side: narrow, the knees bent and an arm reached out to where the sleeper faces.
    private static func lateral(facing: Double, bend: Double, reach: Double) -> [Blob] {
        let straight = 1 - bend
        return [
            Blob(along: 2, across: facing * 0.8, length: 1.9, width: 1.5, weight: 180),
            Blob(along: 10, across: facing * 0.3, length: 2.4, width: 1.9, weight: 260),
            Blob(along: 11 + 2 * bend, across: facing * (2.5 + 4.5 * reach), length: 1.3, width: 2.2, weight: 70),
            Blob(along: 16, across: -facing * 0.4, length: 4.0, width: 2.0, weight: 150),
            Blob(along: 26, across: -facing * 0.6, length: 2.8, width: 2.0, weight: 340),
            Blob(along: 33 - bend, across: facing * (0.5 + 2.5 * bend), length: 3.4, width: 1.5, weight: 130),
            Blob(along: 38 - 3 * bend, across: facing * (1 + 4.5 * bend), length: 2.0, width: 1.6, weight: 120),
            Blob(along: 43 - bend, across: facing * (1.5 * straight + 1.5 * bend), length: 3.2, width: 1.3, weight: 90),
            Blob(along: 52 - 5 * bend, across: facing * 0.6 * straight, length: 1.5, width: 1.2, weight: 130),
        ]
    }
}
