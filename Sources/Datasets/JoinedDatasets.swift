import Checkpoints
import Foundation
import Numerics
public import Signals

/// Several datasets of the same kind of samples as one: many unlabelled nights and few labelled ones, say.
///
/// The samples come in the order of the datasets. What would make other samples of them is refused: another shape,
/// other values, other units, maps that lie otherwise, labels of another vocabulary. Maps of several mats go together
/// once they are prepared, which makes them alike.
public struct JoinedDatasets: RecordingSource {
    /// What a subject's name says that stands in several of the datasets.
    public enum EqualNames: String, Sendable, CaseIterable {
        /// It is one person.
        case onePerson = "one-person"
        /// It is a person in each: each is given the dataset's file name too.
        case manyPeople = "many-people"
    }

    private let datasets: [Dataset]
    private let preparation: Preparation?
    private let threads: Int
    /// The recordings of all, with their sources.
    public let outline: DatasetOutline
    /// Nothing.
    public let skipped: [SkippedItem] = []
    /// That labels were left out, and what no file gives a unit.
    public let notes: [String]

    /// Datasets that go together.
    ///
    /// - Parameters:
    ///   - datasets: two or more; one will do to be prepared.
    ///   - equalNames: whether one name in two of them is one person; nil where nobody has said, and then such a name
    ///     is refused.
    ///   - withoutLabels: leaves all labels out, so that datasets of different vocabularies can be pre-trained on
    ///     together.
    ///   - preparation: how the samples are prepared, where they are not yet; nil leaves them as they are.
    ///   - threads: how many may work on that.
    /// - Throws: `DatasetError.unsuitable` that names the dataset and what does not go with the first, or can't be
    ///   prepared.
    public init(
        _ datasets: [Dataset], equalNames: EqualNames? = nil, withoutLabels: Bool = false,
        preparation: Preparation? = nil, threads: Int = 1
    ) throws(DatasetError) {
        guard let first = datasets.first, datasets.count > 1 || preparation != nil else {
            throw .unsuitable(path: datasets.first?.path ?? "", reason: "one dataset alone is joined to nothing")
        }
        let labelled = withoutLabels ? [] : datasets.filter { !$0.codes.isEmpty }
        let vocabulary = (labelled.first ?? first).vocabulary
        for (place, dataset) in datasets.enumerated() {
            if let preparation {
                _ = try dataset.preparationLeft(for: preparation)
            } else {
                try Self.check(dataset, against: first)
            }
            if let same = datasets[..<place].first(where: { $0.digest == dataset.digest }) {
                throw .unsuitable(path: dataset.path, reason: "it is the same dataset as \(same.path)")
            }
            try Self.requireNewSources(dataset, beside: datasets[..<place])
        }
        if let other = labelled.first(where: { $0.vocabulary != vocabulary }) {
            throw .unsuitable(
                path: other.path,
                reason: "its labels are of \(other.vocabulary.rawValue), those of \(labelled[0].path) of "
                    + "\(vocabulary.rawValue); --without-labels joins them for pre-training")
        }
        let names = try Self.subjectNames(of: datasets, equalNames)
        let kinds = Set(datasets.map(\.kind))
        let shape =
            first.preparation == nil
            ? preparation?.shape(rows: first.samples.rows, columns: first.samples.columns) : nil
        var outline = DatasetOutline(
            kind: kinds.count == 1 ? first.kind : "joined", vocabulary: vocabulary,
            rows: shape?.rows ?? first.samples.rows, columns: shape?.columns ?? first.samples.columns,
            content: preparation == nil ? first.content : [], units: preparation == nil ? first.units : ["1"],
            of: try Self.recordings(of: datasets, names, withoutLabels ? nil : vocabulary))
        outline.sources = datasets.flatMap { dataset in
            dataset.sources.isEmpty
                ? [
                    DatasetSource(
                        file: Self.fileName(of: dataset), digest: dataset.digest, kind: dataset.kind,
                        recordings: dataset.recordings.count)
                ] : dataset.sources
        }
        outline.reader = Self.reader(of: datasets)
        outline.preparation = preparation ?? first.preparation
        outline.frame = preparation == nil ? first.frame : nil
        self.outline = outline
        (self.datasets, self.preparation, self.threads) = (datasets, preparation, threads)
        notes =
            (withoutLabels ? ["all labels are left out, as asked"] : [])
            + (preparation == nil ? Self.notes(onUnitsOf: first) : Self.notes(onFramesOf: datasets))
    }

