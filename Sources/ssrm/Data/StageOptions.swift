public import ArgumentParser
import Datasets
public import Readers

extension HypnogramReading.Preference: ExpressibleByArgument {}

/// What texts mean as sleep stages, for the commands whose files hold such texts.
struct StageOptions: ParsableArguments {
    @Option(
        name: .long,
        help: """
            What texts of the scoring stand for, like 0=W,1=N1,5=REM,8= (nothing behind = for no stage); may be given several \
            times.
            """,
        transform: { try mapEntries($0, of: "--stage-map", like: "0=W,5=REM", naming: "text") })
    var stageMap: [[(text: String, code: String)]] = []

    @Flag(name: .long, help: "Leave sleep epochs whose text is no known stage without a label, however many they are.")
    var ignoreUnknownStages = false

    @Option(
        name: .long,
        help: """
            Which annotation counts where several of one file are of one sleep epoch. (default: last, and refused where they \
            disagree about more than one in fifty)
            """)
    var prefer: HypnogramReading.Preference?

    /// The name of one of these options that was given.
    var given: String? {
        if !stageMap.isEmpty { return "--stage-map" }
        if ignoreUnknownStages { return "--ignore-unknown-stages" }
        return prefer == nil ? nil : "--prefer"
    }

    func validate() throws {
        do {
            _ = try reading()
        } catch DatasetError.ambiguousMap(let option, let reason) {
            throw ValidationError("\(option): \(reason)")
        } catch let error as DatasetError { throw ValidationError("--stage-map: \(error)") }
    }

    /// These options, and whose stages count.
    func reading(scorer: String? = nil) throws -> HypnogramReading {
        let pairs = stageMap.joined().map { ($0.text, $0.code) }
        if let text = firstRepeated(pairs.map(\.0)) {
            throw ValidationError("--stage-map names \"\(text)\" twice: leave one of them out")
        }
        return try HypnogramReading(
            stageMap: Dictionary(pairs) { $1 }, ignoresUnknownStages: ignoreUnknownStages, preference: prefer,
            scorer: scorer)
    }
}

/// The entries of an option that says which code each of some texts stands for.
///
/// - Parameters:
///   - text: what was given, like `0=W,9=`: nothing behind a sign is an empty code.
///   - option: the option's name.
///   - example: what it is like.
///   - what: what stands before a sign.
/// - Returns: the entries in their order.
/// - Throws: `ValidationError` for an entry without a sign, or with nothing before it.
func mapEntries(
    _ text: String, of option: String, like example: String, naming what: String
) throws -> [(text: String, code: String)] {
    try text.split(separator: ",").map { pair in
        guard let sign = pair.lastIndex(of: "="), sign > pair.startIndex else {
            throw ValidationError("\(option) is like \(example): \"\(pair)\" has no \(what) before a =")
        }
        return (String(pair[..<sign]), String(pair[pair.index(after: sign)...]))
    }
}

/// The names of a list separated by commas.
func names(inList text: String) -> [String] { text.split(separator: ",").map(String.init) }

/// The first text that stands in a list twice; nil where each stands there once.
func firstRepeated(_ texts: [String]) -> String? {
    var seen: Set<String> = []
    return texts.first { !seen.insert($0).inserted }
}
