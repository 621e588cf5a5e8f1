import Foundation
import TestKit
import Testing

/// `Cluster/remote/receive`, which puts a package into a host's cache.
@Suite struct ReceiveScriptTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func onlyPackagesThatNobodyStartedForAMonthAreRemovedFromTheCache() throws {
        let program = try folder.write("#!/bin/sh\n", to: "package/bin/ssrm")
        chmod(program, 0o755)
        try folder.write("", to: "package/lib/library")
        let (unused, used) = (String(repeating: "a", count: 64), String(repeating: "b", count: 64))
        let theirs = ["recordings", "two words", "beef", String(repeating: "c", count: 64)]
        for name in [unused, used, ".new.abcdef"] + theirs {
            try folder.write("", to: "cache/\(name)/night1.edf")
        }
        let old: [FileAttributeKey: Any] = [.modificationDate: Date(timeIntervalSinceNow: -60 * 86_400)]
        for name in [unused, used] {
            try FileManager.default.createDirectory(
                atPath: folder.path("cache/\(name)/bin"), withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: program, toPath: folder.path("cache/\(name)/bin/ssrm"))
        }
        for name in [unused, ".new.abcdef"] + theirs {
            try FileManager.default.setAttributes(old, ofItemAtPath: folder.path("cache/\(name)"))
        }

        let arrived = try receive()
        #expect(
            try Set(FileManager.default.contentsOfDirectory(atPath: folder.path("cache")))
                == Set([used, arrived] + theirs))
    }

    @Test func aCopyThatLostSomethingIsMadeAnew() throws {
        let program = try folder.write("#!/bin/sh\n", to: "package/bin/ssrm")
        chmod(program, 0o755)
        try folder.write("all of it", to: "package/lib/library")
        try FileManager.default.createDirectory(atPath: folder.path("cache"), withIntermediateDirectories: true)
        let digest = try receive()
        try folder.write("", to: "cache/\(digest)/lib/library")
        #expect(try receive() == digest)
        let library = try String(contentsOfFile: folder.path("cache/\(digest)/lib/library"), encoding: .utf8)
        #expect(library == "all of it")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("cache")) == [digest])
    }

    /// Has the script put the package into the cache, and returns its digest.
    private func receive() throws -> String {
        let digest = "cd \"$1\" && sha256sum bin/ssrm lib/library | sha256sum | cut -c1-64"
        let text = "d=$(\(digest)) && tar -C \"$1\" -czf - bin lib | sh \"$2\" \"$d\" \"$3\" && echo \"$d\""
        let script = packageRoot.appending(path: "Cluster/remote/receive").path
        let arguments = ["-c", text, "sh", folder.path("package"), script, folder.path("cache")]
        let result = try ProgramRun(arguments, program: "/bin/sh").result()
        #expect(result.status == 0, "\(result.errors)")
        return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
