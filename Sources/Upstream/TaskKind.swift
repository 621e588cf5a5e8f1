public import Encoders
public import Numerics
public import Signals

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

    /// Refuses prepared samples that there are no such rows of.
    ///
    /// - Precondition: the settings are valid.
    func validate(rows: Int, columns: Int) throws(SettingFault)

    /// How the originals of a shard are drawn; other than by samples, the job has to know its recordings.
    var order: OriginalsOrder { get }

    /// Whether it looks at the recordings that its samples are of.
    var needsRecordings: Bool { get }

    /// Whether it augments prepared samples.
    var usesAugmentation: Bool { get }

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

    /// The samples that its rows of these originals are made of, in the order in which the task reads them.
    ///
    /// Whoever brings samples to a leaf that has not got them all asks it; a task reads no other.
    ///
    /// - Parameters:
    ///   - originals: a leaf's, as numbers among all samples.
    ///   - place: where the leaf stands; what is drawn is drawn from it.
    ///   - groups: the samples by recording, where the kind needs to know.
    /// - Returns: numbers among all samples; some may be there twice.
    func samples(of originals: [Int], at place: LeafPlace, groups: SampleGroups?) -> [Int]

    /// How many floats' worth of memory its task keeps for a leaf, beside the rows and the network's passes.
    ///
    /// Where that grows faster than the rows do, a job is refused that no machine can compute.
    func taskFloats(originals: Int, rows: Int, columns: Int) -> Double

    /// So many steps between exchanges, done as was measured to serve the task; see <doc:ExchangingLessOften>.
    func localSteps(_ steps: Int) -> LocalSteps

    /// The task, for one thread.
    ///
    /// - Precondition: both validations pass.
    func makeTask(_ surroundings: TaskSurroundings) -> any PretextTask
}

extension TaskKind {
    /// Each on its own.
    public var order: OriginalsOrder { .samples }
    /// Not without a reason.
    public var needsRecordings: Bool { order != .samples }
    /// No.
    public var usesAugmentation: Bool { false }
    /// Next to nothing.
    public func taskFloats(originals: Int, rows: Int, columns: Int) -> Double { 0 }
    /// What loses least where nothing was measured: averaged moments, a plain average, the job's step size.
    public func localSteps(_ steps: Int) -> LocalSteps { LocalSteps(steps: steps) }
    /// The originals alone.
    public func samples(of originals: [Int], at place: LeafPlace, groups: SampleGroups?) -> [Int] { originals }
}

/// What a task is made for.
public struct TaskSurroundings: Sendable {
    /// Rows and columns of a prepared sample.
    public let rows, columns: Int
    /// The most originals that it will get at a time.
    public let capacity: Int
    /// What is done to a prepared sample when a task wants it changed a little.
    public let augmentation: Augmentation
    /// The recordings that samples are of, where the task's kind needs to know.
    public let groups: SampleGroups?

    /// Surroundings.
    public init(
        rows: Int, columns: Int, capacity: Int, augmentation: Augmentation = .none, groups: SampleGroups? = nil
    ) {
        (self.rows, self.columns, self.capacity) = (rows, columns, capacity)
        (self.augmentation, self.groups) = (augmentation, groups)
    }
}
