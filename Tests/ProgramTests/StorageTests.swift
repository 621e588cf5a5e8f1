import Foundation
import TestKit
import Testing

/// Disks that are full, folders that go away, and places where checkpoints are kept too, with real processes.
@Suite(.serialized, .onOwnThreads) struct StorageTests {
    let folder: TemporaryFolder
    var run: String { folder.path("run") }
    var copy: String { folder.path("copy") }

    init() throws { folder = try TemporaryFolder() }

    /// How large the files of a running process may be: what a full disk is to it, and no longer is.
    private func limitFiles(of process: ProgramRun, to bytes: String) throws {
        let limited = try ProgramRun(
            ["prlimit", "--pid", "\(process.pid)", "--fsize=\(bytes):"], program: "/usr/bin/env"
        ).result()
        #expect(limited.status == 0, Comment(rawValue: limited.errors))
    }

    private func metrics() throws -> [Int] {
        struct Line: Decodable { let step: Int }
        return try String(contentsOfFile: run + "/metrics.jsonl", encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8)).step
        }
    }

    @Test func aDiskThatIsFullForAWhileCostsNothing() throws {
        let endless = try EndlessRun.pretrain(run: run, "--workers", "2", "--checkpoint-every", "20")
        try endless.events.waits(for: .checkpointWritten)
        try limitFiles(of: endless.process, to: "100")
        #expect(endless.process.waits(for: "a checkpoint can't be kept and will be tried again"))
        #expect(endless.process.waits(for: "metrics.jsonl can't be written"))
        let count = try endless.events.entries.count { $0.event == .checkpointWritten }
        try limitFiles(of: endless.process, to: "unlimited")
        try endless.events.waits(for: .checkpointWritten, count: count + 1)
        // What happened meanwhile is in the record, too, and no line is missing.
        try endless.events.waits(for: .checkpointFailed)
        try endless.events.waits(for: .recordFailed)
        try endless.waitsForProgress()
        let steps = try metrics()
        #expect(steps == (1...steps.count).map { 10 * $0 })
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
    }

    private static let canMount =
        (try? ProgramRun(
            ["unshare", "-rm", "mount", "-t", "tmpfs", "-o", "size=64k", "none", "/mnt"], program: "/usr/bin/env"
        ).result().status) == 0

    @Test(.enabled(if: canMount, "no right to mount a file system in a namespace of one's own"))
    func withoutProcNoCommandCanBeReadAndThatIsSaid() throws {
        let script = "mount -t tmpfs none /proc && exec '\(ProgramRun.ssrm)' doctor"
        let result = try ProgramRun(["unshare", "-rm", "sh", "-c", script], program: "/usr/bin/env").result()
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors.hasPrefix("ssrm: /proc is not mounted here"), "\(result.errors)")
    }

    /// What 40 steps come to, and the bytes of their checkpoint; the run directory is made for a disk of its own.
    private func undisturbed() throws -> (outcome: Pretraining.Outcome, size: Int) {
        let whole = try Pretraining.pretrain(run: folder.path("whole"), steps: 40, "--workers", "1")
        let file = try FileManager.default.contentsOfDirectory(atPath: folder.path("whole/checkpoints"))[0]
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path("whole/checkpoints/" + file))
        try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
        return (whole, try #require(attributes[.size] as? Int))
    }

    /// Runs the same steps by a script in a namespace of its own, which mounts a disk and runs what it is given.
    private func pretrain(onADiskOf script: String, _ further: String...) throws -> ProgramResult {
        let flags =
            try Pretraining.jobFlags(run: run, steps: 40) + ["--workers", "1", "--checkpoint-every", "8"] + further
        return try ProgramRun(
            ["unshare", "-rm", "sh", "-c", script, "sh", ProgramRun.ssrm, "pretrain"] + flags, program: "/usr/bin/env"
        ).result()
    }

    /// A disk in a namespace of its own, on which there is room for two checkpoints and a half of the ten to be kept.
    @Test(.enabled(if: canMount, "no right to mount a file system in a namespace of one's own"))
    func onADiskThatIsFullOlderCheckpointsMakeRoomForTheNewestAndThatIsToldOf() throws {
        let (whole, size) = try undisturbed()
        let script = """
            mount -t tmpfs -o size=\(size * 5 / 2 + 65_536) none '\(run)' && "$@" && cp -r '\(run)' '\(copy)'
            """
        let result = try pretrain(onADiskOf: script, "--keep-checkpoints", "10")
        #expect(result.status == 0, Comment(rawValue: result.errors))
        #expect(try Pretraining.inspect(copy) == whole)
        // The last one of all, and one before it: never is there none.
        #expect(try FileManager.default.contentsOfDirectory(atPath: copy + "/checkpoints").count == 2)
        let log = RunEventLog(of: copy)
        let told = try log.entries.filter { $0.event == .checkpointMadeRoom }
        #expect(told.count >= 1 && told.allSatisfy { ($0.step ?? 0) > 16 })
        #expect(try log.entries.count { $0.event == .checkpointFailed } == 0)
        for command in ["inspect", "status"] {
            let shown = try ProgramRun.ssrm(command, copy).output
            #expect(shown.contains("no space was left in \(run): the checkpoint of step "), "\(command): \(shown)")
        }
        let page = folder.path("page.html")
        #expect(try ProgramRun.ssrm("report", copy, "--out", page).status == 0)
        #expect(try String(contentsOfFile: page, encoding: .utf8).contains("made room for that of step"))
    }

    /// On a disk with room for one checkpoint and a half, which somebody else's file fills.
    @Test(.enabled(if: canMount, "no right to mount a file system in a namespace of one's own"))
    func aRunThatIsDoneWaitsForSpaceForItsLastCheckpoint() throws {
        let (whole, size) = try undisturbed()
        let script = """
            mount -t tmpfs -o size=\(size * 4) none '\(run)' && head -c \(size * 5 / 2) /dev/zero >'\(run)/ballast' || exit 9
            "$@" 2>'\(folder.path("errors"))' &
            while kill -0 $! && ! grep -q 'waits until there is space' '\(folder.path("errors"))'; do sleep 0.05; done
            place=$(sed -n 's/.*"endpoint":"\\([^"]*\\)".*/\\1/p' '\(run)/events.jsonl' | head -n 1)
            "$1" worker --connect "$place" || exit 8  # is told that there is nothing left to do
            rm '\(run)/ballast' && wait $! && cp -r '\(run)' '\(copy)'
            """
        let result = try pretrain(onADiskOf: script, "--keep-checkpoints", "1")
        let errors = try String(contentsOfFile: folder.path("errors"), encoding: .utf8)
        #expect(result.status == 0, "\(result.errors)\n\(errors)")
        #expect(errors.contains("all 40 steps are done, and the run waits"), "\(errors)")
        #expect(try Pretraining.inspect(copy) == whole)
    }

    @Test func onlyAtItsEndDoesARunFailWhoseDiskStaysFull() throws {
        let endless = try EndlessRun.pretrain(run: run, "--workers", "1", "--checkpoint-every", "20")
        let kept = try #require(try endless.events.waits(for: .checkpointWritten).step)
        try limitFiles(of: endless.process, to: "100")
        #expect(endless.process.waits(for: "a checkpoint can't be kept and will be tried again"))
        endless.process.signal(SIGINT)
        let result = endless.process.result()
        #expect(result.status == 1)
        let last = result.errors.split(separator: "\n").last ?? ""
        #expect(last.hasPrefix("ssrm: the last checkpoint can't be kept"), Comment(rawValue: result.errors))
        let step = try Pretraining.inspect(run).step
        #expect(step >= kept)
        let resumed = try Pretraining.pretrain(run: run, steps: step + 30, "--workers", "1", "--resume")
        #expect(resumed.parameters_sha256 == (try Pretraining.bits(afterSteps: step + 30)))
    }

    @Test func aRunWhoseDirectoryIsLostGoesOnFromItsCopy() throws {
        let first = try EndlessRun.pretrain(
            run: run, "--workers", "2", "--checkpoint-every", "0.2s", "--checkpoint-copy", copy)
        try first.events.waits(for: .checkpointCopied, count: 2)
        first.process.signal(SIGKILL)
        first.process.result()
        let step = try Pretraining.inspect(copy).step
        #expect(step > 0)
        try FileManager.default.removeItem(atPath: run)
        // A copy is not written over by a run from the start.
        let flags =
            try Pretraining.jobFlags(run: run, steps: step + 50) + ["--checkpoint-copy", copy, "--workers", "1"]
        let refused = try ProgramRun(["pretrain"] + flags).result()
        #expect(refused.status == 1 && refused.errors.contains("\(copy) has checkpoints of an earlier run"))
        let resumed = try Pretraining.pretrain(
            run: run, steps: step + 50, "--workers", "1", "--checkpoint-copy", copy, "--resume")
        #expect(resumed.parameters_sha256 == (try Pretraining.bits(afterSteps: step + 50)))
        #expect(try Pretraining.inspect(copy) == resumed)
        #expect(try Pretraining.inspect(run) == resumed)
    }

    @Test func aCopyThatCannotBeKeptIsToldOfAndFailsTheRunAtItsEndAlone() throws {
        let endless = try EndlessRun.pretrain(
            run: run, "--workers", "1", "--checkpoint-every", "20", "--checkpoint-copy", copy)
        try endless.events.waits(for: .checkpointCopied)
        try takeAway(copy)
        let failed = try endless.events.waits(for: .checkpointFailed)
        #expect(failed.reason?.contains(copy) ?? false)
        let count = try endless.events.entries.count { $0.event == .checkpointWritten }
        try endless.events.waits(for: .checkpointWritten, count: count + 2)
        endless.process.signal(SIGINT)
        let result = endless.process.result()
        #expect(result.status == 1 && result.errors.contains("it is in \(run)"), Comment(rawValue: result.errors))
        #expect(result.errors.contains("the copy in \(copy) lacks the last checkpoint"))
        let reached = try Pretraining.inspect(run)
        #expect(reached.parameters_sha256 == (try Pretraining.bits(afterSteps: reached.step)))
    }

    @Test func aCopyWhoseFolderIsMadeAgainIsKeptThere() throws {
        let endless = try EndlessRun.pretrain(
            run: run, "--workers", "1", "--checkpoint-every", "20", "--checkpoint-copy", copy)
        try endless.events.waits(for: .checkpointCopied)
        try takeAway(copy)
        try endless.events.waits(for: .checkpointFailed)
        let before = try endless.events.entries.count { $0.event == .checkpointCopied }
        try FileManager.default.createDirectory(atPath: copy + "/checkpoints", withIntermediateDirectories: true)
        try endless.events.waits(for: .folderRestored)
        try endless.events.waits(for: .checkpointCopied, count: before + 1)
        // It is this run's again, so another one's to share it is refused.
        let other = try ProgramRun(
            ["pretrain"] + Pretraining.jobFlags(run: copy, steps: 5) + ["--workers", "1"]
        ).result()
        #expect(other.status == 1 && other.errors.contains("is in use by another"), Comment(rawValue: other.errors))
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
    }

    @Test func theCopyIsNotTheRunDirectoryItself() throws {
        let flags = try Pretraining.jobFlags(run: run, steps: 5) + ["--checkpoint-copy", run + "/../run"]
        let result = try ProgramRun(["pretrain"] + flags).result()
        #expect(result.status == 1 && result.errors.contains("is the run directory itself"))
        #expect(try folder.contents.isEmpty)
    }

    @Test(arguments: [("run", "run/checkpoints"), ("run", "run/a/b"), ("run/a", "run"), ("run/a/b", "link/a")])
    func neitherPlaceIsInsideOfTheOther(run: String, copy: String) throws {
        try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: "run")
        try FileManager.default.createDirectory(atPath: folder.path("run"), withIntermediateDirectories: true)
        let flags = try Pretraining.jobFlags(run: folder.path(run), steps: 5)
        let result = try ProgramRun(["pretrain"] + flags + ["--checkpoint-copy", folder.path(copy)]).result()
        #expect(result.status == 1 && result.errors.contains("inside of"), Comment(rawValue: result.errors))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("run")).isEmpty)
    }

    @Test(arguments: ["0", "5x", "-3m"]) func anIntervalThatIsNoneIsWrongUsage(text: String) throws {
        let flags = try Pretraining.jobFlags(run: run, steps: 5) + ["--checkpoint-every=\(text)"]
        let result = try ProgramRun(["pretrain"] + flags).result()
        #expect(result.status == 2 && result.errors.contains("--checkpoint-every takes a number of steps"))
    }

    @Test func aRunDirectoryThatIsRemovedIsMadeAnew() throws {
        let endless = try EndlessRun.pretrain(run: run, "--workers", "1", "--checkpoint-every", "20")
        try endless.events.waits(for: .checkpointWritten)
        try takeAway(run)
        try endless.events.waits(for: .folderRestored)
        try endless.events.waits(for: .checkpointWritten)
        for name in ["job.json", "endpoint", "lock"] {
            #expect(FileManager.default.fileExists(atPath: run + "/" + name), "\(name)")
        }
        try endless.waitsForProgress()
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
    }

    @Test func aRunWhoseDirectoryIsMovedGoesOnWithAllItsFilesInOneMadeAnew() throws {
        let endless = try EndlessRun.pretrain(run: run, "--workers", "1", "--checkpoint-every", "20")
        try endless.events.waits(for: .checkpointWritten)
        let moved = folder.path("moved")
        try FileManager.default.moveItem(atPath: run, toPath: moved)
        try endless.events.waits(for: .folderRestored)
        try endless.events.waits(for: .checkpointWritten)
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
        #expect(try ProgramRun.ssrm("status", run).output.contains("stopped before its end"))
        let old = try String(contentsOfFile: moved + "/events.jsonl", encoding: .utf8)
        #expect(!old.contains("folder_restored") && !old.contains("stopped"))
    }

    @Test func aRunWhoseDirectoryAnotherOneTookEndsAndDoesNotTouchIt() throws {
        let first = try EndlessRun.pretrain(run: run, "--workers", "1", "--checkpoint-every", "20")
        try first.events.waits(for: .checkpointWritten)
        first.process.signal(SIGSTOP)
        try takeAway(run)
        let second = try EndlessRun.pretrain(run: run, "--workers", "1", "--checkpoint-every", "1000000")
        try second.waitsForProgress()
        first.process.signal(SIGCONT)
        let result = first.process.result()
        #expect(result.status == 1, Comment(rawValue: result.errors))
        #expect(result.errors.contains("was removed or replaced under this run"), Comment(rawValue: result.errors))
        #expect(try FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints").isEmpty)
        #expect(try second.events.entries.count { $0.event == .started } == 1)
        #expect(FileManager.default.fileExists(atPath: run + "/endpoint"))
        try second.stopsWithTheBitsOfAnUndisturbedRun()
    }

    @Test func aRunWhoseDirectoryAnotherOneHadMeanwhileLeavesItToItAndKeepsItsStateInItsCopy() throws {
        let first = try EndlessRun.pretrain(
            run: run, "--workers", "1", "--checkpoint-every", "1000000", "--checkpoint-copy", copy)
        try first.waitsForProgress()
        try takeAway(run)
        let other = try Pretraining.pretrain(run: run, steps: 30, "--workers", "1")
        let record = try String(contentsOfFile: run + "/job.json", encoding: .utf8)
        first.process.signal(SIGINT)
        let result = first.process.result()
        #expect(result.status == 1, Comment(rawValue: result.errors))
        #expect(result.errors.contains("job.json is another run's"), Comment(rawValue: result.errors))
        #expect(try Pretraining.inspect(run) == other)
        #expect(try String(contentsOfFile: run + "/job.json", encoding: .utf8) == record)
        #expect(try FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints").count == 1)
        let kept = try Pretraining.inspect(copy)
        #expect(kept.step > 0)
        #expect(kept.parameters_sha256 == (try Pretraining.bits(afterSteps: kept.step)))
    }

    @Test func aCopyOfAnotherJobIsNotWrittenOver() throws {
        let other = try ProgramRun(
            ["pretrain", "--workers", "1"] + Pretraining.jobFlags(run: copy, steps: 30) + ["--learning-rate", "0.01"]
        ).result()
        #expect(other.status == 0, Comment(rawValue: other.errors))
        let before = try Pretraining.inspect(copy)
        let own = try Pretraining.pretrain(run: run, steps: 50, "--workers", "1")
        let result = try ProgramRun(
            ["pretrain", "--workers", "1", "--resume", "--checkpoint-copy", copy]
                + Pretraining.jobFlags(run: run, steps: 80)
        ).result()
        #expect(
            result.status == 1 && result.errors.contains("\(copy)/checkpoints/")
                && result.errors.contains("belongs to another job"), Comment(rawValue: result.errors))
        #expect(try Pretraining.inspect(copy) == before)
        #expect(try Pretraining.inspect(run) == own)
    }

    @Test func aPathThatIsNoTextIsRefusedInsteadOfAnotherOneMade() throws {
        let script = "exec \"$0\" data synthetic --kind pressure --subjects 3 --out \"$(printf 'a\\377')\""
        let result = try ProgramRun(["-c", script, ProgramRun.ssrm], program: "/bin/sh", in: folder.path("")).result()
        #expect(
            result.status == 2 && result.errors.contains("argument 8 is not UTF-8"), Comment(rawValue: result.errors))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("")).isEmpty)
    }
}
