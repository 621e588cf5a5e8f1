import Numerics
import Testing

/// However many of them are added: what leaves room can't make a step's sum infinite.
@Test func aSumLeavesRoomForAsManyAsThereAre() {
    func sum(_ value: Float, _ figure: Double = 0, leaves: Range<Int> = 0..<1) -> LeafSum {
        LeafSum(leaves: leaves, vector: FloatBlock([0, value, 0]), figures: [figure])
    }
    let largest = Float.greatestFiniteMagnitude
    #expect(sum(largest / 16).leavesRoom(among: 8))
    #expect(sum(-largest / 16).leavesRoom(among: 8))
    #expect(!sum(largest / 15).leavesRoom(among: 8))
    #expect(sum(largest / 8, leaves: 2..<4).leavesRoom(among: 8))
    #expect(!sum(.infinity).leavesRoom(among: 1) && !sum(.nan).leavesRoom(among: 1))
    #expect(!sum(0, 1.7e308).leavesRoom(among: 8) && !sum(0, .nan).leavesRoom(among: 8))
    var tree = SumTree(SumTreeShape(leafCount: 8))
    for leaf in 0..<8 { tree.insert(sum(largest / 16, leaves: leaf..<leaf + 1)) }
    #expect(tree.root?.isFinite() == true)
}
