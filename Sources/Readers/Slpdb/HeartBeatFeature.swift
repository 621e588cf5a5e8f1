/// What the intervals between heart beats say of one sleep epoch: a measure as it is, or compared with its own night.
///
/// Of the measures over five minutes, the window lies around the middle of the sleep epoch and is moved inside the
/// recording at its ends. Interval means the time between two normal beats (N-N); what follows the definitions of the
/// Task Force of the European Society of Cardiology and the North American Society of Pacing and Electrophysiology,
/// "Heart rate variability", European Heart Journal 17 (1996) 354-381, is marked TF. Powers and deviations vary over
/// decades, so their logarithm is taken.
public struct HeartBeatFeature: Sendable, Hashable {
    /// A measure of one sleep epoch.
    public enum Measure: String, Sendable, CaseIterable {
        /// Heart rate in beats a minute: 60 over the mean interval of the sleep epoch.
        case rate = "hr"
        /// ln(1 + deviation of the sleep epoch's intervals in ms).
        case deviation = "sdnn30"
        /// ln(1 + root mean square of the differences between neighbouring intervals of the sleep epoch, in ms).
        case differences = "rmssd30"
        /// Heart rate at the sleep epoch's shortest interval less that at its longest, in beats a minute.
        case range = "range30"
        /// The share of the sleep epoch's intervals that were left out: movement and ectopic beats.
        case lost = "lost"
        /// Heart rate over five minutes.
        case longRate = "hr5"
        /// `rate` less `longRate`.
        case rateChange = "hr-change"
        /// ln(1 + deviation of the intervals of five minutes in ms): SDNN (TF).
        case longDeviation = "sdnn5"
        /// ln(1 + root mean square of the differences between neighbouring intervals of five minutes in ms): RMSSD
        /// (TF).
        case longDifferences = "rmssd5"
        /// The share of differences between neighbouring intervals above 50 ms: pNN50 (TF).
        case largeDifferences = "pnn50"
        /// ln(1 + power from 1/300 to below 0.04 Hz in ms²): VLF (TF); sleep apnoea swings the heart rate here.
        case veryLow = "vlf"
        /// ln(1 + power from 0.04 to below 0.15 Hz in ms²): LF (TF).
        case low = "lf"
        /// ln(1 + power from 0.15 to below 0.4 Hz in ms²): HF (TF), where breathing is.
        case high = "hf"
        /// `low` less `high`.
        case balance = "lf-hf"
        /// HF over LF and HF (TF: HF in normalised units, here from 0 to 1).
        case highShare = "hf-share"
        /// VLF over VLF, LF and HF.
        case veryLowShare = "vlf-share"
        /// The centre of the HF band's power in Hz: about the rate of breathing.
        case breathing = "breathing"
        /// The share of the HF band's power within 1/150 Hz of its peak: how regular breathing is.
        case regularity = "breathing-peak"
        /// Hours since the recording's start.
        case clock = "clock"
    }

    private static let relativeSuffix = "-night"

    /// What is measured.
    public let measure: Measure
    /// Whether it is given relative to its recording.
    ///
    /// Relative is less the recording's median, over its interquartile range as a multiple of the normal distribution's
    /// (1.349), limited to -5 ... 5. Only that recording enters, so it is fair to leave other subjects out.
    public let isRelative: Bool

    /// A measure as it is or relative to its night.
    public init(_ measure: Measure, isRelative: Bool = false) {
        (self.measure, self.isRelative) = (measure, isRelative)
    }

    /// The feature of a name like "hf" or "hf-night"; nil when there is none.
    public init?(name: String) {
        if let measure = Measure(rawValue: name) {
            self.init(measure)
        } else if name.hasSuffix(Self.relativeSuffix),
            let measure = Measure(rawValue: String(name.dropLast(Self.relativeSuffix.count))), measure != .clock
        {
            self.init(measure, isRelative: true)
        } else {
            return nil
        }
    }

    /// The feature's name.
    public var name: String { measure.rawValue + (isRelative ? Self.relativeSuffix : "") }

    /// The unit of its values: logarithms, shares and what is relative to a night have none, which is "1".
    public var unit: String {
        if isRelative { return "1" }
        switch measure {
        case .rate, .range, .longRate, .rateChange: return "1/min"
        case .breathing: return "Hz"
        case .clock: return "h"
        case .deviation, .differences, .lost, .longDeviation, .longDifferences, .largeDifferences, .veryLow, .low,
            .high, .balance, .highShare, .veryLowShare, .regularity:
            return "1"
        }
    }

    /// Every feature there is.
    public static let all: [HeartBeatFeature] =
        Measure.allCases.map { HeartBeatFeature($0) }
        + Measure.allCases.filter { $0 != .clock }.map { HeartBeatFeature($0, isRelative: true) }

    /// What is taken when nothing is asked for: every measure relative to its night, and as they are those that do not
    /// depend on the sleeper's own heart rate and its spread.
    public static let defaults: [HeartBeatFeature] =
        all.filter(\.isRelative)
        + [.lost, .highShare, .balance, .veryLowShare, .breathing, .regularity, .clock].map { HeartBeatFeature($0) }
}
