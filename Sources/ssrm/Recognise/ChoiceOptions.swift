import ArgumentParser
import SleepRecognition

/// Settings that each fold of `ssrm evaluate` chooses for itself.
struct ChoiceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            In each fold, chooses among values of a setting by folds inside its training people, like \
            recogniser.dropout=0.3,0.4; may be given several times, for every combination.
            """, valueName: "setting=values"), completion: .assignment)
    var choose: [String] = []

    @Option(
        help: """
            How many groups of training people are held out in turn to choose, or one for each of them where they are \
            fewer. (default: 4)
            """)
    var choiceGroups: Int?

    func validate() throws {
        if let choiceGroups, choiceGroups < 2 {
            throw ValidationError("--choice-groups must be at least 2, not \(choiceGroups)")
        }
    }

    /// The candidates; none where nothing is to be chosen.
    ///
    /// - Parameter settings: gives the settings with these values replaced.
    /// - Returns: every combination of the values; the last setting changes fastest.
    /// - Throws: `ProgramError` for what is no choice, and what `settings` throws.
    func candidates(_ settings: ([String]) throws -> NamedSettings) throws -> [SettingsCandidate] {
        guard !choose.isEmpty else { return [] }
        var combinations: [[String]] = [[]]
        for choice in choose {
            let parts = choice.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw ProgramError("--choose \(choice): write it like recogniser.dropout=0.3,0.4", isUsage: true)
            }
            let values = Self.values(in: parts[1])
            guard values.count > 1, !values.contains("") else {
                throw ProgramError(
                    "--choose \(choice): give two values or more, with commas between them", isUsage: true)
            }
            combinations = combinations.flatMap { first in values.map { first + ["\(parts[0])=\($0)"] } }
            guard combinations.count <= 256 else {
                throw ProgramError("--choose makes more than 256 combinations: give fewer values", isUsage: true)
            }
        }
        var candidates: [SettingsCandidate] = []
        for combination in combinations {
            let name = combination.joined(separator: " ")
            let candidate = SettingsCandidate(name: name, settings: try settings(combination))
            if let same = candidates.first(where: { $0.settings == candidate.settings }) {
                throw ProgramError(
                    "--choose: \(same.name) and \(name) are the same settings: leave one out, or the option that wins "
                        + "over them", isUsage: true)
            }
            candidates.append(candidate)
        }
        for choice in choose {
            guard let reason = candidates.map(\.settings).reasonWithoutEffect(of: choice) else { continue }
            throw ProgramError("--choose \(choice): there is nothing to choose: \(reason)", isUsage: true)
        }
        return candidates
    }

    /// The values between commas; lists in brackets stay whole.
    private static func values(in text: String) -> [String] {
        var (values, depth) = ([""], 0)
        for character in text {
            depth += character == "[" ? 1 : character == "]" ? -1 : 0
            if character == ",", depth == 0 { values.append("") } else { values[values.count - 1].append(character) }
        }
        return values
    }
}
