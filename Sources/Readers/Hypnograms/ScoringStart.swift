import Datasets

/// When a scoring file says that the recording began from which its times count.
///
/// A file of signals may be a part of that recording, or a stretch that was cut out of it. Where both files name the
/// day, the times count from the scoring's own; where the header's day was taken out, or is another, they count from
/// the signals' start as long as the times of day agree, or one of them was taken out (midnight).
struct ScoringStart: Equatable {
    /// What EDF+ has instead of a start date that is not to be known: 1985-01-01.
    static let dayOfNobody = 473_385_600.0
    /// Starts less than so many seconds apart are one: headers have whole seconds.
    private static let tolerance = 1.0

    private let start: RecordingStart

    /// Reads a text like `2010-11-17T22:00:00`, with a blank instead of the `T` and an offset from UTC perhaps, which
    /// does not count; nil of another one.
    init?(_ text: String) {
        let zones = ["Z", "+00:00"]
        let clock = zones.first(where: text.hasSuffix).map { String(text.dropLast($0.count)) } ?? text
        guard let start = RecordingStart(clock) else { return nil }
        self.start = start
    }

    /// When the times' zero is.
    ///
    /// - Parameters:
    ///   - signals: the night's signals.
    ///   - path: the file with the scoring.
    /// - Returns: seconds since 1970 on the signals' clock; nil: at the signals' start.
    /// - Throws: `DatasetError.unsuitable` where nobody can tell which part of the recording the signals are.
    func zero(in signals: EDFFile, path: String) throws(DatasetError) -> Double? {
        let header = signals.date.day.flatMap { $0 == Self.dayOfNobody ? nil : $0 }
        if let header, let day = start.day {
            let own = Double(day) * CalendarDay.seconds + start.seconds
            let distance = own - (header + signals.date.seconds)
            if abs(distance) < Self.tolerance { return nil }
            if abs(distance) < CalendarDay.seconds { return own }
        }
        let distance = abs(start.seconds - signals.date.seconds)
        let isSameTime = min(distance, CalendarDay.seconds - distance) < Self.tolerance
        let (ownIsKnown, headersIsKnown) = (start.seconds != 0, header != nil || signals.date.seconds != 0)
        guard !isSameTime, ownIsKnown, headersIsKnown else { return nil }
        throw .unsuitable(
            path: path,
            reason: "it says that the recording began at \(start.text), and \(signals.path) begins on "
                + "\(quoted(signals.date.text)) at \(Self.clock(signals.date.seconds)): nobody can tell which part of it "
                + "that is; --hypnogram-offset SECONDS says when it began after the signals did, and 0 that they "
                + "began together")
    }

    private static func clock(_ seconds: Double) -> String {
        RecordingStart(time: seconds, hasDay: false)?.text ?? ""
    }
}
