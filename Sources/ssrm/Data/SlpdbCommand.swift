import ArgumentParser
import Readers
import Signals

/// `ssrm data slpdb`: heart-beat features of the MIT-BIH Polysomnographic Database.
struct SlpdbCommand: ReaderCommand {
    static let configuration = CommandConfiguration(
        commandName: "slpdb",
        abstract: "Heart-beat features of the MIT-BIH Polysomnographic Database (slpdb 1.0.0).",
        discussion: """
            Reads of each record the header (.hea), the intervals between heart beats (.rr) and the stages (.an); \
            Scripts/slpdb-texts makes .rr and .an of PhysioNet's .ecg and .st, and so do, of the WFDB package:
              ann2rr -r slp01a -a ecg -V t -W -i s3 -w -v t > slp01a.rr
              rdann -r slp01a -a st -e -v > slp01a.an

            A sample is a matrix of features x sleep epochs of 30 s around its own, which is the middle column. Records of \
            one person (slp01a, slp01b) are one subject. Sleep epochs without enough normal heart beats end a recording.

            Features: \(HeartBeatFeature.Measure.allCases.map(\.rawValue).joined(separator: ", ")); with -night behind the \
            name (all but clock) relative to the recording's median and spread. Measures of the heart rate over the night, windows of \
            half a minute to an hour: \(HeartRateMeasure.allCases.map(\.rawValue).joined(separator: ", ")).

            Example:
              ssrm data slpdb --root slpdb --out slpdb.safetensors
              ssrm data slpdb --root slpdb --features all --window 1 --out night.safetensors
            """)

    @Option(name: .long, help: "The folder that holds the records' .hea, .rr and .an.", completion: .directory)
    var root: String

    @Option(
        name: .customLong("features"),
        help: """
            Which features: beats (the default: every one with -night, and as they are lost, hf-share, lf-hf, vlf-share, \
            breathing, breathing-peak and clock), night (the measures of the heart rate over the night, and clock), all \
            (beats and night together), or names separated by commas. In a sample, the measures of the heart rate come last.
            """,
        transform: names(inList:))
    private var givenFeatures: [[String]] = []
    private var features: [String] { givenFeatures.isEmpty ? ["beats"] : givenFeatures.flatMap(\.self) }

    @Option(name: .long, help: "How many sleep epochs a sample spans; an odd number.")
    var window = 11

    @OptionGroup var unlabelled: UnlabelledOptions

    @OptionGroup var stages: StageOptions

    @OptionGroup var output: DatasetOutput

    func validate() throws {
        try requireWindow(window)
        guard !features.isEmpty, Set(features).count == features.count else {
            throw ValidationError("--features must name at least one feature, and each once")
        }
        if let set = features.first(where: { Self.sets[$0] != nil }), features.count > 1 {
            throw ValidationError("--features \(set) stands for a whole set: name nothing else")
        }
        let known = HeartBeatFeature.all.map(\.name) + HeartRateMeasure.allCases.map(\.rawValue)
        for name in featureNames where !known.contains(name) {
            let sets = "\(Self.sets.keys.sorted().joined(separator: ", ")), or of"
            throw ValidationError("there is no feature \(name): use one of \(sets) \(known.joined(separator: ", "))")
        }
    }

    /// Names that stand for many.
    private static let sets: [String: [String]] = {
        let (beats, night) = (HeartBeatFeature.defaults.map(\.name), HeartRateMeasure.allCases.map(\.rawValue))
        return ["beats": beats, "night": ["clock"] + night, "all": beats + night]
    }()

    private var featureNames: [String] { Self.sets[features[0]] ?? features }

    var inputs: [String] { [root] }

    private var record: ReaderRecord {
        ReaderRecord(
            reader: "slpdb", settings: ["features": features.joined(separator: ","), "window": "\(window)"])
    }

    func recordings() throws -> ReadRecordings {
        let source = try SlpdbRecords(
            root: root, features: featureNames.compactMap(HeartBeatFeature.init(name:)),
            heartRate: featureNames.compactMap(HeartRateMeasure.init(rawValue:)), window: window,
            unlabelled: unlabelled.areTaken, reading: stages.reading())
        return ReadRecordings(source, record)
    }
}
