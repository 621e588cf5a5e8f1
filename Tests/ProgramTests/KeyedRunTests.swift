import Foundation
import TestKit
import Testing
import Wire

/// A run whose workers come with keys: who may come, who is cut off, what goes over the wire.
@Suite(.serialized, .onOwnThreads) struct KeyedRunTests {
    private let folder: TemporaryFolder
    private let head: TestKeys

    init() throws {
        folder = try TemporaryFolder()
        head = try TestKeys.make(in: folder.path("head"))
    }

    private func coordinator(_ lease: String = "2", _ heartbeat: String = "0.2") throws -> EndlessRun {
        try EndlessRun.coordinator(
            run: folder.path("run"), descriptors: nil,
            ["--keys", head.folder, "--lease", lease, "--heartbeat", heartbeat])
    }

    /// A coordinator with keys that takes nobody for gone who is slow: who joins, joins once.
    private func patientCoordinator() throws -> EndlessRun { try coordinator("3600", "60") }

    @Test func whoHasNoListedKeyDoesNotJoinAndIsToldWhy() throws {
        let run = try patientCoordinator()
        let mill = try head.issue("mill")
        let other = try TestKeys.make(in: folder.path("other"), label: "other")
        let unlisted = try other.issue("unlisted")
        try TestKeys.run("trust", unlisted.folder, head.folder + "/public")
        let deceived = try head.issue("deceived")
        try TestKeys.run("trust", deceived.folder, other.folder + "/public")
        let worker = try run.worker("--keys", mill.folder)
        try run.waitsForJoining(of: worker.pid)
        let turnedAway = try [
            (run.worker("--patience", "10"), "takes those with keys alone: give --keys"),
            (
                run.worker("--patience", "10", "--keys", unlisted.folder),
                "does not list this key: `ssrm keys authorize`"
            ),
            (
                run.worker("--patience", "10", "--keys", deceived.folder),
                "has another key than \(deceived.folder)/coordinator"
            ),
        ]
        for (process, said) in turnedAway {
            let result = process.result()
            #expect(result.status == 1 && result.errors.contains(said), Comment(rawValue: result.errors))
        }
        try run.events.waits(for: .refused) { $0.what?.contains("which is not listed") ?? false }
        try run.events.waits(for: .peerDropped) { $0.reason?.contains("without a key") ?? false }
        #expect(try run.events.entries.count { $0.event == .joined } == 1)
        #expect(try run.events.entries.first { $0.event == .joined }?.worker?.hasPrefix("mill/") ?? false)
        try run.waitsForProgress()
        try run.stopsWithTheBitsOfAnUndisturbedRun()
        #expect(worker.result().status == 0)
    }

    @Test func aWorkerWithKeysIsNotTakenInByWhoHasNone() throws {
        let run = try EndlessRun.coordinator(run: folder.path("run"))
        let mill = try head.issue("mill")
        let result = try run.worker("--patience", "10", "--keys", mill.folder).result()
        #expect(result.status == 1 && result.errors.contains("has no keys"), Comment(rawValue: result.errors))
        run.process.signal(SIGTERM)
        run.process.result()
    }

    @Test func whoseKeyIsRevokedIsCutOffAndAnotherThatIsListedComes() throws {
        let run = try coordinator()
        let (mill, oven) = (try head.issue("mill"), try head.issue("oven"))
        let cut = try run.worker("--keys", mill.folder)
        let stays = try run.worker("--keys", oven.folder)
        for worker in [cut, stays] { try run.waitsForJoining(of: worker.pid) }
        try run.waitsForProgress()
        try head.revoke("mill")
        try run.events.waits(for: .failed) {
            $0.worker?.hasPrefix("mill/") ?? false && $0.reason?.contains("'mill' was taken off") ?? false
        }
        try run.events.waits(for: .keysChanged)
        #expect(cut.waits(for: "does not list this key"), Comment(rawValue: cut.errorsSoFar))
        cut.signal(SIGTERM)
        #expect(cut.result().status == 128 + SIGTERM)
        try run.waitsForProgress()
        // A list that can't be read says nothing; nobody else is cut off, and it is told once.
        let list = head.folder + "/authorized"
        let whole = try String(contentsOfFile: list, encoding: .utf8)
        try (whole + "nonsense\n").write(toFile: list, atomically: true, encoding: .utf8)
        try run.events.waits(for: .keysUnreadable) { $0.reason?.contains("line 2") ?? false }
        try run.waitsForProgress()
        try whole.write(toFile: list, atomically: true, encoding: .utf8)
        let late = try head.issue("late")
        let joined = try run.worker("--keys", late.folder)
        try run.waitsForJoining(of: joined.pid)
        try run.stopsWithTheBitsOfAnUndisturbedRun()
        #expect(stays.result().status == 0 && joined.result().status == 0)
    }

