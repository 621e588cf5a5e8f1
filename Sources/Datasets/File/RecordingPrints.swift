import Signals

/// What tells recordings of equal values: one person's night under two names would be on both sides of an evaluation,
/// and twice under one name counts twice.
///
/// A print is the sum of each value's bits times an odd number of its place, modulo 2^64: cheap beside the digest, and
/// the same however the values come in pieces. Different recordings have one print once in some 2^32 pairs.
struct RecordingPrints {
    /// Recordings of fewer values may be equal by chance.
    private static let fewestValues = 64
    /// From one place's number to the next; even, so that all are odd.
    private static let step: UInt64 = 0x3C6E_F372_FE94_F82A

    private let lengths: [Int]
    private var prints: [UInt64]
    /// The recording that comes next, and how many of its values have come.
    private var (recording, done) = (0, 0)

    /// Of recordings that have so many values each.
    init(lengths: [Int]) {
        (self.lengths, prints) = (lengths, Array(repeating: 0, count: lengths.count))
    }

    /// Takes the next values, in the order of the recordings.
    mutating func append(_ values: UnsafeBufferPointer<Float>) {
        var rest = values[...]
        while !rest.isEmpty, recording < lengths.count {
            let piece = rest.prefix(lengths[recording] - done)
            var (sum, key) = (UInt64(0), UInt64(done) &* Self.step | 1)
            for value in UnsafeBufferPointer(rebasing: piece) {
                sum &+= UInt64(value.bitPattern) &* (key ^ key >> 29 | 1)
                key &+= Self.step
            }
            prints[recording] &+= sum
            done += piece.count
            if done == lengths[recording] { (recording, done) = (recording + 1, 0) }
            rest = rest[piece.endIndex...]
        }
    }

    /// A line on recordings that have the same values, once all have come; nil where there are none.
    ///
    /// Two maps of one person may well be equal; two nights are not.
    func note(
        on recordings: [(name: String, subject: Int)], subjects: [String], vocabulary: LabelVocabulary
    ) -> String? {
        func named(_ place: Int) -> String {
            let recording = recordings[place]
            return "recording \"\(recording.name)\" of subject \"\(subjects[recording.subject])\""
        }
        let twins = twins(subjects: recordings.map(\.subject), includingOnesOfOneSubject: vocabulary == .stage)
        guard let (first, second) = twins.first else { return nil }
        let others = twins.count > 1 ? ", and so have \(twins.count - 1) more" : ""
        let isOneSubject = recordings[first].subject == recordings[second].subject
        let question = isOneSubject ? "is one night there twice?" : "is one person there under two names?"
        return "\(named(second)) has the values of \(named(first))\(others): \(question)"
    }

    /// Pairs of equal recordings, each with the first that it equals, by their places; those of two subjects first.
    private func twins(
        subjects: [Int], includingOnesOfOneSubject areOfOneSubjectToo: Bool
    ) -> [(first: Int, second: Int)] {
        struct Print: Hashable { let length: Int, sum: UInt64 }
        var firstOfPrint: [Print: Int] = [:]
        var (ofTwo, ofOne): ([(first: Int, second: Int)], [(first: Int, second: Int)]) = ([], [])
        for place in prints.indices where lengths[place] >= Self.fewestValues {
            let print = Print(length: lengths[place], sum: prints[place])
            guard let first = firstOfPrint[print] else {
                firstOfPrint[print] = place
                continue
            }
            if subjects[first] != subjects[place] {
                ofTwo.append((first, place))
            } else if areOfOneSubjectToo {
                ofOne.append((first, place))
            }
        }
        return ofTwo + ofOne
    }
}
