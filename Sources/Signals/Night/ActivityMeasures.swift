import Foundation

/// What the activity around a sleep epoch says.
///
/// c is the activity count of a sleep epoch. Windows have their sleep epoch in the middle, and beyond the night's ends
/// the first and the last repeat. All have the unit "1".
public enum ActivityMeasure: String, Sendable, CaseIterable {
    /// ln(1 + c): the sleep epoch alone.
    case level = "activity"
    /// The largest ln(1 + c) of 11 sleep epochs: 2.5 min ahead.
    case highest5Minutes = "activity-max-5min"
    /// The largest ln(1 + c) of 41 sleep epochs: 10 min ahead.
    case highest20Minutes = "activity-max-20min"
    /// ln(1 + mean c of 11 sleep epochs): 2.5 min ahead.
    case mean5Minutes = "activity-mean-5min"
    /// ln(1 + mean c of 41 sleep epochs): 10 min ahead.
    case mean20Minutes = "activity-mean-20min"
    /// ln(1 + the sleep epochs since the last one with c above 5, at most 120): nothing ahead.
    case since = "activity-since"
    /// ln(1 + the sleep epochs until the next one with c above 5, at most 120): an hour ahead.
    case until = "activity-until"
    /// The rank of the mean c of 11 sleep epochs in the night, from -0.5 to 0.5: needs the whole night.
    case rank = "activity-rank"

    /// The unit of its values, as in a dataset.
    public var unit: String { "1" }
}

/// The measures of a whole night's activity counts (``ActivityMeasure``), a value for each sleep epoch of 30 s.
public struct ActivityMeasures: Sendable, Equatable {
    /// A count above it is a movement.
    private static let movement = 5.0
    /// Sleep epochs since or until a movement are not counted any further: an hour.
    private static let longestRest = 120

    private let values: [ActivityMeasure: [Double]]

    /// A measure's values, one a sleep epoch.
    public subscript(measure: ActivityMeasure) -> [Double] { values[measure] ?? [] }

    /// Measures a night.
    ///
    /// - Parameter counts: activity counts as ``ActivityCounts`` has them, one a sleep epoch and none negative.
    public init(_ counts: [Double]) {
        let level = counts.map { log1p($0) }
        let mean5 = CentredWindow.means(of: counts, width: 11)
        values = [
            .level: level,
            .highest5Minutes: CentredWindow.largest(of: level, width: 11),
            .highest20Minutes: CentredWindow.largest(of: level, width: 41),
            .mean5Minutes: mean5.map { log1p($0) },
            .mean20Minutes: CentredWindow.means(of: counts, width: 41).map { log1p($0) },
            .since: Self.rest(before: counts),
            .until: Self.rest(before: counts.reversed()).reversed(),
            .rank: NightStatistics.centredRanks(mean5),
        ]
    }

    /// ln(1 + sleep epochs since the last movement), 0 where there is one.
    private static func rest(before counts: [Double]) -> [Double] {
        var rest = longestRest
        return counts.map { count in
            rest = count > movement ? 0 : min(rest + 1, longestRest)
            return log1p(Double(rest))
        }
    }
}
