import Datasets
import Encoders
import Examples
import Foundation
import Numerics
import Recognition
import Signals
import SleepRecognition
import TestKit
import Testing
import Upstream

/// A network and a task of one's own, known before anything else.
private let known: Void = {
    NetworkSettings.kinds.add(SquareUnitsSettings.kind, SquareUnitsSettings.self)
    TaskSettings.kinds.add(ShiftSettings.kind, ShiftSettings.self)
}()

@Test func anotherKindComesWithItsStandardValuesAndItsOwnSettings() throws {
    known
    let standard = try NamedSettings(preset: "paper", replacing: ["upstream.network=squares"])
    #expect(standard.values.upstream.network == NetworkSettings(SquareUnitsSettings.standard))
    // Whichever is written first.
    let assignments = ["upstream.units=5", "upstream.shifts=3", "upstream.task=shifts", "upstream.network=squares"]
    let settings = try NamedSettings(preset: "paper", replacing: assignments)
    #expect(settings.values.upstream.network == NetworkSettings(SquareUnitsSettings(units: 5)))
    #expect(settings.values.upstream.task == TaskSettings(ShiftSettings(shifts: 3)))
    #expect(
        settings.changes
            == ["task shifts", "shifts 3", "network squares", "units 5"].map { "upstream.\($0)" })
    #expect(
        try JSONDecoder().decode(PresetSettings.self, from: JSONEncoder().encode(settings.values)) == settings.values)
    let folder = try TemporaryFolder()
    try folder.write(settings.values.yaml, to: "mine.yaml")
    #expect(try NamedSettings(file: folder.path("mine.yaml")).values == settings.values)
    let error = #expect(throws: SleepRecognitionError.self) {
        try NamedSettings(file: folder.path("mine.yaml"), replacing: ["upstream.hidden_units=[3]"])
    }
    let words = "upstream.hidden_units goes with upstream.network=perceptron, and upstream.network is squares here"
    #expect(error?.description.hasSuffix(words) == true, "\(error?.description ?? "")")
}

@Test(arguments: [
    (
        "base: paper\nupstream:\n  network: squares\n  units: 5000\n",
        "line 4, column 10: upstream.units is 5000: use 1 to"
    ),
    (
        "base: paper\nupstream:\n  network: squares\n  units: many\n",
        "line 4, column 10: upstream.units is \"many\": use a"
    ),
    (
        "base: paper\nupstream:\n  network: squars\n",
        "line 3, column 12: upstream.network is squars: use perceptron or convolution or "
    ),
    (
        "base: paper\nupstream:\n  units: 5\n",
        "line 3, column 3: upstream.units goes with upstream.network=squares, and upstream.network is perceptron here"
    ),
])
func whatIsWrongWithAKindsSettingsNamesThePlace(text: String, words: String) throws {
    known
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: "mine.yaml")
    let error = #expect(throws: SleepRecognitionError.self) { try NamedSettings(file: path) }
    #expect(error?.description.hasPrefix("\(path), \(words)") == true, "\(error?.description ?? "")")
}

/// A file that has no base has to name every setting of its kinds.
@Test func aFileOfAnotherKindWithoutABaseHasAllItsSettings() throws {
    known
    let folder = try TemporaryFolder()
    let whole = try NamedSettings(preset: "paper", replacing: ["upstream.network=squares"]).values.yaml
    let error = #expect(throws: SleepRecognitionError.self) {
        try NamedSettings(
            file: folder.write(whole.replacingOccurrences(of: "  units: 6\n", with: ""), to: "mine.yaml"))
    }
    #expect(error?.description.contains("upstream.units is missing") == true)
}