    @Test func nobodyBearsTheNameOfAnotherKeysWorker() throws {
        let run = try coordinator()
        let (mill, oven) = (try head.issue("mill"), try head.issue("oven"))
        let worker = try run.worker("--keys", mill.folder)
        try run.waitsForJoining(of: worker.pid)
        let name = try #require(try run.events.waits(for: .joined).worker)
        let impostor = try PlayedWorker(name, endpoint: run.events.endpoint(), keys: oven)
        try impostor.sayHello()
        let refusal = try impostor.refusal()
        #expect(refusal.code == .notAuthorized && refusal.text.contains("'oven/'"))
        try run.events.waits(for: .refused) { $0.what?.contains(name) ?? false }
        try run.waitsForProgress()
        try run.stopsWithTheBitsOfAnUndisturbedRun()
    }

    // MARK: - On the wire

    /// The proxy to a run.
    private func proxy(to run: EndlessRun) throws -> (proxy: CuttingProxy, endpoint: String) {
        let port = try run.events.endpoint().split(separator: ":").last
        let proxy = CuttingProxy(to: try #require(UInt16(port ?? "")))
        return (proxy, "tcp://127.0.0.1:\(proxy.port)")
    }

    /// A worker with a listed key that has joined a run through a proxy.
    private func keyedWorkerBehindAProxy(to run: EndlessRun) throws -> (proxy: CuttingProxy, worker: ProgramRun) {
        let (proxy, endpoint) = try proxy(to: run)
        let worker = try ProgramRun(
            ["worker", "--connect", endpoint, "--no-shared-memory", "--keys", try head.issue("mill").folder])
        try run.waitsForJoining(of: worker.pid)
        return (proxy, worker)
    }

    /// Whether what a worker says and hears has what it should not.
    private func isReadable(_ recording: CuttingProxy.Recording, samples: Data) -> [String: Bool] {
        let (there, back) = (Data(recording.there), Data(recording.back))
        let inside = samples.count / 2
        return [
            "job": back.firstRange(of: Data("\"shards".utf8)) != nil || back.firstRange(of: Data("paper".utf8)) != nil,
            "name": there.firstRange(of: Data("oneDNN".utf8)) != nil,
            "samples": back.firstRange(of: samples[(samples.startIndex + inside)..<(samples.startIndex + inside + 64)])
                != nil,
        ]
    }

    @Test(arguments: [true, false]) func nothingOnTheWireIsReadableWithKeys(hasKeys: Bool) throws {
        let run = hasKeys ? try coordinator() : try EndlessRun.coordinator(run: folder.path("run"))
        let (proxy, endpoint) = try proxy(to: run)
        defer { proxy.end() }
        let flags = hasKeys ? ["--keys", try head.issue("mill").folder] : []
        let worker = try ProgramRun(["worker", "--connect", endpoint, "--no-shared-memory"] + flags)
        try run.waitsForJoining(of: worker.pid)
        try run.waitsForProgress()
        let file = try Data(contentsOf: URL(filePath: Pretraining.dataset.get()))
        let start = 8 + Int(file.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) })
        let recording = try #require(proxy.recordings.max { $0.back.count < $1.back.count })
        #expect(recording.back.count > 100_000 && recording.there.count > 100_000)
        let found = isReadable(recording, samples: file[start..<min(file.count, start + 200_000)])
        for (what, isFound) in found { #expect(isFound == !hasKeys, "\(what)") }
        try run.stopsWithTheBitsOfAnUndisturbedRun()
        worker.result()
    }

    @Test func whatWasRecordedDoesNothingWhenItIsSaidAgain() throws {
        let run = try patientCoordinator()
        let (proxy, worker) = try keyedWorkerBehindAProxy(to: run)
        defer { proxy.end() }
        try run.waitsForProgress()
        let recording = try #require(proxy.recordings.max { $0.there.count < $1.there.count })
        #expect(recording.there.count > 100_000)
        for _ in 0..<3 {
            let peer = try RawPeer(run.events.endpoint(), greets: false)
            peer.send(recording.there)
            #expect(peer.isClosedByTheOther)
        }
        try run.waitsForProgress()
        #expect(try run.events.entries.count { $0.event == .joined } == 1)
        #expect(try !run.events.entries.contains { $0.event == .silent || $0.event == .left })
        try run.stopsWithTheBitsOfAnUndisturbedRun()
        worker.result()
    }

