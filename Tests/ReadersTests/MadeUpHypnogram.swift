import Datasets
import Foundation
import Readers
import Signals
import TestKit
import Testing

/// A night of twelve sleep epochs with a hypnogram in some form.
enum MadeUpHypnogram {
    /// The source of a night of some sleep epochs with a hypnogram of any form.
    static func source(
        _ hypnogram: String, epochs: Double = 12, name: String = "stages", _ reading: HypnogramReading = .plain,
        unlabelled: Bool = false, start: String = "24.04.8922.00.00", offset: Double? = nil
    ) throws -> Polysomnography {
        try source(
            Data(hypnogram.utf8), epochs: epochs, name: name, reading, unlabelled: unlabelled, start: start,
            offset: offset)
    }

    static func source(
        _ hypnogram: Data, epochs: Double = 12, name: String = "stages", _ reading: HypnogramReading = .plain,
        unlabelled: Bool = false, start: String = "24.04.8922.00.00", offset: Double? = nil
    ) throws -> Polysomnography {
        let folder = try TemporaryFolder()
        let path = folder.path(name)
        try hypnogram.write(to: URL(filePath: path))
        let values = [Double](repeating: 1, count: Int(epochs * 30))
        var file = EDFBytes(signals: [EDFBytes.Signal(name: "c", rate: 1, values: values)])
        file.start = start
        let signals = try file.write(to: folder.path("night.edf"))
        return try Polysomnography(
            [PolysomnographyFiles(signals: signals, hypnogram: path, hypnogramOffset: offset)], channels: ["c"],
            unlabelled: unlabelled, reading: reading)
    }

    /// The labels between spaces, `-` for none.
    static func labels(_ source: Polysomnography) -> String {
        source.outline.recordings[0].labels.map { $0.map { source.outline.codes[$0] } ?? "-" }.joined(separator: " ")
    }

    /// What the error says behind the file's name.
    static func refusal(_ body: () throws -> Polysomnography) throws -> String {
        let error = "\(try #require(#expect(throws: DatasetError.self) { _ = try body() }))"
        let name = try #require(error.firstRange(of: "/stages"))
        return String(error[name.upperBound...])
    }

    static let twelve = "W W N1 N2 N2 N3 N3 - REM REM N2 W"
}
