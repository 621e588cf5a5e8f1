import Recognition

/// A statistic of a night, with its name.
struct NightStatistic: Sendable {
    let name: String
    /// In tables.
    let shortName: Prose
    /// Whether it is a part of a whole, shown as per cent, or minutes.
    let isPart: Bool
    let value: @Sendable (SleepStatistics) -> Double?

    /// What the name of a stage's part of the total sleep time ends with.
    static let partOfSleep = ", part of sleep"

    /// Its value as people read it.
    func prose(_ value: Double) -> Prose { isPart ? "\(percent: value)" : "\(value, 1)" }

    /// What the short forms in tables stand for.
    static let shortForms: Prose = """
        TIB: time in bed; TST: total sleep time; SE: sleep efficiency, TST / TIB; SOL: sleep onset latency; WASO: wake \
        after sleep onset; lat.: latency, from sleep onset.
        """

    /// All that classes allow for.
    static func all(_ classes: [String]) -> [NightStatistic] {
        func minutes(
            _ short: String, _ name: String, _ value: @escaping @Sendable (SleepStatistics) -> Double?
        ) -> NightStatistic {
            NightStatistic(name: name, shortName: "\(short: short, for: name), min", isPart: false, value: value)
        }
        let efficiency = "sleep efficiency"
        var all = [
            minutes("TIB", "time in bed") { $0.timeInBed },
            minutes("TST", "total sleep time") { $0.totalSleepTime },
            NightStatistic(name: efficiency, shortName: "\(short: "SE", for: efficiency)", isPart: true) {
                $0.sleepEfficiency
            },
            minutes("SOL", "sleep onset latency") { $0.sleepOnsetLatency },
            minutes("WASO", "wake after sleep onset") { $0.wakeAfterSleepOnset },
        ]
        let stages = ClassStyle.order(of: classes).map { classes[$0] }.filter { $0 != SleepStatistics.wake }
        if stages.contains(SleepStatistics.rem) {
            all.append(
                NightStatistic(
                    name: "REM latency", shortName: "REM \(short: "lat.", for: "latency"), min", isPart: false
                ) { $0.remLatency })
        }
        guard stages.count > 1 else { return all }
        for stage in stages {
            all.append(
                NightStatistic(name: stage, shortName: "\(name: stage), min", isPart: false) { night in
                    night.stages.first { $0.name == stage }?.minutes
                })
            all.append(
                NightStatistic(name: stage + partOfSleep, shortName: "\(name: stage)", isPart: true) { night in
                    night.stages.first { $0.name == stage }?.part
                })
        }
        return all
    }
}
