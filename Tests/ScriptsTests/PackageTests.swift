import Foundation
import TestKit
import Testing

/// `Scripts/package` and `Scripts/install`: a program that is carried to other machines.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/patchelf"), "Scripts/setup --for-packages"))
struct PackageTests {
    private let place: TemporaryFolder
    /// The packaged program, in a folder that is not the one that it was made in.
    private let package: String

    init() throws {
        place = try TemporaryFolder()
        let made = try ProgramRun(
            ["--program", ProgramRun.ssrm, "--out", place.path("made"), "--no-archive"],
            program: packageRoot.appending(path: "Scripts/package").path
        ).result(seconds: 240)
        try #require(made.status == 0, "\(made.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: place.path("made"))
        let name = try #require(names.first { $0.hasPrefix("ssrm-") })
        package = place.path("a folder")
        try FileManager.default.moveItem(atPath: place.path("made/\(name)"), toPath: package)
    }

    private func shell(_ text: String) throws -> ProgramResult {
        try ProgramRun(["-c", text, "sh", package, place.path("prefix")], program: "/bin/sh").result(seconds: 60)
    }

    @Test func itStartsWhereverItLiesWithItsOwnLibrariesAlone() throws {
        // The wrong libraries of a cluster's modules don't come before its own.
        try place.write("", to: "wrong/libzmq.so.5")
        let started = try shell(#"env -i LD_LIBRARY_PATH="$(dirname "$1")/wrong" "$1/bin/ssrm" --version"#)
        #expect(started.status == 0 && !started.output.isEmpty, "\(started.errors)")
        let libraries = try shell(#"env -i /usr/bin/ldd "$1/lib/ssrm/ssrm""#).output.split(separator: "\n")
        let ofTheHost = /lib(c|m|pthread|dl|rt|resolv|gcc_s)\.so|ld-linux|linux-vdso/
        let foreign = libraries.filter { !$0.contains(package) && $0.firstMatch(of: ofTheHost) == nil }
        #expect(foreign.isEmpty && libraries.count > 5)
    }

    @Test(arguments: [
        ("echo glibc 2.31", "this system has glibc 2.31, and ssrm needs 2.3"),
        ("echo glibc 1.99", "this system has glibc 1.99, and ssrm needs 2.3"),
        ("exit 1", "this system has no GNU C library, and ssrm needs glibc 2.3"),
    ])
    func aSystemOnWhichItCannotRunIsToldInALine(getconf: String, words: String) throws {
        try place.write("#!/bin/sh\n\(getconf)\n", to: "older/getconf")
        let older = #"chmod +x "$(dirname "$1")/older/getconf"; PATH="$(dirname "$1")/older:$PATH"; "#
        let started = try shell(older + #""$1/bin/ssrm" --version"#)
        #expect(started.status == 126 && started.errors.contains(words))
        #expect(started.errors.split(separator: "\n").count == 1)
        let installed = try shell(older + #""$1/install" --prefix "$2""#)
        #expect(installed.status == 1 && installed.errors.contains(words))
        #expect(installed.errors.split(separator: "\n").count == 1)
        #expect(!FileManager.default.fileExists(atPath: place.path("prefix")))
    }

    @Test func itTellsWhatAHostNeedsAndHowToKnowIt() throws {
        let facts = try String(contentsOfFile: package + "/share/ssrm/package", encoding: .utf8)
        let sums = try shell(
            #"cd "$1" && sha256sum $(find bin lib -type f | LC_ALL=C sort) | sha256sum | cut -c1-64"#)
        #expect(facts.contains("digest \(sums.output)"))
        #expect(facts.contains(/glibc 2\.3[0-6]\n/) && facts.contains("machine x86_64\n"))
    }

    @Test func itIsInstalledBelowAPrefixAndTakenAwayAgain() throws {
        let installed = try shell(#""$1/install" --prefix "$2" && "$2/bin/ssrm" --version"#)
        #expect(installed.status == 0, "\(installed.errors)")
        let prefix = place.path("prefix")
        for name in [
            "share/man/man1/ssrm-worker.1", "share/bash-completion/completions/ssrm", "share/zsh/site-functions/_ssrm",
            "share/fish/vendor_completions.d/ssrm.fish", "share/ssrm/cluster/ssh-launch",
        ] {
            #expect(FileManager.default.fileExists(atPath: "\(prefix)/\(name)"), "\(name)")
        }
        #expect(try shell(#""$2/bin/ssrm-launch" --help"#).status == 0)
        let page = try String(contentsOfFile: prefix + "/share/man/man1/ssrm-worker.1", encoding: .utf8)
        #expect(page.contains(#"\-\-connect"#) && page.contains(".SH SYNOPSIS"))
        #expect(try shell(#""$1/install" --prefix "$2" --uninstall"#).status == 0)
        #expect(try shell(#"find "$2" -type f -o -type l"#).output == "")
        let again = try shell(#""$1/install" --prefix "$2" --uninstall"#)
        #expect(again.status == 1 && again.errors.contains("nothing was installed"))
    }

    @Test func aFileOfOthersIsWrittenOverOnlyWhereThatIsAskedFor() throws {
        let foreign = try place.write("#!/bin/sh\n", to: "prefix/bin/ssrm")
        let refused = try shell(#""$1/install" --prefix "$2""#)
        let words = "\(foreign) is there and this script did not install it"
        #expect(refused.status == 1 && refused.errors.contains(words), "\(refused.errors)")
        #expect(try shell(#"find "$2" -type f -o -type l"#).output == foreign + "\n")
        #expect(try String(contentsOfFile: foreign, encoding: .utf8) == "#!/bin/sh\n")
        #expect(try shell(#""$1/install" --prefix "$2" --force && "$2/bin/ssrm" --version"#).status == 0)
        // What it installed itself it replaces without being told.
        #expect(try shell(#""$1/install" --prefix "$2""#).status == 0)
    }

    private static let canMount =
        (try? ProgramRun(
            ["-rm", "mount", "-t", "tmpfs", "-o", "size=64k", "none", "/mnt"], program: "/usr/bin/unshare"
        ).result().status) == 0

    /// Disks in a namespace of their own: on the first is room for half of it, on the second for one and a half.
    @Test(.enabled(if: canMount, "no right to mount a file system in a namespace of one's own"))
    func aDiskThatIsFullChangesNothingOfWhatIsInstalled() throws {
        let size = try #require(Int(try shell(#"du -sk "$1" | cut -f 1"#).output.dropLast()))
        func installs(onDiskOf kilobytes: Int, _ script: String) throws -> ProgramResult {
            let mount = #"mkdir -p "$2" && mount -t tmpfs -o size=\#(kilobytes)k none "$2" && "#
            return try ProgramRun(
                ["-rm", "sh", "-c", mount + script, "sh", package, place.path("prefix")], program: "/usr/bin/unshare"
            ).result(seconds: 60)
        }
        let fresh = try installs(onDiskOf: size / 2, #"! "$1/install" --prefix "$2" && ls -A "$2""#)
        #expect(fresh.status == 0 && fresh.output == "", "\(fresh.output)")
        #expect(fresh.errors.contains("nothing there was changed: make room"))
        #expect(fresh.errors.split(separator: "\n").count == 1, "\(fresh.errors)")
        let upgrade = try installs(
            onDiskOf: size * 3 / 2,
            #"""
            "$1/install" --prefix "$2" 2>/dev/null && find "$2" -type f >"$1/before" && ! "$1/install" --prefix "$2" &&
                find "$2" -type f | diff "$1/before" - && "$2/bin/ssrm" --version
            """#)
        #expect(upgrade.status == 0, "\(upgrade.output)")
        #expect(upgrade.errors.split(separator: "\n").count == 1, "\(upgrade.errors)")
    }

    /// An `mv` before the system's stops where the first manual page is moved.
    @Test(arguments: [
        #""$1/install" --prefix "$2""#, #""$1/install" --prefix "$2" && "$1/install" --prefix "$2" --uninstall"#,
        #""$1/install" --prefix "$2" --uninstall"#,
    ])
    func afterAnInstallThatStoppedHalfWayItCanBeRunAgainOrTakenAway(next: String) throws {
        try place.write(
            "#!/bin/sh\ncase $* in */man1/*) echo stopped here >&2; exit 1 ;; esac\nexec /bin/mv \"$@\"\n",
            to: "stops/mv")
        let stopped = try shell(
            #"stops="$(dirname "$1")/stops"; chmod +x "$stops/mv"; PATH="$stops:$PATH" "$1/install" --prefix "$2""#)
        #expect(stopped.status == 1 && stopped.errors.contains("(stopped here): run this again"), "\(stopped.errors)")
        #expect(try !shell(#"find "$2" -type f"#).output.isEmpty)
        let ended = try shell(next)
        #expect(ended.status == 0, "\(ended.errors)")
        let left = try shell(#"find "$2" -type f -o -type l -o -name '.ssrm*'"#).output
        if next.contains("--uninstall") {
            #expect(left.isEmpty, "\(left)")
        } else {
            #expect(try shell(#""$2/bin/ssrm" --version"#).status == 0 && !left.contains(".ssrm"))
        }
    }

    @Test func whatTheVersionBeforeHadAndTheNewOneHasNotGoesWithAnUpgrade() throws {
        let installed = try shell(
            #"""
            "$1/install" --prefix "$2" && touch "$2/lib/ssrm/older" "$2/lib/ssrm/foreign" &&
                echo lib/ssrm/older >>"$2/share/ssrm/installed" && "$1/install" --prefix "$2" &&
                test ! -e "$2/lib/ssrm/older" && test -e "$2/lib/ssrm/foreign" && "$2/bin/ssrm" --version
            """#)
        #expect(installed.status == 0, "\(installed.errors)")
    }

    @Test func theLineForThePathCanBePastedWhateverTheFolderIsCalled() throws {
        let installed = try shell(#""$1/install" --prefix "$2/anna's \$HOME""#)
        #expect(installed.status == 0, "\(installed.errors)")
        let line = try #require(installed.errors.firstMatch(of: /add `(.*)` to/)).output.1
        try place.write(line + "\nssrm --version\n", to: "pasted")
        #expect(try shell(#"env -i PATH=/usr/bin:/bin sh "$(dirname "$1")/pasted""#).status == 0, "\(line)")
    }
}
