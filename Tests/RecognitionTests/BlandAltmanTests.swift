import Recognition
import Testing

private func pairs(_ values: [(Double, Double)], people: [Int]? = nil) -> [BlandAltman.Pair] {
    values.enumerated().map { place, value in
        BlandAltman.Pair(reference: value.0, other: value.1, person: people?[place] ?? place)
    }
}

@Test func biasAndLimitsOfAgreementAreThoseOfTheDifferences() throws {
    // Differences 1, 3, 2, 6: mean 3, standard deviation (n - 1) sqrt(14 / 3).
    let found = BlandAltman.all([pairs([(10, 11), (20, 23), (30, 32), (40, 46)])], seed: 1)
    let own = try #require(found[0])
    #expect(own.nights == 4 && own.people == 4)
    #expect(own.bias == 3)
    #expect(abs(own.deviation - 2.1602468994692870) < 1e-12)
    #expect(abs(own.lowerLimit - (3 - 1.96 * own.deviation)) < 1e-12)
    #expect(abs(own.upperLimit - (3 + 1.96 * own.deviation)) < 1e-12)
    // The least squares' line through (10, 1), (20, 3), (30, 2), (40, 6).
    #expect(abs(own.slope - 0.14) < 1e-12)
    let interval = try #require(own.biasInterval)
    #expect(interval.low < 3 && interval.high > 3 && interval.low >= 1 && interval.high <= 6)
}

@Test func oneThatIsAlwaysSoMuchLargerHasNoSpread() throws {
    let own = try #require(BlandAltman.all([pairs([(1, 6), (2, 7), (3, 8)])], seed: 1)[0])
    #expect(own.bias == 5 && own.deviation == 0 && own.lowerLimit == 5 && own.upperLimit == 5 && own.slope == 0)
    #expect(own.biasInterval == Interval(low: 5, high: 5))
}

@Test func nightsOfOnePersonGiveNoInterval() throws {
    let own = try #require(BlandAltman.all([pairs([(1, 2), (2, 4)], people: [0, 0])], seed: 1)[0])
    #expect(own.people == 1 && own.biasInterval == nil && own.slopeInterval == nil)
}

@Test func aMeasurementThatNoNightHasIsNone() {
    let found = BlandAltman.all([pairs([(1, 2), (2, 2), (4, 5)]), []], seed: 1)
    #expect(found[0] != nil && found[1] == nil)
}

@Test func whatFewNightsHaveDoesNotTrapWhereNoneIsDrawn() throws {
    let few = [
        BlandAltman.Pair(reference: 1, other: 2, person: 0), BlandAltman.Pair(reference: 5, other: 5, person: 1),
    ]
    let many = (0..<30).map { BlandAltman.Pair(reference: Double($0), other: Double($0 + $0 % 3), person: $0) }
    let found = BlandAltman.all([many, few], seed: 3)
    #expect(try #require(found[1]).biasInterval != nil)
}
