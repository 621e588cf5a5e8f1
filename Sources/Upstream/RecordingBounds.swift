public import Numerics

/// Which samples lie in one recording, and which recordings are of one person: part of a job whose task has to know.
///
/// A worker that gets its samples from the coordinator has no dataset to look it up in.
public struct RecordingBounds: Codable, Equatable, Sendable {
    /// The first sample of each recording, in order; the first is 0, and a recording ends where the next one starts.
    public var starts: [Int]
    /// Each recording's subject, as a number.
    public var subjects: [Int]

    /// Bounds of recordings.
    public init(starts: [Int], subjects: [Int]) { (self.starts, self.subjects) = (starts, subjects) }

    /// Refuses bounds that are no division of so many samples.
    ///
    /// - Throws: `UpstreamError.unfit`.
    func validate(sampleCount: Int) throws(UpstreamError) {
        guard starts.first == 0, starts.count == subjects.count, (starts.last ?? 0) < sampleCount,
            zip(starts, starts.dropFirst()).allSatisfy(<), subjects.allSatisfy({ (0..<1 << 40).contains($0) })
        else {
            throw .unfit("the bounds of \(starts.count) recordings do not divide \(sampleCount) samples")
        }
    }
}

/// The samples that a job trains on, by recording and by person.
///
/// A *place* is a sample's number among those trained on; the trained samples of a recording have places one after
/// another.
public struct SampleGroups: Sendable {
    /// The recordings that have a sample, as places.
    public let recordings: [Range<Int>]
    /// The recordings of each person, as indices into `recordings`; no person has none.
    public let persons: [[Int]]
    /// The sample at each place; nil where it is the place itself.
    private let samples: TrainedSamples?

    /// Groups of the samples that are trained on.
    ///
    /// - Parameters:
    ///   - bounds: where recordings begin, and whose they are.
    ///   - sampleCount: how many samples there are.
    ///   - trained: those trained on; nil for all.
    public init(_ bounds: RecordingBounds, sampleCount: Int, trained: TrainedSamples?) {
        samples = trained
        var recordings: [Range<Int>] = []
        var persons: [[Int]] = []
        var number: [Int: Int] = [:]
        var place = 0
        for recording in bounds.starts.indices {
            let end = recording + 1 < bounds.starts.count ? bounds.starts[recording + 1] : sampleCount
            let first = place
            place = trained?.place(notBefore: end) ?? end
            if place == first { continue }
            let person = number[bounds.subjects[recording], default: persons.count]
            if person == persons.count {
                number[bounds.subjects[recording]] = person
                persons.append([])
            }
            persons[person].append(recordings.count)
            recordings.append(first..<place)
        }
        (self.recordings, self.persons) = (recordings, persons)
    }

    /// The sample at a place.
    public func sample(at place: Int) -> Int { samples?[place] ?? place }

    /// A sample of the same recording that is at most `distance` of its trained samples away, itself among them, each
    /// as likely.
    ///
    /// - Parameters:
    ///   - sample: one that is trained on.
    ///   - distance: 0 for the sample itself.
    ///   - draw: a number is drawn from it, whatever the distance.
    /// - Returns: the neighbour's number among all samples.
    public func neighbour(of sample: Int, within distance: Int, _ draw: inout RandomSequence) -> Int {
        let place = samples?.place(notBefore: sample) ?? sample
        let recording = recordings[lowest(recordings.count) { recordings[$0].upperBound > place }]
        let low = max(recording.lowerBound, place - min(distance, place))
        let high = place + min(distance, recording.upperBound - 1 - place)
        return self.sample(at: low + below(high - low + 1, &draw))
    }
}

/// The lowest of `0 ..< count` that is in, where all above one that is are, too.
func lowest(_ count: Int, _ isIn: (Int) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
        let middle = (low + high) / 2
        if isIn(middle) { high = middle } else { low = middle + 1 }
    }
    return low
}
