/// The samples that a job trains on, by their places: those of all samples that no range leaves out.
///
/// It takes as much memory as there are ranges: how many samples there are is what a file or a coordinator says.
public struct TrainedSamples: Sendable, Equatable {
    /// The runs that are left between the ranges, none empty, as numbers among all samples.
    private let runs: [Range<Int>]
    /// The place of each run's first sample.
    private let places: [Int]
    /// How many there are.
    public let count: Int

    /// Those of `sampleCount` samples that lie in none of these ranges, which are in order and in range.
    public init(of sampleCount: Int, excluding ranges: [Range<Int>]) {
        var (runs, places, next, place) = ([Range<Int>](), [Int](), 0, 0)
        for excluded in ranges + [sampleCount..<sampleCount] {
            if excluded.lowerBound > next {
                runs.append(next..<excluded.lowerBound)
                places.append(place)
                place += excluded.lowerBound - next
            }
            next = excluded.upperBound
        }
        (self.runs, self.places, count) = (runs, places, place)
    }

    /// The sample at a place.
    ///
    /// - Precondition: the place is one of 0 ..< count.
    public subscript(place: Int) -> Int {
        let run = lowest(runs.count) { places[$0] > place } - 1
        return runs[run].lowerBound + place - places[run]
    }

    /// The place of the first sample that is this one or behind it; `count` where none is.
    public func place(notBefore sample: Int) -> Int {
        let run = lowest(runs.count) { runs[$0].upperBound > sample }
        return run == runs.count ? count : places[run] + max(0, sample - runs[run].lowerBound)
    }
}
