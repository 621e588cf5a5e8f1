package import Signals

/// A recording as a reader finds it, before it is known which subjects and label codes the dataset has.
package struct FoundRecording {
    /// A name that is unique in the dataset.
    package let name: String
    /// Who was recorded.
    package let subject: String
    /// The position of the first sample in the recording.
    package let firstPosition: Int
    /// For each sample its code, as an index into the vocabulary's codes; nil where there is none.
    package let labels: [Int?]
    /// When position 0 is; nil where nobody knows.
    package let start: RecordingStart?

    /// A recording with one sample for each of `labels`, indices into the vocabulary's codes.
    package init(name: String, subject: String, firstPosition: Int = 0, labels: [Int?], start: RecordingStart? = nil) {
        (self.name, self.subject, self.firstPosition, self.labels) = (name, subject, firstPosition, labels)
        self.start = start
    }

    /// Sleep epochs, each with its stage.
    package init(
        name: String, subject: String, firstPosition: Int = 0, stages: some Sequence<SleepStage?>,
        start: RecordingStart? = nil
    ) {
        self.init(
            name: name, subject: subject, firstPosition: firstPosition, labels: stages.map { $0?.rawValue },
            start: start)
    }
}
