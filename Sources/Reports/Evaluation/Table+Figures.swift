import SleepRecognition

extension Table {
    /// The cells of kappa, accuracy and macro F1, each with its interval.
    static func cells(_ figures: PooledFigures) -> [Cell] {
        [
            .number("\(figures.kappa, 3)\(figures.kappaInterval, 3)"),
            .number("\(figures.accuracy, 3)\(figures.accuracyInterval, 3)"),
            .number("\(figures.macroF1, 3)\(figures.macroF1Interval, 3)"),
        ]
    }
}
