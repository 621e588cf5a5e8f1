public import Numerics

/// One way to prepare samples for a network: its settings, their limits, and what it makes of samples.
///
/// A new one is a file with such a type, and a line in `Preparation.kinds`. The coding keys are the settings' names in
/// preset files.
public protocol PreparationKind: Codable, Equatable, Sendable {
    /// The kind's name in jobs, presets and files.
    static var kind: String { get }

    /// What is meant where nothing else is said.
    static var standard: Self { get }

    /// Refuses settings that make no sense for any sample.
    ///
    /// - Throws: `SettingFault` for the first of them.
    func validate() throws(SettingFault)

    /// Refuses samples that it can't prepare.
    ///
    /// - Parameters:
    ///   - rows: rows of a sample, from 1 to below 2^28.
    ///   - columns: its columns, the same; rows times columns are below 2^24.
    ///   - content: what the values are, feature by feature or channel by channel; empty for maps.
    /// - Throws: `SettingFault`.
    /// - Precondition: the settings are valid.
    func validate(rows: Int, columns: Int, content: [String]) throws(SettingFault)

    /// The shape of a prepared sample, for samples that pass the validation.
    func shape(rows: Int, columns: Int) -> SampleShape

    /// Whether it looks at how maps lie.
    var readsFrame: Bool { get }

    /// Whether prepared samples are the same whatever unit the samples were in.
    var forgetsUnits: Bool { get }

    /// Whether it is for networks alone: values that are read beside a network's features, each brought to mean 0 and
    /// deviation 1, are those of the sample as it is.
    var isForNetworksAlone: Bool { get }

    /// The samples, prepared.
    ///
    /// - Parameters:
    ///   - samples: ones that pass the validation.
    ///   - frame: how their maps lie, where they are maps and somebody knows; otherwise nil.
    ///   - threads: how many may work on it; the bits are the same for any number.
    /// - Returns: as many samples, in the same order.
    func prepared(_ samples: Samples, frame: MapFrame?, threads: Int) -> PreparedSamples
}

extension PreparationKind {
    /// Every sample will do.
    public func validate(rows: Int, columns: Int, content: [String]) throws(SettingFault) {}

    /// No.
    public var readsFrame: Bool { false }

    /// No.
    public var forgetsUnits: Bool { false }

    /// No.
    public var isForNetworksAlone: Bool { false }

    /// That of the sample as it is.
    public func shape(rows: Int, columns: Int) -> SampleShape { SampleShape(rows: rows, columns: columns) }
}

/// Rows and columns of a sample.
public struct SampleShape: Equatable, Sendable {
    /// Rows.
    public var rows: Int
    /// Columns.
    public var columns: Int

    /// A shape.
    public init(rows: Int, columns: Int) { (self.rows, self.columns) = (rows, columns) }

    /// Refuses shapes beyond all limits, before anything is allocated for one.
    ///
    /// - Throws: `SettingFault`.
    public static func validate(rows: Int, columns: Int) throws(SettingFault) {
        let sizes = 1..<1 << 28  // two such sizes have a product
        try SettingFault.check(
            sizes.contains(rows) && sizes.contains(columns) && rows * columns < 1 << 24, "samples",
            "[\(rows), \(columns)]", "samples of 1 to 2^24 values")
    }
}
