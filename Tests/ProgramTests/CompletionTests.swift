import Foundation
import TestKit
import Testing

/// What a shell offers where somebody presses Tab, with the script that the program writes for it.
@Suite struct CompletionTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// What bash offers for the last of these words.
    private func offers(_ words: [String]) throws -> [String] {
        let script = """
            PATH=${0%/*}:$PATH
            source <("$0" --generate-completion-script bash)
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_TYPE=9
            COMP_POINT=${#COMP_LINE}
            _ssrm ssrm "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}" 2>/dev/null
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let result = try ProgramRun(["-c", script, ProgramRun.ssrm, "ssrm"] + words, program: "/bin/bash").result()
        return result.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    @Test func filesAndFoldersAreOfferedWhereOnesNameIsAskedFor() throws {
        try Data().write(to: folder.url.appending(path: "nights.st"))
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "nightly"), withIntermediateDirectories: false)
        let start = folder.path("nigh")
        let both = [folder.path("nightly"), folder.path("nights.st")]
        for words in [
            ["evaluate", "--data"], ["predict", "--model"], ["train", "--encoder"], ["report"], ["report", "a.json"],
            ["inspect"],
        ] {
            #expect(try offers(words + [start]).sorted() == both, "\(words)")
        }
        for words in [["pretrain", "--run"], ["status"]] {
            #expect(try offers(words + [start]) == [folder.path("nightly")], "\(words)")
        }
    }

    @Test func valuesAreOfferedWhereThereAreFew() throws {
        #expect(try offers(["evaluate", "--protocol", "l"]) == ["loso"])
        #expect(try offers(["evaluate", "--preset", "po"]) == ["posture"])
        #expect(try offers(["preset", "show", "wr"]) == ["wrist"])
        #expect(try offers(["predict", "--from", "ed"]) == ["edf"])
        #expect(try offers(["pretrain", "--wire", "b"]) == ["bfloat16"])
        #expect(try offers(["pretrain", "--set", "upstream.learning_r"]) == ["upstream.learning_rate="])
        #expect(try offers(["evaluate", "--choose", "recogniser.drop"]) == ["recogniser.dropout="])
    }
}
