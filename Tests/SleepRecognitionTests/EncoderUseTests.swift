import Checkpoints
import Datasets
import Recognition
import SleepRecognition
import TestKit
import Testing

/// Settings under which a small convolution reads prepared maps and is trained on with a linear layer, and nothing
/// takes long.
private func settings(_ use: EncoderUse, _ more: String...) throws -> NamedSettings {
    try NamedSettings(
        preset: "paper",
        replacing: [
            "upstream.network=convolution", "upstream.channels=[2, 3]", "upstream.kernels=[3, 3]",
            "upstream.preparation=map", "upstream.views=[identity, rotated180]", "upstream.shards=3",
            "upstream.shard_size=4", "upstream.steps=2", "upstream.fold_steps=2",
            "recogniser.encoder=\(use.rawValue)", "recogniser.cell=none", "recogniser.sequence_length=1",
            "recogniser.principal_components=0", "recogniser.batch_sequences=16", "recogniser.steps=6",
        ] + (use.trainsBody ? ["recogniser.augmentation=map"] : []) + more)
}

@Test(arguments: [EncoderUse.scratch, .none])
func withoutAnEncoderAModelIsTrainedAndReadBack(use: EncoderUse) throws {
    let study = try SmallStudy.shared.get()
    let chosen = try settings(
        use, "recogniser.members=2", "recogniser.mirror_average=true",
        "recogniser.include_inputs=\(use == .none)")
    let models = try [1, 3].map { threads in
        try RecogniserTraining(on: study.dataset, scheme: .posture3, encoder: nil, settings: chosen)
            .run(threads: threads).model
    }
    #expect(models[0].encoders.count == (use == .none ? 0 : 2) && models[0].provenance.encoderJob == nil)
    let paths = ["\(use)-1.safetensors", "\(use)-3.safetensors"].map { study.folder.path($0) }
    let digests = try zip(models, paths).map { try $0.write(to: $1) }
    #expect(digests[0] == digests[1])
    let read = try RecogniserModel(opening: paths[0])
    #expect(read.recogniser.settings == models[0].recogniser.settings)
    let found = try [models[0], read].map { try Prediction(of: study.dataset, by: $0).run().rows }
    #expect(found[0] == found[1] && found[0].count == 36)
}

@Test func aTunedEncoderStartsFromThePretrainedOne() throws {
    let study = try SmallStudy.shared.get()
    let chosen = try settings(.tuned, "recogniser.encoder_learning_rate=1e-9", "recogniser.second_scheme=others")
    let encoder = try Pretraining(on: study.dataset, settings: chosen, seed: 7).run()
    let model = try RecogniserTraining(on: study.dataset, scheme: .posture3, encoder: encoder, settings: chosen)
        .run().model
    let (before, after) = (encoder.encoder.parameters.array, try #require(model.encoders.first).parameters.array)
    #expect(before != after && zip(before, after).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(model.provenance.encoderJob == (try encoder.job.digest))
}

@Test func anEncoderThatWouldNotBeReadAndOneThatIsMissingAreRefused() throws {
    let study = try SmallStudy.shared.get()
    let error = #expect(throws: SleepRecognitionError.self) {
        try RecogniserTraining(
            on: study.dataset, scheme: .posture3, encoder: try study.encoder(), settings: try settings(.scratch))
    }
    #expect(error == .encoderNotRead("the encoder"))
    #expect(throws: SleepRecognitionError.noEncoder) {
        try RecogniserTraining(on: study.dataset, scheme: .posture3, encoder: nil, settings: study.settings)
    }
}

@Test func aFoldWithoutPretrainingSaysThatItHasNone() throws {
    let study = try SmallStudy.shared.get()
    let evaluations = try [1, 3].map { threads in
        try Evaluation(
            on: study.dataset, scheme: .posture3, division: .leaveOneSubjectOut, settings: try settings(.scratch)
        ).run(threads: threads)
    }
    #expect(evaluations[0] == evaluations[1])
    #expect(evaluations[0].steps == 0 && evaluations[0].folds.allSatisfy { $0.shards == 0 })
    #expect(evaluations[0].changes.contains("recogniser.encoder scratch"))
    #expect(evaluations[0].changes.contains("recogniser.augmentation map"))
}
