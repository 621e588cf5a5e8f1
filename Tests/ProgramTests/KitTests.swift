import Foundation
import TestKit
import Testing

@Test func theProgramIsBesideTheTests() throws {
    #expect(try ProgramRun.ssrm("--version").output == "0.8.0\n")
}

@Test func documentsNameTheProgramsVersion() throws {
    let version = try ProgramRun.ssrm("--version").output.trimmingCharacters(in: .newlines)
    func text(_ path: String) throws -> String {
        try String(contentsOf: packageRoot.appending(path: path), encoding: .utf8)
    }
    #expect(try text("CITATION.cff").contains("\nversion: \(version)\n"))
    let changes = try text("CHANGELOG.md")
    #expect(changes.contains("\n## \(version) (") || changes.contains("\n## Since \(version)\n"))
    for path in ["Containerfile", "Cluster/README.md", "Cluster/kubernetes/ssrm.yaml"] {
        let named = try text(path).matches(of: /ssrm[:-](\d+\.\d+\.\d+)/).map { String($0.1) }
        #expect(!named.isEmpty && named.allSatisfy { $0 == version }, "\(path): \(named)")
    }
}

@Test(arguments: [
    ["recognise", "--batch", "9223372036854775807"], ["recognise", "--hidden", "100000000"],
    ["recognise", "--iterations", "1000000000000"],
    ["recognise", "--batch", "1000000", "--steps-per-sequence", "1000000"],
    ["pretrain", "--hidden", "128,"],
])
func measurementsOfImpossibleSizesAreRefused(words: [String]) throws {
    let result = try ProgramRun(["bench"] + words).result()
    #expect(result.status == 2 && result.output.isEmpty, Comment(rawValue: result.errors))
}
