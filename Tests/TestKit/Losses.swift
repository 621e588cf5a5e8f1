/// Whether the last so many losses sum to less than the first so many.
public func haveFallen(_ losses: [Double], over count: Int) -> Bool {
    let first: Double = losses.prefix(count).reduce(0, +)
    let last: Double = losses.suffix(count).reduce(0, +)
    return last < first
}
