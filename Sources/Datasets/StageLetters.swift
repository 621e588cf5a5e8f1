import Signals

/// How WFDB annotations write sleep stages, by the rules of Rechtschaffen and Kales.
enum StageLetters {
    /// The stage of each text that stands for one.
    static let stages: [String: SleepStage] = ["W": .wake, "1": .n1, "2": .n2, "3": .n3, "4": .n3, "R": .rem]
}
