import Numerics

/// How far figures would go if other people of the same kind had been held out: a bootstrap over people.
///
/// What varies is people, not samples: neighbouring samples of one person are nearly the same. So people are drawn with
/// replacement, as many as there are, each with all samples that were held out, and a figure is computed anew from each
/// such draw; the interval lies between two percentiles of what comes (Efron 1979). Recognisers are not trained again:
/// that other people might have been trained on is not in the interval.
public struct SubjectBootstrap: Sendable, Equatable {
    /// How many times people are drawn.
    public static let resampleCount = 2_000
    /// The part of resamples whose figures lie in an interval.
    public static let level = 0.95

    /// How many people there are.
    public let people: Int
    private let seed: UInt64

    /// A bootstrap over so many people; nil below two, whom nothing can be drawn from.
    ///
    /// The draws depend on the number of people and the seed alone, so that the resamples of two recognisers that were
    /// scored on the same people are paired.
    public init?(people: Int, seed: UInt64) {
        guard people > 1 else { return nil }
        (self.people, self.seed) = (people, seed)
    }

    /// How often each of the people is in a resample, which is in `0 ..< resampleCount`.
    ///
    /// The `i`th of the people drawn is the product of their number and word `i` of the resample's stream (Philox, key:
    /// the seed; stream: 32 · 2⁵⁶ + the resample's number), divided by 2³².
    public func drawn(in resample: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: people)
        let generator = CounterGenerator(seed: seed, stream: RandomStream.resample(resample))
        for first in stride(from: 0, to: people, by: 4) {
            let words = generator.block(UInt64(first / 4))
            for lane in 0..<min(4, people - first) { counts[Int((UInt64(words[lane]) * UInt64(people)) >> 32)] += 1 }
        }
        return counts
    }

    /// The intervals of figures of the same resamples.
    ///
    /// - Parameter figures: computes them from how often each of the people is drawn; as many numbers each time, NaN
    ///   where one is not defined.
    /// - Returns: for each an interval over the resamples in which it is defined, nil where it is in none, and how many
    ///   those are in which it is not.
    public func intervals(
        _ figures: (_ drawn: [Int]) -> [Double]
    ) -> [(interval: Interval?, undefinedCount: Int)] {
        let found = (0..<Self.resampleCount).map { figures(drawn(in: $0)) }
        return found[0].indices.map { index in
            let defined = found.map { $0[index] }.filter { !$0.isNaN }
            guard !defined.isEmpty else { return (nil, found.count) }
            let percentiles = Percentiles(defined)
            let outside = (1 - Self.level) / 2
            let interval = Interval(low: percentiles.at(outside), high: percentiles.at(1 - outside))
            return (interval, found.count - defined.count)
        }
    }

    /// The intervals of accuracy, kappa and macro F1, pooled over people.
    ///
    /// Resamples in which kappa is not defined, because all who were drawn have and were given one class, are left out
    /// of its interval and counted. The macro F1 is over the same classes in all of them, those that any of the people
    /// has or was given: one that only people have who were not drawn counts 0, as one that is never recognised does.
    ///
    /// - Parameter scores: each of the people's, over the same classes.
    /// - Returns: the three.
    public func intervals(of scores: [ClassificationScores]) -> ScoreIntervals {
        precondition(scores.count == people, "scores of \(scores.count) people for a bootstrap over \(people)")
        let present = ClassificationScores(pooling: scores, times: scores.map { _ in 1 }).present
        let found = intervals { drawn in
            let pooled = ClassificationScores(pooling: scores, times: drawn)
            return [pooled.accuracy, pooled.kappa ?? .nan, pooled.macroF1(of: present)]
        }
        return ScoreIntervals(
            accuracy: found[0].interval, kappa: found[1].interval, macroF1: found[2].interval,
            undefinedKappaCount: found[1].undefinedCount)
    }
}

/// The intervals of an evaluation's figures.
public struct ScoreIntervals: Sendable, Equatable {
    /// The accuracy's.
    public let accuracy: Interval?
    /// Cohen's kappa's; nil where it is defined in no resample.
    public let kappa: Interval?
    /// The macro F1's.
    public let macroF1: Interval?
    /// In how many resamples kappa is not defined.
    public let undefinedKappaCount: Int
}

extension ClassificationScores {
    /// Scores added up, each so many times.
    ///
    /// - Precondition: there is one at least, and all are over the same classes.
    public init(pooling scores: [ClassificationScores], times: [Int]) {
        precondition(!scores.isEmpty && scores.count == times.count, "\(scores.count) scores, \(times.count) times")
        self.init(classes: scores[0].classes)
        for (scores, times) in zip(scores, times) where times > 0 { count(scores, times: times) }
    }
}
