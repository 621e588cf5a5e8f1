import Numerics

/// Values as numbers of bins, between whose edges they lie: all that a tree that grows looks at.
struct BinnedValues: Sendable {
    /// The most bins of an input; a number of one is a byte.
    static let mostBins = 256

    /// For each input the edges between bins, rising: bin `b` ends with values of `edges[b]`.
    let edges: [[Float]]
    /// How many samples there are.
    let count: Int
    /// `[inputs, samples]`.
    let bins: [UInt8]

    /// The rows `samples` of `values`, with edges that divide them into bins of like numbers of samples.
    ///
    /// Where an input has no more than `mostBins` different values, each has a bin.
    init(_ values: Matrix, samples: [Int]) {
        var (edges, bins) = ([[Float]](), [UInt8](repeating: 0, count: values.columns * samples.count))
        for input in 0..<values.columns {
            let column = samples.map { values[$0, input] }
            let found = Self.edges(of: column.sorted())
            for (place, value) in column.enumerated() {
                bins[input * samples.count + place] = Self.bin(of: value, edges: found)
            }
            edges.append(found)
        }
        (self.edges, self.bins, count) = (edges, bins, samples.count)
    }

    /// The edges between bins of values that are in order.
    static func edges(of sorted: [Float]) -> [Float] {
        var different: [(value: Float, count: Int)] = []
        for value in sorted {
            if let last = different.last, last.value == value {
                different[different.count - 1].count += 1
            } else {
                different.append((value, 1))
            }
        }
        // An edge is wanted each time that the samples of another bin have gone by.
        let isEach = different.count <= mostBins
        var (edges, before, cut) = ([Float](), 0, 1)
        for (place, entry) in different.enumerated().dropLast() {
            before += entry.count
            guard isEach || before * mostBins >= cut * sorted.count else { continue }
            cut = before * mostBins / sorted.count + 1
            edges.append(between(entry.value, different[place + 1].value))
        }
        return edges
    }

    /// A number in the middle between two: at least the smaller, and less than the larger.
    private static func between(_ low: Float, _ high: Float) -> Float {
        let middle = low / 2 + high / 2
        return middle >= low && middle < high ? middle : low
    }

    /// How many edges are below a value.
    private static func bin(of value: Float, edges: [Float]) -> UInt8 {
        var (low, high) = (0, edges.count)
        while low < high {
            let middle = (low + high) / 2
            if edges[middle] < value { low = middle + 1 } else { high = middle }
        }
        return UInt8(low)
    }
}
