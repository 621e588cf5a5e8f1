public import Datasets
import Numerics
public import Signals

/// The MIT-BIH Polysomnographic Database (PhysioNet `slpdb` 1.0.0): heart beats and sleep stages as text.
///
/// PhysioNet publishes a record as `.hea`, `.dat`, `.ecg` (beats) and `.st` (stages). Read here are `.hea` and two
/// texts, which `Scripts/slpdb-texts` or the programs of the WFDB package make of the others:
///
///     ann2rr -r slp01a -a ecg -V t -W -i s3 -w -v t > slp01a.rr
///     rdann -r slp01a -a st -e -v > slp01a.an
///
/// A sleep epoch is 30 s from a multiple of 30 s; the annotation at its start is its stage (the first one of a record
/// is at sample 1, so up to 1 s off is taken; 3 and 4 are both N3). One without an annotation, or with one that is no
/// stage (MT, M: movement), has no label. A sample is a matrix `[features, window]` of ``HeartBeatFeature``s at the
/// sleep epochs around its own.
///
/// A sleep epoch whose normal intervals last less than 15 s together is a gap: it is left out, and what follows is
/// another recording, named `<record>+<first sleep epoch>`. Runs of fewer than ten sleep epochs, or without any label,
/// are left out too, the latter but where `unlabelled` says otherwise. Features relative to the night are taken over
/// all sleep epochs of a record that are used. `HeartRateMeasure`s can be had beside them.
///
/// A record began when its header says, where it does.
///
/// A record's subject is its name less a trailing letter: slp01a and slp01b are one person, as are slp02a and slp02b.
/// Ichimaru and Moody, Psychiatry and Clinical Neurosciences 53 (1999) 175-177; all subjects were men with suspected
/// sleep apnoea.
public struct SlpdbRecords: RecordingSource {
    /// What else PhysioNet's folder holds; these files are no loss.
    private static let publishersEndings = [".dat", ".ecg", ".st", ".xws", ".txt", ".html", ".svg", ".png"]
    private static let publishersNames: Set = ["RECORDS", "ANNOTATORS", "README", "README.st", "DOI", "index.html"]

    private let window: SleepEpochWindow
    /// The features of each recording of the outline, one value a sleep epoch.
    private let values: [[[Float]]]

    /// The recordings that were found.
    public let outline: DatasetOutline
    /// Files, records, sleep epochs, rows and annotations that were left out.
    public let skipped: [SkippedItem]
    /// Texts that do not annotate every sleep epoch, or one twice.
    public let notes: [String]

    /// Reads the records' texts and computes the features, a few numbers a sleep epoch.
    ///
    /// - Parameters:
    ///   - root: the folder that holds the records' files.
    ///   - features: a row of a sample each.
    ///   - heartRate: more rows, behind those: measures of the heart rate over the record, from its first usable sleep
    ///     epoch to its last. The heart rate is 60 over each normal interval, at the interval's end, on straight lines.
    ///   - window: how many sleep epochs a sample spans; odd.
    ///   - unlabelled: whether records without `.an`, and parts without any stage, are taken, too.
    ///   - reading: what texts of the annotations mean.
    /// - Throws: `DatasetError` that names the file and line; also when no record can be used.
    public init(
        root: String, features: [HeartBeatFeature] = HeartBeatFeature.defaults, heartRate: [HeartRateMeasure] = [],
        window: Int = 11,
        unlabelled: Bool = false, reading: HypnogramReading = .plain
    ) throws(DatasetError) {
        precondition(!features.isEmpty || !heartRate.isEmpty, "no features")
        self.window = SleepEpochWindow(width: window)
        var search = Search(unlabelled: unlabelled)
        try search.findRecords(in: root)
        var nights: [Night] = []
        var notes: [String] = []
        var mapped = reading.mappedTexts
        for record in search.records {
            let texts = try SlpdbTexts(
                stem: "\(root)/\(record)", hasStages: search.annotated.contains(record), reading)
            notes += texts.notes
            mapped.add(texts.stageTexts)
            let count = texts.unannotatedCount
            if count > 0 {
                let lacking = count == 1 ? "epoch without a line has" : "epochs without a line have"
                notes.append("\(root)/\(record).an: \(count) sleep \(lacking) no label")
            }
            nights += search.nights(of: record, texts, path: "\(root)/\(record).hea", features, heartRate)
        }
        (skipped, self.notes) = (search.skipped, notes + mapped.notes)
        guard !nights.isEmpty else {
            let reasons = Reasons.text(of: skipped.filter { $0.kind == .recording })
            throw .unsuitable(path: root, reason: "no record can be used" + (reasons.map { "; \($0)" } ?? ""))
        }
        try SubjectNames.requireDistinct(
            nights.map(\.recording.subject), path: root, remedy: "rename the records' files")
        values = nights.map(\.values)
        outline = DatasetOutline(
            kind: "slpdb", vocabulary: .stage, rows: features.count + heartRate.count, columns: window,
            content: features.map(\.name) + heartRate.map(\.rawValue),
            units: features.map(\.unit) + heartRate.map(\.unit), of: nights.map(\.recording))
    }

