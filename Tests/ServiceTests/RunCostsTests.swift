import Coordination
import Service
import Testing

/// What a run says of where its time went.
@Suite struct RunCostsTests {
    private func costs(
        computing: Int, exchanging: Int, gathering: Int = 0, whole: Int = 20, rounds: Int = 20
    ) -> RunCosts {
        var costs = RunCosts()
        let worker = { name in
            RoundTimes.Worker(
                name: name, computing: .milliseconds(computing), exchanging: .milliseconds(exchanging),
                gathering: .milliseconds(gathering))
        }
        for _ in 0..<rounds {
            costs.add(
                RoundTimes(whole: .milliseconds(whole), workers: [worker("a"), worker("b")]))
        }
        return costs
    }

    /// Six machines on one link; those behind relays, and processes of one machine, need none.
    @Test(arguments: [
        ((1...6).map { "lab\($0):7" }, true), ((1...6).map { "key/lab\($0):7" }, true),
        ((1...6).map { "lab1:\($0)" }, false), ((1...6).map { "relay lab\($0):7" }, false),
        ((1...6).map { "key/relay lab\($0):7" }, false), (["lab1:7", "lab2:7", "lab3:7"], false),
    ])
    func relaysAreAdvisedWhereSeveralMachinesShareTheLink(names: [String], areAdvised: Bool) throws {
        var costs = RunCosts()
        let workers = names.map {
            RoundTimes.Worker(name: $0, computing: .milliseconds(2), exchanging: .milliseconds(16))
        }
        for _ in 0..<20 { costs.add(RoundTimes(whole: .milliseconds(20), workers: workers)) }
        let advice = try #require(costs.advice(wire: .float32, stepsPerRound: 1, steps: 1000))
        let words =
            "2 relays (ssh-launch --relays 2; with Slurm SSRM_RELAYS=2) stand for all on the coordinator's link: 1.4 times the "
            + "rate or more"
        #expect(advice.contains(words) == areAdvised && advice.contains("relay") == areAdvised, "\(advice)")
    }

    @Test func whatAWorkerNeitherComputedNorExchangedItWaited() {
        let costs = costs(computing: 2, exchanging: 13)
        #expect(costs.round == 20 && costs.workers.map(\.worker) == ["a", "b"])
        #expect(costs.workers.allSatisfy { $0.computing == 2 && $0.exchanging == 13 && $0.waiting == 5 })
        let text = """
            of a round of 20.0 ms each worker computed 2.0 ms (10 %), exchanged 13.0 ms (65 %) and waited 5.0 ms (25 %)
            """
        #expect(costs.text == text)
        #expect(RunCosts().text == nil)
    }

    @Test func whatWasWaitedForSamplesIsToldAndIsNoReasonToExchangeLess() {
        let costs = costs(computing: 2, exchanging: 3, gathering: 14)
        #expect(costs.workers.allSatisfy { $0.waiting == 15 && $0.gathering == 14 })
        let text = "exchanged 3.0 ms (15 %) and waited 15.0 ms (75 %), 14.0 ms of them for samples"
        #expect(costs.text?.hasSuffix(text) ?? false)
        #expect(costs.advice(wire: .float32, stepsPerRound: 1, steps: 1000) == nil)
        #expect(self.costs(computing: 2, exchanging: 3).workers.allSatisfy { $0.gathering == nil })
        // With two rounds at once a wait may lie in more than one of them.
        let long = self.costs(computing: 2, exchanging: 3, gathering: 99)
        #expect(long.workers.allSatisfy { $0.gathering == 15 })
        #expect(long.text?.hasSuffix("waited 15.0 ms (75 %), 15.0 ms of them for samples") ?? false)
    }

