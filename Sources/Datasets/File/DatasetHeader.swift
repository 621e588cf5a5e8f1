import Checkpoints
import Signals

/// What a dataset file says of its samples, checked but for the samples themselves.
struct DatasetHeader {
    let kind: String
    let vocabulary: LabelVocabulary
    let subjects: [String]
    let recordings: [String]
    let codes: [String]
    let content: [String]
    let units: [String]
    let sources: [DatasetSource]
    let starts: [RecordingStart?]
    let reader: ReaderRecord?
    let preparation: Preparation?
    let frame: MapFrame?

    /// Reads a file's metadata.
    ///
    /// - Parameters:
    ///   - metadata: texts by their keys, which `DatasetLayout` names.
    ///   - refusal: makes an error of what is wrong.
    /// - Throws: such an error for the first thing that is missing or does not go with the rest.
    init(_ metadata: [String: String], _ refusal: (String) -> DatasetError) throws(DatasetError) {
        let format = metadata[DatasetLayout.formatKey] ?? "no format"
        guard format == DatasetLayout.format else {
            throw refusal("it says \(format) where \(DatasetLayout.format) is needed")
        }
        guard let kind = metadata[DatasetLayout.kindKey],
            let vocabulary = metadata[DatasetLayout.vocabularyKey].flatMap(LabelVocabulary.init(rawValue:)),
            let subjects = DatasetLayout.names(in: metadata[DatasetLayout.subjectsKey]),
            let recordings = DatasetLayout.names(in: metadata[DatasetLayout.recordingsKey]),
            let codes = DatasetLayout.names(in: metadata[DatasetLayout.codesKey])
        else { throw refusal("kind, vocabulary, subjects, recordings or codes are missing in its metadata") }
        (self.kind, self.vocabulary) = (kind, vocabulary)
        (self.subjects, self.recordings, self.codes) = (subjects, recordings, codes)
        content = DatasetLayout.names(in: metadata[DatasetLayout.contentKey]) ?? []
        units = DatasetLayout.names(in: metadata[DatasetLayout.unitsKey]) ?? []
        guard units.isEmpty || units.count == max(content.count, 1) else {
            throw refusal("it has \(units.count) units for \(content.count) kinds of values")
        }
        sources = try Self.sources(in: metadata, recordings: recordings.count, refusal)
        starts = try Self.starts(in: metadata, recordings: recordings.count, refusal)
        reader =
            DatasetLayout.list(of: ReaderRecord.self, in: metadata[DatasetLayout.readerKey].map { "[\($0)]" })?.first
        preparation = try DatasetLayout.preparation(in: metadata, refusal)
        frame = try preparation == nil ? DatasetLayout.frame(in: metadata, kind: kind, refusal) : nil
        let names = [kind] + subjects + recordings + content + units + sources.flatMap { [$0.file, $0.kind] }
        if let fault = DatasetLayout.fault(ofNames: names) { throw refusal(fault) }
        // One person under two numbers would stand on both sides of an evaluation. Names that are alike may be two
        // people's: `data join --equal-names many-people` says so.
        var seen: Set<String> = []
        for name in subjects where !seen.insert(name).inserted {
            throw refusal("it has subject \(quoted(name)) twice")
        }
        if let code = codes.first(where: { !vocabulary.codes.contains($0) }) {
            throw refusal("vocabulary \(vocabulary.rawValue) has no code \(code)")
        }
    }

    private static func sources(
        in metadata: [String: String], recordings: Int, _ refusal: (String) -> DatasetError
    ) throws(DatasetError) -> [DatasetSource] {
        let sources = DatasetLayout.list(of: DatasetSource.self, in: metadata[DatasetLayout.sourcesKey]) ?? []
        guard sources.isEmpty || sources.allSatisfy({ (0...recordings).contains($0.recordings) }),
            sources.isEmpty || sources.reduce(0, { $0 + $1.recordings }) == recordings
        else { throw refusal("its sources have other recordings than it has") }
        return sources
    }

    private static func starts(
        in metadata: [String: String], recordings: Int, _ refusal: (String) -> DatasetError
    ) throws(DatasetError) -> [RecordingStart?] {
        let texts =
            DatasetLayout.names(in: metadata[DatasetLayout.startsKey]) ?? Array(repeating: "", count: recordings)
        let starts = texts.map { RecordingStart($0) }
        guard starts.count == recordings, zip(starts, texts).allSatisfy({ $0 != nil || $1.isEmpty }) else {
            throw refusal("the times at which its recordings start can't be read")
        }
        return starts
    }
}