    /// Appends the samples in the order of the outline.
    ///
    /// - Throws: `TensorFileError` from the writer.
    public func appendSamples(to writer: inout DatasetWriter) throws {
        for recording in values {
            let samples = window.samples(of: recording)
            try writer.append(samples)
        }
    }

    /// One recording: consecutive sleep epochs of a record.
    private struct Night {
        let recording: FoundRecording
        let values: [[Float]]
    }

    // MARK: - Finding and cutting

    private struct Search {
        let unlabelled: Bool
        var records: [String] = []
        /// Those of them that have an `.an`.
        var annotated: Set<String> = []
        var skipped: [SkippedItem] = []

        init(unlabelled: Bool) { self.unlabelled = unlabelled }

        mutating func findRecords(in root: String) throws(DatasetError) {
            let names = try Folder.names(in: root)
            let present = Set(names)
            for name in names where ![".hea", ".rr", ".an"].contains(where: name.hasSuffix) {
                if !publishersEndings.contains(where: name.hasSuffix) && !publishersNames.contains(name) {
                    skipped.append(
                        SkippedItem(path: "\(root)/\(name)", reason: "not a text of a record (.hea, .rr, .an)"))
                }
            }
            let texts = names.filter { name in [".hea", ".rr", ".an"].contains(where: name.hasSuffix) }
            for record in Set(texts.map { $0.prefix(upTo: $0.lastIndex(of: ".") ?? $0.endIndex) }).sorted() {
                let missing = [".hea", ".rr", ".an"].filter { !present.contains(record + $0) }
                if missing.isEmpty || (unlabelled && missing == [".an"]) {
                    records.append(String(record))
                    if missing.isEmpty { annotated.insert(String(record)) }
                } else {
                    let files = missing.map { record + $0 }.joined(separator: " and ")
                    let without = missing == [".an"] ? "; --unlabelled takes it without labels" : ""
                    let reason =
                        "there is no \(files) beside it; Scripts/slpdb-texts makes .rr and .an of .ecg and .st\(without)"
                    let path = "\(root)/" + (texts.first { $0.hasPrefix(record + ".") } ?? String(record))
                    skipped.append(SkippedItem(path: path, kind: .recording, reason: reason))
                }
            }
            guard !records.isEmpty else {
                let leftOut = skipped.filter { $0.kind == .recording }
                if leftOut.count > 1, let reasons = Reasons.text(of: leftOut) {
                    throw .unsuitable(path: root, reason: "no record can be used; \(reasons)")
                }
                if let record = leftOut.first { throw .unsuitable(path: record.path, reason: record.reason) }
                throw .nothingFound(path: root, wanted: "texts like slp01a.hea, slp01a.rr and slp01a.an")
            }
        }

