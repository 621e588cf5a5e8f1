public import Numerics

/// Samples stay as they are.
public struct NoAugmentation: AugmentationKind {
    /// `none`.
    public static let kind = "none"
    /// The only one.
    public static let standard = NoAugmentation()

    /// No augmentation.
    public init() {}

    /// Nothing can be wrong.
    public func validate() throws(SettingFault) {}

    /// Changes and draws nothing.
    public func augment(
        _ row: UnsafeMutablePointer<Float>, rows: Int, columns: Int, draws: inout RandomSequence, mirrored: Bool?
    ) -> Bool { false }
}
