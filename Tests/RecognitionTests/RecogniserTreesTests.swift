import Checkpoints
import Foundation
import Numerics
import Recognition
import Signals
import TestKit
import Testing

private func settings(
    _ forest: ForestSettings? = ForestSettings(count: 12, leaf: 4), members: Int = 1
) -> RecogniserSettings {
    var settings = RecogniserSettings(
        hiddenUnits: 5, sequenceLength: nil, batchSequences: 3, learningRate: 0.02, epochs: 4, includeInputs: true,
        seed: 4)
    (settings.encoder, settings.members) = (.none, members)
    settings.trees = forest.map { .forest($0) } ?? .none
    return settings
}

private func fit(_ nights: Nights, _ settings: RecogniserSettings, threads: Int = 1) throws -> Recogniser {
    try Recogniser.fit(
        nights.features, recordings: nights.recordings, labels: nights.labels, classes: 3, settings: settings,
        threads: threads)
}

private func model(_ nights: Nights, _ settings: RecogniserSettings) throws -> RecogniserModel {
    RecogniserModel(
        encoders: [], rows: 2, columns: 2,
        inputs: RecogniserInputs(
            includesSamples: true, components: nil, mixture: nil, normalisesFisherVectors: true),
        recogniser: try fit(nights, settings), scheme: .three, vocabulary: .stage, classes: ["wake", "NREM", "REM"],
        preset: "wrist",
        provenance: RecogniserModel.Provenance(encoderJob: nil, encoderDataset: nil, dataset: "89ab", subjects: ["A"]))
}

/// The file with other numbers in one tensor.
private func altered(_ path: String, to other: String, tensor: String, _ bytes: [UInt8]) throws {
    let file = try TensorFile(opening: path)
    var writer = try TensorFileWriter(
        path: other, tensors: file.tensors.map { (name: $0.name, type: $0.type, shape: $0.shape) },
        metadata: file.metadata)
    for entry in file.tensors {
        var content: [UInt8]
        if entry.type == .int32 {
            content = try Array(file.int32s(entry.name)).withUnsafeBytes { Array($0) }
        } else {
            content = try Array(file.floats(entry.name)).withUnsafeBytes { Array($0) }
        }
        if entry.name == tensor { content.replaceSubrange(0..<4, with: bytes) }
        try content.withUnsafeBytes { try writer.append($0) }
    }
    _ = try writer.finish()
}