    @Test func whereSamplesAreWaitedForMostAWorkerIsAdvisedToKeepThem() {
        let advice = costs(computing: 2, exchanging: 3, gathering: 14).sampleAdvice
        #expect(advice?.hasPrefix("workers wait for samples for 70 % of the time") ?? false)
        #expect(advice?.contains("--data FILE") ?? false)
        #expect(advice?.contains("--cache") ?? false)
        #expect(costs(computing: 10, exchanging: 3, gathering: 6).sampleAdvice == nil)
        #expect(costs(computing: 2, exchanging: 3, gathering: 14, whole: 200).sampleAdvice == nil, "a small part")
        #expect(costs(computing: 1, exchanging: 10, gathering: 9).sampleAdvice == nil, "exchange takes more")
        #expect(
            costs(computing: 2, exchanging: 3, gathering: 99).sampleAdvice?.contains(" 75 % ") ?? false,
            "no more than there is waiting")
        #expect(costs(computing: 2, exchanging: 3, gathering: 14, rounds: 5).sampleAdvice == nil, "too few to tell")
        #expect(costs(computing: 0, exchanging: 0, gathering: 1).sampleAdvice == nil, "no network's time")
    }

    @Test func sharesAddUpHoweverTheyAreRounded() {
        let text = "computed 33.0 ms (17 %), exchanged 33.0 ms (16 %) and waited 134 ms (67 %)"
        #expect(costs(computing: 33, exchanging: 33, whole: 200).text?.hasSuffix(text) ?? false)
    }

    @Test func ofRoundsThatTookNoTimeNothingIsTold() {
        #expect(costs(computing: 0, exchanging: 0, whole: 0).text == nil)
    }

    @Test func partsThatBeganBeforeTheirRoundsAddUpToTheWhole() {
        let text = "computed 4.0 ms (17 %), exchanged 20.0 ms (83 %) and waited 0.0 ms (0 %)"
        #expect(costs(computing: 4, exchanging: 20).text?.hasSuffix(text) ?? false)
    }

    @Test func whoHasAPartInTheLongerRoundsAloneIsMeasuredByThose() {
        var costs = RunCosts()
        for round in 0..<20 {
            let worker = RoundTimes.Worker(name: "far", computing: .milliseconds(4), exchanging: .milliseconds(30))
            let isLong = round % 2 == 0
            costs.add(RoundTimes(whole: .milliseconds(isLong ? 40 : 10), workers: isLong ? [worker, worker] : []))
        }
        let text =
            "of a round of 40.0 ms the worker computed 4.0 ms (10 %), exchanged 30.0 ms (75 %) and waited 6.0 ms (15 %)"
        #expect(costs.text == text)
    }

    @Test func whereExchangeDominatesTheOptionsThatHelpAreNamed() throws {
        let advice = try #require(
            costs(computing: 2, exchanging: 16).advice(wire: .float32, stepsPerRound: 1, steps: 1000))
        #expect(advice.contains("--wire bfloat16") && advice.contains("about 1.7 times the rate"))
        #expect(advice.contains("--local-steps 100"), Comment(rawValue: advice))
        #expect(advice.contains("--overlap computes while sums travel, one step behind: about 1.1 times the rate"))
        let less = try #require(
            costs(computing: 2, exchanging: 16).advice(wire: .bfloat16, stepsPerRound: 1, steps: 1000))
        #expect(!less.contains("--wire") && less.contains("--local-steps"))
    }

    @Test func whereExchangeTakesAGoodPartOverlapAloneIsNamed() throws {
        let costs = costs(computing: 12, exchanging: 7)
        let advice = try #require(costs.advice(wire: .float32, stepsPerRound: 1, steps: 1000))
        #expect(advice.contains("--overlap") && advice.contains("about 1.7 times the rate"), Comment(rawValue: advice))
        #expect(!advice.contains("--wire") && !advice.contains("--local-steps"))
        #expect(costs.advice(wire: .float32, stepsPerRound: 1, roundsAtOnce: 2, steps: 1000) == nil)
        #expect(costs.advice(wire: .float32, stepsPerRound: 5, steps: 1000) == nil)
    }

    @Test func aWorkerThatWasStoppedForAWhileChangesNoAdvice() {
        let quiet = costs(computing: 2, exchanging: 16)
        var costs = quiet
        let stopped = RoundTimes.Worker(name: "a", computing: .milliseconds(2), exchanging: .seconds(90))
        costs.add(RoundTimes(whole: .seconds(91), workers: [stopped]))
        let advice = { (costs: RunCosts) in costs.advice(wire: .float32, stepsPerRound: 1, steps: 1000) }
        let but = "but for 1 round that took far longer, "
        #expect(advice(quiet) != nil && advice(costs) == advice(quiet).map { but + $0 })
        #expect(costs.round > 1000, "what is told of the time has all of it")
    }

    @Test func aNetworkThatBecomesSlowIsNone() throws {
        var costs = costs(computing: 2, exchanging: 1, whole: 3, rounds: 500)
        for _ in 0..<500 {
            let far = RoundTimes.Worker(name: "b", computing: .milliseconds(2), exchanging: .milliseconds(398))
            costs.add(RoundTimes(whole: .milliseconds(400), workers: [far]))
        }
        let advice = try #require(costs.advice(wire: .bfloat16, stepsPerRound: 1, steps: 1000))
        #expect(advice.contains("--local-steps 250 exchanges less often: about"), Comment(rawValue: advice))
    }

    @Test func workersWithoutAShardAreNamedAndTheirWaitingCountsForNothing() throws {
        var costs = RunCosts()
        for round in 0..<20 {
            // Two shards are now two workers', now two others'.
            let workers = [round % 5, (round + 1) % 5].map {
                RoundTimes.Worker(
                    name: "w\($0)", computing: .milliseconds(12), exchanging: .milliseconds(4), leafCount: 1)
            }
            costs.add(RoundTimes(whole: .milliseconds(20), workers: workers))
            costs.add(workers: 5)
        }
        let text = """
            of a round of 20.0 ms each worker that had a part in it computed 12.0 ms (60 %), exchanged 4.0 ms (20 %) and \
            waited 4.0 ms (20 %)
            """
        #expect(costs.text == text)
        #expect(
            costs.idleness(shards: 2) == """
                3 of 5 workers had nothing to do in a step, which has only 2 shards; another job with more --shards would \
                give all of them some
                """)
        #expect(costs.idleness(shards: 1)?.contains("which has only 1 shard;") == true)
        #expect(costs.idleness(shards: 5) == nil && RunCosts().idleness(shards: 1) == nil)
        // Where every step is audited two workers have the same leaf.
        var audited = self.costs(computing: 2, exchanging: 13)
        audited.add(workers: 2)
        #expect(audited.idleness(shards: 1) == nil)
    }

    @Test func whereItDoesNotOrNobodyKnowsYetNothingIsAdvised() {
        // Local steps have to divide the job's: 1009 is a prime.
        let prime = costs(computing: 2, exchanging: 16).advice(
            wire: .bfloat16, stepsPerRound: 1, roundsAtOnce: 2, steps: 1009)
        #expect(prime == nil)
        #expect(costs(computing: 12, exchanging: 5).advice(wire: .float32, stepsPerRound: 1, steps: 1000) == nil)
        #expect(
            costs(computing: 2, exchanging: 16, rounds: 5).advice(wire: .float32, stepsPerRound: 1, steps: 1000) == nil)
        #expect(costs(computing: 2, exchanging: 16).advice(wire: .bfloat16, stepsPerRound: 500, steps: 1000) == nil)
    }
}
