import Datasets
import Encoders
import Foundation
import Numerics
import Signals
import SleepRecognition
import TestKit
import Testing
import Upstream

@Test(arguments: ["paper", "night", "wrist", "heartbeat", "posture", "psg"])
func aPresetsValuesSurviveJSONAndTheTextOfAFile(name: String) throws {
    let settings = try Preset.named(name).settings
    #expect(try JSONDecoder().decode(PresetSettings.self, from: JSONEncoder().encode(settings)) == settings)
    let folder = try TemporaryFolder()
    let read = try NamedSettings(file: try folder.write(settings.yaml, to: "mine.yaml"))
    #expect(read.values == settings && read.changes.isEmpty)
    #expect(try Preset.named(read.name).settings == settings)  // two may have the same values
}

/// What has an effect where no file says anything of it is shown with its value, and may be written so.
@Test(arguments: ["paper", "night", "wrist", "heartbeat", "posture", "psg"])
func aPresetShowsWhatItLeavesToItsDefaults(name: String) throws {
    let (preset, folder) = (try Preset.named(name), try TemporaryFolder())
    let taught = name == "psg" ? 300 : 0
    for text in [preset.text, preset.settings.yaml] {
        #expect(text.contains("\n  order: by_size\n") && text.contains("\n  self_training_steps: \(taught)\n"))
        let without = text.replacing("  order: by_size\n", with: "").replacing("  self_training_steps: 0\n", with: "")
        #expect(try NamedSettings(file: folder.write(without, to: "mine.yaml")).values == preset.settings)
    }
    #expect(preset.settings.upstream.order == OrderSettings())
    #expect(preset.settings.recogniser.selfTrainingSteps == (taught == 0 ? nil : taught))
    let blockwise = try NamedSettings(preset: name, replacing: ["upstream.order=blockwise"])
    #expect(blockwise.changes == ["upstream.order blockwise"])
}

/// A dataset that was joined of parts has the preset that each of them has.
@Test(arguments: [
    (["edf", "synthetic-psg"], "psg"), (["edf", "edf"], "psg"), (["pmd-i", "pmd-ii"], "posture"),
    (["sleep-accel-night", "table-night"], "wrist"), (["edf", "table"], "paper"), (["table", "table"], "paper"),
])
func whatWasJoinedHasThePresetOfItsParts(kinds: [String], preset: String) throws {
    let folder = try TemporaryFolder()
    let parts = try kinds.enumerated().map { place, kind in
        let path = folder.path("\(place)")
        var outline = DatasetOutline(
            kind: kind, vocabulary: .stage, rows: 1, columns: 1, subjects: ["S\(place)"], codes: ["W", "N2"],
            recordings: [.init(name: "n\(place)", subject: 0, labels: [0, 1])])
        outline.frame = kinds.contains("pmd-i") ? MapFrame(baseline: 0, feetFirst: false) : nil
        try outline.write([Float(place), 1], to: path)
        return try Dataset(opening: path)
    }
    let joined = folder.path("joined")
    _ = try JoinedDatasets(parts).write(to: joined)
    #expect(Preset.name(forFile: joined).name == preset)
    #expect(Preset.name(forFile: parts[0].path) == (Preset.name(forKind: kinds[0]), [kinds[0]]))
    #expect(Preset.name(forFile: folder.path("none")) == ("paper", []))
}

/// A network that took the channels for one long signal would learn as well, only worse: nothing else would tell.
@Test(arguments: [nil, 2])
func theChannelsOfASampleAreThoseOfPreparationAugmentationAndNetwork(replaced: Int?) throws {
    let settings = try NamedSettings(
        preset: "psg", replacing: replaced.map { ["upstream.input_channels=\($0)"] } ?? [])
    let upstream = settings.values.upstream
    let wanted = replaced ?? 3
    #expect((upstream.preparation.choice as? WindowPreparation)?.inputChannels == wanted)
    #expect((upstream.augmentation.choice as? WindowAugmentation)?.inputChannels == wanted)
    #expect((upstream.network.choice as? WavesSettings)?.inputChannels == wanted)
}

/// Two kinds may call different things by one name: the part that a task hides is no augmentation's.
@Test func aNameThatTwoPartsHaveIsTheFirstOnes() throws {
    let settings = try NamedSettings(
        preset: "psg", replacing: ["upstream.task=masked", "upstream.masked_part=0.6"])
    #expect((settings.values.upstream.task.choice as? MaskedSettings)?.maskedPart == 0.6)
    #expect((settings.values.upstream.augmentation.choice as? WindowAugmentation)?.maskedPart == 0.2)
}

