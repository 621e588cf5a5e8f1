import Foundation

extension RecordedNight {
    /// What a heart rate is called, the clearest first; in any case, with spaces, hyphens or underscores.
    private static let heartNames = [
        "heart rate", "heartrate", "heart rate bpm", "hr bpm", "pulse rate", "bpm", "pulse", "hr mean", "mean hr", "hr",
    ]

    /// What movement is called, likewise.
    private static let movementNames = [
        "movement", "activity", "count", "counts", "activity count", "activity counts", "act", "actigraphy", "motion",
        "steps", "enmo",
    ]

    /// Beats in a time, as people write that.
    private static let rates: Set = ["1/min", "/min", "min-1", "min^-1", "bpm", "beats/min", "beats per minute", "1/s"]

    /// Which values of a sample are drawn below a night, and what they are called there: heart rate and activity, one
    /// of each that is there, by the names that readers and people give them; the first two values where none of them
    /// is known.
    ///
    /// - Parameters:
    ///   - content: the values' names.
    ///   - units: their units, as many; none where nobody said.
    /// - Returns: their places, and their own names but for a variation of the heart rate.
    package static func drawnValues(of content: [String], units: [String]) -> [(place: Int, name: String)] {
        func plain(_ text: String) -> String {
            text.lowercased().trimmingCharacters(in: CharacterSet(charactersIn: " "))
        }
        let known = content.map { name in plain(String(name.map { "-_".contains($0) ? " " : $0 })) }
        func unit(_ place: Int) -> String { place < units.count ? plain(units[place]) : "" }
        func first(_ names: [String], where isWanted: (Int) -> Bool = { _ in true }) -> Int? {
            for name in names {
                if let place = known.indices.first(where: { known[$0] == name && isWanted($0) }) { return place }
            }
            return nil
        }
        // What is called hr and is said to be a ratio is how much the heart rate varies.
        let heart =
            first(heartNames) { rates.contains(unit($0)) } ?? first(heartNames.dropLast()) ?? first(["hr level"])
            ?? first(["hr"]) { unit($0) != "1" }
        let drawn = [
            heart.map { ($0, content[$0]) } ?? first(["hr"]).map { ($0, "variation of the heart rate") },
            first(movementNames).map { ($0, content[$0]) },
        ].compactMap(\.self)
        if !drawn.isEmpty { return drawn }
        // How late it is, is on the axis.
        return content.indices.filter { unit($0) != "h" }.prefix(2).map { ($0, content[$0]) }
    }
}
