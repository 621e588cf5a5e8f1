import ArgumentParser
import Checkpoints
import Datasets
import Foundation
import Recognition
import Signals
import SleepRecognition

/// Recordings read as those were that a model was trained on.
struct ModelReader {
    private static let commands: [(name: String, type: any ReaderCommand.Type)] = [
        ("edf", EDFCommand.self), ("pmd", PressureMapsCommand.self), ("sleep-accel", SleepAccelCommand.self),
        ("sleepbrl", SleepbrlCommand.self), ("slpdb", SlpdbCommand.self), ("table", TableCommand.self),
    ]
    /// The readers' names.
    static let names = commands.map(\.name)
    /// Options of which one says the same as the other.
    private static let alternatives: [Set<String>] =
        [["subject", "subject-name"], ["position", "time-column"]]
        + ["time-zone", "own-time-zones", "date-order", "max-gap"].map { ["seconds-from-start", $0] }

    /// What a model may say: nothing that names a file.
    private static let options: Set<String> = [
        "channels", "rate", "row-seconds", ReaderRecord.wakeMargin, "features", "window", "content", "from",
        "settling-frames", "experiment",
        "vocabulary", "values", "values-from", "units", "rows", "baseline", "feet-first", "subject", "recording",
        "position",
        "time-column", "seconds-from-start", "position-step", "time-zone", "date-order", "max-gap", "heart-rate",
        "activity", "activity-seconds", "bridge", "column-names", "delimiter",
        "skip-lines",
    ]

    /// Options that are of no use without one of others.
    private static let companions: [String: Set<String>] = [ReaderRecord.wakeMargin: ["hypnogram", "root"]]

    private let command: any ReaderCommand
    /// What was taken from the model that other recordings may well have otherwise.
    private let notes: [String]
    /// What errors call the recordings.
    private let name: String

    /// A reader of recordings for a model.
    ///
    /// - Parameters:
    ///   - reader: its name, as `ssrm data` has it.
    ///   - arguments: where the recordings are, and whatever else the reader is told that the model does not know.
    ///   - model: the model.
    ///   - path: its file.
    /// - Throws: `ProgramError` for another reader than the model's, for what is the model's to say, and for what the
    ///   reader does not take.
    init(_ reader: String, _ arguments: [String], for model: RecogniserModel, path: String) throws {
        guard let type = Self.commands.first(where: { $0.name == reader })?.type else {
            let names = Self.names.joined(separator: ", ")
            throw ProgramError("--from \(reader): there is no such reader, only \(names)", isUsage: true)
        }
        guard var record = model.reader else {
            throw ProgramError(
                "\(path) does not say how the recordings were read that it was trained on: train it anew on a dataset of "
                    + "this version, or make a dataset with `ssrm data \(reader)` and give it with --data")
        }
        guard record.reader == reader else {
            // What a file says may be anything.
            let isName = record.reader.allSatisfy { $0.isLetter || $0 == "-" }
            let other = isName ? record.reader : record.reader.debugDescription
            throw ProgramError(
                "\(path) was trained on recordings that `ssrm data \(other)` read: give --from \(other), or make a "
                    + "dataset with `ssrm data \(reader)` and give it with --data")
        }
        // A file may have its channels in units that can be converted into those that the model knows.
        if reader == "edf", !model.units.isEmpty {
            let units = ["units": model.units.joined(separator: ",")]
            record = ReaderRecord(
                reader: reader, settings: record.settings.merging(units) { $1 }, layout: record.layout)
        }
        let said = Set(record.settings.keys).union(record.layout.keys)
        if let other = said.subtracting(Self.options).min() {
            throw ProgramError(
                "\(path) says that the recordings were read with --\(other), which this version does not know: use the "
                    + "version that made it")
        }
        let given = Set(
            arguments.filter { $0.hasPrefix("--") }.map { argument in
                String(argument.dropFirst(2).prefix { $0 != "=" })
            })
        if let name = record.settings.keys.sorted().first(where: given.contains) {
            throw ProgramError(
                "--\(name) is the model's to say (\(record.settings[name] ?? "")): leave it out, or make a dataset with "
                    + "`ssrm data \(reader)`", isUsage: true)
        }
        name = "--from \(reader)"
        // Nothing is written there: the command is asked for its recordings alone.
        let all =
            arguments + Self.arguments(for: record, beside: given) + Self.unlabelled(type, given)
            + ["--out", "predictions"]
        func refusal(_ reason: String) -> ProgramError {
            ProgramError("--from \(reader): \(reason) (`ssrm data \(reader) --help`)", isUsage: true)
        }
        let parsed: any ParsableCommand
        do { parsed = try type.parseAsRoot(all) } catch { throw refusal(type.message(for: error)) }
        guard let command = parsed as? any ReaderCommand else { throw refusal("say where the recordings are") }
        self.command = command
        notes = Self.notes(on: record, beside: given)
    }