/// Files of programs before kinds had names.
@Test(arguments: ["paper", "night"])
func aFileThatNamesNoKindsHasTheOnesThereWere(name: String) throws {
    let preset = try Preset.named(name)
    let kinds = ["  task: views\n", "  network: perceptron\n", "  optimiser: adam\n"]
    let old = kinds.reduce(preset.text) { $0.replacingOccurrences(of: $1, with: "") }
    #expect(old.count == preset.text.count - kinds.reduce(0) { $0 + $1.count })
    let folder = try TemporaryFolder()
    #expect(try NamedSettings(file: folder.write(old, to: "mine.yaml")).values == preset.settings)
}

/// Whoever builds settings in a program gets a fault for these, not the end of it.
@Test(arguments: [Double.nan, .infinity, -.infinity])
func settingsThatAreNoNumbersAreShownAndRefused(value: Double) throws {
    var settings = try NamedSettings(preset: "paper")
    settings.values.recogniser.learningRate = value
    #expect(settings.changes == ["recogniser.learning_rate \(value)"])
    #expect(throws: SettingFault.self) { try settings.values.validate() }
}

@Test(arguments: ["upstream.steps", "upstream.fold_steps"])
func moreStepsThanAJobMayHaveAreRefused(name: String) {
    let error = #expect(throws: SleepRecognitionError.self) {
        try NamedSettings(preset: "paper", replacing: ["\(name)=\(1 << 42)"])
    }
    #expect(error?.description.contains("\(name) is \(1 << 42): use 0 to \(1 << 40)") == true)
}

@Test func jsonWithAValueOfAnotherKindIsRefused() throws {
    let json = try String(decoding: JSONEncoder().encode(Preset.named("paper").settings), as: UTF8.self)
    let wrong = json.replacingOccurrences(of: #""cell":"lstm""#, with: #""cell":"rnn""#)
    #expect(wrong != json)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(PresetSettings.self, from: Data(wrong.utf8)) }
}

@Test func replacedValuesAreChangesOfThePreset() throws {
    let settings = try NamedSettings(
        preset: "night", replacing: ["recogniser.sequence_length=12", "upstream.epsilon=1e-7"])
    #expect(settings.values.recogniser.sequenceLength == 12)
    #expect(settings.changes == ["upstream.epsilon 1e-07", "recogniser.sequence_length 12"])
    #expect(NamedSettings(name: "mine", values: settings.values).changes.isEmpty)
}

@Test(arguments: [
    ("recogniser.droput=0.1", "no setting recogniser.droput: did you mean recogniser.dropout?"),
    (
        "dropuot=0.1", "no setting dropuot: did you mean recogniser.dropout?"
    ),
    (
        "rate=1",
        "no setting rate: did you mean upstream.learning_rate or recogniser.encoder_learning_rate or "
            + "recogniser.learning_rate?"
    ),
    (
        "optimizer.epsilon=1e-7", "no setting optimizer.epsilon: did you mean upstream.epsilon?"
    ),
    (
        "recogniser.tree_count=50",
        "recogniser.tree_count goes with recogniser.trees=forest, and recogniser.trees is none here"
    ),
    ("recogniser.dropout", "use a setting and its value, like recogniser.dropout=0.2"),
    ("recogniser.dropout=much", "recogniser.dropout is \"much\": use a number"),
])
func anAssignmentThatCannotBeTakenIsRefused(assignment: String, reason: String) {
    #expect(throws: SleepRecognitionError.assignment(assignment, reason: reason)) {
        try NamedSettings(preset: "paper", replacing: [assignment])
    }
}

/// Settings with which no gradient ever comes about.
@Test(arguments: [
    (["upstream.cross_entropy_weight=0"], "upstream.cross_entropy_weight is 0.0: use a number above 0"),
    (["upstream.views=[identity]"], "two views or more"),
    (
        ["upstream.task=contrast", "upstream.negatives=anywhere", "upstream.shard_size=1"],
        "upstream.shard_size is 1: use 2 or more"
    ),
])
func settingsWithWhichNothingIsLearntAreRefused(assignments: [String], words: String) throws {
    let error = #expect(throws: SleepRecognitionError.self) {
        try NamedSettings(preset: "paper", replacing: assignments)
    }
    #expect("\(try #require(error))".contains(words), "\(String(describing: error))")
}

@Test func anAssignmentWithoutEffectIsRefused() {
    let assignment = "upstream.steps=3"
    for unused in ["upstream", "upstream.steps"] {
        #expect(throws: SleepRecognitionError.unused(assignment, setting: "upstream.steps")) {
            try NamedSettings(preset: "paper", replacing: [assignment], unused: [unused])
        }
    }
}

@Test func anUnknownPresetIsRefusedWithTheKnownOnes() {
    let error = #expect(throws: SleepRecognitionError.unknownPreset("nigth")) { try Preset.named("nigth") }
    #expect(
        error?.description
            == "no preset \"nigth\": did you mean night? (there are paper, night, wrist, heartbeat, posture, psg)")
}
