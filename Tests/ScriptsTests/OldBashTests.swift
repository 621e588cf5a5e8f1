import Foundation
import TestKit
import Testing

/// The shell scripts hold nothing that bash 4.4 and the programs of its time, as on RHEL 8, don't know.
struct OldBashTests {
    /// What is newer, with the version that brought it.
    private static let newer: [(pattern: String, since: String)] = [
        (#"\bwait\s+(-\w\s+)*-\w*p"#, "wait -p: bash 5.1"),
        (#"\bwait\s+-\w*n\s+\S"#, "wait -n of some processes: bash 5.1"),
        (#"\$\{!?\w+(\[[@*]\])?@[UuLKk]\}"#, "an expansion of bash 5.1"),
        (#"\b(EPOCHSECONDS|EPOCHREALTIME|BASH_ARGV0)\b"#, "a variable of bash 5.0"),
        (#"\b(SRANDOM|BASH_MONOSECONDS|GLOBSORT)\b"#, "a variable of bash 5.1 or newer"),
        (#"\b(local|declare)\s+-\w*I"#, "an option of bash 5.1"), (#"\bread\s+-\w*E"#, "an option of bash 5.3"),
        (#"\$\{[ |]"#, "a substitution of bash 5.3"), (#"declare\s+-A\s+\w+=\([^\[)]"#, "a list of pairs: bash 5.1"),
        (#"\bshopt\s+-s\s+(localvar_inherit|assoc_expand_once|patsub_replacement)"#, "an option of bash 5"),
        (#"setpriv\b.*--pdeathsig"#, "util-linux 2.33"),
    ]

    private static let scripts: [String] = {
        let roots = ["Cluster", "Scripts", ".ci"].map { packageRoot.appending(path: $0) }
        let files = roots.flatMap { root in
            FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        }
        return files.map(\.path).filter { path in
            guard let file = FileHandle(forReadingAtPath: path), let start = try? file.read(upToCount: 40) else {
                return false
            }
            return String(decoding: start, as: UTF8.self).hasPrefix("#!/usr/bin/env bash")
        }
    }()

    private func findings(in text: String) throws -> [String] {
        try text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { number, line in
            try Self.newer.compactMap { pattern, since in
                try line.firstMatch(of: Regex(pattern)) == nil ? nil : "\(number + 1): \(line) (\(since))"
            }
        }
    }

    @Test func noScriptUsesWhatIsNewer() throws {
        #expect(
            Self.scripts.contains { $0.hasSuffix("ssh-launch") }
                && Self.scripts.contains { $0.hasSuffix("ssrm.sbatch") })
        for path in Self.scripts {
            #expect(try findings(in: String(contentsOfFile: path, encoding: .utf8)) == [], "\(path)")
        }
    }

    @Test func whatIsNewerIsFound() throws {
        let text = """
            wait -n -p ended "$a"
            wait -n "$a"
            wait -n
            echo ${a@U} $EPOCHREALTIME
            """
        #expect(try findings(in: text).map { $0.prefix(2) } == ["1:", "1:", "2:", "4:", "4:"])
    }

    @Test(arguments: ["Cluster/ssh-launch", "Cluster/slurm/ssrm.sbatch"])
    func aLauncherAsksForTheBashThatItNeeds(name: String) throws {
        let text = try String(contentsOf: packageRoot.appending(path: name), encoding: .utf8)
        let place = try #require(text.range(of: "needs bash 4.4 or newer"))
        #expect(!text[..<place.lowerBound].contains("set -euo pipefail"))
    }
}
