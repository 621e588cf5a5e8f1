/// What a night came to, by the definitions of the American Academy of Sleep Medicine (*Manual for the Scoring of Sleep
/// and Associated Events*, version 2.6, chapter 2).
///
/// Times are minutes; a sleep epoch is half of one. The night is what is given: where nobody noted when the lights went
/// out, time in bed is the time recorded. A sleep epoch that nobody scored counts as time in bed and as no stage.
public struct SleepStatistics: Codable, Sendable, Equatable {
    /// A stage of sleep.
    public struct Stage: Codable, Sendable, Equatable {
        /// Its class's name.
        public let name: String
        /// How long it was.
        public let minutes: Double
        /// Its part of the total sleep time, 0 to 1; nil without sleep.
        public let part: Double?
    }

    /// A sleep epoch's length, in minutes.
    public static let epochMinutes = 0.5
    /// The class of being awake.
    public static let wake = "wake"
    /// The class of REM sleep.
    public static let rem = "REM"

    /// From the first sleep epoch to the last one's end.
    public let timeInBed: Double
    /// All stages of sleep together.
    public let totalSleepTime: Double
    /// Total sleep time as a part of time in bed, 0 to 1.
    public let sleepEfficiency: Double
    /// From the begin to the first sleep epoch of any stage of sleep; nil without sleep.
    public let sleepOnsetLatency: Double?
    /// Wake from sleep onset to the end, that after the last awakening included; nil without sleep.
    public let wakeAfterSleepOnset: Double?
    /// The part of it before the last sleep epoch of sleep: what some programs call WASO; nil without sleep.
    public let wakeWithinSleep: Double?
    /// From sleep onset to the first sleep epoch of REM; nil without it, and where it is not told apart.
    public let remLatency: Double?
    /// The stages of sleep, in the order of the classes.
    public let stages: [Stage]

    private enum CodingKeys: String, CodingKey {
        case stages
        case timeInBed = "time_in_bed_min"
        case totalSleepTime = "total_sleep_time_min"
        case sleepEfficiency = "sleep_efficiency"
        case sleepOnsetLatency = "sleep_onset_latency_min"
        case wakeAfterSleepOnset = "wake_after_sleep_onset_min"
        case wakeWithinSleep = "wake_within_sleep_min"
        case remLatency = "rem_latency_min"
    }

    /// The statistics of a night.
    ///
    /// - Parameters:
    ///   - epochs: the sleep epochs in order, without a gap: each one's class as an index into `classes`, nil where
    ///     nobody scored it.
    ///   - classes: their names; one is `wake`, and REM sleep is called `REM` where it is told apart.
    public init(of epochs: [Int?], classes: [String]) {
        func minutes(_ count: Int) -> Double { Double(count) * Self.epochMinutes }
        let awake = classes.firstIndex(of: Self.wake)
        let isSleep = epochs.map { stage in stage.map { $0 != awake } ?? false }
        let (first, last) = (isSleep.firstIndex(of: true), isSleep.lastIndex(of: true))
        let asleep = minutes(isSleep.count { $0 })
        func wake(_ range: Range<Int>) -> Double { minutes(epochs[range].count { $0 != nil && $0 == awake }) }
        timeInBed = minutes(epochs.count)
        totalSleepTime = asleep
        sleepEfficiency = epochs.isEmpty ? 0 : asleep / minutes(epochs.count)
        sleepOnsetLatency = first.map(minutes)
        wakeAfterSleepOnset = first.map { wake($0..<epochs.count) }
        if let first, let last { wakeWithinSleep = wake(first..<last + 1) } else { wakeWithinSleep = nil }
        let rem = classes.firstIndex(of: Self.rem).flatMap { class_ in epochs.firstIndex { $0 == class_ } }
        if let first, let rem { remLatency = minutes(rem - first) } else { remLatency = nil }
        stages = classes.indices.filter { $0 != awake }.map { class_ in
            let time = minutes(epochs.count { $0 == class_ })
            return Stage(name: classes[class_], minutes: time, part: asleep > 0 ? time / asleep : nil)
        }
    }
}
