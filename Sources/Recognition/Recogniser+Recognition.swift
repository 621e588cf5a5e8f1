import CKernels
public import Numerics

extension Recogniser {
    /// What was recognised.
    public struct Recognition: Sendable, Equatable {
        /// Per sample its class in the most probable sequence of classes; where trees share in the answers, its own
        /// most probable class.
        public var labels: [Int]
        /// Per sample the probability of each class given the whole sequence, `[samples, classes]`; where trees share
        /// in the answers, the mean of it and of what they say of the sample, by their share.
        public var probabilities: Matrix

        /// Answers from their parts.
        public init(labels: [Int], probabilities: Matrix) {
            (self.labels, self.probabilities) = (labels, probabilities)
        }
    }

    /// What a recogniser reads to recognise samples: their values, or those of their mirrors.
    public struct Reading: Sendable {
        /// `[samples, features]`: one for all members, or one for each.
        public let values: [Matrix]
        /// Where these are mirrors: for each class that of the mirrored sample.
        public let mirror: [Int]?

        /// Values to be read.
        public init(_ values: [Matrix], mirror: [Int]? = nil) { (self.values, self.mirror) = (values, mirror) }
    }

    /// Recognises every sample, by Viterbi's algorithm; the probabilities are the field's marginals.
    ///
    /// Where trees share in the answers (``treeShare``), these are mixed with theirs, and labels are the most probable
    /// classes.
    ///
    /// - Parameters:
    ///   - features: `[samples, features]`.
    ///   - recordings: the samples of each recording, in order; every sample is in one.
    ///   - threads: how many threads to use; the bits are the same.
    ///   - buffers: for callers that recognise again and again.
    /// - Returns: a class and probabilities for every sample.
    public func recognise(
        _ features: Matrix, recordings: [Range<Int>], threads: Int = 1,
        buffers: RecognitionBuffers = RecognitionBuffers()
    ) -> Recognition {
        recognise([Reading([features])], recordings: recordings, threads: threads, buffers: buffers)
    }

    /// Recognises every sample by several readings of it: a sequence of classes has the mean of their scores, as it has
    /// of the members'.
    ///
    /// - Parameters:
    ///   - readings: what is read.
    ///   - recordings: the samples of each recording, in order; every sample is in one.
    ///   - threads: how many threads to use; the bits are the same.
    ///   - buffers: for callers that recognise again and again.
    ///   - progress: told how many samples are done, now and then, on the caller's thread.
    /// - Returns: a class and probabilities for every sample.
    /// - Precondition: there is a reading, and all have as many samples.
    public func recognise(
        _ readings: [Reading], recordings: [Range<Int>], threads: Int = 1,
        buffers: RecognitionBuffers = RecognitionBuffers(), progress: (Int) -> Void = { _ in }
    ) -> Recognition {
        let read = readings.map { inputs(of: $0, threads: threads) }
        let mirrors = readings.map(\.mirror)
        let work = RecognitionWork(
            self, readings: zip(read, mirrors).map { ($0.values, $1) }, scores: fieldParameters(mirrors: mirrors))
        let recognition = work.recognition(
            of: Sequences.pieces(of: recordings, length: settings.sequenceLength), threads: threads, buffers: buffers,
            progress: progress)
        return withTrees(recognition, answers: read.map(\.answers), mirrors: mirrors)
    }

    /// The field's scores of these readings.
    ///
    /// - Parameter mirrors: for each reading its classes' mirrors, or nil where it is none.
    /// - Returns: by their parts' names: `crf.transitions` `[classes, classes]` from the row to the column, `crf.start`
    ///   and `crf.end` `[classes]`.
    /// - Precondition: there is a reading.
    public func fieldScores(mirrors: [[Int]?]) -> [String: [Float]] {
        let scores = fieldParameters(mirrors: mirrors)
        let parts = network.field.parts.map { part in (part.name, part.range.map { scores[$0] }) }
        return Dictionary(parts) { first, _ in first }
    }

    /// The field's scores, where some readings are mirrors: the mean of those of classes and of mirrored classes.
    private func fieldParameters(mirrors: [[Int]?]) -> FloatBlock {
        guard mirrors.contains(where: { $0 != nil }) else { return fieldParameters }
        let (field, classes) = (network.field, network.classes)
        let mean = FloatBlock(count: fieldParameters.count)
        for mirror in mirrors {
            let class_ = mirror ?? Array(0..<classes)
            for i in 0..<classes {
                for j in 0..<classes {
                    mean[field.offset + i * classes + j] +=
                        fieldParameters[field.offset + class_[i] * classes + class_[j]]
                }
                for offset in [field.offset + classes * classes, field.offset + classes * (classes + 1)] {
                    mean[offset + i] += fieldParameters[offset + class_[i]]
                }
            }
        }
        kernel_scale(mean.base + field.offset, 1 / Float(mirrors.count), field.end - field.offset)
        return mean
    }
}
