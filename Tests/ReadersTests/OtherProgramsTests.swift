import Foundation
import Readers
import TestKit
import Testing

/// What other programs read in the files of `Fixtures/hypnograms`; its README says which.
private struct Expected: Decodable {
    struct Annotations: Decodable {
        let samples, codes, subtypes, channels, numbers: [Int]
        let notes: [String]
        let samplesPerSecond: Double?
    }

    struct Signal: Decodable {
        let name, unit: String
        let rate: Double
        let values: [Double]
    }

    /// By file the code of each sleep epoch.
    let stages: [String: [String?]]
    let annotations: [String: Annotations]
    let signals: [String: [Signal]]
}

private func fixtures() throws -> (folder: URL, expected: Expected) {
    let folder = try #require(Bundle.module.url(forResource: "Fixtures/hypnograms", withExtension: nil))
    let data = try Data(contentsOf: folder.appending(path: "expected.json"))
    return (folder, try JSONDecoder().decode(Expected.self, from: data))
}

@Test func hypnogramsOfEveryFormHaveTheStagesThatOtherProgramsRead() throws {
    let (folder, expected) = try fixtures()
    #expect(expected.stages.count == 6)
    let scratch = try TemporaryFolder()
    for (name, stages) in expected.stages {
        let values = [Double](repeating: 1, count: stages.count * 30)
        let signals = try EDFBytes(signals: [EDFBytes.Signal(name: "c", rate: 1, values: values)])
            .write(to: scratch.path("night.edf"))
        let night = PolysomnographyFiles(signals: signals, hypnogram: folder.appending(path: name).path)
        let outline = try Polysomnography([night], channels: ["c"]).outline
        #expect(outline.recordings[0].labels.map { $0.map { outline.codes[$0] } } == stages, "\(name)")
    }
}

@Test func annotationsAreThoseOfWFDB() throws {
    let (folder, expected) = try fixtures()
    #expect(expected.annotations.count == 4)
    for (name, annotations) in expected.annotations {
        let file = try AnnotationFile(path: folder.appending(path: name).path)
        #expect(file.samplesPerSecond == annotations.samplesPerSecond, "\(name)")
        #expect(file.annotations.map(\.sample) == annotations.samples, "\(name)")
        #expect(file.annotations.map(\.code) == annotations.codes, "\(name)")
        #expect(file.annotations.map(\.subtype) == annotations.subtypes, "\(name)")
        #expect(file.annotations.map(\.channel) == annotations.channels, "\(name)")
        #expect(file.annotations.map(\.number) == annotations.numbers, "\(name)")
        #expect(file.annotations.map(\.note) == annotations.notes, "\(name)")
    }
}

@Test func signalsOfDifferentRatesAndWidthsAreThoseOfPyEDFlib() throws {
    let (folder, expected) = try fixtures()
    #expect(Set(expected.signals.keys) == ["rates.edf", "rates.bdf"])
    for (name, signals) in expected.signals {
        let file = try EDFFile(opening: folder.appending(path: name).path)
        #expect(file.signals.map(\.name) == signals.map(\.name) && file.signals.map(\.unit) == signals.map(\.unit))
        #expect(file.signals.map(\.rate) == signals.map(\.rate), "\(name)")
        #expect(file.annotations == [EDFFile.Annotation(onset: 1.25, duration: 2.5, text: "Größe")], "\(name)")
        for (index, signal) in signals.enumerated() {
            let values = try file.values(of: index, 0..<file.signals[index].sampleCount)
            #expect(values.map(\.bitPattern) == signal.values.map(\.bitPattern), "\(name), \(signal.name)")
        }
    }
}
