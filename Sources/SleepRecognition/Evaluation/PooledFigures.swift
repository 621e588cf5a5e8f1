public import Recognition

/// Accuracy, kappa and macro F1, or what two recognisers differ by in them, with their intervals over people.
public struct PooledFigures: Codable, Sendable, Equatable {
    /// The part of samples that was recognised right.
    public let accuracy: Double
    /// Cohen's kappa, or a difference of two; null in files and nil where one is not defined.
    @NullWhereNone public private(set) var kappa: Double?
    /// The mean F1 of the classes that occur.
    public let macroF1: Double
    /// The accuracy's interval; none where there are fewer than two people.
    public let accuracyInterval: Interval?
    /// Kappa's interval, likewise, over the resamples in which it is defined.
    public let kappaInterval: Interval?
    /// The macro F1's interval, likewise.
    public let macroF1Interval: Interval?
    /// How many resamples kappa is not defined in; nil without intervals and in files of versions before.
    public let undefinedKappaResamples: Int?

    private enum CodingKeys: String, CodingKey {
        case accuracy, kappa
        case macroF1 = "macro_f1"
        case accuracyInterval = "accuracy_interval"
        case kappaInterval = "kappa_interval"
        case macroF1Interval = "macro_f1_interval"
        case undefinedKappaResamples = "undefined_kappa_resamples"
    }

    /// Three figures, NaN for a kappa that is not defined, and as many intervals or none, each with how many resamples
    /// it is not over.
    init(_ figures: [Double], _ intervals: [(interval: Interval?, undefinedCount: Int)]?) {
        (accuracy, macroF1) = (figures[0], figures[2])
        _kappa = NullWhereNone(wrappedValue: figures[1].isNaN ? nil : figures[1])
        accuracyInterval = intervals.flatMap { $0[0].interval }
        kappaInterval = intervals.flatMap { $0[1].interval }
        macroF1Interval = intervals.flatMap { $0[2].interval }
        undefinedKappaResamples = intervals.map { $0[1].undefinedCount }
    }
}

extension ClassificationScores {
    /// Accuracy, kappa (NaN where it is not defined) and macro F1 over these classes.
    func pooledFigures(over classes: [Int]) -> [Double] { [accuracy, kappa ?? .nan, macroF1(of: classes)] }
}
