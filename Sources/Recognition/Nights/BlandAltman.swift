/// How far one measurement of a night is from another: bias and limits of agreement (Bland and Altman 1986).
///
/// As Menghini and others (*Sleep* 44, 2021, zsaa170) use them for sleep trackers.
///
/// Differences are the other measurement less the reference. Their intervals are those of `SubjectBootstrap`: people
/// are drawn with all their nights, because nights of one person are alike. Drawn are those who have both measurements:
/// few who do would be missing from many draws of all. Where Menghini and others take intervals
/// of a mean and of a regression from normal distributions, these do not.
public struct BlandAltman: Codable, Sendable, Equatable {
    /// How many nights have both measurements.
    public let nights: Int
    /// How many people they are of.
    public let people: Int
    /// The mean difference.
    public let bias: Double
    /// The differences' standard deviation (n - 1); nil, and null in files, of one night.
    @NullWhereNone public private(set) var deviation: Double?
    /// `bias - 1.96 deviation`; nil, and null in files, of fewer nights than `fewestNights`.
    @NullWhereNone public private(set) var lowerLimit: Double?
    /// `bias + 1.96 deviation`, likewise.
    @NullWhereNone public private(set) var upperLimit: Double?
    /// How much the difference changes where the reference is larger by one: the slope of the least squares' line; nil,
    /// and null in files, where all references are the same, and of fewer nights than `fewestNights`.
    @NullWhereNone public private(set) var slope: Double?
    /// That line's height where the reference is 0; nil, and null in files, where it has no slope.
    @NullWhereNone public private(set) var intercept: Double?
    /// The standard deviation of the differences around that line (n - 2); nil, and null in files, where there is no
    /// line.
    @NullWhereNone public private(set) var residualDeviation: Double?
    /// The bias's 95 % interval over people; nil of fewer than `fewestPeople`.
    public let biasInterval: Interval?
    /// The lower limit's, likewise.
    public let lowerInterval: Interval?
    /// The upper limit's, likewise.
    public let upperInterval: Interval?
    /// The slope's, likewise; where 0 is not in it, the bias depends on what is measured.
    public let slopeInterval: Interval?

    /// Whether the bias depends on what is measured: the slope's interval leaves out 0.
    ///
    /// Then the limits of agreement are `intercept + slope * reference ± 1.96 residualDeviation`.
    public var isProportional: Bool {
        slopeInterval.map { $0.low > 0 || $0.high < 0 } ?? false && intercept != nil && residualDeviation != nil
    }

    /// Intervals are of so many people or more: the draws of fewer are too few to have tails.
    public static let fewestPeople = 5

    /// Limits and slope are of so many nights or more.
    ///
    /// Through two there is always a line, and their deviation is one difference. Limits of three are rough all the
    /// same; how rough, intervals say.
    public static let fewestNights = 3

    private enum CodingKeys: String, CodingKey {
        case nights, people, bias, deviation, slope, intercept
        case residualDeviation = "residual_deviation"
        case lowerLimit = "lower_limit"
        case upperLimit = "upper_limit"
        case biasInterval = "bias_interval"
        case lowerInterval = "lower_limit_interval"
        case upperInterval = "upper_limit_interval"
        case slopeInterval = "slope_interval"
    }

    /// Two measurements of a night, and whose it is.
    public struct Pair: Sendable, Equatable {
        /// The measurement that the other is compared with.
        public let reference: Double
        /// The other.
        public let other: Double
        /// Whose night it is: a number from 0, without gaps over all that are compared.
        public let person: Int

        /// A pair.
        public init(reference: Double, other: Double, person: Int) {
            (self.reference, self.other, self.person) = (reference, other, person)
        }
    }

    private struct Figures {
        let bias: Double
        let deviation, lowerLimit, upperLimit, slope, intercept, residualDeviation: Double?
        /// NaN for what is not defined.
        var list: [Double] { [bias, lowerLimit ?? .nan, upperLimit ?? .nan, slope ?? .nan] }

        /// The figures of pairs, each so many times; nil of none.
        init?(_ pairs: [Pair], times: (Int) -> Int) {
            var (count, differences, references) = (0, 0.0, 0.0)
            for pair in pairs {
                let n = times(pair.person)
                count += n
                differences += Double(n) * (pair.other - pair.reference)
                references += Double(n) * pair.reference
            }
            guard count > 0 else { return nil }
            bias = differences / Double(count)
            let mean = references / Double(count)
            var (squares, spread, product) = (0.0, 0.0, 0.0)
            var values: (low: Double, high: Double) = (.infinity, -.infinity)
            for pair in pairs where times(pair.person) > 0 {
                values = (min(values.low, pair.reference), max(values.high, pair.reference))
                let n = Double(times(pair.person))
                let (difference, reference) = (pair.other - pair.reference - bias, pair.reference - mean)
                squares += n * difference * difference
                spread += n * reference * reference
                product += n * difference * reference
            }
            deviation = count > 1 ? (squares / Double(count - 1)).squareRoot() : nil
            let isEnough = count >= fewestNights
            lowerLimit = isEnough ? deviation.map { [bias] in bias - 1.96 * $0 } : nil
            upperLimit = isEnough ? deviation.map { [bias] in bias + 1.96 * $0 } : nil
            // Equal values may be off their own mean by a rounding.
            slope = isEnough && values.low < values.high && spread > 0 ? product / spread : nil
            intercept = slope.map { [bias] in bias - $0 * mean }
            residualDeviation = slope.map { (max(0, squares - $0 * product) / Double(count - 2)).squareRoot() }
        }
    }

    /// The agreement in several measurements of the same people's nights; those that all of them have, by the same
    /// draws.
    ///
    /// - Parameters:
    ///   - measurements: for each measurement its pairs; nights that lack one may be missing.
    ///   - seed: what the draws of people follow from.
    /// - Returns: the agreement in each; nil in one without a pair.
    public static func all(_ measurements: [[Pair]], seed: UInt64) -> [BlandAltman?] {
        measurements.map { pairs in
            guard let figures = Figures(pairs, times: { _ in 1 }) else { return nil }
            let people = Set(pairs.map(\.person)).sorted()
            let place = Dictionary(uniqueKeysWithValues: zip(people, people.indices))
            let own = pairs.map {
                Pair(reference: $0.reference, other: $0.other, person: place[$0.person] ?? 0)
            }
            let bootstrap = people.count < fewestPeople ? nil : SubjectBootstrap(people: people.count, seed: seed)
            let intervals = bootstrap?.intervals { drawn in
                (Figures(own, times: { drawn[$0] }) ?? figures).list
            }
            return BlandAltman(
                figures, nights: pairs.count, people: people.count, intervals: intervals?.map { $0.interval })
        }
    }

    private init(_ figures: Figures, nights: Int, people: Int, intervals: [Interval?]?) {
        (self.nights, self.people) = (nights, people)
        (bias, deviation, slope) = (figures.bias, figures.deviation, figures.slope)
        (intercept, residualDeviation) = (figures.intercept, figures.residualDeviation)
        (lowerLimit, upperLimit) = (figures.lowerLimit, figures.upperLimit)
        let own = intervals ?? [nil, nil, nil, nil]
        (biasInterval, lowerInterval, upperInterval, slopeInterval) = (own[0], own[1], own[2], own[3])
    }
}
