/// What the heart rate around a sleep epoch says, compared with the night that it is in.
///
/// v is the heart rate each 5 s, limited to 40 below and 60 above the night's median; r is v less that median, over the
/// distance between the night's 10th and 90th percentiles (at least 4 beats a minute), so that resting heart rate and
/// its range, which differ more between people than between stages, are taken out. m(w) and s(w) are mean and standard
/// deviation over a window of length w around each value, whose ends repeat the first and the last value; E is the mean
/// over the sleep epoch's six values, and L takes the night's median away.
///
/// All have the unit "1": multiples of the night's range, logarithms of beats a minute, or ranks. All need the whole
/// night, for its median, percentiles and ranks. How far their windows look ahead beyond that is said for each.
public enum HeartRateMeasure: String, Sendable, CaseIterable {
    /// E r: the sleep epoch alone.
    case level = "hr-level"
    /// E m(5 min) of r: 2.5 min ahead.
    case level5Minutes = "hr-level-5min"
    /// E m(20 min) of r: 10 min ahead.
    case level20Minutes = "hr-level-20min"
    /// The rank of E m(1 min) of r among the night's sleep epochs, from -0.5 to 0.5: half a minute ahead.
    case rank = "hr-rank"
    /// The largest r of 90 s, less E r: half a minute ahead.
    case highest = "hr-max"
    /// The smallest r of 90 s, less E r: half a minute ahead.
    case lowest = "hr-min"
    /// L ln(E s(1 min) of v + 0.3): half a minute ahead.
    case deviation1Minute = "hr-sd-1min"
    /// L ln(E s(5 min) of v + 0.3): 2.5 min ahead.
    case deviation5Minutes = "hr-sd-5min"
    /// L ln(E s(15 min) of v + 0.3): 7.5 min ahead.
    case deviation15Minutes = "hr-sd-15min"
    /// ln(E s(5 min) of v + 0.3), as it is: 2.5 min ahead. The one measure that keeps the night's own spread.
    case plainDeviation = "hr-sd-5min-plain"
    /// L ln(√(E m(5 min) of d²) + 0.1), d the difference to the value before: 2.5 min ahead.
    case steps = "hr-steps-5min"
    /// L ln(√(E m(10 min) of b²) + 0.1), b = v - m(1 min) of v: what is faster than a minute; 5.5 min ahead.
    case fast = "hr-fast-10min"
    /// The same of b = m(1 min) - m(5 min) of v, what lies between: 7.5 min ahead.
    case middling = "hr-middling-10min"
    /// The same over 30 min of b = m(5 min) - m(20 min) of v: 25 min ahead.
    case slow = "hr-slow-30min"
    /// E of m(2 min) of r two minutes later less two minutes earlier, 0 within two minutes of an end: 3 min ahead.
    case slope4Minutes = "hr-slope-4min"
    /// E of m(7.5 min) of r 7.5 min later less 7.5 min earlier, 0 within 7.5 min of an end: 11.25 min ahead.
    case slope15Minutes = "hr-slope-15min"
    /// E m(5 min) of r less E m(60 min) of r: 30 min ahead.
    case lessHour = "hr-less-hour"
    /// E m(5 min) of r less the 10th percentile of r, its first value in each of the 121 sleep epochs around: 30 min
    /// ahead.
    case aboveLow = "hr-above-low"

    /// The unit of its values, as in a dataset.
    public var unit: String { "1" }
}
