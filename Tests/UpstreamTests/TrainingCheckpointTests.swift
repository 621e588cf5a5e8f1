import Checkpoints
import Foundation
import Numerics
import Signals
import TestKit
import Testing
import Upstream

@Test func aRunResumedFromACheckpointGivesTheSameBits() throws {
    let folder = try TemporaryFolder()
    let whole = try pretrainAlone(SmallJob.job(), samples: SmallJob.samples)
    let half = try pretrainAlone(SmallJob.job(steps: 5), samples: SmallJob.samples)
    try TrainingCheckpoint(job: SmallJob.job(), state: half).write(to: folder.path("half.safetensors"))
    var state = try TrainingCheckpoint(reading: folder.path("half.safetensors")).state
    let pool = LeafPool(job: SmallJob.job(), samples: SmallJob.samples, threads: 1)
    while state.step < 12 {
        let sums = try pool.compute(leaves: 0..<5, round: state.step, parameters: state.parameters)
        state.advance(sum: sums[0].vector)
    }
    #expect(sha256(of: state.parameters) == sha256(of: whole.parameters))
}

@Test func theNewestWholeCheckpointIsTaken() throws {
    let folder = try TemporaryFolder()
    let run = RunFolder(folder.path("run"))
    try FileManager.default.createDirectory(atPath: run.checkpointFolder, withIntermediateDirectories: true)
    for steps in [3, 6, 9] {
        let state = try pretrainAlone(SmallJob.job(steps: steps), samples: SmallJob.samples)
        try TrainingCheckpoint(job: SmallJob.job(), state: state).write(to: run.checkpointFile(step: steps))
    }
    let torn = run.checkpointFile(step: 9)
    try Data(contentsOf: URL(filePath: torn)).dropLast(7).write(to: URL(filePath: torn))
    var skipped: [String] = []
    let newest = try run.newestCheckpoint { skipped.append($0) }
    #expect(newest?.checkpoint.state.step == 6)
    #expect(skipped.count == 1 && skipped[0].contains(torn))
}

@Test func aFolderThatCanNotBeReadIsNotTakenForAnEmptyOne() throws {
    let folder = try TemporaryFolder()
    let run = RunFolder(folder.path("run"))
    #expect(try run.checkpointSteps.isEmpty && run.newestCheckpoint { _ in } == nil)
    try folder.write("no folder", to: "run/checkpoints")
    let fault = #expect(throws: UpstreamError.self) { try run.newestCheckpoint { _ in } }
    #expect("\(try #require(fault))".hasPrefix("\(run.checkpointFolder): it can't be read: "))
}

@Test(arguments: [
    AuditRecord(leaves: .max), AuditRecord(backups: 1 << 50), AuditRecord(unaudited: ["w": 6]),
    AuditRecord(unaudited: ["w": -1]),
])
func numbersThatNoRunWritesOfItsSumsAreRefused(record: AuditRecord) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("step.safetensors")
    let state = try pretrainAlone(SmallJob.job(steps: 5), samples: SmallJob.samples)
    try TrainingCheckpoint(job: SmallJob.job(), state: state, record: record).write(to: path)
    let fault = #expect(throws: UpstreamError.self) { try TrainingCheckpoint(reading: path) }
    #expect("\(try #require(fault))" == "\(path): what its metadata tell of workers' sums can't be read")
}

@Test func jobsDifferInWhatTheySayAndNotInTheirLength() {
    var other = SmallJob.job(steps: 500)
    #expect(SmallJob.job().differences(from: other).isEmpty)
    other.seed = 9
    other.preset = "else"
    #expect(SmallJob.job().differences(from: other) == ["preset else there, paper here", "seed 9 there, 7 here"])
}

/// Two sections may have a setting of one name; each is compared with its own, and named with its section.
@Test func settingsOfOneNameAreComparedWithTheirOwn() {
    func job(task: Double, augmentation: Double) -> Job {
        var job = SmallJob.job()
        job.settings.task = TaskSettings(MaskedSettings(maskedPart: task, blockRows: 2, blockColumns: 1))
        var windows = WindowAugmentation.standard
        windows.maskedPart = augmentation
        job.settings.augmentation = Augmentation(windows)
        return job
    }
    let mine = job(task: 0.5, augmentation: 0.2)
    for _ in 0..<20 {  // the order of dictionaries differs
        #expect(
            mine.differences(from: job(task: 0.75, augmentation: 0.2))
                == ["masked_part of the task 0.75 there, 0.5 here"])
        #expect(
            mine.differences(from: job(task: 0.5, augmentation: 0.25))
                == ["masked_part of the augmentation 0.25 there, 0.2 here"])
    }
}