    /// Appends the datasets' samples, prepared where that is asked.
    ///
    /// - Throws: `TensorFileError` for a dataset that was cut meanwhile, or from the writer.
    public func appendSamples(to writer: inout DatasetWriter) throws {
        for dataset in datasets {
            if let preparation {
                try append(dataset.samples(prepared: preparation, threads: threads), to: &writer)
            } else {
                for sample in 0..<dataset.samples.count { try writer.append(dataset.samples[sample]) }
            }
            try dataset.requireWhole()
        }
    }

    private func append(_ samples: PreparedSamples, to writer: inout DatasetWriter) throws(TensorFileError) {
        let batch = 256
        let values = FloatBlock(count: batch * samples.valuesPerSample)
        for start in stride(from: 0, to: samples.count, by: batch) {
            let count = min(batch, samples.count - start)
            samples.copy(Array(start..<start + count), into: values.base)
            try writer.append(UnsafeBufferPointer(rebasing: values.values[..<(count * samples.valuesPerSample)]))
        }
    }

    /// How all were read; nil where they were read in different ways, and can't be read alike once more.
    ///
    /// Those without labels have no margin around sleep, whatever the others have.
    private static func reader(of datasets: [Dataset]) -> ReaderRecord? {
        let labelled = datasets.filter { !$0.codes.isEmpty }
        guard let reader = (labelled.first ?? datasets.first)?.reader else { return nil }
        let (margin, rest) = (ReaderRecord.wakeMargin, datasets.filter(\.codes.isEmpty))
        let areAlike =
            labelled.allSatisfy { $0.reader == reader }
            && rest.allSatisfy { $0.reader?.without(margin) == reader.without(margin) }
        return areAlike ? reader : nil
    }

    private static func fileName(of dataset: Dataset) -> String { URL(filePath: dataset.path).lastPathComponent }

    /// Refuses a dataset whose samples are not of the first one's kind.
    private static func check(_ dataset: Dataset, against first: Dataset) throws(DatasetError) {
        func refusal(_ what: String, _ mine: String, _ theirs: String) -> DatasetError {
            .unsuitable(
                path: dataset.path,
                reason: "its \(what) \(mine), but \(first.path) has \(theirs): only samples of one kind are joined")
        }
        let (mine, theirs) = (dataset.samples, first.samples)
        guard mine.rows == theirs.rows, mine.columns == theirs.columns else {
            throw refusal("samples are", "\(mine.rows) x \(mine.columns)", "\(theirs.rows) x \(theirs.columns)")
        }
        func list(_ names: [String]) -> String { names.isEmpty ? "none named" : names.joined(separator: ", ") }
        guard dataset.content == first.content else {
            throw refusal("values are", list(dataset.content), list(first.content))
        }
        guard dataset.preparation == first.preparation else {
            throw refusal(
                "preparation is", dataset.preparation?.summary ?? "none", first.preparation?.summary ?? "none")
        }
        func words(_ frame: MapFrame?) -> String {
            frame.map { "baseline \($0.baseline), \($0.feetFirst ? "feet" : "head") first" } ?? "not said"
        }
        guard dataset.frame == first.frame else {
            throw refusal("maps' frame is", words(dataset.frame), words(first.frame))
        }
        // Not even a known and an unknown unit: nobody could tell afterwards.
        guard dataset.units == first.units else {
            throw refusal("units are", list(dataset.units), list(first.units))
        }
    }

    /// Refuses a dataset that was joined into another one, or from one, that is there too: its nights would be there
    /// twice.
    private static func requireNewSources(
        _ dataset: Dataset, beside others: ArraySlice<Dataset>
    ) throws(DatasetError) {
        let mine = Set([dataset.digest] + dataset.sources.map(\.digest))
        for other in others {
            if let shared = other.sources.first(where: { mine.contains($0.digest) })
                ?? dataset.sources.first(where: { $0.digest == other.digest })
            {
                throw .unsuitable(
                    path: dataset.path,
                    reason: "what was made of \(shared.file) is in \(other.path) too: leave one of them out")
            }
        }
    }

    /// Maps that nobody says how to read.
    private static func notes(onFramesOf datasets: [Dataset]) -> [String] {
        datasets.filter { $0.frame == nil && $0.preparation == nil }.map {
            "\($0.path) does not say how its maps lie: baseline 0 and the head first are taken"
        }
    }

