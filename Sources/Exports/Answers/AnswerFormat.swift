package import Checkpoints
import Datasets
import Foundation

/// A form in which other programs read what was recognised.
package enum AnswerFormat: String, CaseIterable, Sendable {
    /// A table: a line a sample.
    case csv
    /// One object with all recordings, positions, labels and probabilities.
    case json
    /// A hypnogram a recording, as annotations of an EDF+ file.
    case edf = "edf+"
    /// A table of events a recording, with what its columns are, in the folders of the Brain Imaging Data Structure.
    case bids
    /// A hypnogram a recording, as YASA reads it.
    case yasa

    /// Whether it is a file a recording, in a folder.
    package var isFolder: Bool { self != .csv && self != .json }

    /// Whether it has stages of sleep alone.
    package var isOfStages: Bool { isFolder }
}

/// What a model answered, for another program.
package struct AnswerFiles: Sendable {
    /// What is told apart, in order.
    let classes: [String]
    /// What was recognised.
    package let recordings: [RecognisedRecording]
    /// What answered, for people.
    let model: String
    /// The part that trees have in the answers.
    let treeShare: Double

    /// Answers of a model.
    ///
    /// - Parameters:
    ///   - classes: the names of what is told apart, in order.
    ///   - recordings: what was recognised.
    ///   - model: what answered, for people.
    ///   - treeShare: the part that trees have in the answers, `Recogniser.treeShare`.
    package init(classes: [String], recordings: [RecognisedRecording], model: String, treeShare: Double = 0) {
        (self.classes, self.recordings, self.model, self.treeShare) = (classes, recordings, model, treeShare)
    }

    /// Refuses classes that are no stages of sleep, before the work is done.
    package static func requireStages(_ classes: [String], for format: AnswerFormat) throws(ExportError) {
        _ = try StageNames(classes, for: format)
    }

    /// The files of a form that is a folder, by their paths in it, with one that says which is whose.
    ///
    /// - Throws: `ExportError` for classes that are no stages of sleep.
    /// - Precondition: the form is a folder.
    package func files(_ format: AnswerFormat) throws(ExportError) -> [WholeFolder.File] {
        let stages = try StageNames(classes, for: format)
        switch format {
        case .csv, .json: preconditionFailure("\(format.rawValue) is one file")
        case .bids: return try bidsFiles(stages)
        case .edf:
            return try withIndex("-hypnogram.edf") { recording throws(ExportError) in
                EDFHypnogram(recording.labels.map { $0.map(stages.edf) }, start: recording.start).bytes
            }
        case .yasa:
            return try withIndex("-hypnogram.csv") { recording throws(ExportError) in
                Data((recording.labels.map { $0.map(stages.yasa) ?? "UNS" } + [""]).joined(separator: "\n").utf8)
            }
        }
    }

    /// A file a recording, named for it, and `recordings.csv`.
    private func withIndex(
        _ ending: String, _ content: (RecognisedRecording) throws(ExportError) -> Data
    ) throws(ExportError) -> [WholeFolder.File] {
        var names = FileNames()
        var files: [WholeFolder.File] = []
        var index = ["file,subject,recording,start"]
        for recording in recordings {
            let name = names.name(for: recording.recording) + ending
            files.append(WholeFolder.File(path: name, bytes: try content(recording)))
            let fields = [name, recording.subject, recording.recording, recording.start?.text ?? ""]
            index.append(fields.map(CSVText.field).joined(separator: ","))
        }
        let text = (index + [""]).joined(separator: "\n")
        return files + [WholeFolder.File(path: "recordings.csv", bytes: Data(text.utf8))]
    }
}
