import Foundation
import TestKit
import Testing

/// Every command, as `ssrm help` lists them.
private func commands() throws -> [[String]] {
    func below(_ command: [String]) throws -> [[String]] {
        let help = try ProgramRun(command + ["--help"]).result().output
        guard let list = help.range(of: "SUBCOMMANDS:\n") else { return [command] }
        let names = help[list.upperBound...].split(separator: "\n").filter {
            $0.hasPrefix("  ") && !$0.hasPrefix("   ")
        }
        .compactMap { $0.split(separator: " ").first.map(String.init) }
        return try [command] + names.filter { $0 != "See" }.flatMap { try below(command + [$0]) }
    }
    return try below([])
}

@Test func helpOfEveryCommandFitsATerminalAndHasAnExampleToCopy() throws {
    let commands = try commands()
    #expect(commands.count > 35)
    for command in commands {
        let lines = try ProgramRun(command + ["--help"]).result().output.split(separator: "\n")
        let wide = lines.filter { $0.count > 80 }
        #expect(wide.isEmpty, "\(command): \(wide)")
        #expect(lines.contains { $0.hasPrefix("Example") }, "\(command)")
        // A command that goes on is to be pasted as it stands: a backslash at the end, the rest indented below.
        for (line, next) in zip(lines, lines.dropFirst()) where line.hasPrefix("  ssrm ") {
            let goesOn = line.hasSuffix("\\")
            #expect(
                !line.dropLast().contains("\\") && !line.dropFirst(2).contains("  ")
                    && goesOn == next.hasPrefix("    "), "\(command): \(line)")
        }
    }
}

@Test(arguments: [
    (["pretain", "--data", "x"], "there is no 'ssrm pretain': did you mean 'ssrm pretrain'?", "'ssrm --help'"),
    (["data", "edff"], "there is no 'ssrm data edff': did you mean 'ssrm data edf'?", "'ssrm data --help'"),
    (["help", "data", "edff"], "there is no 'ssrm data edff': did you mean 'ssrm data edf'?", "'ssrm data --help'"),
    (["wombats\n"], "there is no 'ssrm wombats?'", "'ssrm --help'"),
])
func aCommandThatThereIsNotIsNamedWithTheNearest(command: [String], words: String, place: String) throws {
    let result = try ProgramRun(command).result()
    let lines = result.errors.split(separator: "\n")
    #expect(result.status == 2 && lines.count == 2, "\(result.errors)")
    #expect(lines[0] == "Error: \(words)" && lines[1].contains(place), "\(result.errors)")
}

@Test func wrongUsageFitsATerminal() throws {
    for command in [["worker"], ["relay", "--connect"], ["bench", "exchange", "--nothing"]] {
        let result = try ProgramRun(command).result()
        let lines = result.errors.split(separator: "\n")
        #expect(result.status == 2 && lines.contains { $0.hasPrefix("Usage: ssrm \(command[0])") })
        #expect(lines.filter { $0.count > 80 && !$0.hasPrefix("Help:") } == [])
    }
}

@Test func aLineBreakInWhatAnErrorQuotesMakesNoSecondLine() throws {
    let missing = try ProgramRun(["data", "inspect", "/nowhere/a\nb\n"]).result()
    #expect(missing.status == 1 && missing.errors == "ssrm: can't read /nowhere/a?b?: No such file or directory\n")
    let (plain, broken) = (["preset", "show", "--x=7"], ["preset", "show", "--x=7\n8"])
    let lines = try [plain, broken].map { try ProgramRun($0).result().errors.split(separator: "\n").count }
    #expect(lines[0] > 1 && lines[0] == lines[1])
    let value = try ProgramRun(["data", "synthetic", "--kind", "psg", "--out", "/nowhere/a", "--seed=7\n8"]).result()
    #expect(value.status == 2 && value.errors.contains("'7?8'"), Comment(rawValue: value.errors))
}
