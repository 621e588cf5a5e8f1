import Datasets
import Foundation
import Readers
import TestKit
import Testing

/// What is computed from the published recordings, against what their authors computed from them.
@Suite(.enabled(if: Recordings.areHere, Comment(rawValue: Recordings.absence)))
struct SleepAccelPublishedValuesTests {
    private func published(_ subject: String, _ name: String) throws -> [Double] {
        let path = Recordings.root + "/sleep-accel/features_walch/\(subject)_\(name).out"
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { Double($0) }
    }

    /// Their features are printed to six decimals, so that half a millionth is the least that can differ.
    @Test func featuresOfEverySubjectAreThePublishedOnes() throws {
        let folder = try TemporaryFolder()
        let source = try SleepAccelRecordings(
            root: Recordings.root + "/sleep-accel", content: .features([.hr, .time, .cosine], window: 1))
        _ = try source.write(to: folder.path("data"))
        let dataset = try Dataset(opening: folder.path("data"))
        #expect(dataset.subjects.count == 24)
        for (index, subject) in dataset.subjects.enumerated() {
            let own = (0..<dataset.samples.count).filter { dataset.subject(of: $0) == index }
            let sampleAtPosition = Dictionary(uniqueKeysWithValues: own.map { (dataset.position(of: $0), $0) })
            let stages = try published(subject, "psg_labels").map { stage -> String? in
                ["W", "N1", "N2", "N3", "N3", "REM"][Int(stage)]
            }
            let offsets = try published(subject, "time_feature").map { Int(($0 * 120).rounded()) }
            func candidates(from first: Int) -> [Int?] { offsets.map { sampleAtPosition[first + $0] } }
            func stage(_ sample: Int?) -> String? { sample.flatMap(dataset.code(of:)).map { dataset.codes[$0] } }
            // Theirs begin where motion does, which is not here: one place fits the stages.
            let fits = sampleAtPosition.keys.filter { candidates(from: $0).map(stage) == stages }
            let first = try #require(fits.count == 1 ? fits.first : nil, "\(subject)")
            let matching = candidates(from: first).compactMap { $0 }
            func differences(_ row: Int, _ name: String, less start: Float = 0) throws -> [Double] {
                zip(matching, try published(subject, "\(name)_feature")).map { sample, expected in
                    abs(Double(dataset.samples[sample][row] - start) - expected)
                }.sorted()
            }
            let heartRate = try differences(0, "hr")
            #expect(heartRate.count == stages.count)
            #expect(heartRate[heartRate.count / 2] < 1e-6 && (heartRate.last ?? 1) < 1e-6, "\(subject)")
            let start = dataset.samples[matching[0]][1]
            #expect(try differences(1, "time", less: start).last ?? 1 < 2e-6, "\(subject)")
            if start == 0 { #expect(try differences(2, "cosine").last ?? 1 < 1e-6, "\(subject)") }
        }
    }
}
