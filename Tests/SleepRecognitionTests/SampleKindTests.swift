import Datasets
import Encoders
import Numerics
import Recognition
import Readers
import Signals
import SleepRecognition
import TestKit
import Testing
import Upstream

/// A dataset of two sleepers whose samples are `rows` features over three sleep epochs.
private func dataset(
    _ content: [String], rows: Int = 4, units: [String] = [], frame: MapFrame? = nil, in folder: TemporaryFolder,
    _ name: String
) throws -> Dataset {
    var draw = RandomSequence(seed: 4, stream: 0)
    let recordings = (0..<2).map { subject in
        DatasetOutline.Recording(
            name: "night \(subject)", subject: subject, labels: (0..<12).map { $0 % 3 == 0 ? 0 : 1 })
    }
    var outline = DatasetOutline(
        kind: "table", vocabulary: .stage, rows: rows, columns: 3, content: content, units: units,
        subjects: ["A", "B"],
        codes: ["W", "N2"], recordings: recordings)
    outline.frame = frame
    let path = folder.path(name)
    try outline.write((0..<24 * rows * 3).map { _ in Float(draw.normal()) }, to: path)
    return try Dataset(opening: path)
}

private struct Case {
    let folder: TemporaryFolder
    let settings: NamedSettings
    let encoder: PretrainedEncoder
    let model: RecogniserModel

    init(_ content: [String], units: [String] = [], frame: MapFrame? = nil) throws {
        folder = try TemporaryFolder()
        settings = try NamedSettings(
            preset: "night",
            replacing: [
                "upstream.shards=2", "upstream.shard_size=4", "upstream.steps=2", "upstream.hidden_units=[6]",
                "recogniser.hidden_units=4", "recogniser.epochs=1",
            ])
        let data = try dataset(content, units: units, frame: frame, in: folder, "data")
        encoder = try Pretraining(on: data, settings: settings).run()
        model = try RecogniserTraining(on: data, scheme: .wake, encoder: encoder, settings: settings).run().model
    }

    /// What training with the encoder and recognition with the model say of another dataset; nil where they take it.
    func answers(to other: Dataset) -> [String?] {
        func answer(_ work: () throws -> Void) -> String? {
            do { try work() } catch { return "\(error)" }
            return nil
        }
        return [
            answer { _ = try RecogniserTraining(on: other, scheme: .wake, encoder: encoder, settings: settings) },
            answer { _ = try Prediction(of: other, by: model) },
        ]
    }
}

@Test func otherFeaturesAreRefusedByEncoderAndModelAlike() throws {
    let made = try Case(["a", "b", "c", "d"])
    let other = try dataset(["b", "a", "d", "c"], in: made.folder, "other")
    #expect(
        made.answers(to: other)
            == ["the encoder", "the model"].map {
                "\(other.path): \($0) was trained on a, b, c, d, but these samples have b, a, d, c: "
                    + "make the dataset with the same features"
            })
    #expect(try made.answers(to: dataset(["a", "b", "c", "d"], in: made.folder, "same")) == [nil, nil])
}

@Test func otherUnitsAreRefusedByEncoderAndModelAlike() throws {
    let (names, units) = (["a", "b", "c", "d"], ["uV", "1/min", "", "1"])
    let made = try Case(names, units: units)
    let other = try dataset(names, units: ["uV", "1/s", "m", "1"], in: made.folder, "other")
    #expect(
        made.answers(to: other)
            == ["the encoder", "the model"].map {
                "\(other.path): \($0) was trained on b in 1/min, but these samples have b in 1/s: "
                    + "make the dataset in the same units"
            })
    #expect(made.model.units == units && made.encoder.encoder.record.units == units)
    // What is not known on one side is not refused.
    for others in [[], ["uV", "1/min", "m", ""]] {
        let data = try dataset(names, units: others, in: made.folder, "same")
        #expect(made.answers(to: data) == [nil, nil])
        let note = made.model.noteOnUnits(of: data)
        #expect(others.isEmpty ? note?.contains("the model's, like a in uV, and where") == true : note == nil)
    }
}

@Test func rawMapsThatLieOtherwiseAreRefusedByEncoderAndModelAlike() throws {
    let frame = MapFrame(baseline: 44, feetFirst: true)
    let made = try Case([], frame: frame)
    let turned = try dataset([], frame: MapFrame(baseline: 44, feetFirst: false), in: made.folder, "turned")
    #expect(
        made.answers(to: turned)
            == ["the encoder", "the model"].map {
                "\(turned.path): \($0) was trained on maps with baseline 44.0 and the feet first, as they are, but "
                    + "these have baseline 44.0 and the head first: make the dataset alike, or train with --preset "
                    + "posture, which brings maps into one form"
            })
    let other = try dataset([], frame: MapFrame(baseline: 0, feetFirst: true), in: made.folder, "b")
    #expect(!made.answers(to: other).contains(nil))
    #expect(try made.answers(to: dataset([], in: made.folder, "unknown")) == [nil, nil])
    // A checkpoint's file tells it, and one of before that refuses nothing.
    for (frame, isRefused) in [(frame as MapFrame?, true), (nil, false)] {
        let state = TrainingState(startOf: made.encoder.job)
        let path = made.folder.path("checkpoint-\(isRefused)")
        try TrainingCheckpoint(job: made.encoder.job, state: state, frame: frame).write(to: path)
        let encoder = try PretrainedEncoder(opening: path)
        let isTaken = (try? encoder.requireMapsAlike(turned)) != nil
        #expect(isTaken != isRefused)
    }
    let path = made.folder.path("model")
    try made.model.write(to: path)
    #expect(try RecogniserModel(opening: path).frame == MapFrame(baseline: 44, feetFirst: true))
    #expect(try Case([]).model.frame == nil)
}

