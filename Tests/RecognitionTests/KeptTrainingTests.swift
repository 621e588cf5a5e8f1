import Foundation
import Layers
import Numerics
import Recognition
import TestKit
import Testing

private func settings(_ change: (inout RecogniserSettings) -> Void = { _ in }) -> RecogniserSettings {
    var settings = RecogniserSettings(
        cell: .lstm, hiddenUnits: 5, sequenceLength: nil, batchSequences: 3, learningRate: 0.02, epochs: 6,
        dropout: 0.3, gradientClip: 1, seed: 4)
    (settings.schedule, settings.warmupSteps, settings.weightDecay) = (.cosine, 2, 0.01)
    settings.inputNoise = 0.1
    change(&settings)
    return settings
}

private func data() -> RecogniserData {
    let nights = Nights(recordings: 8)
    return RecogniserData(
        values: nights.features, recordings: nights.recordings, subjects: [0, 0, 1, 2, 3, 4, 5, 5],
        training: Array(nights.labels.indices), targets: [RecogniserData.Target(labels: nights.labels, classes: 3)])
}

private func bits(_ fitted: Recogniser.Fitted) -> [[Float]] { fitted.recogniser.members.map(\.array) }

/// One member, several on one thread and on two, epochs chosen by people held out, a training that ends in the middle
/// of an epoch.
@Test(arguments: [(1, 0, 0, 1), (3, 0, 0, 1), (3, 0, 0, 2), (2, 2, 0, 1), (1, 0, 8, 1)])
func aTrainingThatWasInterruptedGoesOnToTheSameBits(
    members: Int, heldOut: Int, steps: Int, threads: Int
) throws {
    let chosen = settings { ($0.members, $0.stopSubjects, $0.steps) = (members, heldOut, steps) }
    let whole = try Recogniser.fit(data(), settings: chosen)
    let epochs = (steps > 0 ? (steps + 2) / 3 : 6) * members
    for epoch in [1, 2, epochs - 1, epochs] {
        let again = try InterruptedTraining(data(), settings: chosen, afterEpoch: epoch, threads: threads)
        #expect(bits(again.fitted) == bits(whole) && again.fitted.loss == whole.loss)
        #expect(again.words.isEmpty)
        let told = again.progress
        #expect(told.count == epochs - epoch && told.allSatisfy { $0.epochs == epochs })
        #expect(told.isEmpty || (told.last?.epoch, told.last?.keptEpochs) == (epochs, epoch))
    }
}

@Test func aStateThatCantBeUsedIsToldAndItsMemberTrainedAgain() throws {
    let chosen = settings { $0.members = 2 }
    let whole = try Recogniser.fit(data(), settings: chosen)
    func again(identity: String = "a", _ spoil: (String) throws -> Void) throws -> [String] {
        let again = try InterruptedTraining(
            data(), settings: chosen, afterEpoch: 8, identity: identity, spoil: spoil)
        #expect(bits(again.fitted) == bits(whole))
        return again.words.map { String($0[($0.lastIndex(of: "/") ?? $0.startIndex)...].dropFirst()) }
    }
    #expect(
        try again(identity: "b") { _ in }
            == (1...2).map {
                "training-1-member-\($0).safetensors: it is no state of this training; what it kept is trained again"
            })
    let altered = try again { folder in
        let path = "\(folder)/training-1-member-1.safetensors"
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: URL(filePath: path))
    }
    #expect(altered.count == 1 && altered[0].hasSuffix("; what it kept is trained again"))
    let exchanged = try again { folder in
        let files = ["\(folder)/training-1-member-1.safetensors", "\(folder)/training-1-member-2.safetensors"]
        try FileManager.default.removeItem(atPath: files[1])
        try FileManager.default.moveItem(atPath: files[0], toPath: files[1])
    }
    #expect(
        exchanged == [
            "training-1-member-2.safetensors: it is no state of this training; what it kept is trained again"
        ])
}

/// What was learnt from data that changed meanwhile is not gone on from.
@Test func nothingIsKeptOnceTheDataIsNotAsItWas() throws {
    let folder = try TemporaryFolder()
    let (words, epochs) = (Words(), Words())
    let kept = KeptTraining(in: folder.url.path, of: "a", every: .zero, isSound: { epochs.all.count < 2 }) {
        words.add($0)
    }
    _ = try Recogniser.fit(data(), settings: settings(), keeping: kept) { epochs.add("\($0.epoch)") }
    #expect(words.all.count == 1 && words.all[0].hasPrefix("note: the dataset was changed"))
    let after = Words()
    _ = try Recogniser.fit(
        data(), settings: settings(), keeping: KeptTraining(in: folder.url.path, of: "a") { words.add($0) }
    ) { after.add("\($0.keptEpochs)") }
    #expect(after.all == ["2", "2", "2", "2"])
}

@Test func aFolderThatCantBeWrittenEndsNoTraining() throws {
    let chosen = settings()
    let words = Words()
    let kept = KeptTraining(in: "/nowhere", of: "a", every: .zero) { words.add($0) }
    let fitted = try Recogniser.fit(data(), settings: chosen, keeping: kept)
    #expect(bits(fitted) == bits(try Recogniser.fit(data(), settings: chosen)))
    #expect(words.all.count == 1)
    #expect(words.all.allSatisfy { $0.hasSuffix("; what was trained meanwhile is lost where this is interrupted") })
}

/// What is told on whatever thread.
private final class Words: @unchecked Sendable {  // told by one member alone, read after the training
    private(set) var all: [String] = []
    func add(_ words: String) { all.append(words) }
}