    /// Values whose unit no file says: all have the same name for it, which is none.
    private static func notes(onUnitsOf dataset: Dataset) -> [String] {
        let count = max(dataset.content.count, 1)
        let unknown = (0..<count).filter { !dataset.units.indices.contains($0) || dataset.units[$0].isEmpty }
        guard !unknown.isEmpty else { return [] }
        let names = dataset.content.isEmpty ? "the values" : unknown.map { dataset.content[$0] }.joined(separator: ", ")
        return ["no file says the unit of \(names): whether it is the same in all is not known"]
    }

    /// Every dataset's subjects by the names that they will have.
    private static func subjectNames(
        of datasets: [Dataset], _ equalNames: EqualNames?
    ) throws(DatasetError) -> [[String]] {
        var owner: [String: Int] = [:]
        var shared: Set<String> = []
        for (place, dataset) in datasets.enumerated() {
            for subject in dataset.subjects {
                if let other = owner[subject], other != place { shared.insert(subject) }
                owner[subject] = place
            }
        }
        if equalNames == nil, let name = shared.min() {
            let more = shared.count == 1 ? "" : " (and \(shared.count - 1) more)"
            let files = datasets.filter { $0.subjects.contains(name) }.map(\.path).joined(separator: " and ")
            throw .unsuitable(
                path: files,
                reason: "subject \(quoted(name))\(more) is in both; say with --equal-names whether that is one-person "
                    + "or many-people")
        }
        // One dataset's names were looked at when it was made.
        var firstAlike: [String: (name: String, place: Int)] = [:]
        for (place, dataset) in datasets.enumerated() where equalNames != .manyPeople {
            for subject in dataset.subjects {
                let folded = SubjectNames.folded(subject)
                let other = firstAlike[folded, default: (subject, place)]
                firstAlike[folded] = other
                guard other.name != subject, other.place != place else { continue }
                throw .unsuitable(
                    path: dataset.path,
                    reason:
                        "its subject \(quoted(subject)) and \(quoted(other.name)) in \(datasets[other.place].path) differ in "
                        + "case, blanks or a number's zeros alone: if they are one person, make one dataset again with the other's name; if "
                        + "not, say --equal-names many-people")
            }
        }
        if equalNames != .manyPeople { return datasets.map(\.subjects) }
        let names = datasets.map { dataset in
            dataset.subjects.map { shared.contains($0) ? "\($0) (\(fileName(of: dataset)))" : $0 }
        }
        let all = names.joined()
        guard Set(all).count == all.count else {
            throw .unsuitable(
                path: datasets.map(\.path).joined(separator: ", "),
                reason: "their file names do not tell equal subjects apart; give the files different names")
        }
        return names
    }

    /// The recordings of all, under names that are unique.
    private static func recordings(
        of datasets: [Dataset], _ names: [[String]], _ vocabulary: LabelVocabulary?
    ) throws(DatasetError) -> [FoundRecording] {
        var found: [FoundRecording] = []
        var pathOfName: [String: (path: String, subject: String)] = [:]
        for (dataset, subjects) in zip(datasets, names) {
            let codes = dataset.codes.map { code in vocabulary?.codes.firstIndex(of: code) }
            for range in dataset.recordingRanges {
                let subject = subjects[range.subject]
                var name = dataset.recordings[range.recording]
                if let other = pathOfName[name] {
                    if other.subject == subject {
                        throw .unsuitable(
                            path: dataset.path,
                            reason: "recording \(quoted(name)) of subject \(quoted(subject)) is in \(other.path) too")
                    }
                    name += " (\(fileName(of: dataset)))"
                }
                guard pathOfName.updateValue((dataset.path, subject), forKey: name) == nil else {
                    throw .unsuitable(
                        path: dataset.path, reason: "recording \(quoted(name)) is there twice; rename the file")
                }
                let first = dataset.position(of: range.samples.lowerBound)
                guard dataset.position(of: range.samples.upperBound - 1) - first == range.samples.count - 1 else {
                    throw .unsuitable(
                        path: dataset.path, reason: "recording \(quoted(name)) has gaps; make it again with `ssrm data`"
                    )
                }
                found.append(
                    FoundRecording(
                        name: name, subject: subject, firstPosition: first,
                        labels: range.samples.map { sample in dataset.code(of: sample).flatMap { codes[$0] } },
                        start: dataset.starts[range.recording]))
            }
        }
        return found
    }
}
