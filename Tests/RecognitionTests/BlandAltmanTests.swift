import Foundation
import Recognition
import Testing

private func pairs(_ values: [(Double, Double)], people: [Int]? = nil) -> [BlandAltman.Pair] {
    values.enumerated().map { place, value in
        BlandAltman.Pair(reference: value.0, other: value.1, person: people?[place] ?? place)
    }
}

@Test func biasAndLimitsOfAgreementAreThoseOfTheDifferences() throws {
    // Differences 1, 3, 2, 6, 3: mean 3, standard deviation (n - 1) sqrt(14 / 4).
    let found = BlandAltman.all([pairs([(10, 11), (20, 23), (30, 32), (40, 46), (25, 28)])], seed: 1)
    let own = try #require(found[0])
    #expect(own.nights == 5 && own.people == 5)
    #expect(own.bias == 3)
    let deviation = try #require(own.deviation)
    #expect(abs(deviation - 1.8708286933869707) < 1e-12)
    #expect(abs(try #require(own.lowerLimit) - (3 - 1.96 * deviation)) < 1e-12)
    #expect(abs(try #require(own.upperLimit) - (3 + 1.96 * deviation)) < 1e-12)
    // The least squares' line through (10, 1), (20, 3), (30, 2), (40, 6), (25, 3).
    #expect(abs(try #require(own.slope) - 0.14) < 1e-12)
    let interval = try #require(own.biasInterval)
    #expect(interval.low < 3 && interval.high > 3 && interval.low >= 1 && interval.high <= 6)
}

@Test func whereTheBiasDependsOnTheNightThereIsALineWithLimitsAroundIt() throws {
    // NumPy: polyfit of the differences, and their standard deviation around it with n - 2.
    let values = [(300.0, 340.0), (350, 371), (400, 405), (420, 412), (450, 430), (480, 449)]
    let own = try #require(BlandAltman.all([pairs(values)], seed: 1)[0])
    #expect(abs(try #require(own.slope) + 0.3986238532110095) < 1e-12)
    #expect(abs(try #require(own.intercept) - 160.6162079510705) < 1e-9)
    #expect(abs(try #require(own.residualDeviation) - 2.1674898459775798) < 1e-9)
    #expect(own.isProportional)
    // Differences 1, 3, 2, 6, 3 over values that they do not follow.
    let level = BlandAltman.all([pairs([(10, 11), (20, 23), (30, 32), (40, 41), (25, 28)])], seed: 1)
    #expect(try #require(level[0]).isProportional == false)
}

/// Through two nights there is always a line.
@Test func limitsAndSlopeAreOfThreeNightsAtLeast() throws {
    let two = try #require(BlandAltman.all([pairs([(1, 2), (2, 5)])], seed: 1)[0])
    #expect(two.bias == 2 && two.deviation != nil && two.lowerLimit == nil && two.upperLimit == nil)
    #expect(two.slope == nil && two.intercept == nil && two.residualDeviation == nil && !two.isProportional)
    let three = try #require(BlandAltman.all([pairs([(1, 2), (2, 5), (4, 4)])], seed: 1)[0])
    #expect(three.nights == BlandAltman.fewestNights && three.lowerLimit != nil && three.upperLimit != nil)
    #expect(three.slope != nil && three.intercept != nil && three.residualDeviation != nil)
}

@Test func oneThatIsAlwaysSoMuchLargerHasNoSpread() throws {
    let own = try #require(BlandAltman.all([pairs([(1, 6), (2, 7), (3, 8), (4, 9), (5, 10)])], seed: 1)[0])
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

/// Draws of all people would often have nobody of them, and narrow the interval.
@Test func intervalsAreOfDrawsOfThePeopleWhoHaveTheMeasurement() throws {
    func few(_ people: [Int]) -> [BlandAltman.Pair] {
        pairs([(1, 2), (5, 5), (6, 9), (8, 7), (9, 11), (12, 12)], people: people)
    }
    let many = (0..<30).map { BlandAltman.Pair(reference: Double($0), other: Double($0 + $0 % 3), person: $0) }
    let beside = BlandAltman.all([many, few([2, 3, 11, 17, 20, 29])], seed: 3)
    let alone = BlandAltman.all([few(Array(0..<6))], seed: 3)
    #expect(beside[1] == alone[0] && beside[1]?.biasInterval != nil)
}

@Test func whatFewPeopleHaveHasNoInterval() throws {
    let found = BlandAltman.all([pairs([(1, 2), (2, 4), (3, 3), (4, 9)])], seed: 1)
    #expect(try #require(found[0]).biasInterval == nil)
}

@Test func whatIsNotDefinedIsNoneAndNullInFiles() throws {
    let one = try #require(BlandAltman.all([pairs([(400, 410)])], seed: 1)[0])
    #expect(one.bias == 10 && one.deviation == nil && one.lowerLimit == nil && one.upperLimit == nil)
    #expect(one.slope == nil)
    // Six times 0.1 is off its own mean by a rounding.
    let equal = try #require(BlandAltman.all([pairs((1...6).map { (0.1, Double($0)) })], seed: 1)[0])
    #expect(equal.slope == nil && equal.slopeInterval == nil)
    #expect(equal.deviation != nil && equal.biasInterval != nil)
    let json = String(decoding: try JSONEncoder().encode(one), as: UTF8.self)
    for key in ["deviation", "lower_limit", "upper_limit", "slope", "intercept", "residual_deviation"] {
        #expect(json.contains("\"\(key)\":null"))
    }
    #expect(try JSONDecoder().decode(BlandAltman.self, from: Data(json.utf8)) == one)
}