/// Datasets of earlier programs don't say what their values are.
@Test(arguments: [(["a", "b", "c", "d"], []), ([], ["a", "b", "c", "d"])])
func whatNobodyNamedIsNotRefused(trained: [String], recognised: [String]) throws {
    let made = try Case(trained)
    #expect(try made.answers(to: dataset(recognised, in: made.folder, "other")) == [nil, nil])
}

@Test func samplesOfAnotherShapeAreRefusedByEncoderAndModelAlike() throws {
    let made = try Case(["a", "b", "c", "d"])
    let other = try dataset(["a", "b"], rows: 2, in: made.folder, "other")
    #expect(
        made.answers(to: other)
            == ["the encoder", "the model"].map {
                "\(other.path): \($0) takes samples of 4 x 3 values, but these are of 2 x 3: "
                    + "use the kind of data that it was trained on"
            })
}

/// The model names what it was made of, so that nobody measures it on those it was trained on without knowing.
@Test func aModelKnowsWhatItWasMadeOf() throws {
    let made = try Case(["a", "b", "c", "d"])
    let data = try dataset(["a", "b", "c", "d"], in: made.folder, "again")
    #expect(made.model.provenance.encoderJob == (try made.encoder.job.digest))
    #expect(made.model.provenance.encoderDataset == made.encoder.job.datasetDigest)
    #expect(made.model.provenance.dataset == made.encoder.job.datasetDigest)
    #expect(made.model.provenance.subjects == ["A", "B"] && made.model.content == ["a", "b", "c", "d"])
    let held = try data.samples(ofSubjects: ["A"])
    let model = try RecogniserTraining(
        on: data, scheme: .wake, encoder: made.encoder, settings: made.settings, excluding: held
    ).run().model
    #expect(model.provenance.subjects == ["B"])
}

/// An encoder has seen people as well, though not their labels.
@Test func aModelKnowsWhomItsEncoderHasSeen() throws {
    let study = try SmallStudy.shared.get()
    let (dataset, people) = (study.dataset, study.dataset.subjects)
    func provenance(
        without held: [String], on data: Dataset? = nil
    ) throws -> RecogniserModel.Provenance {
        let data = data ?? dataset
        return try RecogniserTraining(
            on: data, scheme: .posture3, encoder: study.encoder(without: held), settings: study.settings,
            excluding: data.samples(ofSubjects: [people[3]])
        ).run().model.provenance
    }
    // Pre-trained on everybody, then on nobody of the last's.
    let everybody = try provenance(without: [])
    #expect(everybody.encoderSubjects == people && everybody.subjects == Array(people.prefix(3)))
    #expect(everybody.hasSeen(anyOf: [people[3]]) == true)
    let others = try provenance(without: [people[3]])
    #expect(others.hasSeen(anyOf: [people[3]]) == false && others.hasSeen(anyOf: [people[0]]) == true)
    // Of an encoder of another dataset nobody knows.
    let path = study.folder.path("others.safetensors")
    _ = try SyntheticPressure(subjectCount: 4, seed: 3, mapsPerPosture: 3).write(to: path)
    let foreign = try provenance(without: [], on: Dataset(opening: path))
    #expect(foreign.encoderSubjects == nil && foreign.hasSeen(anyOf: [people[3]]) == nil)
    #expect(foreign.hasSeen(anyOf: [people[0]]) == true)
    // As joined datasets call people of equal names.
    #expect(everybody.hasSeen(anyOf: [people[3] + " (lab.safetensors)"]) == nil)
}

/// Parameters that are numbers, and features that are none.
@Test func featuresBeyondAllNumbersAreTheEncodersFault() throws {
    let made = try Case(["a", "b", "c", "d"])
    let data = try dataset(["a", "b", "c", "d"], in: made.folder, "again")
    let job = made.encoder.job
    let parameters = FloatBlock([Float](repeating: 3e38, count: made.encoder.encoder.parameters.count))
    let vectors = (0..<2).map { _ in FloatBlock(count: parameters.count) }
    let state = TrainingState(step: 1, parameters: parameters, vectors: vectors, job: job)
    let encoder = try PretrainedEncoder(TrainingCheckpoint(job: job, state: state))
    let error = #expect(throws: SleepRecognitionError.self) {
        try RecogniserTraining(on: data, scheme: .wake, encoder: encoder, settings: made.settings).run()
    }
    #expect(
        error?.description == "the encoder: its features of \(data.path) are infinite or not numbers: "
            + "pretrain with a lower learning rate")
}
