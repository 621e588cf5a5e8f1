public import Numerics

/// One way to change prepared samples a little for training: its settings, their limits, and the change.
///
/// A new one is a file with such a type, and a line in `Augmentation.kinds`. The coding keys are the settings' names in
/// preset files.
public protocol AugmentationKind: Codable, Equatable, Sendable {
    /// The kind's name in jobs, presets and files.
    static var kind: String { get }

    /// What is meant where nothing else is said.
    static var standard: Self { get }

    /// Whether it may mirror a sample that nobody says must not be: labels must then have a mirror, too.
    var mirrors: Bool { get }

    /// Refuses settings that make no sense for any sample.
    ///
    /// - Throws: `SettingFault` for the first of them.
    func validate() throws(SettingFault)

    /// Refuses prepared samples that it can't be used on.
    ///
    /// - Throws: `SettingFault`.
    /// - Precondition: the settings are valid; both numbers are from 1 to below 2^28, their product below 2^24.
    func validate(rows: Int, columns: Int) throws(SettingFault)

    /// Changes one prepared sample `[rows, columns]` in place.
    ///
    /// - Parameters:
    ///   - row: the sample.
    ///   - rows: its rows.
    ///   - columns: its columns.
    ///   - draws: what is drawn from; how many numbers are drawn does not depend on the sample's values.
    ///   - mirrored: whether to mirror it; nil leaves it to the draws. Ignored by kinds that know no mirror.
    /// - Returns: whether it was mirrored.
    func augment(
        _ row: UnsafeMutablePointer<Float>, rows: Int, columns: Int, draws: inout RandomSequence, mirrored: Bool?
    ) -> Bool
}

extension AugmentationKind {
    /// Never.
    public var mirrors: Bool { false }

    /// Every sample will do.
    public func validate(rows: Int, columns: Int) throws(SettingFault) {}
}
