import Foundation
import TestKit
import Testing

/// `Scripts/bench`, with programs that say made-up figures.
@Suite(.enabled(if: (try? ProgramRun(["python3", "--version"], program: "/usr/bin/env").result())?.status == 0))
struct BenchTests {
    /// Rows about exchanges; one of them has shared memory.
    private static let exchanges = 4
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A program that takes so many microseconds for an exchange, and may not know an option.
    private func program(_ name: String, takes microseconds: Int, without option: String = "nothing") throws -> String {
        let path = try folder.write(
            """
            #!/usr/bin/env bash
            [[ " $* " != *" \(option) "* ]] || { echo "Error: Unknown option '\(option)'" >&2; exit 64; }
            echo '{"exchange_us": \(microseconds)}'

            """, to: name)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path(name))
        return path
    }

    private func bench(_ words: [String]) throws -> ProgramResult {
        let script = packageRoot.appending(path: "Scripts/bench").path
        return try ProgramRun(words, program: script).result(seconds: 120)
    }

    private func figures() throws -> [[String: [Double]]] {
        let bytes = try Data(contentsOf: URL(filePath: folder.path("out/bench.json")))
        let works = try #require(try JSONSerialization.jsonObject(with: bytes) as? [[String: Any]])
        return try works.map { try #require($0["figures"] as? [String: [Double]]) }
    }

    @Test func besideAnEarlierProgramEachRowHasARatioAndItsQuartiles() throws {
        let (ours, other) = (try program("new", takes: 200), try program("old", takes: 300))
        let out = folder.path("out")
        let result = try bench([
            "--against", other, "--ssrm", ours, "--only", "exchange", "--rounds", "3", "--out", out,
        ])
        try #require(result.status == 0, Comment(rawValue: result.errors))
        let rows = result.output.split(separator: "\n").filter { $0.contains("| us |") }
        #expect(rows.count == Self.exchanges)
        #expect(rows.allSatisfy { $0.hasSuffix("| us | 200 | \(other) 300 | 1.50 (1.50 to 1.50) |  |") }, "\(rows)")
        #expect(try String(contentsOfFile: "\(out)/bench.md", encoding: .utf8) == result.output)
        let row = ["ssrm": [200.0, 200, 200], other: [300, 300, 300]]
        #expect(try figures() == Array(repeating: row, count: Self.exchanges))
    }

    @Test func roundsMeasuredBeforeCountWithMore() throws {
        let (ours, other) = (try program("new", takes: 200), try program("old", takes: 300))
        let out = folder.path("out")
        for _ in 0..<2 {
            let result = try bench([
                "--against", other, "--ssrm", ours, "--only", "exchange", "--rounds", "1", "--out", out, "--more",
            ])
            try #require(result.status == 0, Comment(rawValue: result.errors))
            _ = try program("new", takes: 600)
        }
        #expect(try figures() == Array(repeating: ["ssrm": [200, 600], other: [300, 300]], count: Self.exchanges))
    }

    @Test func aRowWhoseOptionTheEarlierProgramDoesNotKnowIsLeftOutAndSaid() throws {
        let ours = try program("new", takes: 200)
        let other = try program("old", takes: 300, without: "--no-shared-memory")
        let result = try bench(["--against", other, "--ssrm", ours, "--only", "exchange", "--rounds", "2"])
        try #require(result.status == 0, Comment(rawValue: result.errors))
        #expect(result.output.split(separator: "\n").count { $0.contains("| us |") } == 1)
        #expect(result.errors.components(separatedBy: "left out: \(other) does not know").count == Self.exchanges)
    }

    /// What Python says that has the script as `bench`, and words in `sys.argv[2:]`.
    private func python(_ lines: String, _ words: String...) throws -> ProgramResult {
        let script = """
            import importlib.machinery, importlib.util, sys
            sys.dont_write_bytecode = True
            loader = importlib.machinery.SourceFileLoader("bench", sys.argv[1])
            bench = importlib.util.module_from_spec(importlib.util.spec_from_loader("bench", loader))
            loader.exec_module(bench)

            """
        let path = packageRoot.appending(path: "Scripts/bench").path
        return try ProgramRun(["python3", "-c", script + lines, path] + words, program: "/usr/bin/env").result()
    }

    @Test func eachRoundIsMeasuredAnew() throws {
        let count = """
            programs = [bench.Program("ssrm", "calls", sys.argv[2], sys.argv[3])]
            work = bench.Work("start", "work", "us", programs)
            bench.measured([work], 3)
            print(work.figures(0))
            """
        let program = try folder.write(
            """
            #!/usr/bin/env bash
            echo >> "$1"
            printf '{"calls": %s}' "$(wc -l < "$1")"

            """, to: "counts")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        let result = try python(count, program, folder.path("calls"))
        #expect(result.output == "[1, 2, 3]\n", Comment(rawValue: result.errors))
    }

    @Test func whatIsNotMeasuredNowStaysAndOtherProgramsAreRefused() throws {
        let (ours, other) = (try program("new", takes: 200), try program("old", takes: 300))
        let out = folder.path("out")
        try folder.write(#"[{"work": "w", "unit": "s", "figures": {"ssrm": [7]}}]"#, to: "out/bench.json")
        let words = ["--ssrm", ours, "--only", "exchange", "--rounds", "1", "--out", out, "--more"]
        let first = try bench(["--against", other] + words)
        try #require(first.status == 0, Comment(rawValue: first.errors))
        #expect(try figures().last == ["ssrm": [7]])
        let second = try bench(["--against", try program("third", takes: 1)] + words)
        #expect(second.status == 1 && second.errors.contains("give another --out"), Comment(rawValue: second.errors))
        #expect(try figures().count == Self.exchanges + 1)
    }

    @Test func aGoalThatAFigureFallsShortOfIsMissed() throws {
        let ours = try program("new", takes: 601)
        let peer = try program("peer", takes: 601)
        let script = """
            programs = [bench.Program("ssrm", "exchange_us", sys.argv[2]), bench.Program("peer", "exchange_us", sys.argv[3])]
            for better, bound, goal in ((-1, 600, 1), (-1, 602, 1.01), (1, 600, 0.99), (1, 602, 1)):
                work = bench.Work("start", "work", "us", programs, {"peer": goal}, better, bound)
                bench.measured([work], 2)
                print(*[row.split(" | ")[-1].split(": ")[1][:-2] for row in bench.rows(work)])
            """
        let result = try python(script, ours, peer)
        #expect(result.output == "missed met\nmet missed\nmet met\nmissed met\n", Comment(rawValue: result.errors))
    }

    @Test(arguments: [
        (["--only", "exchange,speed"], 2, "--only speed: there are start, pretrain"),
        (["--more"], 2, "--more takes the rounds of --out FOLDER"),
        (["--rounds", "0"], 2, "--rounds must be at least 1"),
        (["--only", "read", "--ssrm", "/bin/true"], 1, "reading needs --pmd"),
        (["--ssrm", "/nowhere/ssrm"], 1, "/nowhere/ssrm"),
        (["--ssrm", "/bin/true", "--against", "no-such-tag"], 1, "no-such-tag is neither a program nor a tag"),
    ])
    func whatCannotBeDoneIsNamed(words: [String], status: Int, fault: String) throws {
        let script = packageRoot.appending(path: "Scripts/bench").path
        let result = try ProgramRun(words, program: script).result()
        #expect(result.status == Int32(status) && result.errors.contains(fault), Comment(rawValue: result.errors))
        #expect(!result.errors.contains("Traceback"), Comment(rawValue: result.errors))
    }
}
