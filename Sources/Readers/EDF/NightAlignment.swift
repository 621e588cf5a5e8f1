import Datasets
import Foundation
import Numerics

/// Where the sleep epochs of a hypnogram lie in the signals of its night, by the start times of both files.
///
/// Files whose times have nothing in common are never shifted on a guess: the night is left out with both times, and
/// with the shift that would bring the hypnogram to the signals' day where one does.
struct NightAlignment {
    /// Seconds from the start of the signals to that of the hypnogram's first sleep epoch.
    let offset: Double
    /// The sleep epochs that both files cover as a whole.
    let epochs: Range<Int>
    /// The sleep epochs of either that the other does not cover.
    let skipped: [SkippedItem]
    /// Why there are no sleep epochs that both cover.
    let disagreement: String

    /// Aligns a night.
    ///
    /// - Parameters:
    ///   - signals: the file with the signals.
    ///   - file: the file with the hypnogram; without a clock of its own it starts with the signals.
    ///   - hypnogram: its stages.
    ///   - shift: seconds that are added to the hypnogram's times.
    /// - Throws: `DatasetError.unsuitable`, when one file's date is no day and the other's is not the same.
    init(
        _ signals: EDFFile, _ file: Scoring, _ hypnogram: Hypnogram, shift: Double
    ) throws(DatasetError) {
        let date = file.date ?? signals.date
        guard signals.date.text == date.text || (signals.date.day != nil && date.day != nil) else {
            throw .unsuitable(
                path: signals.path,
                reason:
                    "its start date is \"\(signals.date.text)\" and that of \(file.path) \"\(date.text)\", and "
                    + "not both are days: repair a header with EDFbrowser")
        }
        let seconds = SleepEpochWindow.epochSeconds
        let start = (file.start ?? signals.start) + hypnogram.firstOnset + shift
        offset = start - signals.start
        func covered(_ offset: Double) -> Range<Int> {
            func whole(_ value: Double, _ rule: FloatingPointRoundingRule) -> Int {
                Int(value.rounded(rule), clampedTo: -1_000_000_000...1_000_000_000) ?? 0
            }
            let first = whole(-offset / seconds - 1e-6, .up)
            return first..<max(whole((signals.duration - offset) / seconds + 1e-6, .down), first)
        }
        let scored = 0..<hypnogram.epochCount
        let ofSignals = covered(offset)
        let both = ofSignals.clamped(to: scored)
        epochs = both
        skipped = SkippedItem.items(
            of: signals.path, .sleepEpoch,
            [
                (scored.count - both.count, "the hypnogram covers them, the signals do not"),
                (ofSignals.count - both.count, "the signals cover them, the hypnogram does not"),
            ])

        let end = start + Double(hypnogram.epochCount) * seconds
        let middles = (signals.start + signals.duration / 2, (start + end) / 2)
        let days = ((middles.0 - middles.1) / CalendarDay.seconds).rounded() * CalendarDay.seconds
        let isOfAnotherDay = !covered(offset + days).clamped(to: scored).isEmpty
        let isBefore = start < signals.start && signals.start - start < CalendarDay.seconds
        let remedy =
            isOfAnotherDay
            ? "--hypnogram-offset \(String(format: "%.0f", days + shift)) brings the stages to the signals' day, if that "
                + "is right"
            : "--hypnogram-offset SECONDS shifts the stages"
                + (isBefore ? ", 86400 to the next day if they begin after midnight" : "")
        disagreement =
            "no sleep epoch is in both: the signals are from \(Self.text(signals.start)) to "
            + "\(Self.text(signals.start + signals.duration)), the stages in \(file.path) from \(Self.text(start)) to "
            + "\(Self.text(end)); \(remedy)"
    }

    /// A time as a calendar and a clock show it.
    private static func text(_ seconds: Double) -> String {
        var (time, date) = (time_t(Int(seconds.rounded(), clampedTo: 0...253_402_300_799) ?? 0), tm())
        gmtime_r(&time, &date)
        return String(
            format: "%04d-%02d-%02d %02d:%02d:%02d", Int(date.tm_year) + 1_900, date.tm_mon + 1, date.tm_mday,
            date.tm_hour, date.tm_min, date.tm_sec)
    }
}