@Suite struct RecogniserTreesTests {
    @Test(arguments: [0, 0.4])
    func treesHaveTheSameBitsOnAnyNumberOfThreads(share: Double) throws {
        let nights = Nights(recordings: 6)
        let settings = settings(ForestSettings(share: share, count: 12, leaf: 4), members: 2)
        let fits = try (1...3).map { try fit(nights, settings, threads: $0) }
        for other in fits.dropFirst() {
            #expect(other.forest == fits[0].forest && other.members.map(\.array) == fits[0].members.map(\.array))
        }
        let found = (1...3).map { fits[0].recognise(nights.features, recordings: nights.recordings, threads: $0) }
        for other in found.dropFirst() { #expect(other == found[0]) }
        #expect(fits[0].network.features == 7 && fits[0].width == 4)
    }

    @Test func moreClassesThanTheSettingsSayHaveNoTrees() throws {
        let (folder, nights) = (try TemporaryFolder(), Nights(recordings: 5))
        let forest = ForestSettings(mostClasses: 2, count: 12, leaf: 4)
        let (made, plain) = (try model(nights, settings(forest)), try model(nights, settings(nil)))
        #expect(made.recogniser.forest == nil)
        #expect(made.recogniser.members.map(\.array) == plain.recogniser.members.map(\.array))
        let path = folder.path("model.safetensors")
        try made.write(to: path)
        #expect(try TensorFile(opening: path).metadata["format"] == "ssrm.model.5")
        #expect(try RecogniserModel(opening: path).recogniser.forest == nil)
        let any = try fit(nights, settings(ForestSettings(mostClasses: 0, count: 12, leaf: 4)))
        #expect(any.forest != nil)
    }

    @Test(arguments: [0, 0.4])
    func aModelWithTreesReadBackRecognisesWithTheSameBits(share: Double) throws {
        let (folder, nights) = (try TemporaryFolder(), Nights(recordings: 5))
        let made = try model(nights, settings(ForestSettings(share: share, count: 12, leaf: 4)))
        try made.write(to: folder.path("model.safetensors"))
        let read = try RecogniserModel(opening: folder.path("model.safetensors"))
        #expect(
            read.recogniser.forest == made.recogniser.forest && read.recogniser.settings == made.recogniser.settings)
        #expect(
            read.recogniser.recognise(nights.features, recordings: nights.recordings)
                == made.recogniser.recognise(nights.features, recordings: nights.recordings))
    }

    /// Programs before trees read models without them.
    @Test func onlyAModelWithTreesHasTheNewFormat() throws {
        let (folder, nights) = (try TemporaryFolder(), Nights(recordings: 5))
        try model(nights, settings()).write(to: folder.path("trees.safetensors"))
        try model(nights, settings(nil)).write(to: folder.path("none.safetensors"))
        let trees = try TensorFile(opening: folder.path("trees.safetensors"))
        let none = try TensorFile(opening: folder.path("none.safetensors"))
        #expect(trees.metadata["format"] == "ssrm.model.6" && none.metadata["format"] == "ssrm.model.5")
        #expect(none.metadata["trees"] == nil && none.metadata["recogniser"]?.contains("tree") == false)
        #expect(!none.tensors.contains { $0.name.hasPrefix("trees") })
    }

    @Test(arguments: [
        "trees.shares", "trees.roots", "trees.inputs", "trees.thresholds", "trees.next", "trees.leaves", "trees.values",
    ])
    func treesThatNoWayLeadsThroughAreRefused(tensor: String) throws {
        let (folder, nights) = (try TemporaryFolder(), Nights(recordings: 5))
        let (path, other) = (folder.path("model.safetensors"), folder.path("other.safetensors"))
        try model(nights, settings()).write(to: path)
        try altered(path, to: other, tensor: tensor, [0, 0, 0xC0, 0x7F])  // not a number, or a large one
        let error = #expect(throws: RecognitionError.self) { try RecogniserModel(opening: other) }
        #expect(error?.description.contains("its trees are impossible") == true)
    }

    @Test func treesThatHaveAllOfTheAnswerGiveTheirOwn() throws {
        let nights = Nights(recordings: 6)
        let recogniser = try fit(nights, settings(ForestSettings(share: 1, count: 12, leaf: 4)))
        let found = recogniser.recognise(nights.features, recordings: nights.recordings)
        let forest = try #require(recogniser.forest)
        #expect(found.probabilities == forest.probabilities(of: nights.features))
        for (row, label) in found.labels.enumerated() {
            #expect(found.probabilities[row, label] == found.probabilities.row(row).max())
        }
        let half = Recogniser(
            settings: settings(ForestSettings(share: 0.5, count: 12, leaf: 4)), classes: 3, scaling: recogniser.scaling,
            members: recogniser.members, forest: forest)
        let none = Recogniser(
            settings: settings(), classes: 3, scaling: recogniser.scaling, members: recogniser.members, forest: forest)
        let (mean, network) = (
            half.recognise(nights.features, recordings: nights.recordings),
            none.recognise(nights.features, recordings: nights.recordings)
        )
        for place in mean.probabilities.elements.indices {
            let wanted = (network.probabilities.elements[place] + found.probabilities.elements[place]) / 2
            #expect(abs(mean.probabilities.elements[place] - wanted) < 1e-6)
        }
    }

    /// Trees that know only one person say nothing that can be trained on.
    @Test func aRecogniserOfOnePersonHasNoTreesAndReadsNothingOfThem() throws {
        let nights = Nights(recordings: 4)
        let data = RecogniserData(
            values: nights.features, recordings: nights.recordings, subjects: [0, 0, 1, 1],
            training: Array(0..<nights.truth.count),
            targets: [
                RecogniserData.Target(
                    labels: nights.truth.indices.map { $0 < nights.recordings[2].lowerBound ? nights.truth[$0] : nil },
                    classes: 3)
            ])
        let fitted = try Recogniser.fit(data, settings: settings()).recogniser
        #expect(fitted.forest?.trees.isEmpty == true && fitted.scaling.factors.suffix(3) == [0, 0, 0])
        let found = fitted.recognise(nights.features, recordings: nights.recordings)
        #expect(nights.accuracy(found.labels) > 0.5)
    }

    @Test func treesOfABodyInTrainingAreRefusedWithoutValues() {
        var settings = settings()
        (settings.encoder, settings.includeInputs) = (.scratch, false)
        let error = #expect(throws: SettingFault.self) { try settings.validate() }
        #expect(error?.description.hasPrefix("trees is forest: use none, or include_inputs: true") == true)
    }

    @Test(arguments: [
        (ForestSettings(count: 0), "tree_count is 0"), (ForestSettings(leaf: 0), "tree_leaf is 0"),
        (ForestSettings(inputs: -1), "tree_inputs is -1"), (ForestSettings(share: 1.5), "tree_share is 1.5"),
        (ForestSettings(mostClasses: -1), "tree_most_classes is -1"),
        (ForestSettings(share: .nan), "tree_share is nan"), (ForestSettings(shareOfTwo: 2), "tree_share_of_two is 2"),
    ])
    func aForestThatMakesNoSenseIsRefused(forest: ForestSettings, words: String) {
        let error = #expect(throws: SettingFault.self) { try settings(forest).validate() }
        #expect(error?.description.hasPrefix(words) == true)
    }

    @Test func treesSurviveJSONAndOthersAreRefusedByName() throws {
        for trees in [
            TreeSettings.none, .forest(ForestSettings(share: 0.25, shareOfTwo: 0.5, count: 3, leaf: 2, inputs: 1)),
        ] {
            #expect(try JSONDecoder().decode(TreeSettings.self, from: JSONEncoder().encode(trees)) == trees)
        }
        #expect(throws: SettingFault("trees", "woods", wanted: "none or forest")) {
            try JSONDecoder().decode(TreeSettings.self, from: Data(#"{"kind": "woods"}"#.utf8))
        }
    }
}
