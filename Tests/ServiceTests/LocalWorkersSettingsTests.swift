import Service
import Testing

struct LocalWorkersSettingsTests {
    private func chosen(
        _ count: Int? = nil, _ threads: Int? = nil, processors: Int, shards: Int
    ) -> LocalWorkersSettings {
        LocalWorkersSettings(count: count, threads: threads, pins: true, processors: processors, shards: shards)
    }

    @Test(arguments: [(2, 8, 2), (8, 8, 8), (1, 8, 1), (16, 4, 4), (2, 1, 1)])
    func upToEightThreadsAreProcessesAndNoMoreThanShards(processors: Int, shards: Int, count: Int) {
        let expected = LocalWorkersSettings(count: count, threads: 1, pins: true)
        #expect(chosen(processors: processors, shards: shards) == expected)
    }

    @Test(arguments: [(16, 16, 8, 2), (64, 64, 8, 8), (20, 100, 6, 3), (64, 24, 8, 3)])
    func moreAreThreadsOfEightProcessesAtMost(processors: Int, shards: Int, count: Int, threads: Int) {
        let expected = LocalWorkersSettings(count: count, threads: threads, pins: true)
        #expect(chosen(processors: processors, shards: shards) == expected)
    }

    @Test func whatIsAskedForIsTaken() {
        #expect(chosen(3, processors: 16, shards: 1) == LocalWorkersSettings(count: 3, threads: 1, pins: true))
        #expect(chosen(3, 5, processors: 2, shards: 1) == LocalWorkersSettings(count: 3, threads: 5, pins: true))
        #expect(chosen(nil, 4, processors: 8, shards: 8) == LocalWorkersSettings(count: 2, threads: 4, pins: true))
        #expect(chosen(nil, 9, processors: 2, shards: 8) == LocalWorkersSettings(count: 1, threads: 9, pins: true))
    }

    @Test func theReasonNamesWhatLimitsThem() {
        let few = chosen(processors: 4, shards: 1).reason(processors: 4, shards: 1)
        #expect(few.contains("1 worker of 1 thread: a step has 1 shard,") && few.contains("4 processors"))
        let all = chosen(processors: 2, shards: 8).reason(processors: 2, shards: 8)
        #expect(all == "2 workers of 1 thread: this process may use 2 processors")
    }
}
