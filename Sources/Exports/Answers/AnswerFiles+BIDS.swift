import Checkpoints
import Foundation

extension AnswerFiles {
    private struct Column: Encodable {
        let description: String
        var units: String?
        var levels: [String: String]?

        private enum CodingKeys: String, CodingKey {
            case description = "Description"
            case units = "Units"
            case levels = "Levels"
        }
    }

    private struct Description: Encodable {
        struct Maker: Encodable {
            let name: String
            let description: String
            private enum CodingKeys: String, CodingKey {
                case name = "Name"
                case description = "Description"
            }
        }
        let name = "Sleep stages recognised by ssrm"
        let version = "1.10.0"
        let type = "derivative"
        let makers: [Maker]

        private enum CodingKeys: String, CodingKey {
            case name = "Name"
            case version = "BIDSVersion"
            case type = "DatasetType"
            case makers = "GeneratedBy"
        }
    }

    /// The labels of the Brain Imaging Data Structure, without `sub-`, by the names of people.
    private var participantLabels: [String: String] {
        FileNames.labels(for: recordings.map(\.subject), otherwise: "subject")
    }

    /// People whose label of the Brain Imaging Data Structure is not their name, in the order of recordings, with it.
    package var renamedParticipants: [(name: String, label: String)] {
        let labels = participantLabels
        var seen: Set<String> = []
        return recordings.map(\.subject).filter { seen.insert($0).inserted }.compactMap { name in
            guard let label = labels[name], label != name, "sub-\(label)" != name else { return nil }
            return (name, "sub-\(label)")
        }
    }

    /// The folders of the Brain Imaging Data Structure: a table of events a recording with what its columns are, who is
    /// who, and what made it.
    ///
    /// Recordings of one subject are its runs.
    func bidsFiles(_ stages: StageNames) throws(ExportError) -> [WholeFolder.File] {
        func json(_ value: some Encodable) throws(ExportError) -> Data {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
            do { return try encoder.encode(value) + [UInt8(ascii: "\n")] } catch { throw ExportError("\(error)") }
        }
        func table(_ rows: [[String]]) -> Data {
            Data((rows.map { $0.joined(separator: "\t") } + [""]).joined(separator: "\n").utf8)
        }
        let labels = participantLabels
        var runs: [String: Int] = [:]
        var files: [WholeFolder.File] = []
        var people = [["participant_id", "subject"]]
        var list = [["file", "subject", "recording", "start"]]
        for recording in recordings {
            let subject = recording.subject
            let label = labels[subject] ?? ""
            if runs[subject] == nil { people.append(["sub-\(label)", Self.cell(subject)]) }
            runs[subject, default: 0] += 1
            let base = "sub-\(label)/eeg/sub-\(label)_task-sleep_run-\(runs[subject] ?? 1)_desc-ssrm_events"
            let rows = recording.rows.map { row in
                ["\(row.position * 30)", "30", "sleep_stage", row.label] + row.probabilities.map { "\($0)" }
            }
            let head = ["onset", "duration", "trial_type", "stage"] + classes.map { "p_\($0)" }
            files.append(WholeFolder.File(path: base + ".tsv", bytes: table([head] + rows)))
            files.append(WholeFolder.File(path: base + ".json", bytes: try json(columns(stages))))
            list.append(
                [base + ".tsv", Self.cell(subject), Self.cell(recording.recording), recording.start?.text ?? "n/a"])
        }
        let maker = Description.Maker(name: "ssrm", description: "ssrm predict with model \(model)")
        return files + [
            WholeFolder.File(path: "dataset_description.json", bytes: try json(Description(makers: [maker]))),
            WholeFolder.File(path: "README", bytes: Data(Self.readme.utf8)),
            WholeFolder.File(path: "participants.tsv", bytes: table(people)),
            WholeFolder.File(
                path: "participants.json",
                bytes: try json(["subject": Column(description: "The subject's name in the dataset")])),
            // No table of BIDS.
            WholeFolder.File(path: ".bidsignore", bytes: Data("recordings.tsv\n".utf8)),
            WholeFolder.File(path: "recordings.tsv", bytes: table(list)),
        ]
    }

    private static let readme = """
        Sleep stages that a program recognised, and nobody scored: a table of events a recording, with what its columns
        mean beside it. participants.tsv says who is who, recordings.tsv which table is of which recording, and when that
        began.

        """

    private func columns(_ stages: StageNames) -> [String: Column] {
        let isBySequence = treeShare == 0
        var columns = [
            "onset": Column(
                description: """
                    Begin of the sleep epoch after the recording's start as recordings.tsv has it: that of the signals, or \
                    where a scoring has sleep epochs of its own, of the first of these that they cover whole
                    """,
                units: "s"),
            "duration": Column(description: "Length of the sleep epoch", units: "s"),
            "trial_type": Column(description: "What is told: a stage of sleep"),
            "stage": Column(
                description: isBySequence
                    ? "The sleep epoch's stage in the most probable sequence of stages"
                    : "The sleep epoch's most probable stage",
                levels: Dictionary(classes.map { ($0, stages.edf($0)) }) { first, _ in first }),
        ]
        for name in classes {
            let trees = isBySequence ? "" : ", averaged with what trees say of the sleep epoch (weight \(treeShare))"
            let given = "given what the model reads of the recording at once"
            columns["p_\(name)"] = Column(description: "Probability of \(name) \(given)\(trees)")
        }
        return columns
    }

    /// A name as a table's cell holds it: on one line, without tabs.
    private static func cell(_ text: String) -> String {
        let text = String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 })
        return text.isEmpty ? "n/a" : text
    }
}
