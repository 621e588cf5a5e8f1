extension RandomStream {
    static func labelledPeople(fold: Int, draw: Int) -> UInt64 { 33 << 56 | UInt64(fold) << 28 | UInt64(draw) }
}
