import Datasets

/// When a scoring file says that the recording began from which its times count.
///
/// A file of signals may be a part of that recording, or a stretch that was cut out of it. Where both files name the
/// same day, or days that follow each other, times count from the scoring's own start. Where the days differ, as where
/// the header's was taken out, or where one of the times of day was (midnight), they count from the signals' start, as
/// long as nothing speaks against it. Whatever may as well be otherwise is refused.
struct ScoringStart: Equatable {
    /// What EDF+ has instead of a start date that is not to be known: 1985-01-01.
    static let dayOfNobody = 473_385_600.0
    /// Starts less than so many seconds apart are one: programs round them, and clocks drift.
    private static let tolerance = 2.0

    let start: RecordingStart
    /// Whether it says how far its clock is from UTC: the signals' may be another then.
    let hasZone: Bool

    /// Reads a text like `2010-11-17T22:00:00`, with a blank instead of the `T` and an offset from UTC perhaps; nil of
    /// another one.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - utcIsOurs: whether it calls the clock of the place UTC, as MNE does.
    init?(_ text: String, utcIsOurs: Bool = false) {
        let clock = text.replacing(/(Z|[+\-]\d\d:?\d\d)$/, with: "")
        guard let start = RecordingStart(clock) else { return nil }
        (self.start, hasZone) = (
            start, clock != text && !(utcIsOurs && [clock + "Z", clock + "+00:00"].contains(text))
        )
    }

    /// When the times' zero is.
    ///
    /// - Parameters:
    ///   - signals: the night's signals.
    ///   - path: the file with the scoring.
    /// - Returns: seconds since 1970 on the signals' clock; nil: at the signals' start.
    /// - Throws: `DatasetError.unsuitable` where nobody can tell which part of the recording the signals are.
    func zero(in signals: EDFFile, path: String) throws(DatasetError) -> Double? {
        // Times of midnight stand for none.
        let areTimesKnown = start.seconds != 0 && signals.date.seconds != 0
        if let distance = distance(to: signals), abs(distance) < CalendarDay.seconds {
            if abs(distance) < Self.tolerance { return nil }
            guard areTimesKnown, !hasZone else { throw refusal(signals, path) }
            return signals.date.day.map { $0 + signals.date.seconds + distance }
        }
        let apart = abs(start.seconds - signals.date.seconds)
        guard areTimesKnown, min(apart, CalendarDay.seconds - apart) >= Self.tolerance else { return nil }
        throw refusal(signals, path)
    }

    /// How many seconds after the signals' start it is; nil where one of both days is not known.
    private func distance(to signals: EDFFile) -> Double? {
        guard let header = signals.date.day, let day = start.day else { return nil }
        let own = Double(day) * CalendarDay.seconds
        guard header != Self.dayOfNobody || own == header else { return nil }
        return own + start.seconds - header - signals.date.seconds
    }

    private func refusal(_ signals: EDFFile, _ path: String) -> DatasetError {
        .unsuitable(
            path: path,
            reason:
                "it says that the recording began at \(start.text)\(hasZone ? ", of a zone" : ""), and \(signals.path) "
                + "begins on \(quoted(signals.date.text)) at \(Self.clock(signals.date.seconds)): nobody can tell which "
                + "part of it that is; --hypnogram-offset SECONDS says when it began after the signals did, and 0 that "
                + "they began together")
    }

    private static func clock(_ seconds: Double) -> String {
        RecordingStart(time: seconds, hasDay: false)?.text ?? ""
    }
}
