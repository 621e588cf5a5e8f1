import Foundation
import Numerics
import Recognition
import Testing

@Test func thePaperPresetIsThePaper() throws {
    let paper = try RecogniserSettings.preset(named: "paper")
    #expect(paper.cell == .lstm && paper.hiddenUnits == 128 && paper.sequenceLength == 10)
    #expect(paper.batchSequences == 128 && paper.learningRate == 0.01)
    #expect(paper.dropout == 0 && !paper.includeInputs && paper.gradientClip == 0)
}

@Test func everyPresetIsValidAndSurvivesJSON() throws {
    for preset in RecogniserSettings.presets {
        try preset.settings.validate()
        let json = try JSONEncoder().encode(preset.settings)
        #expect(try JSONDecoder().decode(RecogniserSettings.self, from: json) == preset.settings)
    }
}

@Test func anUnknownPresetIsRefusedWithTheKnownOnes() {
    #expect(throws: RecognitionError.unknownPreset(name: "papre", known: ["paper", "night"])) {
        try RecogniserSettings.preset(named: "papre")
    }
    let line = RecognitionError.unknownPreset(name: "papre", known: ["paper", "night"]).description
    #expect(line == "no recogniser preset \"papre\": use one of paper, night")
}

@Test(arguments: ["hiddenUnits", "sequenceLength", "batchSequences", "epochs"])
func aCountThatMakesNoSenseIsRefused(name: String) {
    var settings = RecogniserSettings(epochs: 1)
    switch name {
    case "hiddenUnits": settings.hiddenUnits = 0
    case "sequenceLength": settings.sequenceLength = 0
    case "batchSequences": settings.batchSequences = 0
    default: settings.epochs = 0
    }
    let error = #expect(throws: RecognitionError.self) { try settings.validate() }
    #expect(error?.description.hasPrefix("recogniser setting \(name) is 0: use 1 ") == true)
}

@Test(arguments: [-0.1, 1, .nan])
func aDropoutOutsideItsRangeIsRefused(rate: Double) {
    #expect(throws: RecognitionError.self) { try RecogniserSettings(epochs: 1, dropout: rate).validate() }
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
        #expect(abs(values.reduce(0) { $0 + $1 * $1 } / 30 - 1) < 1e-4)
    }
}