@Test func anEncodersFeaturesDoNotDependOnTheirCompany() throws {
    let state = try pretrainAlone(SmallJob.job(), samples: SmallJob.samples)
    let encoder = try TrainingCheckpoint(job: SmallJob.job(), state: state).encoder
    let all = encoder.features(of: SmallJob.prepared, 0..<40)
    #expect(all.columns == 9)
    for i in [0, 17, 39] {
        #expect(encoder.features(of: SmallJob.prepared, i..<i + 1).elements == Array(all.row(i)))
    }
}

@Test func featuresAreTheHiddenActivationsOfTheSampleDividedByItsNorm() throws {
    let state = try pretrainAlone(SmallJob.job(), samples: SmallJob.samples)
    let encoder = try TrainingCheckpoint(job: SmallJob.job(), state: state).encoder
    let features = encoder.features(of: SmallJob.prepared, 3..<6)
    let (samples, parameters) = (SmallJob.samples, state.parameters.array)
    for i in 0..<3 {
        let sample = Array(samples[3 + i]).map(Double.init)
        let norm = sample.reduce(0) { $0 + $1 * $1 }.squareRoot()
        for unit in 0..<9 {
            var sum = Double(parameters[12 * 9 + unit])
            for k in 0..<12 { sum += sample[k] / norm * Double(parameters[k * 9 + unit]) }
            #expect(abs(Double(features[i, unit]) - max(0, sum)) < 1e-5)
        }
    }
}

@Test func aCheckpointOfAnEarlierFormatIsRefusedWithWhatToDo() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("old.safetensors")
    var writer = try TensorFileWriter(
        path: path, tensors: [(name: "hidden0.weight", type: .float32, shape: [0])],
        metadata: ["format": "ssrm.checkpoint.1"])
    _ = try writer.finish()
    #expect {
        try TrainingCheckpoint(reading: path)
    } throws: {
        "\($0)".hasPrefix(path) && "\($0)".contains("run `ssrm pretrain` again")
    }
}

@Test func aStepBeyondTheJobsIsRefused() throws {
    let folder = try TemporaryFolder()
    let state = try pretrainAlone(SmallJob.job(), samples: SmallJob.samples)
    try TrainingCheckpoint(job: SmallJob.job(steps: 5), state: state).write(to: folder.path("beyond.safetensors"))
    #expect {
        try TrainingCheckpoint(reading: folder.path("beyond.safetensors"))
    } throws: {
        "\($0)".contains("its step 12 is beyond the 5 of its job")
    }
}

/// A run directory with the checkpoint of step 3.
private func runWithACheckpoint(in folder: TemporaryFolder) throws -> RunFolder {
    let run = RunFolder(folder.path("run"))
    try FileManager.default.createDirectory(atPath: run.checkpointFolder, withIntermediateDirectories: true)
    let state = try pretrainAlone(SmallJob.job(steps: 3), samples: SmallJob.samples)
    try TrainingCheckpoint(job: SmallJob.job(), state: state).write(to: run.checkpointFile(step: 3))
    return run
}

@Test(arguments: ["folder", "pipe"])
func aNewestCheckpointThatIsNoFileIsSkipped(kind: String) throws {
    let folder = try TemporaryFolder()
    let run = try runWithACheckpoint(in: folder)
    let newest = run.checkpointFile(step: 6)
    #expect((kind == "pipe" ? mkfifo(newest, 0o600) : mkdir(newest, 0o700)) == 0)
    var skipped: [String] = []
    #expect(try run.newestCheckpoint { skipped.append($0) }?.checkpoint.state.step == 3)
    #expect(skipped.count == 1 && skipped[0].contains(newest))
}

/// What another attempt may read is not passed over, or a run would lose steps without a word.
@Test func aNewestCheckpointThatCanNotBeReadWhateverIsInItIsAnError() throws {
    let folder = try TemporaryFolder()
    let run = try runWithACheckpoint(in: folder)
    let newest = run.checkpointFile(step: 6)
    #expect(mknod(newest, S_IFSOCK | 0o600, 0) == 0)  // what can't be opened, as where too many files are open
    let fault = #expect(throws: UpstreamError.self) { try run.newestCheckpoint { _ in } }
    #expect(
        "\(try #require(fault))" == "can't read \(newest): No such device or address; mend that, or remove the file "
            + "to go on from an older checkpoint")
    // From an older one a run that goes on loses time alone.
    #expect(try run.newestCheckpoint(passingOverUnread: true) { _ in }?.checkpoint.state.step == 3)
    // One that is older than what is taken does no harm, and an absent one neither.
    try FileManager.default.moveItem(atPath: newest, toPath: run.checkpointFile(step: 2))
    #expect(symlink(folder.path("nowhere"), newest) == 0)
    #expect(try run.newestCheckpoint { _ in }?.checkpoint.state.step == 3)
}
