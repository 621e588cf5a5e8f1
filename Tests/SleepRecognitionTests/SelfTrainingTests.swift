import Datasets
import Foundation
import Numerics
import Recognition
import Readers
import SleepRecognition
import Synchronization
import TestKit
import Testing

/// Settings under which a small network is pre-trained for two steps and taught for three.
private func settings(_ use: EncoderUse, _ more: String...) throws -> NamedSettings {
    try NamedSettings(
        preset: "paper",
        replacing: [
            "upstream.hidden_units=[12]", "upstream.shards=3", "upstream.shard_size=4", "upstream.steps=2",
            "upstream.fold_steps=2", "recogniser.encoder=\(use.rawValue)", "recogniser.cell=none",
            "recogniser.principal_components=0", "recogniser.batch_sequences=16", "recogniser.steps=6",
            "recogniser.unlabelled=keep", "recogniser.self_training_steps=3",
        ] + more)
}

@Suite struct SelfTrainingTests {
    private let study: SmallStudy
    /// The study's samples, without the labels of its first sleeper.
    private let dataset: Dataset

    init() throws {
        study = try SmallStudy.shared.get()
        dataset = try Self.withoutFirstLabels(
            of: study.dataset, at: study.folder.path("taught-\(UInt64.random(in: 0 ... .max)).safetensors"))
    }

    private static func withoutFirstLabels(of whole: Dataset, at path: String) throws -> Dataset {
        let recordings = whole.recordingRanges.map { range in
            DatasetOutline.Recording(
                name: whole.recordings[range.recording], subject: range.subject,
                labels: range.samples.map { range.subject == 0 ? nil : whole.code(of: $0) })
        }
        let outline = DatasetOutline(
            kind: whole.kind, vocabulary: whole.vocabulary, rows: whole.samples.rows, columns: whole.samples.columns,
            subjects: whole.subjects, codes: whole.codes, recordings: recordings)
        try outline.write(
            (0..<whole.samples.count).flatMap { Array(whole.samples[$0]) }, to: path)
        return try Dataset(opening: path)
    }

    private func model(
        _ settings: NamedSettings, on dataset: Dataset? = nil, excluding excluded: [Range<Int>] = [], threads: Int = 1
    ) throws -> RecogniserModel {
        let dataset = dataset ?? self.dataset
        let needsEncoder = settings.values.recogniser.encoder.needsEncoder
        let encoder = needsEncoder ? try Pretraining(on: dataset, settings: settings, seed: 7).run() : nil
        return try RecogniserTraining(
            on: dataset, scheme: .posture3, encoder: encoder, settings: settings, excluding: excluded
        ).run(threads: threads).model
    }

    /// Whatever the encoder was, the model has one that was taught and is trained on no more.
    @Test(arguments: [EncoderUse.frozen, .tuned, .scratch])
    func aTaughtEncoderIsFrozenInTheModelAndReadBack(use: EncoderUse) throws {
        let chosen = try settings(use, "recogniser.members=2")
        let models = try [1, 3].map { try model(chosen, threads: $0) }
        let paths = ["taught-\(use)-1.safetensors", "taught-\(use)-3.safetensors"].map { study.folder.path($0) }
        let digests = try zip(models, paths).map { try $0.write(to: $1) }
        #expect(digests[0] == digests[1])
        #expect(models[0].encoders.count == 1 && models[0].recogniser.settings.encoder == .frozen)
        let read = try RecogniserModel(opening: paths[0])
        #expect(read.recogniser.settings.selfTrainingSteps == 3)
        let found = try [models[0], read].map { try Prediction(of: study.dataset, by: $0).run().rows }
        #expect(found[0] == found[1] && found[0].count == 36)
    }

    /// Each of the three trainings keeps its own, and what is kept is of this training alone.
    @Test func whatIsKeptOfEachTrainingIsNotTrainedAgain() throws {
        let chosen = try settings(.scratch, "recogniser.members=2")
        func training(_ seed: UInt64 = 1) throws -> RecogniserTraining {
            try RecogniserTraining(on: dataset, scheme: .posture3, encoder: nil, settings: chosen, seed: seed)
        }
        let (whole, folder) = (try training().run().model, try TemporaryFolder())
        let path = folder.path("kept")
        let told = Mutex<[Int]>([])
        func again() throws -> RecogniserModel {
            let kept = try training().kept(in: path, version: "1") { Issue.record("told: \($0)") }
            return try training().run(keeping: kept) { progress in told.withLock { $0.append(progress.training) } }
                .model
        }
        for gone in [[], [3], [2], [2, 3], [1, 2, 3], []] {
            for number in gone {
                for file in try FileManager.default.contentsOfDirectory(atPath: path)
                where file.hasPrefix("training-\(number)-") {
                    try FileManager.default.removeItem(atPath: "\(path)/\(file)")
                }
            }
            told.withLock { $0 = [] }
            let isFirst = !FileManager.default.fileExists(atPath: path)
            let model = try again()
            #expect(Set(told.withLock { $0 }) == Set(isFirst ? [1, 2, 3] : gone))
            #expect(model.recogniser.members.map(\.array) == whole.recogniser.members.map(\.array))
            #expect(model.encoders.map(\.identity) == whole.encoders.map(\.identity))
        }
        #expect(throws: SleepRecognitionError.self) { try training(2).kept(in: path, version: "1") { _ in } }
        #expect(throws: SleepRecognitionError.self) { try training().kept(in: path, version: "2") { _ in } }
    }

