import Foundation
import TestKit

/// A night in the layout of PhysioNet's `sleep-accel`, made up, that a test changes before it writes it.
struct MadeUpNight {
    static let lastEpoch = 39

    var subject = "46343"
    /// Lines of each file; none: the file is not written.
    var labels: [String]? = (0...lastEpoch).map { "\($0 * 30) \($0 % 7 - 1)" }
    /// From two days before to ten minutes after, every 5.3 s in the night.
    var heartRate: [String]? = earlierHeartRate + (0..<300).map(heartRateLine)
    /// At 20 Hz from half a minute before to half a minute after.
    var motion: [String]? = (0..<25_000).map(motionLine)
    var steps: [String]? = (-10...2).map { "\($0 * 600),\(max(0, -$0 * 10))" }

    private static let earlierHeartRate = ["-172800.5,88", "-600.25,70"]

    private static func heartRateLine(_ k: Int) -> String {
        String(format: "%.5f,%d", Double(k) * 5.3 - 120.7, 60 + (k * k) % 17)
    }

    private static func motionLine(_ k: Int) -> String {
        let t = Double(k) * 0.05 - 30.01
        let shaking = 0.5 * sin(t / 90) * sin(2 * .pi * 5 * t)
        return String(format: "%.6f %.7f %.7f %.7f", t, 0.1 * sin(t), -0.2, 0.9 + shaking)
    }

    /// Writes the files, each line followed by `lineEnd`, the first preceded by `start`.
    func write(to folder: TemporaryFolder, start: String = "", lineEnd: (Int) -> String = { _ in "\n" }) throws {
        for (lines, name) in [
            (labels, "labels/\(subject)_labeled_sleep.txt"), (heartRate, "heart_rate/\(subject)_heartrate.txt"),
            (motion, "motion/\(subject)_acceleration.txt"), (steps, "steps/\(subject)_steps.txt"),
        ] {
            guard let lines else { continue }
            try folder.write(start + lines.enumerated().map { $1 + lineEnd($0) }.joined(), to: name)
        }
    }
}
