/// How far sleep epochs were recognised as they were scored, person by person: the means of people's own parts.
///
/// That each person counts alike, however long the nights, and the rates of each stage are as Menghini and others
/// (*Sleep* 44, 2021, zsaa170) ask of sleep trackers. Intervals are those of `SubjectBootstrap`, of the people who have
/// the stage.
public struct SleepEpochAgreement: Encodable, Sendable, Equatable {
    /// A rate over people.
    public struct Rate: Encodable, Sendable, Equatable {
        /// The mean of the people who have it, 0 to 1; nil, and null in files, where nobody does.
        @NullWhereNone public private(set) var mean: Double?
        /// Its 95 % interval over people; nil of fewer than `BlandAltman.fewestPeople`.
        public let interval: Interval?
        /// How many people have it.
        public let people: Int

        init(_ values: [Double], seed: UInt64) {
            people = values.count
            mean = values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
            let isEnough = values.count >= BlandAltman.fewestPeople
            let bootstrap = isEnough ? SubjectBootstrap(people: values.count, seed: seed) : nil
            interval =
                bootstrap?.intervals { drawn in
                    [zip(values, drawn).reduce(0) { $0 + $1.0 * Double($1.1) } / Double(values.count)]
                }[0].interval
        }
    }

    /// One stage against all others.
    public struct Stage: Encodable, Sendable, Equatable {
        /// Its name.
        public let name: String
        /// The part of the sleep epochs scored as it that were recognised as it.
        public let sensitivity: Rate
        /// The part of the sleep epochs scored as another that were recognised as another.
        public let specificity: Rate
    }

    /// The classes' names.
    public let classes: [String]
    /// How many people were compared.
    public let people: Int
    /// How many sleep epochs were scored as the row's class and recognised as the column's, of all people.
    public let confusion: [[Int]]
    /// What part of a person's sleep epochs scored as the row's class was recognised as the column's: the mean of the
    /// people who have that class; nil, and null in files, where nobody does.
    public let shares: [[Double]?]
    /// Each class, and `sleep` where several classes are sleep.
    public let stages: [Stage]

    /// The agreement in sleep epochs.
    ///
    /// - Parameters:
    ///   - people: for each person how many sleep epochs were scored as the row's class and recognised as the column's.
    ///   - classes: the classes' names, of which one may be `wake`.
    ///   - seed: what the draws of people follow from.
    /// - Precondition: all matrices have a row and a column for each class.
    public init(_ people: [[[Int]]], classes: [String], seed: UInt64) {
        let all = classes.indices
        precondition(
            people.allSatisfy { $0.count == classes.count && $0.allSatisfy { $0.count == classes.count } },
            "matrices of \(people.map(\.count)) rows for \(classes.count) classes")
        self.classes = classes
        self.people = people.count
        confusion = all.map { row in all.map { column in people.reduce(0) { $0 + $1[row][column] } } }
        shares = all.map { row in
            let own = people.map { $0[row] }.filter { $0.contains { $0 > 0 } }
            guard !own.isEmpty else { return nil }
            return all.map { column in
                own.reduce(0) { $0 + Double($1[column]) / Double($1.reduce(0, +)) } / Double(own.count)
            }
        }
        /// The mean part of what was scored as some classes that was recognised as one of them.
        func rate(_ members: [Int]) -> Rate {
            let values = people.compactMap { matrix -> Double? in
                let scored = members.reduce(0) { $0 + matrix[$1].reduce(0, +) }
                let found = members.reduce(0) { sum, row in members.reduce(sum) { $0 + matrix[row][$1] } }
                return scored > 0 ? Double(found) / Double(scored) : nil
            }
            return Rate(values, seed: seed)
        }
        func stage(_ name: String, _ members: [Int]) -> Stage {
            Stage(
                name: name, sensitivity: rate(members), specificity: rate(all.filter { !members.contains($0) }))
        }
        let asleep = all.filter { classes[$0] != SleepStatistics.wake }
        let sleep = asleep.count > 1 && asleep.count < classes.count ? [stage("sleep", asleep)] : []
        stages = all.map { stage(classes[$0], [$0]) } + sleep
    }
}