    /// How times are read, where the model says so: a wrong order or zone is seen in none of them.
    private static func notes(on record: ReaderRecord, beside given: Set<String>) -> [String] {
        let taken = ["date-order", "time-zone"].filter { !given.contains($0) }.compactMap { name in
            record.layout[name].map { "--\(name) \($0)" }
        }
        guard !taken.isEmpty else { return [] }
        return ["times are read as those of the model's recordings were (\(taken.joined(separator: ", ")))"]
    }

    /// What of a record is to be asked of the reader, beside options of these names.
    private static func arguments(for record: ReaderRecord, beside given: Set<String>) -> [String] {
        // Earlier versions took a window, and wrote it down, where samples are windows of the signals and have none.
        let isIdle = record.reader == "sleepbrl" && record.settings["content"] != "features"
        let replaced = alternatives.filter { !$0.isDisjoint(with: given) }.reduce(given) { $0.union($1) }
        let kept = record.settings.merging(record.layout.filter { !replaced.contains($0.key) }) { own, _ in own }
            .filter { companions[$0.key].map { !$0.isDisjoint(with: given) } ?? true }
            .filter { !(isIdle && $0.key == "window") }
        let known = kept.sorted { $0.key < $1.key }.map { $0.value.isEmpty ? "--\($0.key)" : "--\($0.key)=\($0.value)" }
        // The zone is of times that say none, where these recordings have such.
        let hasZones = kept["time-zone"] != nil && given.isDisjoint(with: ["time-zone", "own-time-zones"])
        return known + (hasZones ? ["--own-time-zones"] : [])
    }

    /// Whoever is to be recognised needs no labels.
    private static func unlabelled(_ type: any ReaderCommand.Type, _ given: Set<String>) -> [String] {
        type == TableCommand.self || given.contains("unlabelled") ? [] : ["--unlabelled"]
    }

    /// The files and folders that are read.
    var inputs: [String] { command.inputs }

    /// What `work` makes of a dataset of the recordings, which is there while it works.
    func withDataset<Result>(_ work: (Dataset) throws -> Result) throws -> Result {
        let read = try command.recordings()
        let folder = FileManager.default.temporaryDirectory.appending(path: "ssrm-\(UUID().uuidString)").path
        guard mkdir(folder, 0o700) == 0 else {
            throw ProgramError("can't make \(folder): \(TensorFileError.lastReason)")
        }
        let temporary = UnfinishedFolder()
        temporary.place(at: folder)
        let removal = RemovalAtEnd(of: temporary)
        defer { removal.remove() }
        let path = folder + "/recordings"
        var line = ProgressLine("samples read")
        var notes = notes + read.source.notes
        let (_, skipped) = try read.source.write(to: path, reader: read.record, note: { notes.append($0) }) {
            line.show($0, of: $1)
        }
        line.end()
        DatasetOutput.tell(notes, skipped)
        do { return try work(try Dataset(opening: path)) } catch let error as SleepRecognitionError {
            guard case .otherSamples(_, let reason) = error else { throw error }
            throw SleepRecognitionError.otherSamples(dataset: name, reason: reason)
        }
    }
}