        /// The recordings that a record is cut into, with what does not fit counted.
        mutating func nights(
            of record: String, _ texts: SlpdbTexts, path: String, _ features: [HeartBeatFeature],
            _ heartRate: [HeartRateMeasure]
        ) -> [Night] {
            skipped += texts.skipped
            let measures = HeartBeatMeasures(beats: texts.beats)
            let usable = measures.usable(epochCount: texts.stages.count)
            var runs: [Range<Int>] = []
            var (withoutBeats, short, unlabelled) = (0, 0, 0)
            for run in usable.runs(where: ==) {
                if !usable[run.lowerBound] {
                    withoutBeats += run.count
                } else if run.count < SleepEpochWindow.fewestEpochs {
                    short += run.count
                } else if !self.unlabelled && texts.stages[run].allSatisfy({ $0 == nil }) {
                    unlabelled += run.count
                } else {
                    runs.append(run)
                }
            }
            guard !runs.isEmpty else {
                let stageCount = texts.stages.count { $0 != nil }
                let longest =
                    "no \(SleepEpochWindow.fewestEpochs) sleep epochs in a row with enough heart beats"
                    + (self.unlabelled ? "" : " and a stage among them")
                let reason = stageCount == 0 && !self.unlabelled ? "no sleep epoch has a stage" : longest
                skipped.append(SkippedItem(path: path, kind: .recording, reason: reason))
                return []
            }
            skipped += SkippedItem.items(
                of: path, .sleepEpoch,
                [
                    (withoutBeats, "less than 15 s of normal heart beats"),
                    (short, "fewer than \(SleepEpochWindow.fewestEpochs) in a row between gaps"),
                    (unlabelled, "between gaps, and none has a stage"),
                ])
            let values = zip(
                Self.featureValues(runs.map(measures.values(of:)), features),
                Self.heartRateValues(runs, texts.beats, heartRate)
            ).map { $0 + $1 }
            return zip(runs, values).map { run, values in
                let recording = FoundRecording(
                    name: run.lowerBound == 0 ? record : "\(record)+\(run.lowerBound)", subject: subject(of: record),
                    firstPosition: run.lowerBound, stages: texts.stages[run], start: texts.start)
                return Night(recording: recording, values: values)
            }
        }

        /// The record's name less a letter after its number.
        private func subject(of record: String) -> String {
            let isPart = record.last?.isLetter == true && record.dropLast().last?.isNumber == true
            return isPart ? String(record.dropLast()) : record
        }

        /// `[runs][measures][sleep epochs]` of the heart rate from the first run to the last.
        private static func heartRateValues(
            _ runs: [Range<Int>], _ beats: HeartBeats, _ measures: [HeartRateMeasure]
        ) -> [[[Float]]] {
            guard !measures.isEmpty, let first = runs.first, let last = runs.last else {
                return runs.map { _ in [] }
            }
            let normal = beats.intervals.filter(\.isNormal)
            let series = UnevenSeries(times: normal.map(\.end), values: normal.map { 60 / $0.seconds })
            let night = HeartRateMeasures(
                HeartRateMeasures.grid(
                    series, from: Double(first.lowerBound) * SleepEpochWindow.epochSeconds,
                    epochCount: last.upperBound - first.lowerBound))
            return runs.map { run in
                measures.map { measure in run.map { Float(night[measure][$0 - first.lowerBound]) } }
            }
        }

        /// `[runs][features][sleep epochs]` of measures; relative ones are relative to all runs together.
        private static func featureValues(
            _ runs: [[HeartBeatFeature.Measure: [Double]]], _ features: [HeartBeatFeature]
        ) -> [[[Float]]] {
            var values = [[[Float]]](repeating: [], count: runs.count)
            for feature in features {
                let measured = runs.map { $0[feature.measure] ?? [] }
                let percentiles = Percentiles(Array(measured.joined()))
                let median = percentiles.at(0.5)
                let spread = (percentiles.at(0.75) - percentiles.at(0.25)) / 1.349
                for (run, measured) in measured.enumerated() {
                    values[run].append(
                        measured.map { value in
                            guard feature.isRelative else { return Float(value) }
                            return spread > 0 ? Float(min(max((value - median) / spread, -5), 5)) : 0
                        })
                }
            }
            return values
        }
    }
}
