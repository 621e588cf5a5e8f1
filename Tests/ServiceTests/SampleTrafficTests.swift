import Coordination
import Service
import Testing

/// When a run says that its samples travel again and again.
@Suite struct SampleTrafficTests {
    /// Two workers of a dataset of ten blocks that were sent so many.
    private func traffic(blocks: Int) -> SampleTraffic {
        var traffic = SampleTraffic()
        for block in 0..<blocks { traffic.add(bytes: 1000, to: WorkerID([UInt8(block % 2)])) }
        return traffic
    }

    @Test func blocksThatTravelAgainAndAgainAreNamed() throws {
        let advice = try #require(traffic(blocks: 100).advice(blockCount: 10, messageBytes: 125_000))
        #expect(advice.contains("each block travelled about 5 times to each worker"), Comment(rawValue: advice))
        #expect(advice.contains("80 % of all bytes sent") && advice.contains("--sample-memory"))
        #expect(advice.hasSuffix("or begin another job with --order blockwise"))
        let blockwise = traffic(blocks: 100).advice(blockCount: 10, messageBytes: 125_000, isBlockwise: true)
        #expect(blockwise?.hasSuffix("or begin another job with fewer --window-blocks") == true)
    }

    @Test func blocksThatTravelOnceOrAreLittleBesideSumsAreNot() {
        #expect(traffic(blocks: 20).advice(blockCount: 10, messageBytes: 20_000) == nil)
        #expect(traffic(blocks: 40).advice(blockCount: 10, messageBytes: 40_000) == nil)
        #expect(traffic(blocks: 100).advice(blockCount: 10, messageBytes: 500_000) == nil)
        #expect(SampleTraffic().advice(blockCount: 10, messageBytes: 0) == nil)
    }
}
