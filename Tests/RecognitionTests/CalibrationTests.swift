import Recognition
import Testing

@Test func probabilitiesThatMeanWhatTheySayHaveNoError() throws {
    var counts = Calibration.Counts(classes: 2)
    for sample in 0..<10 { counts.count(truth: sample < 8 ? 0 : 1, probabilities: [0.8, 0.2]) }
    let found = try #require(counts.calibration)
    #expect(found.expectedError < 1e-6)
    #expect(found.answers[8].samples == 10 && abs(found.answers[8].frequency - 0.8) < 1e-12)
    #expect(found.classes[1][2].samples == 10 && abs(found.classes[1][2].frequency - 0.2) < 1e-12)
    #expect(abs(found.brier - (8 * 0.08 + 2 * 1.28) / 10) < 1e-6)
}

@Test func oneThatIsSureAndWrongHasTheLargestError() throws {
    var counts = Calibration.Counts(classes: 2)
    counts.count(truth: 1, probabilities: [1, 0])
    let found = try #require(counts.calibration)
    #expect(found.expectedError == 1 && found.brier == 2)
    #expect(found.answers.last?.samples == 1)
}

@Test func countsOfFoldsAddUp() {
    var (first, second, both) = (
        Calibration.Counts(classes: 2), Calibration.Counts(classes: 2), Calibration.Counts(classes: 2)
    )
    first.count(truth: 0, probabilities: [0.5, 0.5])
    second.count(truth: 1, probabilities: [0.25, 0.75])
    both.count(truth: 0, probabilities: [0.5, 0.5])
    both.count(truth: 1, probabilities: [0.25, 0.75])
    first.count(second)
    #expect(first == both)
}

@Test func nothingHasNoCalibration() { #expect(Calibration.Counts(classes: 3).calibration == nil) }
