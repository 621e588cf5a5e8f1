extension Collection where Index == Int {
    /// The fewest ranges of indices, all together, in each of which every element follows the one before it.
    ///
    /// - Parameter follows: whether the second of two neighbours belongs to the first one's run.
    /// - Returns: the ranges in order, none of them empty.
    package func runs(where follows: (Element, Element) -> Bool) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start = startIndex
        for index in indices where index + 1 == endIndex || !follows(self[index], self[index + 1]) {
            runs.append(start..<index + 1)
            start = index + 1
        }
        return runs
    }
}
