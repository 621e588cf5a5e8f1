/// A night as it was recorded, scored and recognised: what the part of a report about nights is made of.
package struct RecordedNight: Sendable {
    /// Values that were read, a sleep epoch each.
    package struct Signal: Sendable {
        /// Its name.
        package let name: String
        /// Its unit; empty or `1` where it has none.
        package let unit: String
        /// As many as there are positions.
        package let values: [Float]

        /// A signal.
        package init(name: String, unit: String, values: [Float]) {
            (self.name, self.unit, self.values) = (name, unit, values)
        }
    }

    /// Whose it is.
    package let subject: String
    /// The recording's name.
    package let recording: String
    /// Each sample's sleep epoch, in order, from any number on; gaps are gaps.
    package let positions: [Int]
    /// Each sample's scored class; nil where nobody scored it.
    package let scored: [Int?]
    /// Each sample's recognised class.
    package let recognised: [Int]
    /// Each sample's probabilities of the classes.
    package let probabilities: [[Float]]
    /// What is drawn below.
    package let signals: [Signal]
    /// The time of day at the first sample, in hours since midnight; nil where nobody knows.
    package let clock: Double?
    /// How many samples the recording has, recognised or not; nil where nobody knows.
    package let sampleCount: Int?

    /// A night.
    ///
    /// - Precondition: there are as many of everything as positions, and at least one.
    package init(
        subject: String, recording: String, positions: [Int], scored: [Int?], recognised: [Int],
        probabilities: [[Float]], signals: [Signal] = [], clock: Double? = nil, sampleCount: Int? = nil
    ) {
        precondition(
            !positions.isEmpty && scored.count == positions.count && recognised.count == positions.count
                && probabilities.count == positions.count && signals.allSatisfy { $0.values.count == positions.count },
            "\(positions.count) positions, \(scored.count) scored, \(recognised.count) recognised")
        (self.subject, self.recording, self.positions) = (subject, recording, positions)
        (self.scored, self.recognised, self.probabilities) = (scored, recognised, probabilities)
        (self.signals, self.clock, self.sampleCount) = (signals, clock, sampleCount)
    }

    /// How many sleep epochs there are from the first to the last.
    var span: Int { (positions.last ?? 0) - positions[0] + 1 }

    /// What is known of each sleep epoch of a span, nil in gaps.
    func spread<Value>(_ values: [Value]) -> [Value?] {
        var all = [Value?](repeating: nil, count: span)
        for (position, value) in zip(positions, values) { all[position - positions[0]] = value }
        return all
    }

    /// Every sleep epoch's scored class.
    var scoredEpochs: [Int?] { spread(scored).map { $0.flatMap(\.self) } }

    /// Every sleep epoch's recognised class.
    var recognisedEpochs: [Int?] { spread(recognised) }
}
