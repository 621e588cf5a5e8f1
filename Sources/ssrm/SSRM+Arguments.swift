import ArgumentParser
import Datasets
import Foundation
import Service
import SleepRecognition

extension SSRM {
    /// The command that is asked for, as far as its words name one, and what follows them.
    private static func command(
        in given: ArraySlice<String>
    ) -> (type: any ParsableCommand.Type, rest: ArraySlice<String>) {
        var (command, rest): (any ParsableCommand.Type, _) = (SSRM.self, given)
        while let next = command.configuration.subcommands.first(where: { $0.configuration.commandName == rest.first })
        {
            (command, rest) = (next, rest.dropFirst())
        }
        return (command, rest)
    }

    /// What to say of a word that stands where a command is expected and is none; nil where there is no such word.
    static func unknownCommand(in given: ArraySlice<String>) -> [String]? {
        let words = given.first == "help" ? given.dropFirst() : given
        let (command, rest) = command(in: words)
        let names = command.configuration.subcommands.compactMap { $0.configuration.commandName }
        guard let word = rest.first, !names.isEmpty, !word.hasPrefix("-") else { return nil }
        let path = (["ssrm"] + words.dropLast(rest.count)).joined(separator: " ")
        let question = nearestName(to: word, among: names).map { ": did you mean '\(path) \($0)'?" } ?? ""
        return [
            "Error: there is no '\(path) \(TerminalText.line(word))'\(question)",
            "  See '\(path) --help' for those that there are.",
        ]
    }

    /// What to say of an option that the command does not have, or of a word where it takes none; nil without such.
    static func unknownArgument(in given: ArraySlice<String>) -> String? {
        let (command, rest) = command(in: given)
        let help = command.helpMessage(includeHidden: true)
        if let word = rest.first, !word.hasPrefix("-"), !help.contains("ARGUMENTS:") {
            return "Error: Unexpected argument '\(TerminalText.line(word))'"
        }
        let options = Set(
            help.split { !$0.isLetter && !$0.isNumber && $0 != "-" }.filter { $0.hasPrefix("--") }.map(String.init))
        let names = rest.prefix { $0 != "--" }.map { String($0.prefix { $0 != "=" }) }
        guard let unknown = names.first(where: { isOption($0) && !options.contains($0) }) else { return nil }
        let settings = options.contains("--set") ? Preset.settingNames : []
        let setting = settings.first { $0.hasSuffix(".\(unknown.dropFirst(2))") }.map { "--set \($0)=…" }
        let near = (setting ?? nearestName(to: unknown, among: options.sorted())).map { ". Did you mean '\($0)'?" }
        return "Error: Unknown option '\(TerminalText.line(unknown))'\(near ?? "")"
    }

    /// What to say of an option that is given twice and takes one value; nil where there is none.
    ///
    /// The parser would take the last, and forget the first without a word.
    static func optionGivenTwice(in given: ArraySlice<String>) -> [String]? {
        let (command, rest) = command(in: given)
        var counts: [String: Int] = [:]
        for name in rest.prefix(while: { $0 != "--" }).map({ String($0.prefix { $0 != "=" }) }) where isOption(name) {
            counts[name, default: 0] += 1
        }
        let repeated = counts.filter { $0.value > 1 }.keys
        guard !repeated.isEmpty else { return nil }
        let single = CommandArguments(of: command).singleOptions
        guard let name = repeated.sorted().first(where: single.contains) else { return nil }
        let path = (["ssrm"] + given.dropLast(rest.count)).joined(separator: " ")
        return [
            "Error: \(name) is given more than once: which of them counts is not to be guessed",
            "  See '\(path) --help' for more information.",
        ]
    }

    /// What was given, with a negative number that follows an option joined to it: `--steps=-1` for `--steps -1`.
    ///
    /// The parser would take it for an option of its own; none begins with a digit.
    static func joiningNegativeNumbers(_ given: some Collection<String>) -> [String] {
        var joined: [String] = []
        var areOptionsOver = false
        for argument in given {
            areOptionsOver = areOptionsOver || argument == "--"
            if !areOptionsOver, isNegativeNumber(argument), let last = joined.last, isOption(last) {
                joined[joined.count - 1] = "\(last)=\(argument)"
            } else {
                joined.append(argument)
            }
        }
        return joined
    }

    // Bytes are looked at: a first regular expression would take some milliseconds of every start.

    private static func isNegativeNumber(_ text: String) -> Bool {
        var rest = text.utf8[...]
        guard rest.popFirst() == UInt8(ascii: "-") else { return false }
        if rest.first == UInt8(ascii: ".") { rest.removeFirst() }
        return rest.first.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
    }

    /// Whether it is an option by its long name, without a value.
    private static func isOption(_ text: String) -> Bool {
        guard text.hasPrefix("--"), let first = text.utf8.dropFirst(2).first else { return false }
        let (small, digits) = (UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"))
        return small.contains(first)
            && text.utf8.dropFirst(2).allSatisfy {
                small.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "-")
            }
    }
}

/// A command's arguments, as the parser describes them.
private struct CommandArguments {
    /// The options that take one value, by their long names.
    let singleOptions: Set<String>

    private struct Described: Decodable {
        struct Argument: Decodable {
            struct Name: Decodable { let kind, name: String }
            let kind: String
            let isRepeating: Bool
            let names: [Name]?
        }
        struct Command: Decodable { let arguments: [Argument]? }
        let command: Command
    }

    /// The arguments of `command`.
    init(of command: any ParsableCommand.Type) {
        // It is the parser's own JSON, in the form that its own reader has.
        guard let described = try? JSONDecoder().decode(Described.self, from: Data(command._dumpHelp().utf8)) else {
            preconditionFailure("the parser describes \(command) in another form")
        }
        let single = (described.command.arguments ?? []).filter { $0.kind == "option" && !$0.isRepeating }
        singleOptions = Set(single.flatMap { $0.names ?? [] }.filter { $0.kind == "long" }.map { "--\($0.name)" })
    }
}
