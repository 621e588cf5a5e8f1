import Foundation
import Service
import Testing

/// How often a checkpoint is written.
@Suite struct CheckpointIntervalTests {
    @Test(arguments: [
        ("500", CheckpointInterval.steps(500)), ("1", .steps(1)), ("90s", .time(.seconds(90))),
        ("5m", .time(.seconds(300))), ("2h", .time(.seconds(7200))), ("0.5s", .time(.milliseconds(500))),
        ("1.5h", .time(.seconds(5400))),
    ])
    func itIsANumberOfStepsOrATime(text: String, interval: CheckpointInterval) {
        #expect(CheckpointInterval(text) == interval)
    }

    @Test(arguments: ["", "0", "-1", "5 m", "m", "0s", "-5m", "5d", "nans", "infs", "1e9s", "1.5", "5M", "٥"])
    func anythingElseIsNone(text: String) { #expect(CheckpointInterval(text) == nil) }

    @Test func stepsCountWhereAnExchangeEnds() {
        var schedule = CheckpointSchedule(.steps(10), stepsPerRound: 4)
        let due = stride(from: 4, through: 40, by: 4).filter { schedule.onRound(step: $0, at: .zero) }
        #expect(due == [12, 20, 32, 40])
    }

    @Test func aTimeCountsFromTheLastCheckpoint() {
        var schedule = CheckpointSchedule(.time(.seconds(10)), stepsPerRound: 1)
        let due = [4, 9, 11, 12, 20, 22, 60, 61, 70].filter { schedule.onRound(step: $0, at: .seconds($0)) }
        #expect(due == [11, 22, 60, 70])
    }

    @Test func aRecordHasStepsAsANumberAndATimeWithItsUnit() throws {
        let list = [CheckpointInterval.steps(5), .time(.seconds(300)), .time(.milliseconds(500))]
        #expect(String(decoding: try JSONEncoder().encode(list), as: UTF8.self) == #"[5,"300s","0.5s"]"#)
    }
}
