import Datasets
import Signals

/// The inputs of a whole night's sleep epochs: their names, units and order, whichever reader makes them.
struct NightInputs {
    /// Whether the measures of the heart rate are among them, and `hr`.
    var heartRate = true
    /// Whether the measures of the activity are among them, and `count`.
    var activity = true

    private var plain: [SleepAccelRecordings.Feature] {
        (activity ? [.count] : []) + (heartRate ? [.hr] : []) + [.time]
    }
    private var heartRateMeasures: [HeartRateMeasure] { heartRate ? HeartRateMeasure.allCases : [] }
    private var activityMeasures: [ActivityMeasure] { activity ? ActivityMeasure.allCases : [] }

    /// Their names in their order.
    var content: [String] {
        heartRateMeasures.map(\.rawValue) + activityMeasures.map(\.rawValue) + plain.map(\.rawValue)
    }

    /// Their units in the same order.
    var units: [String] { heartRateMeasures.map(\.unit) + activityMeasures.map(\.unit) + plain.map(\.unit) }

    /// What a night's heart rate says.
    struct HeartRate {
        /// In beats a minute, six values a sleep epoch, from ``HeartRateMeasures/grid(_:from:epochCount:)``.
        let grid: [Double]
        /// What ``HeartRateVariation`` says of each sleep epoch.
        let variation: [Double]
    }

    /// `[inputs][sleep epochs]` of a night of so many sleep epochs.
    ///
    /// - Precondition: what is asked for is there, and of that many sleep epochs, at least one.
    func values(heartRate: HeartRate?, counts: [Double]?, epochCount: Int) -> [[Float]] {
        precondition((heartRate != nil) == self.heartRate && (counts != nil) == activity, "inputs that are not there")
        var values: [[Double]] = []
        if let heartRate {
            let measures = HeartRateMeasures(heartRate.grid)
            values += HeartRateMeasure.allCases.map { measures[$0] }
        }
        if let counts {
            let measures = ActivityMeasures(counts)
            values += ActivityMeasure.allCases.map { measures[$0] }
            values.append(counts)
        }
        if let heartRate { values.append(heartRate.variation) }
        values.append((0..<epochCount).map { ClockFeatures.hours(Double($0) * SleepEpochWindow.epochSeconds) })
        return values.map { $0.map(Float.init) }
    }
}
