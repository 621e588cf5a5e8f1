public import Datasets
package import Upstream

extension Dataset {
    /// The samples of these subjects, recording by recording.
    ///
    /// - Parameter names: subjects' names.
    /// - Returns: their samples, as ranges in order.
    /// - Throws: `SleepRecognitionError` for a name that the dataset does not have, or when nobody is named, or nobody
    ///   would be left.
    public func samples(ofSubjects names: some Sequence<String>) throws(SleepRecognitionError) -> [Range<Int>] {
        let names = Set(names)
        if let unknown = names.sorted().first(where: { !subjects.contains($0) }) {
            throw .unknownSubject(unknown, dataset: path, subjects: subjects)
        }
        if names.isEmpty || names.count == subjects.count {
            throw .cannotExclude(dataset: path, all: !names.isEmpty)
        }
        return recordingRanges.filter { names.contains(subjects[$0.subject]) }.map(\.samples)
    }

    /// Where recordings begin, and whose they are.
    var recordingBounds: RecordingBounds {
        RecordingBounds(
            starts: recordingRanges.map(\.samples.lowerBound), subjects: recordingRanges.map(\.subject))
    }

    /// The subjects that a pre-training was on, in the file's order; nil where that was on another dataset.
    package func subjects(trainedOnBy job: Job) -> [String]? {
        guard job.datasetDigest == digest else { return nil }
        let isExcluded = Set(job.excludedSamples.joined())
        return subjects(of: (0..<samples.count).filter { !isExcluded.contains($0) })
    }

    /// The subjects that these samples are of, in the file's order.
    func subjects(of samples: [Int]) -> [String] {
        let present = Set(samples.map { subject(of: $0) })
        return subjects.indices.filter { present.contains($0) }.map { subjects[$0] }
    }
}
