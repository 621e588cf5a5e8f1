public import Datasets
import Signals

/// What a reader of sleep stages is told about texts and scorers that it can't know by itself.
public struct HypnogramReading: Sendable, Equatable {
    /// Which of the annotations that cover one sleep epoch counts.
    public enum Preference: String, Sendable, CaseIterable {
        /// The one that stands first in the file.
        case first
        /// The one that stands last in the file.
        case last
    }

    private static let mapOption = "--stage-map"

    /// The stages of texts, by what ``StageTexts`` compares of them; nil for no stage.
    private let stageOfText: [String: SleepStage?]
    /// The same texts as they were given.
    private let entries: [String: String]
    /// Whether texts that are no known stage may take any part of a hypnogram.
    public var ignoresUnknownStages: Bool
    /// Which annotation counts where several cover one sleep epoch; nil: the last one, as long as few disagree.
    public var preference: Preference?
    /// The column of a table of events whose stages count; nil where there is only one.
    public var scorer: String?

    /// Settings of these parts; without any, a hypnogram that leaves something open is refused.
    ///
    /// - Parameters:
    ///   - stageMap: for a text the code of the stage that it stands for, or nothing for no stage. Case, spaces,
    ///     `_ - : . , /`, "sleep" and "stage" do not count, here or in the files; "stage" does before a number, and
    ///     where what is behind it would mean something else alone ("Sleep stage N").
    ///   - ignoresUnknownStages: whether texts that are no known stage may take any part of a hypnogram.
    ///   - preference: which annotation counts where several cover one sleep epoch.
    ///   - scorer: the column of a table of events whose stages count.
    /// - Throws: `DatasetError.unknownCode`, for a text that stands for what is no stage; `.ambiguousMap`, for two
    ///   texts that are one and stand for different stages.
    public init(
        stageMap: [String: String] = [:], ignoresUnknownStages: Bool = false, preference: Preference? = nil,
        scorer: String? = nil
    ) throws(DatasetError) {
        let stageMap = stageMap.mapValues { StageTexts.stage(named: $0)?.code ?? $0 }
        entries = try MappedTexts.entries(of: stageMap, option: Self.mapOption, folded: StageTexts.folded)
        var stageOfText: [String: SleepStage?] = [:]
        for (text, code) in stageMap.sorted(by: { $0.key < $1.key }) {
            let stage = SleepStage(code: code)
            guard stage != nil || code.isEmpty else {
                throw .unknownCode(code: code, vocabulary: "stage", codes: LabelVocabulary.stage.codes)
            }
            stageOfText.updateValue(stage, forKey: StageTexts.folded(text))
        }
        self.stageOfText = stageOfText
        self.ignoresUnknownStages = ignoresUnknownStages
        (self.preference, self.scorer) = (preference, scorer)
    }

    private init() {
        (stageOfText, entries, ignoresUnknownStages, preference, scorer) = ([:], [:], false, nil, nil)
    }

    /// Nothing but what the files say.
    public static let plain = HypnogramReading()

    /// What the settings say of a text; nil where they don't.
    func meaning(of text: String) -> StageMeaning? {
        guard !stageOfText.isEmpty, let stage = stageOfText[StageTexts.folded(text)] else { return nil }
        return stage.map { .stage($0) } ?? .unscored
    }

    /// What the map of stages is of use for; nothing yet.
    var mappedTexts: MappedTexts {
        MappedTexts(option: Self.mapOption, entries: entries, folded: StageTexts.folded)
    }

    /// Whether so many sleep epochs are too many to pass over in a hypnogram of a `total`.
    ///
    /// More than one, and more than one in fifty: in 38 nights of sleep-accel and slpdb, 177 of the 183 stages that a
    /// night has take a larger part of it, so that a stage whose name is not known shows.
    static func isLargePart(_ count: Double, of total: Double) -> Bool { count > 1.5 && count > total / 50 }

    /// Refuses a file whose annotations disagree about a large part of its sleep epochs.
    ///
    /// - Parameters:
    ///   - disputed: sleep epochs with annotations that disagree.
    ///   - total: all sleep epochs.
    ///   - path: the file.
    /// - Returns: a note on what counts, where some do.
    /// - Throws: `DatasetError.unsuitable`, when nobody said which counts.
    func requireAgreement(disputed: Int, of total: Int, path: String) throws(DatasetError) -> [String] {
        guard disputed > 0 else { return [] }
        let what = "on \(disputed) of \(total) sleep epochs two of its annotations disagree"
        guard preference != nil || !Self.isLargePart(Double(disputed), of: Double(total)) else {
            throw .unsuitable(
                path: path, reason: "\(what): choose the one that comes first or last in the file with --prefer")
        }
        return ["\(path): \(what); the one that comes \((preference ?? .last).rawValue) in the file counts"]
    }
}
