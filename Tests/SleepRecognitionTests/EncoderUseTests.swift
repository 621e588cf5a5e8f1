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

/// Components and values beside nothing, or beside features, are those of prepared maps.
@Test(arguments: [EncoderUse.none, .frozen])
func whatIsReadBesideFeaturesIsPrepared(use: EncoderUse) throws {
    let study = try SmallStudy.shared.get()
    let chosen = try settings(
        use, "recogniser.principal_components=2", "recogniser.include_inputs=true")
    let path = study.folder.path("prepared-\(use).safetensors")
    _ = try JoinedDatasets([study.dataset], preparation: chosen.values.upstream.preparation).write(to: path)
    let joined = try Dataset(opening: path)
    let encoder = use.needsEncoder ? try Pretraining(on: study.dataset, settings: chosen, seed: 7).run() : nil
    let models = try [study.dataset, joined].map { dataset in
        try RecogniserTraining(on: dataset, scheme: .posture3, encoder: encoder, settings: chosen).run().model
    }
    // Prepared then or now: the same inputs, and the same answers for both datasets.
    #expect(models[0].inputs == models[1].inputs && models[0].inputs.preparation.kind == "map")
    #expect(models.allSatisfy { $0.rows == 32 && $0.columns == 16 && $0.preparation.kind == "map" })
    let answers = try models.flatMap { model in
        try [study.dataset, joined].map { try Prediction(of: $0, by: model).run().rows.map(\.probabilities) }
    }
    #expect(answers.allSatisfy { $0 == answers[0] })
    let file = study.folder.path("reads-\(use).safetensors")
    try models[0].write(to: file)
    let read = try RecogniserModel(opening: file)
    #expect(read.inputs == models[0].inputs && read.rows == 32 && read.columns == 16)
    #expect(try Prediction(of: study.dataset, by: read).run().rows.map(\.probabilities) == answers[0])
}

/// Of a dataset that is prepared already the values are read as they are; others are brought to the same.
@Test func aPreparedDatasetsModelPreparesOthersAlike() throws {
    let study = try SmallStudy.shared.get()
    let map = try settings(.scratch).values.upstream.preparation
    let path = study.folder.path("prepared-before.safetensors")
    _ = try JoinedDatasets([study.dataset], preparation: map).write(to: path)
    let joined = try Dataset(opening: path)
    let plain = try settings(.none, "recogniser.include_inputs=true", "upstream.preparation=norm")
    let model = try RecogniserTraining(on: joined, scheme: .posture3, encoder: nil, settings: plain).run().model
    #expect(model.preparation == map)
    let found = try [joined, study.dataset].map { try Prediction(of: $0, by: model).run().rows.map(\.probabilities) }
    #expect(found[0] == found[1])
    // Values are not divided by norms, whatever a network's are.
    let raw = try RecogniserTraining(on: study.dataset, scheme: .posture3, encoder: nil, settings: plain).run().model
    #expect(raw.preparation == .none && raw.rows == 64 && raw.columns == 27)
    let error = #expect(throws: SleepRecognitionError.self) { try Prediction(of: joined, by: raw, name: "it") }
    #expect(
        error?.description == "\(path): it takes samples of 64 x 27 values, but these are of 32 x 16: "
            + "use the kind of data that it was trained on")
}

@Test func componentsThatCannotBeFittedAreRefusedBeforeThePretraining() throws {
    let study = try SmallStudy.shared.get()
    let chosen = try settings(.frozen, "recogniser.principal_components=64", "upstream.fold_steps=100000")
    let error = #expect(throws: SleepRecognitionError.self) {
        try Evaluation(on: study.dataset, scheme: .posture3, division: .leaveOneSubjectOut, settings: chosen).run()
    }
    #expect(error?.description.contains("64") == true)
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

/// Features of a frozen encoder are scaled over each recording where asked for; a body that is trained on knows none.
@Test(arguments: [EncoderUse.frozen, .tuned])
func onlyAFrozenEncodersFeaturesAreScaledOverRecordings(use: EncoderUse) throws {
    let study = try SmallStudy.shared.get()
    let plain = try settings(use)
    let scaled = try settings(use, "recogniser.recording_scaling=true")
    let encoder = try Pretraining(on: study.dataset, settings: plain, seed: 7).run()
    let models = try [plain, scaled].map {
        try RecogniserTraining(on: study.dataset, scheme: .posture3, encoder: encoder, settings: $0).run().model
    }
    let members = models.map { $0.recogniser.members[0].array }
    #expect((members[0] == members[1]) == use.trainsBody)
    guard use == .frozen else { return }
    // Of standardised features nothing is left to be scaled, on whatever people.
    let scaling = models[1].recogniser.scaling
    #expect(scaling.means.allSatisfy { abs($0) < 1e-5 })
    #expect(scaling.factors.allSatisfy { $0 == 0 || abs($0 - 1) < 0.5 })
    let path = study.folder.path("scaled-over-recordings.safetensors")
    try models[1].write(to: path)
    let found = try [models[1], try RecogniserModel(opening: path)].map {
        try Prediction(of: study.dataset, by: $0).run().rows
    }
    #expect(found[0] == found[1])
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
