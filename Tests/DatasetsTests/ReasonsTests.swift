import TestKit
import Testing

import Datasets

private func item(_ kind: SkippedItem.Kind, _ reason: String, path: String = "a.csv", count: Int = 1) -> SkippedItem {
    SkippedItem(path: path, kind: kind, count: count, reason: reason)
}

@Test func whereNothingIsLeftTheCommonestReasonsAreToldWithTheirCounts() {
    let items = [
        item(.sleepEpoch, "no value in it", count: 4), item(.row, "a value is missing", count: 30),
        item(.sleepEpoch, "no value in it", path: "b.csv", count: 3), item(.row, "the same as another row"),
    ]
    #expect(
        Reasons.text(of: items)
            == "30 rows: a value is missing; 7 sleep epochs: no value in it; 1 row: the same as another row")
    #expect(Reasons.text(of: []) == nil)
}

@Test func moreThanThreeReasonsAreCounted() {
    let items = ["one", "two", "three", "four", "five"].enumerated().map { item(.row, $1, count: 9 - $0) }
    #expect(Reasons.text(of: items) == "9 rows: one; 8 rows: two; 7 rows: three; and 2 other reasons")
    #expect(Reasons.text(of: items.dropLast())?.hasSuffix("; and 1 other reason") == true)
}

@Test func reasonsForWholeRecordingsNameOneThatTheyAreTrueOf() {
    let items = [
        item(.recording, "3 usable sleep epochs, where 10 are needed", path: "x"),
        item(.recording, "7 usable sleep epochs, where 10 are needed", path: "y"),
        item(.recording, "there is no z1.an beside it", path: "z1"),
        item(.recording, "there is no z2.an beside it", path: "z2"),
        item(.recording, "there is no z3.an beside it", path: "z3"),
        item(.recording, "no heart rate: is it elsewhere?", path: "w"),
    ]
    #expect(
        Reasons.text(of: items)
            == "3 recordings like z1: there is no z1.an beside it; 2 recordings like x: 3 usable sleep epochs, where 10 "
            + "are needed; w: no heart rate: is it elsewhere?")
}
