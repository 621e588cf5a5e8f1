import ArgumentParser
import Datasets

/// The columns of a table of which the inputs of whole nights are made, and how they are read.
struct NightOptions: ParsableArguments {
    @Option(
        name: .long,
        help: """
            With --time-column, instead of --values: the column of heart rates in beats a minute, of which the measures of \
            whole nights are made.
            """)
    var heartRate: String?

    @Option(
        name: .long,
        help: """
            With --time-column, instead of --values or beside --heart-rate: the column of activity counts, one a sleep epoch \
            of 30 s.
            """)
    var activity: String?

    @Option(
        name: .long,
        help: """
            With --heart-rate: heart rates up to so many seconds apart give the sleep epochs between them one, on a straight \
            line; otherwise each needs one of its own to keep its label.
            """)
    var bridge: Double?

    @Option(
        name: .long,
        help: """
            With --activity: how many seconds each count is of, from its row's time on: 15, or 60. What they count in each \
            sleep epoch is added up, a longer one divided evenly. (default: a row counts its sleep epoch's 30 s)
            """)
    var activitySeconds: Double?

    /// Whether whole nights are wanted.
    var isAsked: Bool { heartRate != nil || activity != nil }

    /// Refuses what is about a column that is not named.
    func requireCompanions() throws {
        if let bridge, heartRate == nil || !(SleepEpochWindow.epochSeconds...3600).contains(bridge) {
            throw ValidationError("--bridge must be from 30 to 3600 s, and goes with --heart-rate")
        }
        if let activitySeconds, activity == nil || !(1...300).contains(activitySeconds) {
            throw ValidationError("--activity-seconds must be from 1 to 300 s, and goes with --activity")
        }
    }
}
