import Upstream

/// The upstream half of each preset.
enum Presets {
    /// Every preset's name.
    static let names = ["paper", "night"]

    /// What the upstream stage of a preset learns and how.
    static func upstream(_ name: String) throws -> UpstreamSettings {
        guard names.contains(name) else {
            throw ProgramError("no preset is called '\(name)'; there are \(names.joined(separator: " and "))")
        }
        return .paper
    }
}
