public import Encoders
public import Numerics

/// One kind of pretext task: its settings, their limits, and the task that they make for samples of a shape.
///
/// A new one is a file with such a type beside its `PretextTask`, and a line in `TaskSettings.kinds`. The coding keys
/// are the settings' names in preset files.
public protocol TaskKind: Codable, Equatable, Sendable {
    /// The kind's name in jobs, presets and files.
    static var kind: String { get }

    /// What is meant where nothing else is said.
    static var standard: Self { get }

    /// Refuses settings that make no sense for any sample: the only truth about their limits.
    ///
    /// - Throws: `SettingFault` for the first of them.
    func validate() throws(SettingFault)

    /// Refuses samples that there are no such rows of.
    ///
    /// - Precondition: the settings are valid.
    func validate(rows: Int, columns: Int) throws(SettingFault)

    /// How many rows of the network an original becomes.
    var rowsPerOriginal: Int { get }

    /// What the task puts behind the features of a network that reads samples `[rows, columns]`.
    ///
    /// - Precondition: both validations pass.
    func head(rows: Int, columns: Int) -> Head

    /// What the task reports, the loss first.
    ///
    /// - Parameters:
    ///   - originalsPerStep: originals in a step.
    ///   - originalsPerLeaf: originals in one of its leaves.
    /// - Returns: one entry for each number that the task's `figures` gives, in their order.
    func figures(originalsPerStep: Int, originalsPerLeaf: Int) -> [Figure]

    /// The task for samples `[rows, columns]`, up to `capacity` originals at a time.
    ///
    /// - Precondition: both validations pass.
    func makeTask(rows: Int, columns: Int, capacity: Int) -> any PretextTask
}
