import Datasets
import Foundation
import Readers
import Signals
import TestKit

/// Nights of signals with hypnograms, made up.
enum MadeUpPSG {
    /// Signals for some sleep epochs: a ramp of one unit a second at 10 Hz, and a sine of 0.5 Hz at 4 Hz.
    static func signals(epochs: Int, start: String = "24.04.8922.00.00") -> EDFBytes {
        var file = EDFBytes(signals: [
            EDFBytes.Signal(name: "ramp", rate: 10, values: (0..<epochs * 300).map { Double($0) / 10 }, limit: 2_000),
            EDFBytes.Signal(
                name: "sine", rate: 4, values: (0..<epochs * 120).map { sin(.pi * Double($0) / 4) }, limit: 2),
        ])
        file.start = start
        return file
    }

    static let standard = ["W", "1", "2", "3", "4", "R", "?", "N1", "N2", "N3", "2", "2"].map { "Sleep stage \($0)" }

    static func night(
        _ folder: TemporaryFolder, _ signals: EDFBytes, _ hypnogram: EDFBytes, name: String = "night",
        subject: String? = nil
    ) throws -> PolysomnographyFiles {
        PolysomnographyFiles(
            signals: try signals.write(to: folder.path("\(name).edf")),
            hypnogram: try hypnogram.write(to: folder.path("\(name)-stages.edf")), subject: subject)
    }

    static func dataset(_ source: Polysomnography, in folder: TemporaryFolder) throws -> (Dataset, [SkippedItem]) {
        let skipped = try source.write(to: folder.path("data")).skipped
        return (try Dataset(opening: folder.path("data")), skipped)
    }

    static func codes(_ dataset: Dataset) -> [String?] {
        (0..<dataset.samples.count).map { sample in dataset.code(of: sample).map { dataset.codes[$0] } }
    }
}
