import Numerics
import Service
import Testing

/// Blocks of samples that a relay keeps.
@Suite struct KeptBlocksTests {
    private let values = FloatBlock([1, 2, 3, 4])

    @Test func thoseThatCameFirstStayUpToTheBytesThatThereAre() {
        var kept = KeptBlocks(capacity: 40)
        kept.turn(to: "d", samplesPerBlock: 2)
        for block in [7, 3, 5] { kept.keep(block, values) }
        kept.keep(7, values)
        #expect(kept[7] === values && kept[3] === values && kept[5] == nil && kept.byteCount == 32)
        kept.keep(9, FloatBlock([1, 2]))
        #expect(kept[9] != nil && kept.byteCount == 40)
    }

    @Test func thoseOfAnotherDatasetOrSizeAreLetGoOf() {
        var kept = KeptBlocks(capacity: 40)
        kept.turn(to: "d", samplesPerBlock: 2)
        kept.keep(7, values)
        kept.turn(to: "d", samplesPerBlock: 2)
        #expect(kept[7] != nil)
        kept.turn(to: "d", samplesPerBlock: 3)
        #expect(kept[7] == nil && kept.byteCount == 0)
        kept.keep(7, values)
        kept.turn(to: "e", samplesPerBlock: 3)
        #expect(kept[7] == nil)
    }
}
