import Service
import Testing

/// What a run's steps are said to have taken.
@Suite struct StepTimesTests {
    @Test(arguments: [false, true]) func stepsCountFromTheFirstThatAllWorkersWereThereFor(keepsEnds: Bool) {
        var times = StepTimes(workers: 2, keepsEnds: keepsEnds)
        // One worker alone takes 10 ms a step, both take 1.
        for step in 1...20 { times.onStep(at: .milliseconds(10 * step), readyCount: 1) }
        #expect(times.steps == 19 && abs(times.perStep.median - 0.010) < 1e-9)
        for step in 1...21 { times.onStep(at: .milliseconds(200 + step), readyCount: 2) }
        #expect(times.steps == 20 && abs(times.perStep.median - 0.001) < 1e-9)
        // Who is lost later belongs to what is measured.
        times.onStep(at: .milliseconds(241), readyCount: 1)
        times.onStep(at: .milliseconds(261), readyCount: 2)
        #expect(times.steps == 22 && times.means(workers: 2).step == 2727)
    }

    @Test func theTimeOfARunWithoutWorkersOfThisMachineCountsFromItsFirstStep() {
        var times = StepTimes(workers: 0, keepsEnds: false)
        for step in 1...3 { times.onStep(at: .seconds(step), readyCount: step) }
        #expect(times.steps == 2 && times.perStep.median == 1)
    }

    @Test func aRateHasTheQuartilesOfItsTimes() {
        let times = MeasuredTimes([4, 1, 5, 2, 10])
        #expect(times.median == 4 && times.quartiles == [2, 5])
        #expect(times.rate(of: 20) == 5 && times.rateQuartiles(of: 20) == [4, 10])
        #expect(MeasuredTimes([3]).quartiles == [3, 3])
    }
}
