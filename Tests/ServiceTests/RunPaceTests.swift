import Coordination
import Service
import Testing

/// Rates and the time that is left are of the time in which somebody computed.
@Suite struct RunPaceTests {
    private static let joined = RunEvent.joined(worker: "a", processor: "p", numerics: "n")

    /// A pace of 100 rows a step, after events at seconds.
    private func pace(_ events: [(Double, RunEvent)]) -> RunPace {
        var pace = RunPace(rowsPerStep: 100)
        for (time, event) in events { pace.take(event, at: .seconds(time)) }
        return pace
    }

    private func steps(_ range: ClosedRange<Int>, from time: Double, by workers: Int = 1) -> [(Double, RunEvent)] {
        range.map { (time + 0.1 * Double($0 - range.lowerBound), .stepDone(step: $0, figures: [], workers: workers)) }
    }

    private let begin: [(Double, RunEvent)] = [(1, .started(step: 0, steps: 10_000, isResumed: false))]

    @Test func theFirstStepIsMeasuredFromTheFirstWorkerOn() {
        let pace = pace(begin + [(60, Self.joined)] + steps(1...1, from: 60.1))
        #expect(abs(pace.recentRate - 1000) < 1 && pace.seconds == 60.1)
    }

    @Test(arguments: [5.0, 20, 300])
    func aPauseWithoutWorkersIsLeftOut(pause: Double) {
        let before = begin + [(2, Self.joined)] + steps(1...100, from: 2.1)
        let resumed = 12.1 + pause
        let after = [(resumed, Self.joined)] + steps(101...102, from: resumed + 0.1)
        let pace = pace(before + [(12.05, .left(worker: "a"))] + after)
        #expect(abs(pace.recentRate - 1000) < 10, "\(pace.recentRate)")
        #expect(abs(pace.rate - 1000) < 10, "\(pace.rate)")
    }

    @Test func whoLeavesWhileOthersStayIsNoPause() {
        let events = begin + [(2, Self.joined), (2, .joined(worker: "b", processor: "p", numerics: "n"))]
        let before = events + steps(1...10, from: 3, by: 2)
        let pace = pace(before + [(4, .left(worker: "b"))] + steps(11...11, from: 14))
        #expect(abs(pace.rate - 1000 / 11) < 1, "\(pace.rate)")
    }
}
