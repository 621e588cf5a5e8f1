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

    /// Refuses a shape of samples, or a number of outputs, for which these settings make no network, or one beyond all
    /// limits.
    ///
    /// - Precondition: the settings are valid; all three numbers are from 1 to below 2^28, and rows times columns below
    ///   2^24.
    func validate(rows: Int, columns: Int, outputs: Int) throws(SettingFault)

    /// The network for rows that are samples `[rows, columns]`, with so many outputs.
    ///
    /// - Precondition: both validations pass.
    func makeNetwork(rows: Int, columns: Int, outputs: Int) -> any Network
}

extension NetworkKind {
    /// 32-bit floats alone.
    public static var products: [ElementType] { [.float32] }
}
