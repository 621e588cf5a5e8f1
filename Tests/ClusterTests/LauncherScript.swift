import Foundation
import TestKit

/// Python that has the launcher's modules.
enum LauncherScript {
    /// What it prints, or the last line of why it failed.
    static func printed(_ statements: String, _ words: [String] = []) throws -> String {
        let script = """
            import sys
            sys.path.insert(0, sys.argv[1])
            sys.dont_write_bytecode = True
            \(statements)
            """
        let cluster = packageRoot.appending(path: "Cluster").path
        let result = try ProgramRun(["-c", script, cluster] + words, program: "/usr/bin/python3").result(seconds: 30)
        return (result.status == 0 ? result.output : result.errors.split(separator: "\n").last.map(String.init) ?? "")
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