    /// Somebody without a label is among those learnt from only where such samples are kept or taught.
    @Test func whoHasNoLabelIsNotAmongThoseLearntFrom() throws {
        let cut = [
            "recogniser.unlabelled=cut", "recogniser.self_training_steps=0", "recogniser.include_inputs=true",
        ]
        let plain = try RecogniserTraining(
            on: dataset, scheme: .posture3, encoder: nil, settings: settings(.none, cut[0], cut[1], cut[2])
        ).run()
        #expect(plain.model.provenance.subjects == Array(dataset.subjects.dropFirst()))
        #expect(plain.figures.recordings == dataset.recordingRanges.count { $0.subject != 0 })
        #expect(plain.figures.unlabelledRecordings == nil && plain.model.provenance.labelledSubjects == nil)
        let settings = try settings(.frozen)
        let taught = try RecogniserTraining(
            on: dataset, scheme: .posture3, encoder: Pretraining(on: dataset, settings: settings, seed: 7).run(),
            settings: settings
        ).run()
        #expect(taught.model.provenance.subjects == dataset.subjects)
        // Who was taught without a label is told apart, in the model's file, too.
        let labelled = Array(dataset.subjects.dropFirst())
        let path = study.folder.path("whose-labels.safetensors")
        try taught.model.write(to: path)
        #expect(try RecogniserModel(opening: path).provenance.labelledSubjects == labelled)
        #expect(taught.figures.recordings == plain.figures.recordings)
        #expect(taught.figures.unlabelledRecordings == dataset.recordingRanges.count { $0.subject == 0 })
    }

    /// Without steps nothing else is trained than by settings that do not know of them.
    @Test func withoutStepsTheEncoderIsTheGivenOne() throws {
        let pretrained = try Pretraining(on: dataset, settings: settings(.frozen), seed: 7).run().encoder
        let taught = try model(settings(.frozen))
        let plain = try model(settings(.frozen, "recogniser.self_training_steps=0"))
        #expect(plain.encoders[0].parameters.array == pretrained.parameters.array)
        #expect(taught.encoders[0].parameters.array != pretrained.parameters.array)
        var unaware = try settings(.frozen)
        unaware.values.recogniser.selfTrainingSteps = nil
        #expect(try model(unaware).recogniser.members[0].array == plain.recogniser.members[0].array)
    }

    /// Where everybody has labels there are no answers to learn from.
    @Test func whereNobodyIsWithoutLabelsTheEncoderIsNotTaught() throws {
        let models = try [3, 0].map {
            try model(settings(.scratch, "recogniser.self_training_steps=\($0)"), on: study.dataset)
        }
        #expect(models[0].encoders[0].parameters.array == models[1].encoders[0].parameters.array)
        #expect(models[0].recogniser.settings.selfTrainingSteps == 0)
    }

    /// An evaluation's folds tell what took place, as a model does: in each fold everybody or nobody has labels.
    @Test(arguments: [true, false]) func anEvaluationSaysHowLongEncodersWereTaught(hasUnlabelled: Bool) throws {
        let evaluation = try Evaluation(
            on: hasUnlabelled ? dataset : study.dataset, scheme: .posture3, division: .leaveOneSubjectOut,
            settings: try settings(.frozen), seed: 5)
        let figures = try evaluation.run(threads: 2)
        #expect(figures.folds.allSatisfy { $0.selfTrainingSteps == (hasUnlabelled ? 3 : 0) })
        #expect(figures.selfTrainingSteps == (hasUnlabelled ? 3 : 0))
        #expect(figures.settings.recogniser.selfTrainingSteps == 3)
    }

    /// Nobody who takes no part is a teacher or is taught: what their samples are changes nothing.
    @Test func whoTakesNoPartChangesNothing() throws {
        let without = study.folder.path("three-sleepers.safetensors")
        let last = try #require(dataset.subjects.last)
        let excluded = try dataset.samples(ofSubjects: [last])
        let plain = study.folder.path("three-plain.safetensors")
        _ = try SyntheticPressure(subjectCount: 3, seed: 2, mapsPerPosture: 3).write(to: plain)
        let three = try Self.withoutFirstLabels(of: Dataset(opening: plain), at: without)
        let chosen = try settings(.scratch)
        let models = [
            try model(chosen, excluding: excluded), try model(chosen, on: three),
        ]
        #expect(models[0].encoders[0].parameters.array == models[1].encoders[0].parameters.array)
        #expect(models[0].recogniser.members[0].array == models[1].recogniser.members[0].array)
    }

    /// Both arms are taught by their own answers, and their steps are told with those before.
    @Test func bothArmsOfACurveAreTaught() throws {
        let evaluation = try Evaluation(
            on: study.dataset, scheme: .posture3, division: .leaveOneSubjectOut, settings: try settings(.frozen),
            seed: 5)
        let figures = try LabelCurve(evaluation, labelledCounts: [1], draws: 1).run(threads: 2)
        // 6 and 3 and 6; from scratch the first are as many more as pre-training has.
        #expect(figures.points[0].arms.prefix(3).map { $0.steps?.first } == [15, 17, 15])
        #expect(figures.comparison.contains("learns from"))
    }

    @Test func stepsThatMakeNoSenseAreRefusedInALine() throws {
        for (more, words) in [
            (["recogniser.self_training_steps=-1"], "0 to 2^40"),
            (["recogniser.encoder=none", "recogniser.include_inputs=true"], "0 where encoder is none"),
            (["recogniser.stop_subjects=2"], "0 with self_training_steps"),
        ] {
            let error = #expect(throws: (any Error).self) {
                try NamedSettings(
                    preset: "psg", replacing: ["recogniser.self_training_steps=3"] + more)
            }
            let text = error.map { "\($0)" } ?? ""
            #expect(text.contains("self_training_steps") && text.contains(words) && !text.contains("\n"))
        }
    }
}
