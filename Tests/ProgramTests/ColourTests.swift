import Foundation
import TestKit
import Testing

private let script = "/usr/bin/script"

/// What a small evaluation prints in a terminal, with these variables set.
private func evaluatedInATerminal(_ environment: [String: String]) throws -> String {
    let words =
        [ProgramRun.ssrm]
        + [
            "evaluate", "--data", try Pretraining.dataset.get(), "--scheme", "posture3", "--protocol", "kfold",
            "--folds", "2", "--preset", "paper", "--steps", "2", "--epochs", "1",
        ]
    let result = try ProgramRun(
        ["-qec", words.map { "'\($0)'" }.joined(separator: " "), "/dev/null"], program: script,
        environment: environment
    ).result()
    #expect(result.status == 0, "\(result.output)")
    return result.output.replacing("\r\n", with: "\n")
}

@Test(.enabled(if: FileManager.default.isExecutableFile(atPath: script), "needs script (Debian: bsdutils)"))
func aConfusionMatrixIsInColourInATerminalAlone() throws {
    let coloured = try evaluatedInATerminal(["TERM": "xterm-256color", "NO_COLOR": ""])
    let tint = /\u{1B}\[48;5;\d+;38;5;\d+m([ \d]+)\u{1B}\[0m/
    #expect(coloured.matches(of: tint).count >= 3)
    #expect(coloured.contains("left"))  // the time left of the folds
    // The same text without the colours.
    let plain = try evaluatedInATerminal(["TERM": "xterm-256color", "NO_COLOR": "1"])
    #expect(plain.matches(of: tint).isEmpty)
    func table(_ text: String) -> Substring? {
        let plain = text.replacing(tint) { $0.output.1 }
        return plain.range(of: "class ").map { plain[$0.lowerBound...] }
    }
    #expect(table(coloured) == table(plain) && table(plain) != nil)
    #expect(try evaluatedInATerminal(["TERM": "dumb"]).matches(of: tint).isEmpty)
}
