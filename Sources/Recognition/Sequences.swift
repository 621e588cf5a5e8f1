/// Cuts recordings into the sequences that a recogniser reads.
enum Sequences {
    /// Consecutive pieces of at most `length` samples of each recording, the last of a recording shorter; nil keeps it
    /// whole.
    static func pieces(of recordings: [Range<Int>], length: Int?) -> [Range<Int>] {
        recordings.flatMap { recording -> [Range<Int>] in
            guard let length, !recording.isEmpty else { return recording.isEmpty ? [] : [recording] }
            return stride(from: recording.lowerBound, to: recording.upperBound, by: length).map {
                $0..<$0 + min(length, recording.upperBound - $0)
            }
        }
    }

    /// The runs of labelled samples in each recording, cut the same way: what can be trained on.
    static func labelledPieces(of recordings: [Range<Int>], labels: [Int?], length: Int?) -> [Range<Int>] {
        let runs = recordings.flatMap { recording in
            var runs: [Range<Int>] = []
            for sample in recording where labels[sample] != nil {
                if let last = runs.last, last.upperBound == sample {
                    runs[runs.count - 1] = last.lowerBound..<sample + 1
                } else {
                    runs.append(sample..<sample + 1)
                }
            }
            return runs
        }
        return pieces(of: runs, length: length)
    }
}
