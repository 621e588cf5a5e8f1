import Foundation
import Numerics
import Recognition
import Testing

@Test func settingsSurviveJSON() throws {
    let settings = RecogniserSettings(
        cell: .gru, hiddenUnits: 3, sequenceLength: nil, epochs: 2, principalComponents: 4, fisherComponents: 5,
        fisherNormalised: false, includeInputs: true, gradientClip: 1, seed: .max)
    try settings.validate()
    let json = try JSONEncoder().encode(settings)
    #expect(try JSONDecoder().decode(RecogniserSettings.self, from: json) == settings)
}

@Test func fisherVectorsNeedComponentsToStandOn() {
    #expect(throws: SettingFault.self) { try RecogniserSettings(epochs: 1, fisherComponents: 5).validate() }
}

@Test(arguments: ["hidden_units", "sequence_length", "batch_sequences", "epochs"])
func aCountThatMakesNoSenseIsRefused(name: String) {
    var settings = RecogniserSettings(epochs: 1)
    switch name {
    case "hidden_units": settings.hiddenUnits = 0
    case "sequence_length": settings.sequenceLength = 0
    case "batch_sequences": settings.batchSequences = 0
    default: settings.epochs = 0
    }
    let error = #expect(throws: SettingFault.self) { try settings.validate() }
    #expect(error?.description.hasPrefix("\(name) is 0: use 1 ") == true)
}

@Test(arguments: [-0.1, 2.1, .nan, .infinity])
func aCorrectionOutsideItsRangeIsRefused(part: Double) {
    var settings = RecogniserSettings(epochs: 1)
    settings.rareClassCorrection = part
    let error = #expect(throws: SettingFault.self) { try settings.validate() }
    #expect(error?.name == "rare_class_correction")
}

/// At 0.999999 every output would be dropped, and at 0.000001 none: 16 random bits decide.
@Test(arguments: [-0.1, 1, .nan, 0.999999, 0.000001, .infinity, -.infinity])
func aDropoutOutsideItsRangeIsRefused(rate: Double) {
    #expect(throws: SettingFault.self) { try RecogniserSettings(epochs: 1, dropout: rate).validate() }
}

@Test(arguments: [0, 0.00001, 0.5, 0.99999])
func aDropoutInsideItsRangeIsTaken(rate: Double) throws {
    try RecogniserSettings(epochs: 1, dropout: rate).validate()
}

/// Numbers that are fine as they are written, and 0 or infinite as they are computed with.
@Test(arguments: [1e-60, 1e-40, 1e39, .infinity, .nan, 0, -1])
func aLearningRateThatIsNoneAsAFloatIsRefused(rate: Double) {
    let error = #expect(throws: SettingFault.self) {
        try RecogniserSettings(learningRate: rate, epochs: 1).validate()
    }
    #expect(error?.name == "learning_rate")
}

@Test(arguments: [1e-60, 1e-9, -1, .infinity, .nan])
func aClippingThatWouldTrainNothingIsRefused(limit: Double) {
    let error = #expect(throws: SettingFault.self) {
        try RecogniserSettings(epochs: 1, gradientClip: limit).validate()
    }
    #expect(error?.name == "gradient_clip")
}

/// Training refuses by itself what nobody validated.
@Test func trainingRefusesSettingsUnderTheirNames() throws {
    let features = Matrix(rows: 4, columns: 1, elements: [1, 2, 3, 4])
    let error = #expect(throws: RecognitionError.self) {
        try Recogniser.fit(
            features, recordings: [0..<4], labels: [0, 1, 0, 1], classes: 2,
            settings: RecogniserSettings(learningRate: 1e-60, epochs: 1))
    }
    #expect(error?.description.hasPrefix("recogniser.learning_rate is 1e-60: use a number above 0") == true)
}

@Test func scalingBringsTheSamplesItWasFittedOnToMeanZeroAndDeviationOne() {
    var draw = RandomSequence(seed: 6, stream: 0)
    let features = Matrix(
        rows: 50, columns: 3, elements: (0..<150).map { $0 % 3 == 1 ? 5.5 : Float(draw.normal() * 40 + 900) })
    let fitted = Array(0..<30)
    let scaling = FeatureScaling(of: features, samples: fitted)
    #expect(scaling.factors[1] == 0)
    for c in [0, 2] {
        let values = fitted.map { Double((features[$0, c] - scaling.means[c]) * scaling.factors[c]) }
        let mean = values.reduce(0, +) / 30
        #expect(abs(mean) < 1e-5)
        let squares: Double = values.reduce(0) { $0 + $1 * $1 }
        #expect(abs(squares / 30 - 1) < 1e-4)
    }
}
