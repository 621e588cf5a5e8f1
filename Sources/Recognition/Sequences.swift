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

    /// What of each recording can be trained on, cut the same way.
    ///
    /// - Parameters:
    ///   - recordings: the samples of each recording.
    ///   - isIncluded: per sample whether it takes part; a piece has no other.
    ///   - isLabelled: per sample whether it has a label.
    ///   - unlabelled: what becomes of a sample without: a piece never begins or ends a recording with one.
    ///   - length: how long a piece is at most.
    /// - Returns: runs of samples, in order.
    static func trainingPieces(
        of recordings: [Range<Int>], isIncluded: [Bool], isLabelled: [Bool], unlabelled: UnlabelledSamples,
        length: Int?
    ) -> [Range<Int>] {
        switch unlabelled {
        case .cut:
            return pieces(
                of: recordings.flatMap { runs(of: $0) { isIncluded[$0] && isLabelled[$0] } }, length: length)
        case .keep:
            let known = recordings.flatMap { runs(of: $0) { isIncluded[$0] } }.compactMap { run in
                run.first { isLabelled[$0] }.map { first in first..<(run.last { isLabelled[$0] } ?? first) + 1 }
            }
            return pieces(of: known, length: length).filter { $0.contains { isLabelled[$0] } }
        }
    }

    /// The runs of samples for which `holds` is true.
    private static func runs(of recording: Range<Int>, where holds: (Int) -> Bool) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for sample in recording where holds(sample) {
            if let last = runs.last, last.upperBound == sample {
                runs[runs.count - 1] = last.lowerBound..<sample + 1
            } else {
                runs.append(sample..<sample + 1)
            }
        }
        return runs
    }
}
