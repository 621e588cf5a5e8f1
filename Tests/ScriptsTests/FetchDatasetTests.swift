import Foundation
import TestKit
import Testing

private let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")

private func isInstalled(_ program: String) -> Bool {
    path.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
}

/// The tools to download with that are here.
private let tools = ["curl", "wget"].filter(isInstalled)

/// `Scripts/fetch-dataset` with a server on this machine.
@Suite(.enabled(if: isInstalled("python3") && !tools.isEmpty, "no python3, or neither curl nor wget"))
struct FetchDatasetTests {
    private let folder = try? TemporaryFolder()
    private var here: String { folder?.path("here") ?? "" }

    /// Some files as PhysioNet lays them out; one has a name that an address must not hold as it is.
    private static let files: [String: Data] = [
        "labels/1 %41.txt": Data("0 0\n30 1\n".utf8), "empty.txt": Data(),
        "motion/1.txt": Data((0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }),
        "readme.md": Data("made up\n".utf8),
    ]

    /// A proxy, where one is set, does not know this machine's own servers.
    private static let direct = ["no_proxy": "127.0.0.1"]

    private func start(_ mirror: Mirror, _ more: [String] = [], dataset: String = "pmd") throws -> ProgramRun {
        let script = packageRoot.appending(path: "Scripts/fetch-dataset").path
        let arguments = [dataset, here, "--from", mirror.address, "--tries", "2"] + more
        return try withoutBlockedSignals { try ProgramRun(arguments, program: script, environment: Self.direct) }
    }

    private func fetch(_ mirror: Mirror, _ more: [String] = [], dataset: String = "pmd") throws -> ProgramResult {
        try start(mirror, more, dataset: dataset).result(seconds: 120)
    }

