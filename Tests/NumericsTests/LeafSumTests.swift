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

/// Whether a sum is finite is found out as it is made, and no other way gives another answer.
@Test(arguments: [1, 2]) func whatIsNotFiniteIsSeenWhereverItIs(threads: Int) {
    let (count, largest) = (2 * fewestInPart + 5, Float.greatestFiniteMagnitude)
    for (left, right) in [
        (largest, largest), (-largest, -largest), (.infinity, -.infinity), (1, .infinity), (.nan, 1), (-.nan, 1),
        (largest, -largest), (largest, 0), (-largest, 0), (-.leastNonzeroMagnitude, 0), (-0.0, -0.0),
    ] as [(Float, Float)] {
        for place in [0, 17, fewestInPart, count - 1] {
            let (sum, added) = (FloatBlock(count: count), FloatBlock(count: count))
            (sum.base[place], added.base[place]) = (left, right)
            let isFinite = (left + right).isFinite
            #expect(sum.add(added, threads: threads) == isFinite, "\(left) + \(right) at \(place)")
            #expect(sum.isFinite(threads: threads) == isFinite)
            let leaf = LeafSum(leaves: 0..<1, vector: sum, figures: [0])
            #expect(leaf.isFinite(threads: threads) == isFinite)
        }
    }
}
