import Foundation
import TestKit
import Testing

/// `Cluster/remote/work`, which runs a worker on a host, with a stand-in for the program.
@Suite struct WorkScriptTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let program = try folder.write(
            "#!/bin/sh\n[ \"$1\" = keys ] && mkdir -p \"$3\" || ls -d \"$RUN\"/*\n", to: "ssrm")
        chmod(program, 0o755)
    }

    /// What lies in the folder of keys while the worker works, and afterwards.
    private func work() throws -> (meanwhile: [String], after: [String]) {
        let run = folder.path("run")
        // Input that stays open, as that of ssh does, with the line that lets the worker come.
        let text =
            #"mkfifo "$1/in" && exec 5<>"$1/in" && echo >&5 && env XDG_RUNTIME_DIR="$1/run" RUN="$1/run" "#
            + #"sh "$2" worker "$1/ssrm" host1 "a key" --connect tcp://a:1 <&5"#
        let script = packageRoot.appending(path: "Cluster/remote/work").path
        let result = try ProgramRun(["-c", text, "sh", folder.url.path, script], program: "/bin/sh").result(seconds: 30)
        let names = result.output.split(separator: "\n").map { String($0.split(separator: "/").last ?? "") }
        return (names, try FileManager.default.contentsOfDirectory(atPath: run).sorted())
    }

    @Test func keysThatAKilledShellLeftBehindAreRemovedAtTheNextStart() throws {
        let ended = try ProgramRun(["-c", "echo $$"], program: "/bin/sh").result().output
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let own = ProcessInfo.processInfo.processIdentifier
        let old: [FileAttributeKey: Any] = [.modificationDate: Date(timeIntervalSinceNow: -7200)]
        for name in ["ssrm-keys.\(ended).left", "ssrm-keys.\(own).working", "other"] {
            try folder.write("secret", to: "run/\(name)/secret")
            try FileManager.default.setAttributes(old, ofItemAtPath: folder.path("run/\(name)"))
        }
        try folder.write("secret", to: "run/ssrm-keys.\(ended).new/secret")
        let (meanwhile, after) = try work()
        #expect(Set(after) == ["other", "ssrm-keys.\(ended).new", "ssrm-keys.\(own).working"])
        #expect(meanwhile.count == after.count + 1 && Set(meanwhile).isSuperset(of: after), "\(meanwhile)")
    }
}

/// What the launcher makes of what a program says that does not start on a host.
@Test(arguments: [
    ("ssrm: error while loading shared libraries: libpgm-5.3.so.0: cannot open it", "install libpgm-5.3-0`"),
    ("ssrm: error while loading shared libraries: libother.so.7: cannot open it", "libother.so.7: install it there"),
    ("ssrm: error while loading shared libraries: libswiftCore.so: cannot open it", "of the Swift toolchain"),
    ("ssrm: error while loading shared libraries: lib_FoundationICU.so: cannot open it", "of the Swift toolchain"),
    ("ssrm: /lib/libc.so.6: version `GLIBC_2.38' not found (required by ssrm)", "older than glibc 2.38"),
    ("ssrm: /lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found", "libstdc++.so.6 older than GLIBCXX_3.4.32"),
    ("/usr/bin/ssrm: cannot execute binary file: Exec format error", "another kind of processor"),
    ("sh: 1: /cache/ssrm: Permission denied", "mounted with noexec?"),
])
func aProgramThatDoesNotStartThereIsToldOfInOneLine(said: String, advice: String) throws {
    let cluster = packageRoot.appending(path: "Cluster").path
    let script = """
        import sys
        sys.dont_write_bytecode = True
        sys.path.insert(0, sys.argv[1])
        from launching.troubles import trouble_of_program
        print(trouble_of_program(127, sys.argv[2]))
        """
    let result = try ProgramRun(["python3", "-c", script, cluster, said], program: "/usr/bin/env").result(seconds: 30)
    let lines = result.output.split(separator: "\n")
    #expect(result.status == 0 && lines.count == 1 && lines[0].contains(advice), "\(result.output) \(result.errors)")
}
