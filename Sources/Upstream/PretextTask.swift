public import Numerics
public import Signals

/// Turns originals into rows for the network, and the network's outputs into a loss; a value for each thread.
///
/// What the upstream stage learns is in its task. Nothing outside a task knows what its rows or its figures mean.
public protocol PretextTask: AnyObject {
    /// Writes the rows of these originals, `[rowsPerOriginal * originals.count, inputs]`.
    ///
    /// - Parameters:
    ///   - samples: the dataset's samples.
    ///   - originals: which of them.
    ///   - place: where the leaf stands; whatever is drawn at random is drawn from it.
    ///   - rows: replaced.
    func makeRows(
        of samples: Samples, _ originals: [Int], at place: LeafPlace, into rows: UnsafeMutablePointer<Float>)

    /// The figures of a leaf, the loss first, and the loss's gradient at the network's outputs.
    ///
    /// The loss is this leaf's part of a mean over the whole step, so that a step's loss and gradient are plain sums
    /// over leaves.
    ///
    /// - Parameters:
    ///   - outputs: the network's, a row for each that was made.
    ///   - originals: originals in this leaf.
    ///   - place: where the leaf stands.
    ///   - gradient: replaced by the gradient at the outputs.
    /// - Returns: one number for each figure that the task's kind names.
    func figures(
        ofOutputs outputs: UnsafePointer<Float>, originals: Int, at place: LeafPlace,
        gradient: UnsafeMutablePointer<Float>
    ) -> [Double]
}

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

    /// How many outputs the network has to have.
    var outputCount: Int { get }

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
