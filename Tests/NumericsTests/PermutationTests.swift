import Numerics
import Testing

@Test(arguments: [1, 2, 3, 7, 64, 351, 1000, 65_537])
func aPermutationHasEachNumberOnce(count: Int) {
    let order = Permutation(count: count, seed: 7, stream: 3)
    #expect(Set((0..<count).map { order[$0] }) == Set(0..<count))
    #expect((0..<count).allSatisfy { order.place(of: order[$0]) == $0 })
}

@Test func seedAndStreamBothChangeTheOrder() {
    let first = Permutation(count: 100, seed: 1, stream: 0)
    let others = [Permutation(count: 100, seed: 2, stream: 0), Permutation(count: 100, seed: 1, stream: 1)]
    for other in others { #expect((0..<100).map { first[$0] } != (0..<100).map { other[$0] }) }
}

@Test func everyNumberComesFirstAboutEquallyOften() {
    var counts = [Int](repeating: 0, count: 10)
    for stream in 0..<10_000 { counts[Permutation(count: 10, seed: 5, stream: UInt64(stream))[0]] += 1 }
    // Each count is binomial with mean 1,000 and deviation 30.
    #expect(counts.allSatisfy { abs($0 - 1_000) < 150 }, "\(counts)")
}
