import ArgumentParser
import Datasets
import Foundation
import Readers
import Service
import Signals

/// `ssrm data sleep-accel`: PhysioNet's `sleep-accel`, from its raw files or as the features that its authors
/// published.
struct SleepAccelCommand: ReaderCommand {
    enum Origin: String, CaseIterable, ExpressibleByArgument {
        case raw, published
    }
    enum Content: String, CaseIterable, ExpressibleByArgument {
        case features, windows
    }

    static let configuration = CommandConfiguration(
        commandName: "sleep-accel",
        abstract: "PhysioNet's wrist-worn sleep recordings (sleep-accel 1.0.0).",
        discussion: """
            --features night (the default): \(SleepAccelNights.content.count) inputs a sleep epoch of 30 s, \
            \(HeartRateMeasure.allCases.count) measures of the heart rate and \(ActivityMeasure.allCases.count) of the \
            activity around it, count, hr and time. A night is one recording from its first to its last scored sleep epoch; \
            one that was not scored or had no signals stays in it, without a label. It needs labels, heart_rate, and \
            features_walch or motion.

            --features published, or names: features as the authors computed them, from features_walch or from raw files \
            (labels, heart_rate, motion, steps). A sample is a matrix of features x sleep epochs around its own, which is \
            the middle column; where signals are missing a new recording starts.

            Without --from they come from features_walch where that folder is there, and from raw files otherwise.

            --content windows: a sample is a sleep epoch's raw signal as a matrix, a row a second.

            Example:
              ssrm data sleep-accel --root sleep-accel --out night.safetensors
              ssrm data sleep-accel --root sleep-accel --features published \\
                --out sleep.safetensors
              ssrm data sleep-accel --root sleep-accel --from raw --features count,hr \\
                --out raw.safetensors
              ssrm data sleep-accel --root sleep-accel --content windows \\
                --out win.safetensors
            """)

    @Option(
        name: .long, help: "The folder that holds labels, heart_rate, motion and steps, or features_walch.",
        completion: .directory)
    var root: String

    @Option(name: .long, help: "What is read: raw or published (features_walch).")
    var from: Origin?

    @Option(name: .long, help: "What samples hold: features or windows (raw signals).")
    var content = Content.features

    @Option(
        name: .customLong("features"),
        help: """
            Which features: night (the default), published (\(SleepAccelFeatures.defaultFeatures.joined(separator: ","))), or names separated \
            by commas. From raw files: count (activity), hr (variation of the heart rate), time (hours), cosine (of 24 h), \
            steps (in ten minutes); only the files that they need are read. From features_walch: the part of a file's name \
            before _feature.out.
            """,
        transform: names(inList:))
    private var givenFeatures: [[String]] = []

    @Option(
        name: .long,
        help: """
            How many sleep epochs a sample of features spans; an odd number. By default 1 for night, whose measures look \
            around themselves, and 11 otherwise.
            """)
    var window: Int?

    @Option(
        name: .customLong("channels"),
        help: """
            With --content windows: which signals a window holds side by side, separated by commas: magnitude (of the \
            acceleration, less its median, in g; the default), x, y, z (in g), hr (less its median, in hundreds of beats per minute).
            """,
        transform: names(inList:))
    private var givenChannels: [[String]] = []

    @Option(
        name: .customLong("rate"),
        help: "With --content windows: how many values a second a window has of each signal. (default: 32)")
    private var givenRate: Int?

    @OptionGroup var unlabelled: UnlabelledOptions

    @OptionGroup var output: DatasetOutput

    private var features: [String] { givenFeatures.isEmpty ? ["night"] : givenFeatures.flatMap(\.self) }
    private var channels: [String] { givenChannels.isEmpty ? ["magnitude"] : givenChannels.flatMap(\.self) }
    private var rate: Int { givenRate ?? 32 }

    private var isNight: Bool { content == .features && features == ["night"] }

