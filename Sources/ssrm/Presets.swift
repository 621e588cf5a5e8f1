import Recognition
import Upstream

/// The upstream half of each preset; the downstream half, and the list of names, is `RecogniserSettings.presets`.
enum Presets {
    /// What the upstream stage of a preset learns and how: in every preset so far, what the paper does.
    ///
    /// - Throws: `RecognitionError.unknownPreset`.
    static func upstream(_ name: String) throws -> UpstreamSettings {
        _ = try RecogniserSettings.preset(named: name)
        return .paper
    }
}
