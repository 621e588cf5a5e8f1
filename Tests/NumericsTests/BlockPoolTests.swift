import Numerics
import Testing

@Test func aPoolGivesABlockAgainOnceNobodyElseHoldsIt() {
    var pool = BlockPool(limit: 2)
    var first: FloatBlock? = pool.take(count: 3)
    let second = pool.take(count: 3)
    let third = pool.take(count: 3)
    let address = first?.base
    #expect(Set([address, second.base, third.base]).count == 3)
    first = nil
    #expect(withExtendedLifetime((second, third)) { pool.take(count: 3).base } == address)
    #expect(pool.take(count: 4).count == 4)
}