    /// The features by their names.
    private var featureNames: [String] {
        features == ["published"] ? SleepAccelFeatures.defaultFeatures : features
    }

    func validate() throws {
        if let window { try requireWindow(window) }
        guard (1...200).contains(rate) else { throw ValidationError("--rate must be from 1 to 200 Hz: not \(rate)") }
        for (option, names) in [("--features", features), ("--channels", channels)] {
            guard !names.isEmpty, Set(names).count == names.count else {
                throw ValidationError("\(option) must name at least one of them, and each once")
            }
        }
        guard features.count == 1 || !features.contains(where: ["night", "published"].contains) else {
            throw ValidationError("--features night and --features published stand for a whole set: name nothing else")
        }
        let idle =
            content == .features
            ? [(!givenChannels.isEmpty, "--channels"), (givenRate != nil, "--rate")]
            : [(!givenFeatures.isEmpty, "--features"), (window != nil, "--window")]
        if let (_, option) = idle.first(where: \.0) {
            let other = content == .features ? Content.windows : .features
            throw ValidationError("\(option) goes with --content \(other.rawValue): leave it out, or give that")
        }
        guard content == .features || from != .published else {
            throw ValidationError("--content windows is made from raw files: leave --from published out")
        }
    }

    private static let rawFolders = ["labels", "heart_rate", "motion", "steps"]

    private func isThere(_ folder: String) -> Bool { FileManager.default.fileExists(atPath: "\(root)/\(folder)") }

    private var origin: Origin {
        from ?? (content == .features && isThere("features_walch") ? .published : .raw)
    }

    var inputs: [String] {
        let folders =
            origin == .raw ? Self.rawFolders : ["features_walch"] + (isNight ? Self.rawFolders.prefix(2) : [])
        return folders.map { "\(root)/\($0)" }
    }

    private var record: ReaderRecord {
        var settings = ["from": origin.rawValue, "content": content.rawValue]
        switch content {
        case .features:
            settings["features"] = features.joined(separator: ",")
            settings["window"] = "\(window ?? (isNight ? 1 : 11))"
        case .windows:
            settings["channels"] = channels.joined(separator: ",")
            settings["rate"] = "\(rate)"
        }
        return ReaderRecord(reader: "sleep-accel", settings: settings)
    }

    func recordings() throws -> ReadRecordings { ReadRecordings(try source(), record) }

    private func source() throws -> any RecordingSource {
        if from == nil, origin == .published,
            (isNight ? Self.rawFolders.prefix(3) : Self.rawFolders.prefix(2)).allSatisfy(isThere)
        {
            let what = isNight ? "activity counts and hr are those" : "these are the features"
            Terminal.error("note: \(what) in features_walch; --from raw computes them from the signals")
        }
        let unlabelled = unlabelled.areTaken
        switch (origin, isNight) {
        case (_, true):
            return try SleepAccelNights(
                root: root, origin: origin == .raw ? .raw : .published, window: window ?? 1, unlabelled: unlabelled)
        case (.published, false):
            return try SleepAccelFeatures(
                root: root, features: featureNames, window: window ?? 11, unlabelled: unlabelled)
        case (.raw, false):
            return try SleepAccelRecordings(root: root, content: rawContent(), unlabelled: unlabelled)
        }
    }

    private func rawContent() throws -> SleepAccelRecordings.Content {
        switch content {
        case .features: return .features(try named(featureNames, "--features"), window: window ?? 11)
        case .windows: return .windows(try named(channels, "--channels"), rate: rate)
        }
    }

    private func named<Value: RawRepresentable & CaseIterable>(
        _ names: [String], _ option: String
    ) throws -> [Value] where Value.RawValue == String {
        try names.map { name in
            guard let value = Value(rawValue: name) else {
                let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
                let circadian =
                    name == "circadian" ? " (circadian comes from a model fitted elsewhere: published only)" : ""
                throw ProgramError("\(option): from raw files there is no \(name), only \(known)\(circadian)")
            }
            return value
        }
    }
}