    /// Whether the files that were fetched are `names`, each as published.
    private func isHere(_ names: [String]) throws -> Bool {
        let found = FileManager.default.enumerator(atPath: here)?.compactMap { $0 as? String } ?? []
        let files = found.filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(here)/\(name)", isDirectory: &isFolder)
                && !isFolder.boolValue
        }
        guard Set(files) == Set(names + ["SHA256SUMS.txt"]) else { return false }
        return try names.allSatisfy { try Data(contentsOf: URL(filePath: "\(here)/\($0)")) == Self.files[$0] }
    }

    private static var all: [String] { Array(files.keys) }

    @Test(arguments: tools)
    func aDatasetIsFetchedAndVerifiedAndNotFetchedTwice(tool: String) throws {
        let mirror = try Mirror(Self.files)
        let first = try fetch(mirror, ["--with", tool])
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("4 files") && first.output.contains("4 were fetched"))
        #expect(first.errors.contains("4 files, 200.0 kB left"))
        #expect(try isHere(Self.all))
        #expect(try Set(mirror.requests) == Set(Self.all))
        let second = try fetch(mirror, ["--with", tool])
        #expect(second.status == 0 && second.output.contains("4 were here, 0 were fetched"), "\(second.errors)")
        #expect(try mirror.requests.count == 4)
    }

    @Test(arguments: tools)
    func aTruncatedFileIsGoneOnWith(tool: String) throws {
        let mirror = try Mirror(Self.files)
        try FileManager.default.createDirectory(atPath: here + "/motion", withIntermediateDirectories: true)
        try Self.files["motion/1.txt"]?.prefix(150_000).write(to: URL(filePath: here + "/motion/1.txt"))
        let result = try fetch(mirror, ["--with", tool])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("4 files, 50.0 kB left"), "\(result.errors)")
        #expect(try mirror.requests.contains("motion/1.txt bytes=150000-"))
        #expect(try isHere(Self.all))
    }

    @Test(arguments: tools)
    func aConnectionThatBreaksInAFileIsGoneOnWith(tool: String) throws {
        let mirror = try Mirror(Self.files, faults: ["motion/1.txt": ["cut", "cut", ""]])
        let result = try fetch(mirror, ["--with", tool])
        #expect(result.status == 0, "\(result.errors)")
        #expect(
            try mirror.requests.filter { $0.hasPrefix("motion") }
                == ["motion/1.txt", "motion/1.txt bytes=100000-", "motion/1.txt bytes=150000-"])
        #expect(try isHere(Self.all))
    }

    @Test(arguments: tools)
    func whereAServerGivesNoPartsTheWholeIsFetched(tool: String) throws {
        let mirror = try Mirror(Self.files, faults: ["motion/1.txt": ["cut", "whole"]])
        let result = try fetch(mirror, ["--with", tool])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try isHere(Self.all))
    }

    @Test(arguments: tools)
    func aSpoiltFileIsFetchedAgain(tool: String) throws {
        let mirror = try Mirror(Self.files, faults: ["readme.md": ["spoil", ""]])
        let result = try fetch(mirror, ["--with", tool])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("readme.md: not what was published; fetching all of it again"))
        #expect(try isHere(Self.all))
    }

    @Test(arguments: tools)
    func whatIsSpoiltTwiceOrMissingIsNamedAndTheRestIsFetched(tool: String) throws {
        let mirror = try Mirror(Self.files, faults: ["readme.md": ["spoil"], "motion/1.txt": ["404"]])
        let result = try fetch(mirror, ["--with", tool])
        #expect(result.status == 1)
        #expect(result.errors.contains("2 of 4 files could not be had, 2 are verified"), "\(result.errors)")
        #expect(result.errors.contains("readme.md: what came is not what was published, twice"))
        #expect(result.errors.contains("motion/1.txt: the server answers 404 to \(mirror.address)/motion/1.txt"))
        #expect(try mirror.requests.filter { $0 == "readme.md" }.count == 2)
        #expect(try isHere(["labels/1 %41.txt", "empty.txt"]))
    }

    @Test func aFileOfOnesOwnThatIsNotAsPublishedIsReplaced() throws {
        let mirror = try Mirror(Self.files)
        try FileManager.default.createDirectory(atPath: here, withIntermediateDirectories: true)
        try Data("MADE UP\n".utf8).write(to: URL(filePath: here + "/readme.md"))
        let result = try fetch(mirror)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try isHere(Self.all))
    }

    @Test func aServerThatIsBusyIsAskedAgain() throws {
        let mirror = try Mirror(Self.files, faults: ["readme.md": ["503", ""]])
        let result = try fetch(mirror)
        #expect(result.status == 0, "\(result.errors)")
        #expect(try mirror.requests.filter { $0 == "readme.md" }.count == 2)
    }

    @Test(
        arguments: [
            "../outside.txt", "/etc/outside.txt", "a/../../outside.txt", "a/..", "./outside.txt", "a//outside.txt",
            "a\\outside.txt", ".fetch-dataset/outside.txt", "SHA256SUMS.txt", "a\u{1B}[2J.txt",
        ])
    func aNameThatIsNoneInsideTheFolderIsRefusedBeforeAnythingIsFetched(name: String) throws {
        let list = "\(sha256(Data())) empty.txt\n\(sha256(Data())) \(name)\n"
        let mirror = try Mirror(["empty.txt": Data()], list: list)
        let result = try fetch(mirror)
        #expect(result.status == 1)
        #expect(result.errors.contains("SHA256SUMS.txt, line 2"), "\(result.errors)")
        #expect(!result.errors.contains("\u{1B}"))
        #expect(try mirror.requests.isEmpty)
        #expect(try folder?.contents == ["here"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: here) == [])
    }

    @Test(arguments: ["<!DOCTYPE html>\n", "", "0123 short.txt\n"])
    func whatIsNoListOfFilesIsRefused(list: String) throws {
        let result = try fetch(try Mirror([:], list: list))
        #expect(result.status == 1 && result.errors.contains("/SHA256SUMS.txt"), "\(result.errors)")
    }

    @Test func aListWithOtherLineEndsAndSignsIsReadTheSame() throws {
        let digests = Self.files.map { "\(sha256($0.value)) *\($0.key)" }.joined(separator: "\r\n")
        let result = try fetch(try Mirror(Self.files, list: digests))
        #expect(result.status == 0, "\(result.errors)")
        #expect(try isHere(Self.all))
    }

    @Test func onlyWhatIsAskedForIsFetched() throws {
        let mirror = try Mirror(Self.files)
        let result = try fetch(mirror, ["--only", "labels/*", "--only", "*.md"])
        #expect(result.status == 0 && result.errors.contains("2 of the 4 files match"), "\(result.errors)")
        #expect(try isHere(["labels/1 %41.txt", "readme.md"]))
        let none = try fetch(mirror, ["--only", "heart_rate/*"])
        #expect(none.status == 1 && none.errors.contains("none of the 4 files matches --only heart_rate/*"))
    }

    @Test(arguments: tools)
    func aDiskThatIsTooSmallIsSaidBeforeAnythingIsFetched(tool: String) throws {
        let mirror = try Mirror(Self.files, faults: ["readme.md": ["vast"]])
        let result = try fetch(mirror, ["--with", tool])
        #expect(result.status == 1 && result.errors.contains("are to come, but only"), "\(result.errors)")
        #expect(try mirror.requests.isEmpty)
    }

    @Test(arguments: tools)
    func aDiskThatFillsUpIsSaid(tool: String) throws {
        let mirror = try Mirror(Self.files)
        try FileManager.default.createDirectory(atPath: here + "/.fetch-dataset", withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: here + "/.fetch-dataset/readme.md", withDestinationPath: "/dev/full")
        let result = try fetch(mirror, ["--with", tool, "--only", "readme.md"])
        #expect(result.status == 1)
        #expect(result.errors.contains("can't be written") && result.errors.contains("make room"), "\(result.errors)")
    }

    @Test(arguments: tools)
    func aServerThatIsNotThereIsNamed(tool: String) throws {
        let script = packageRoot.appending(path: "Scripts/fetch-dataset").path
        // Nothing listens on port 9, discard, of a machine of today.
        let arguments = ["pmd", here, "--from", "http://127.0.0.1:9/pmd", "--tries", "1", "--with", tool]
        let result = try ProgramRun(arguments, program: script, environment: Self.direct).result(seconds: 60)
        #expect(result.status == 1 && result.errors.contains("http://127.0.0.1:9/pmd can't be had"), "\(result.errors)")
        #expect(result.errors.contains("refused") || result.errors.contains("connect"), "\(result.errors)")
    }

    @Test(arguments: tools)
    func whatWasInterruptedGoesOnAndTwoAtOnceAreRefused(tool: String) throws {
        let stalling = try Mirror(Self.files, faults: ["motion/1.txt": ["cut", "stall"]])
        let first = try start(stalling, ["--with", tool])
        // The second request for the file has come, and nothing more will.
        let deadline = Date(timeIntervalSinceNow: 60)
        while try !stalling.requests.contains("motion/1.txt bytes=100000-"), Date() < deadline { usleep(20_000) }
        let other = try fetch(try Mirror(Self.files))
        #expect(
            other.status == 1 && other.errors.contains("another Scripts/fetch-dataset is at work"), "\(other.errors)")
        first.signal(SIGTERM)
        let ended = first.result(seconds: 30)
        #expect(ended.status == 130 && ended.errors.contains("interrupted"), "\(ended.errors)")
        let mirror = try Mirror(Self.files)
        let result = try fetch(mirror, ["--with", tool])
        #expect(result.status == 0, "\(result.errors)")
        let ranges = try mirror.requests.filter { $0.hasPrefix("motion/1.txt bytes=10000") }
        #expect(ranges.count == 1)
        #expect(try isHere(Self.all))
    }

    @Test(
        arguments: [
            [], ["pmd"], ["pdm", "x"], ["pmd", "x", "y"], ["pmd", "x", "--form", "y"], ["pmd", "x", "--from"],
            ["pmd", "x", "--from", "ftp://host/pmd"], ["pmd", "x", "--with", "aria2"], ["pmd", "x", "--tries", "0"],
        ])
    func wrongUsageIsOneLineAndExitCode2(arguments: [String]) throws {
        let script = packageRoot.appending(path: "Scripts/fetch-dataset").path
        let result = try ProgramRun(arguments, program: script, in: folder?.url.path).result(seconds: 30)
        #expect(result.status == 2)
        #expect(result.errors.split(separator: "\n").count == 1 && result.errors.contains("--help"), "\(result.errors)")
        #expect(try folder?.contents == [])
    }

    @Test func slpdbIsAlsoWrittenAsText() throws {
        let mirror = try Mirror(SleepAnnotations.record)
        let result = try fetch(mirror, dataset: "slpdb")
        #expect(result.status == 0, "\(result.errors)")
        #expect(try String(contentsOfFile: here + "/slp99.rr", encoding: .utf8) == SleepAnnotations.intervals)
        #expect(try String(contentsOfFile: here + "/slp99.an", encoding: .utf8) == SleepAnnotations.stages)
    }
}
