import Foundation
import Recognition
import Testing

@Test func eachPersonCountsAlikeInTheAgreementOfSleepEpochs() throws {
    let found = SleepEpochAgreement(
        [
            [[8, 2, 0], [1, 8, 1], [0, 5, 5]],
            // Ten times as long, without the third class.
            [[60, 40, 0], [0, 90, 10], [0, 0, 0]],
        ], classes: ["wake", "light", "deep"], seed: 1)
    #expect(found.people == 2 && found.confusion == [[68, 42, 0], [1, 98, 11], [0, 5, 5]])
    let shares = try found.shares.map { try #require($0) }
    func isNear(_ values: [Double], _ expected: [Double]) -> Bool {
        zip(values, expected).allSatisfy { abs($0 - $1) < 1e-12 }
    }
    #expect(isNear(shares[0], [0.7, 0.3, 0]) && isNear(shares[1], [0.05, 0.85, 0.1]))
    #expect(isNear(shares[2], [0, 0.5, 0.5]))
    #expect(found.stages.map(\.name) == ["wake", "light", "deep", "sleep"])
    func rates(_ stage: SleepEpochAgreement.Stage) throws -> [Double] {
        [try #require(stage.sensitivity.mean), try #require(stage.specificity.mean)]
    }
    // wake: 8 / 10 and 60 / 100; of others 19 / 20 and 100 / 100.
    #expect(isNear(try rates(found.stages[0]), [0.7, 0.975]))
    // light: 8 / 10 and 90 / 100; of others 13 / 20 and 60 / 100.
    #expect(isNear(try rates(found.stages[1]), [0.85, 0.625]))
    // deep: 5 / 10 of one person; of others 19 / 20 and 190 / 200.
    #expect(isNear(try rates(found.stages[2]), [0.5, 0.95]) && found.stages[2].sensitivity.people == 1)
    #expect(isNear(try rates(found.stages[3]), [0.975, 0.7]))
    #expect(found.stages.allSatisfy { $0.sensitivity.interval == nil && $0.specificity.interval == nil })
}

@Test func ratesHaveIntervalsOverThePeopleWhoHaveTheStage() throws {
    let people = (0..<6).map { [[10 - $0, $0], [$0 < 3 ? 2 : 0, $0 < 3 ? 8 : 0]] }
    let found = SleepEpochAgreement(people, classes: ["wake", "sleep"], seed: 1)
    let wake = try #require(found.stages.first)
    let (mean, interval) = (try #require(wake.sensitivity.mean), try #require(wake.sensitivity.interval))
    #expect(abs(mean - 0.75) < 1e-12 && interval.low < mean && mean < interval.high)
    #expect(interval.low >= 0.5 && interval.high <= 1)
    #expect(wake.specificity.people == 3 && wake.specificity.interval == nil)
    // With two classes wake and sleep are all that there is.
    #expect(found.stages.map(\.name) == ["wake", "sleep"])
}

@Test func aStageThatNobodyHasIsNoneAndNullInFiles() throws {
    let found = SleepEpochAgreement([[[3, 1], [0, 0]]], classes: ["wake", "sleep"], seed: 1)
    #expect(found.shares[1] == nil && found.stages[1].sensitivity.mean == nil)
    #expect(found.stages[1].specificity.mean == 0.75)
    let json = String(decoding: try JSONEncoder().encode(found), as: UTF8.self)
    #expect(json.contains("\"mean\":null") && json.contains("\"shares\":[[0.75,0.25],null]"))
}
