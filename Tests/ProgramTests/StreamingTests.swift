import Foundation
import TestKit
import Testing

/// The promise where samples stream: a worker without the dataset, with room for one of its two blocks, gives the bits
/// of one that has it, whatever the task and the order.
@Suite(.serialized, .onOwnThreads) struct StreamingTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let tasks = [
        "views": "preparation: norm",
        "masked": "task: masked\n  masked_part: 0.5\n  block_rows: 8\n  block_columns: 9",
        "contrast": """
        preparation: map
          augmentation: map
          task: contrast
          pair_distance: 2
          negatives: person
          group_size: 4
          head_units: [8]
          embedding_units: 4
        """,
        "neighbours": """
        task: contrast
          pair_distance: 2
          negatives: anywhere
          head_units: [8]
          embedding_units: 4
        """,
    ]
    private static let orders = [["--order", "samples"], ["--order", "blockwise", "--window-blocks", "1"]]

    @Test(arguments: ["views", "masked", "contrast", "neighbours"], orders)
    func workersThatStreamGiveTheBitsOfThoseThatHaveTheDataset(task: String, order: [String]) throws {
        let config = folder.path("mine.yaml")
        let settings = try #require(Self.tasks[task])
        try "base: paper\nupstream:\n  \(settings)\n".write(toFile: config, atomically: true, encoding: .utf8)
        let endless = try EndlessRun.coordinator(
            run: folder.path("run"), job: ["--config", config] + order, "--lease", "1", "--heartbeat", "0.2")
        let first = try endless.worker("--sample-memory", "1")
        try endless.waitsForJoining(of: first.pid)
        try endless.waitsForProgress()
        let owner = try endless.worker("--data", try Pretraining.dataset.get())
        try endless.waitsForJoining(of: owner.pid)
        try endless.waitsForProgress()
        let last = try endless.worker(
            "--sample-memory", "1", "--threads", "2", "--no-shared-memory", "--cache", folder.path("cache"))
        try endless.waitsForJoining(of: last.pid)
        try endless.waitsForProgress()
        first.signal(SIGKILL)
        first.result()
        try endless.events.waits(for: .silent) { $0.pid == first.pid }
        try endless.waitsForProgress()
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
        #expect(last.result().status == 0 && owner.result().status == 0)
        #expect(!last.errorsSoFar.contains("going on without"))
    }

    @Test func blocksThatNoJobHasReadForAMonthAreRemovedFromTheCacheAndNothingElse() throws {
        let unread = String(repeating: "0a", count: 16) + "-3.block"
        for name in [unread, "recording.block", "notes.txt"] {
            try folder.write("", to: "cache/\(name)")
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -31 * 86_400)],
                ofItemAtPath: folder.path("cache/\(name)"))
        }
        let endless = try EndlessRun.coordinator(run: folder.path("run"))
        let worker = try endless.worker("--cache", folder.path("cache"))
        try endless.waitsForProgress()
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
        #expect(worker.result().status == 0)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path("cache"))
        #expect(!left.contains(unread) && left.contains("recording.block") && left.contains("notes.txt"))
        #expect(left.count > 2, "blocks of the job in hand are kept")
    }

    @Test func aBlockThatWasAlteredInTheCacheIsToldOfAndFetchedAnew() throws {
        let endless = try EndlessRun.coordinator(run: folder.path("run"))
        let cache = folder.path("cache")
        let first = try endless.worker("--cache", cache)
        try endless.waitsForProgress()
        first.signal(SIGTERM)
        first.result()
        let blocks = try FileManager.default.contentsOfDirectory(atPath: cache).filter { $0.hasSuffix(".block") }
        for block in blocks {
            let file = URL(filePath: cache + "/" + block)
            var bytes = try Data(contentsOf: file)
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: file)
        }
        let second = try endless.worker("--cache", cache)
        try endless.waitsForProgress()
        try endless.stopsWithTheBitsOfAnUndisturbedRun()
        let said = second.result().errors
        #expect(!blocks.isEmpty && said.components(separatedBy: "is not what was kept there").count == 2, "\(said)")
    }

    @Test func anOrderIsPartOfTheJob() throws {
        let run = folder.path("run")
        let plain = try Pretraining.pretrain(run: run, steps: 20, "--workers", "1", "--order", "samples")
        #expect(plain == (try Pretraining.pretrain(run: folder.path("same"), steps: 20, "--workers", "1")))
        let other = try Pretraining.pretrain(
            run: folder.path("other"), steps: 20, "--workers", "2", "--order", "blockwise")
        #expect(other.job_digest != plain.job_digest && other.parameters_sha256 != plain.parameters_sha256)
        let resumed = try ProgramRun(
            ["pretrain", "--workers", "1", "--resume", "--order", "blockwise"]
                + Pretraining.jobFlags(run: run, steps: 30)
        ).result()
        #expect(resumed.status == 1 && resumed.errors.contains("order not set there, blockwise here"))
    }

    @Test(arguments: [
        (["--order", "sideways"], "samples or blockwise"),
        (["--order", "samples", "--window-blocks", "4"], "no window"),
        (["--window-blocks", "0"], "1 to 65536 blocks"),
    ])
    func ordersThatThereAreNotAreRefused(flags: [String], said: String) throws {
        let result = try ProgramRun(
            ["pretrain"] + Pretraining.jobFlags(run: folder.path("run"), steps: 5) + flags
        ).result()
        #expect(result.status != 0 && result.errors.contains(said), Comment(rawValue: result.errors))
    }

    @Test(arguments: ["0", "-4", "a"]) func memoryThatIsNoneIsRefused(memory: String) throws {
        let result = try ProgramRun.ssrm("worker", "--connect", "tcp://127.0.0.1:1", "--sample-memory=\(memory)")
        #expect(result.status == 2 && result.errors.contains("--sample-memory"))
    }
}
