package import Foundation

/// Turns the times of a clock on the wall, which is put forward in spring and back in autumn, into instants.
package struct WallClock {
    package let zone: TimeZone
    /// The minute that was asked for last, and how far ahead of UTC the clock may have been in it, in seconds.
    private var (lastMinute, lastOffsets): (Int, [Int]) = (.min, [])

    package init(zone: TimeZone) { self.zone = zone }

    /// The instants at which the clock shows a time, the earliest first: none in the hour that it leaps over, two in
    /// the hour that comes twice.
    ///
    /// - Parameter local: microseconds since 1970-01-01 00:00 on that clock.
    /// - Returns: microseconds since 1970-01-01 00:00 UTC.
    package mutating func instants(showing local: Int) -> [Int] {
        // Clocks are changed on whole minutes.
        let minute = local / (60 * TimeText.second)
        if minute != lastMinute {
            (lastMinute, lastOffsets) = (minute, offsets(minute * 60))
        }
        return lastOffsets.map { local - $0 * TimeText.second }
    }

    private func offsets(_ local: Int) -> [Int] {
        func offset(_ seconds: Int) -> Int {
            zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
        }
        // Whatever holds at the time itself holds a day and a half before or after it: no clock is changed so often.
        let around = Set([-129_600, 129_600].map { offset(local + $0) })
        return around.filter { offset(local - $0) == $0 }.sorted(by: >)
    }
}

/// One person's times on a wall clock, in the order of the file: tells the two passes through the hour that comes twice
/// apart.
///
/// The second pass begins with a step back. Rows that are merely out of order step back as well, but not far: steps
/// back of less than `shortestStepBack` say nothing about the pass, and are refused.
package struct WallClockOrder {
    /// How far back a step must go to begin the second pass, in microseconds: ten minutes.
    package static let shortestStepBack = 600 * TimeText.second

    private var last: Int?
    /// The first line with a time that comes twice, until the times have gone through both passes.
    package private(set) var undecidedLine: Int?
    private var isInDoubledHour = false
    /// How many times were told apart.
    package private(set) var decidedCount = 0

    /// Nobody's times yet.
    package init() {}

    /// What became of a time.
    package enum Answer: Equatable {
        /// The instant, in microseconds since 1970.
        case instant(Int)
        /// The clock never shows it.
        case never
        /// It comes twice and lies before the time before it: in both passes, or so little that rows may be out of
        /// order.
        case backwards
        /// A line before had a time that comes twice, and nothing shows which it was.
        case undecided(line: Int)
    }

    /// Takes the next time: the instants at which the clock shows it.
    package mutating func onTime(_ instants: [Int], line: Int) -> Answer {
        guard let first = instants.first, let second = instants.last else { return .never }
        guard instants.count == 2 else {
            if let undecidedLine { return .undecided(line: undecidedLine) }
            (isInDoubledHour, last) = (false, first)
            return .instant(first)
        }
        if !isInDoubledHour {
            (isInDoubledHour, undecidedLine) = (true, line)
        }
        let behind = last.map { $0 - first } ?? 0
        let isEarly = behind <= 0
        guard isEarly || second >= last ?? second else { return .backwards }
        // In the first pass; later ones of the second pass lie little behind the last one as the first would have them.
        if !isEarly, undecidedLine != nil, behind < Self.shortestStepBack { return .backwards }
        if !isEarly { undecidedLine = nil }
        decidedCount += 1
        last = isEarly ? first : second
        return .instant(isEarly ? first : second)
    }
}
