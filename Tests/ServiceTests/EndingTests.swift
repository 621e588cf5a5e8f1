import Foundation
import Service
import Testing

/// How a run that was asked to end does so.
@Suite struct EndingTests {
    private let ending = Ending(signal: SIGINT, step: 7, at: .seconds(100))

    @Test func theStepInHandIsWaitedForWhileSomebodyComputesItAndNotForLong() {
        #expect(!ending.isDue(step: 7, readyCount: 1, at: .seconds(100)))
        #expect(ending.isDue(step: 8, readyCount: 1, at: .seconds(100)))
        #expect(ending.isDue(step: 7, readyCount: 0, at: .seconds(100)))
        #expect(ending.isDue(step: 7, readyCount: 1, at: ending.stepDeadline))
        #expect(ending.stepDeadline > .seconds(100))
    }

    @Test(arguments: [0, 400, 700, 1200, 5000])
    func allOfItTakesLessThanTwoSecondsButForTheDisk(millisecondsUntilTold: Int) {
        let told = min(.seconds(100) + .milliseconds(millisecondsUntilTold), ending.stepDeadline)
        let gone = told + ending.workersPatience(at: told)
        #expect(gone + ending.linger(at: gone) < .seconds(102))
        // However long the disk took, what was said last has some time to leave, and nothing is waited for long.
        let late = Duration.seconds(100) + .milliseconds(millisecondsUntilTold)
        #expect(ending.linger(at: late) >= .milliseconds(100) && ending.workersPatience(at: late) >= .zero)
    }
}