/// Both stages, a model's file and an evaluation with a network and a task that nothing here knows.
@Test func anotherNetworkGoesThroughBothStages() throws {
    known
    let study = try SmallStudy()
    let settings = try NamedSettings(
        preset: "paper",
        replacing: [
            "upstream.network=squares", "upstream.task=shifts", "upstream.shards=2", "upstream.shard_size=4",
            "upstream.steps=3", "upstream.fold_steps=3", "recogniser.hidden_units=4", "recogniser.epochs=2",
        ])
    let encoder = try Pretraining(on: study.dataset, settings: settings).run()
    #expect(encoder.encoder.featureCount == 6)
    let model = try RecogniserTraining(
        on: study.dataset, scheme: .posture3, encoder: encoder, settings: settings
    ).run().model
    let path = study.folder.path("model.safetensors")
    try model.write(to: path)
    let read = try RecogniserModel(opening: path)
    let answers = try [model, read].map { try Prediction(of: study.dataset, by: $0).run().rows }
    #expect(answers[0] == answers[1])
    let figures = try Evaluation(
        on: study.dataset, scheme: .posture3, division: .subjectFolds(2), settings: settings
    ).run(threads: 2)
    #expect(figures.samples == 36 && figures.settings == settings.values)
}

/// A preparation with a setting that an augmentation has, too.
private struct Collision: PreparationKind {
    static let kind = "collision"
    static let standard = Collision(size: 1)
    var size: Int
    private enum CodingKeys: String, CodingKey { case size = "collided_size" }
    func validate() throws(SettingFault) {}
    func shape(rows: Int, columns: Int) -> SampleShape { SampleShape(rows: rows, columns: columns) }
    func prepared(_ samples: Samples, frame: MapFrame?, threads: Int) -> PreparedSamples {
        preconditionFailure("nothing is prepared here")
    }
}

private struct CollidingAugmentation: AugmentationKind {
    static let kind = Collision.kind
    static let standard = CollidingAugmentation(size: 2)
    var size: Int
    private enum CodingKeys: String, CodingKey { case size = "collided_size" }
    func validate() throws(SettingFault) {}
    func augment(
        _ row: UnsafeMutablePointer<Float>, rows: Int, columns: Int, draws: inout RandomSequence, mirrored: Bool?
    ) -> Bool { preconditionFailure("nothing is augmented here") }
}

@Test func aSettingThatTwoKindsHaveIsRefusedAndNotTakenByTheFirst() throws {
    Preparation.kinds.add(Collision.kind, Collision.self)
    Augmentation.kinds.add(CollidingAugmentation.kind, CollidingAugmentation.self)
    let both = ["upstream.preparation=collision", "upstream.augmentation=collision"]
    for assignments in [["upstream.collided_size=3"], []] {
        let error = #expect(throws: SleepRecognitionError.self) {
            try NamedSettings(preset: "paper", replacing: both + assignments)
        }
        #expect(
            error?.description.contains(
                "upstream.collided_size is a setting of preparation collision and augmentation collision") == true,
            "\(error?.description ?? "")")
    }
    // Beside an augmentation without such a setting it is the preparation's.
    let settings = try NamedSettings(preset: "paper", replacing: [both[0], "upstream.collided_size=3"])
    #expect(settings.values.upstream.preparation == Preparation(Collision(size: 3)))
}

@Test func noTwoKindsOfASectionHaveASettingOfOneName() throws {
    known
    let upstream = [
        "preparation": Preparation.kinds.names, "task": TaskSettings.kinds.names,
        "augmentation": Augmentation.kinds.names, "network": NetworkSettings.kinds.names,
        "optimiser": OptimiserSettings.Kind.allCases.map(\.rawValue),
        "exchange": ExchangeSettings.Kind.allCases.map(\.rawValue),
    ].mapValues { $0.filter { $0 != Collision.kind } }
    for (one, kinds) in upstream {
        for (other, otherKinds) in upstream where one < other {
            for kind in kinds {
                for otherKind in otherKinds {
                    // What they make together may be refused for other reasons.
                    do {
                        _ = try NamedSettings(
                            preset: "paper", replacing: ["upstream.\(one)=\(kind)", "upstream.\(other)=\(otherKind)"])
                    } catch { #expect(!"\(error)".contains("is a setting of"), "\(error)") }
                }
            }
        }
    }
    for kind in Augmentation.kinds.names {
        for trees in TreeSettings.Kind.allCases {
            do {
                _ = try NamedSettings(
                    preset: "paper",
                    replacing: ["recogniser.augmentation=\(kind)", "recogniser.trees=\(trees.rawValue)"])
            } catch { #expect(!"\(error)".contains("is a setting of"), "\(error)") }
        }
    }
}
