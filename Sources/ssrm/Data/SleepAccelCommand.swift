import ArgumentParser
import Datasets
import Foundation
import Service

/// `ssrm data sleep-accel`: PhysioNet's `sleep-accel`, from its raw files or as the features that its authors
/// published.
struct SleepAccelCommand: ParsableCommand {
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
            From raw files (labels, heart_rate, motion, steps) or from the features that the authors computed of them \
            (features_walch). Without --from it is features_walch where that folder is there, and the raw files otherwise.

            --content features: a sample is a matrix of features x sleep epochs of 30 s around its own, which is the middle \
            column. --content windows: a sample is a sleep epoch's raw signal as a matrix, a row a second. A night is \
            a recording; where signals are missing a new one starts.

            Example:
              ssrm data sleep-accel --root sleep-accel --out sleep.safetensors
              ssrm data sleep-accel --root sleep-accel --from raw --out raw.safetensors
              ssrm data sleep-accel --root sleep-accel --content windows \\
                --out win.safetensors
            """)

    @Option(name: .long, help: "The folder that holds labels, heart_rate, motion and steps, or features_walch.")
    var root: String

    @Option(name: .long, help: "What is read: raw or published (features_walch).")
    var from: Origin?

    @Option(name: .long, help: "What samples hold: features or windows (raw signals).")
    var content = Content.features

    @Option(
        name: .long,
        help: """
            Which features, separated by commas. From raw files: count (activity), hr (variation of the heart rate), time (hours), \
            cosine (of 24 h), steps (in ten minutes); only the files that they need are read. Published: the part of a \
            file's name before _feature.out.
            """,
        transform: names)
    var features = SleepAccelFeatures.defaultFeatures

    @Option(name: .long, help: "How many sleep epochs a sample of features spans; an odd number.")
    var window = 11

    @Option(
        name: .long,
        help: """
            Which signals a window holds side by side, separated by commas: magnitude (of the acceleration, less its median, in g), \
            x, y, z (in g), hr (less its median, in hundreds of beats per minute).
            """,
        transform: names)
    var channels = ["magnitude"]

    @Option(name: .long, help: "How many values a second a window has of each signal.")
    var rate = 32

    @OptionGroup var unlabelled: UnlabelledOptions

    @OptionGroup var output: DatasetOutput

    private static func names(_ text: String) -> [String] { text.split(separator: ",").map(String.init) }

    func validate() throws {
        try requireWindow(window)
        guard (1...200).contains(rate) else { throw ValidationError("--rate must be from 1 to 200 Hz: not \(rate)") }
        for (option, names) in [("--features", features), ("--channels", channels)] {
            guard !names.isEmpty, Set(names).count == names.count else {
                throw ValidationError("\(option) must name at least one of them, and each once")
            }
        }
        guard content == .features || from != .published else {
            throw ValidationError("--content windows is made from raw files: leave --from published out")
        }
    }

    func run() throws {
        func isThere(_ folder: String) -> Bool { FileManager.default.fileExists(atPath: "\(root)/\(folder)") }
        let origin = from ?? (content == .features && isThere("features_walch") ? .published : .raw)
        let folders = origin == .raw ? ["labels", "heart_rate", "motion", "steps"] : ["features_walch"]
        try requireWritable(output.out, inputs: folders.map { "\(root)/\($0)" })
        switch origin {
        case .published:
            if from == nil, isThere("labels"), isThere("heart_rate") {
                Terminal.error(
                    "note: these are the features in features_walch; --from raw computes them from the signals")
            }
            try output.write(
                SleepAccelFeatures(root: root, features: features, window: window, unlabelled: unlabelled.areTaken))
        case .raw:
            try output.write(SleepAccelRecordings(root: root, content: rawContent(), unlabelled: unlabelled.areTaken))
        }
    }

    private func rawContent() throws -> SleepAccelRecordings.Content {
        switch content {
        case .features: return .features(try named(features, "--features"), window: window)
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
