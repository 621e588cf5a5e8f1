import Foundation
import TestKit
import Testing

/// The shell scripts hold nothing that bash 4.4 and the programs of its time, as on RHEL 8, don't know; those that
/// clusters run, nothing that bash 4.2 does not.
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
    /// What is newer than 4.2 beside that.
    private static let newerThan42: [(pattern: String, since: String)] = [
        (#"\bwait\s+-\w*n"#, "wait -n: bash 4.3"), (#"\b(local|declare)\s+-\w*n"#, "a reference: bash 4.3"),
        (#"\b(mapfile|readarray)\b.*-d"#, "mapfile -d: bash 4.4"), (#"\$\{!?\w+(\[[@*]\])?@[QEPAa]\}"#, "bash 4.4"),
        (#"\blocal\s+-\s*(;|$)"#, "local -: bash 4.4"), (#"\[-\d+\]="#, "an index from the end: bash 4.3"),
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

    private func findings(in text: String, isFor42: Bool = false) throws -> [String] {
        let newer = Self.newer + (isFor42 ? Self.newerThan42 : [])
        return try text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { number, line in
            try newer.compactMap { pattern, since in
                try line.firstMatch(of: Regex(pattern)) == nil ? nil : "\(number + 1): \(line) (\(since))"
            }
        }
    }

    @Test func noScriptUsesWhatIsNewer() throws {
        #expect(
            Self.scripts.contains { $0.hasSuffix("workers.sbatch") }
                && Self.scripts.contains { $0.hasSuffix("ssrm.sbatch") })
        for path in Self.scripts {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(try findings(in: text, isFor42: path.hasSuffix(".sbatch")) == [], "\(path)")
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
        #expect(try findings(in: "wait -n; local -n b=$1; mapfile -t a", isFor42: true).count == 2)
    }

    @Test(arguments: ["Cluster/slurm/ssrm.sbatch", "Cluster/slurm/workers.sbatch"])
    func aLauncherAsksForTheBashThatItNeeds(name: String) throws {
        let text = try String(contentsOf: packageRoot.appending(path: name), encoding: .utf8)
        let place = try #require(text.range(of: "needs bash 4.2 or newer"))
        #expect(!text[..<place.lowerBound].contains("set -euo pipefail"))
    }
}