    @Test func aBitThatIsFlippedOnItsWayCostsAConnectionAndNoBit() throws {
        let run = try coordinator()
        let (proxy, worker) = try keyedWorkerBehindAProxy(to: run)
        defer { proxy.end() }
        for onTheWayBack in [false, true] {
            try run.waitsForProgress()
            let count = proxy.recordings.count
            proxy.flip(onTheWayBack: onTheWayBack)
            #expect(waitFor { proxy.recordings.count > count })
        }
        try run.waitsForProgress()
        try run.stopsWithTheBitsOfAnUndisturbedRun()
        worker.result()
    }

    @Test func noSecretIsInAFileALogOrAProcessList() throws {
        let run = try coordinator()
        let mill = try head.issue("mill")
        let worker = try run.worker("--keys", mill.folder)
        try run.waitsForJoining(of: worker.pid)
        try run.waitsForProgress()
        for keys in [head, mill] {
            let secret = Data(try keys.secret.utf8)
            for process in [run.process, worker] {
                for name in ["cmdline", "environ"] {
                    let text = try Data(contentsOf: URL(filePath: "/proc/\(process.pid)/\(name)"))
                    #expect(text.firstRange(of: secret) == nil)
                }
                #expect(Data(process.errorsSoFar.utf8).firstRange(of: secret) == nil)
            }
            let files = FileManager.default.enumerator(atPath: run.folder)?.compactMap { $0 as? String } ?? []
            #expect(!files.isEmpty)
            for file in files {
                let content = FileManager.default.contents(atPath: run.folder + "/" + file)
                #expect(content?.firstRange(of: secret) == nil)
            }
        }
        _ = try run.stop()
    }

    // MARK: - A relay

    @Test func aRelayHasKeysOfItsOwnAndGivesTheSameBits() throws {
        let run = try coordinator()
        let room = try head.issue("room")
        let mill = try room.issue("mill")
        let relay = try ProgramRun([
            "relay", "--connect", try run.events.endpoint(), "--listen", "tcp://127.0.0.1:*", "--keys", room.folder,
        ])
        let endpoint = relay.relayedEndpoint()
        let worker = try ProgramRun(["worker", "--connect", endpoint, "--keys", mill.folder])
        try run.waitsForJoining(of: relay.pid)
        #expect(relay.waits(for: "mill/") && relay.waits(for: ":\(worker.pid) joined"))
        let stranger = try ProgramRun(["worker", "--connect", endpoint, "--patience", "10"]).result()
        #expect(stranger.status == 1 && stranger.errors.contains("--keys"))
        try run.waitsForProgress()
        try run.stopsWithTheBitsOfAnUndisturbedRun()
        #expect(relay.result().status == 0 && worker.result().status == 0)
    }

    /// A clock of three years later for whoever is started with it: what a program asks the system for the time by.
    private func laterClock() throws -> String {
        let source = """
            #define _GNU_SOURCE
            #include <sys/syscall.h>
            #include <sys/time.h>
            #include <time.h>
            #include <unistd.h>
            static const long later = 3L * 365 * 86400;
            int clock_gettime(clockid_t clock, struct timespec *time) {
                int code = syscall(SYS_clock_gettime, clock, time);
                if (code == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += later;
                return code;
            }
            int gettimeofday(struct timeval *restrict time, void *restrict zone) {
                int code = syscall(SYS_gettimeofday, time, zone);
                if (code == 0) time->tv_sec += later;
                return code;
            }
            time_t time(time_t *where) {
                struct timespec now;
                clock_gettime(CLOCK_REALTIME, &now);
                if (where) *where = now.tv_sec;
                return now.tv_sec;
            }
            """
        let (file, library) = (folder.path("later.c"), folder.path("later.so"))
        try Data(source.utf8).write(to: URL(filePath: file))
        let made = try ProgramRun(["cc", "-shared", "-fPIC", "-o", library, file], program: "/usr/bin/env").result()
        #expect(made.status == 0, Comment(rawValue: made.errors))
        return library
    }

    @Test func clocksOfTwoMachinesMayDifferByYears() throws {
        let run = try coordinator()
        let mill = try head.issue("mill")
        let later = ["LD_PRELOAD": try laterClock()]
        let date = try ProgramRun(["+%Y"], program: "/usr/bin/date", environment: later).result()
        let year = Calendar(identifier: .gregorian).component(.year, from: .now)
        #expect(Int(date.output.trimmingCharacters(in: .newlines)).map { $0 - year } ?? 0 >= 2)
        let worker = try ProgramRun(
            ["worker", "--connect", try run.events.endpoint(), "--keys", mill.folder], environment: later)
        try run.waitsForJoining(of: worker.pid)
        try run.waitsForProgress()
        let other = try run.worker("--keys", mill.folder)
        try run.waitsForJoining(of: other.pid)
        worker.signal(SIGKILL)
        try run.waitsForProgress()
        try run.stopsWithTheBitsOfAnUndisturbedRun()
        #expect(other.result().status == 0)
    }
}
