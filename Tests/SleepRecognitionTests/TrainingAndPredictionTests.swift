import Checkpoints
import Datasets
import Recognition
import Signals
import SleepRecognition
import Synchronization
import TestKit
import Testing

@Test func aModelOfTwoSleepersRecognisesTheOthers() throws {
    let study = try SmallStudy.shared.get()
    let held = try study.dataset.samples(ofSubjects: ["P1", "P4"])
    let training = try RecogniserTraining(
        on: study.dataset, scheme: .posture3, encoder: try study.encoder(without: ["P1", "P4"]),
        settings: study.settings, excluding: held)
    #expect(training.absentClasses.isEmpty)
    let epochs = Mutex<[Int]>([])
    let trained = try training.run { progress in epochs.withLock { $0.append(progress.epoch) } }
    #expect(epochs.withLock { $0 } == [1, 2, 3])
    #expect(trained.figures.samples == 18 && trained.figures.recordings == 18 && trained.figures.epochs == 3)
    #expect(trained.figures.classes == ["supine", "right", "left"] && trained.figures.scheme == "posture3")

    // Through its file, as another program would use it.
    let path = study.folder.path("model.safetensors")
    let digest = try trained.model.write(to: path)
    #expect(try TensorFile(opening: path).digest == digest)
    let predictions = try Prediction(of: study.dataset, by: RecogniserModel(opening: path)).run()
    #expect(predictions.rows.count == 36 && predictions.figures.samples == 36)
    #expect(predictions.figures.labels.values.reduce(0, +) == 36)
    for (sample, row) in predictions.rows.enumerated() {
        #expect(row.subject == study.dataset.subjects[study.dataset.subject(of: sample)])
        #expect(abs(row.probabilities.reduce(0, +) - 1) < 1e-5 && predictions.classes.contains(row.label))
    }
    let scores = try predictions.scores(of: held)
    #expect(scores.samples == 18)
    #expect(try predictions.scores().samples == 36)
    var right = 0
    for sample in held.joined() {
        let code = study.dataset.code(of: sample).map { study.dataset.codes[$0] }
        if predictions.rows[sample].label == code { right += 1 }
    }
    #expect(scores.accuracy == Double(right) / 18)
}

@Test func nothingDependsOnThreads() throws {
    let study = try SmallStudy.shared.get()
    let pretraining = try Pretraining(on: study.dataset, settings: study.settings)
    let encoders = try [1, 3].map { try pretraining.run(threads: $0) }
    #expect(encoders[0].encoder.identity == encoders[1].encoder.identity)
    let digests = try [1, 2].map { threads in
        let path = study.folder.path("threads-\(threads).safetensors")
        return try RecogniserTraining(
            on: study.dataset, scheme: .posture3, encoder: encoders[0], settings: study.settings
        ).run(threads: threads).model.write(to: path)
    }
    #expect(digests[0] == digests[1])
}

@Test func aPretrainingThatLeavesSubjectsOutIsAnotherJob() throws {
    let study = try SmallStudy.shared.get()
    let all = try Pretraining(on: study.dataset, settings: study.settings).job
    let held = try study.dataset.samples(ofSubjects: ["P2"])
    let some = try Pretraining(on: study.dataset, settings: study.settings, excluding: held).job
    #expect(try all.digest != some.digest)
    #expect(some.sampleCount == 36 && some.trainedCount == 27 && some.excludedSamples == held)
}

@Test func whatCannotBeTrainedIsRefusedBeforeItIs() throws {
    let study = try SmallStudy.shared.get()
    let encoder = try study.encoder()
    func refusal(_ work: () throws -> Void) -> SleepRecognitionError? {
        #expect(throws: SleepRecognitionError.self, performing: work)
    }
    let scheme = refusal {
        _ = try RecogniserTraining(on: study.dataset, scheme: .three, encoder: encoder, settings: study.settings)
    }
    #expect(scheme == .labels(.schemeDoesNotFit(scheme: .three, vocabulary: .posture)))
    let subject = refusal { _ = try study.dataset.samples(ofSubjects: ["P11"]) }
    #expect(subject?.description == "\(study.dataset.path) has no subject P11: did you mean P1?")
    let nobody = refusal { _ = try study.dataset.samples(ofSubjects: ["P1", "P2", "P3", "P4"]) }
    #expect(nobody?.description.contains("exclude fewer") == true)
    var large = study.settings
    large.values.shards = 100
    let job = refusal { _ = try Pretraining(on: study.dataset, settings: large) }
    #expect(job?.description.hasPrefix("\(study.dataset.path): a step takes 400 originals") == true)
    let missing = refusal { _ = try PretrainedEncoder(opening: study.folder.path("nothing")) }
    #expect(missing?.description == "\(study.folder.path("nothing")): no such file or run directory")
    let unlabelled = refusal {
        var settings = study.settings
        settings.values.recogniser.epochs = 1
        let outline = DatasetOutline(
            kind: "test", vocabulary: .posture, rows: 64, columns: 27, subjects: ["A"], codes: [],
            recordings: [DatasetOutline.Recording(name: "A/1", subject: 0, labels: [nil, nil, nil, nil])])
        let path = study.folder.path("unlabelled.safetensors")
        try outline.write((0..<4 * 1728).map { (place: Int) -> Float in Float(place * place % 71) }, to: path)
        _ = try RecogniserTraining(
            on: try Dataset(opening: path), scheme: .posture3, encoder: encoder, settings: settings
        ).run()
    }
    #expect(unlabelled == .recognition(.nothingToLearnFrom))
}
