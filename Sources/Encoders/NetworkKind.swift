public import Numerics

/// One kind of network: its settings, their limits, and the network that they make for samples of a shape.
///
/// A new one is a file with such a type beside its `Network`, and a line in `NetworkSettings.kinds`. The coding keys
/// are the settings' names in preset files.
public protocol NetworkKind: Codable, Equatable, Sendable {
    /// The kind's name in jobs, presets and files.
    static var kind: String { get }

    /// What is meant where nothing else is said.
    static var standard: Self { get }

    /// What the factors of its products may be rounded to; by default nothing: they are 32-bit floats.
    static var products: [ElementType] { get }

    /// Refuses settings that make no sense for any sample: the only truth about their limits.
    ///
    /// - Throws: `SettingFault` for the first of them.
    func validate() throws(SettingFault)

    /// Refuses a shape of samples for which these settings make no network, or one beyond all limits.
    ///
    /// - Precondition: the settings are valid; both numbers are 1 or more, and their product is below 2^24.
    func validate(rows: Int, columns: Int) throws(SettingFault)

    /// The network for rows that are samples `[rows, columns]`.
    ///
    /// - Precondition: both validations pass.
    func makeNetwork(rows: Int, columns: Int) -> any Network
}

extension NetworkKind {
    /// 32-bit floats alone.
    public static var products: [ElementType] { [.float32] }
}
