public import Numerics

/// What is done to each sample before a network reads it: a kind and its settings.
///
/// Unlike an augmentation it is the same for training and for use, and nothing in it is drawn or fitted to samples.
/// As JSON: the kind's own settings, and its name as `kind`.
public struct Preparation: Sendable {
    /// The kinds that there are.
    public static let kinds = KindTable<any PreparationKind.Type>(
        "preparation",
        [
            (NoPreparation.kind, NoPreparation.self), (NormPreparation.kind, NormPreparation.self),
            (MapPreparation.kind, MapPreparation.self),
            (WindowPreparation.kind, WindowPreparation.self), (LogPreparation.kind, LogPreparation.self),
        ])

    /// The kind's settings.
    public var choice: any PreparationKind

    /// The preparation that these settings describe.
    public init(_ choice: any PreparationKind) { self.choice = choice }

    /// The samples as they are.
    public static let none = Preparation(NoPreparation())
    /// Each sample divided by its Euclidean norm: the paper's.
    public static let norm = Preparation(NormPreparation())

    /// The kind's name.
    public var kind: String { type(of: choice).kind }

    /// What is done to samples whose values are read beside features: the same, or nothing where it is for networks
    /// alone.
    public var ofValues: Preparation { choice.isForNetworksAlone ? .none : self }

    /// Whether it needs to know how maps lie.
    public var readsFrame: Bool { choice.readsFrame }

    /// Refuses settings that make no sense.
    ///
    /// - Throws: `SettingFault` for the first of them.
    public func validate() throws(SettingFault) { try choice.validate() }

    /// Refuses settings that make no sense, and samples that they can't be used on; whoever it came from, nothing was
    /// allocated for it yet.
    ///
    /// - Parameters:
    ///   - rows: rows of a sample.
    ///   - columns: its columns.
    ///   - content: what its values are, as its dataset says; empty for maps.
    /// - Throws: `SettingFault`.
    public func validate(rows: Int, columns: Int, content: [String] = []) throws(SettingFault) {
        try validate()
        try SampleShape.validate(rows: rows, columns: columns)
        try choice.validate(rows: rows, columns: columns, content: content)
    }

    /// The shape of a prepared sample.
    ///
    /// - Precondition: the validation for samples `[rows, columns]` passes.
    public func shape(rows: Int, columns: Int) -> SampleShape { choice.shape(rows: rows, columns: columns) }

    /// The samples, prepared: all of them now, where that is much work, otherwise each whenever it is read.
    ///
    /// - Parameters:
    ///   - samples: ones that the validation passes for.
    ///   - frame: how their maps lie, where they are maps and somebody knows; otherwise nil.
    ///   - threads: how many may work on it; the bits are the same for any number.
    /// - Returns: as many samples, in the same order.
    public func prepared(_ samples: Samples, frame: MapFrame? = nil, threads: Int = 1) -> PreparedSamples {
        choice.prepared(samples, frame: frame, threads: threads)
    }
}

extension Preparation: Codable, Equatable {
    /// Reads the kind's name, then what that kind reads.
    public init(from decoder: any Decoder) throws {
        choice = try Self.kinds.kind(named: KindName.read(from: decoder)).init(from: decoder)
    }

    /// Writes the kind's settings and its name.
    public func encode(to encoder: any Encoder) throws {
        try choice.encode(to: encoder)
        try KindName.write(kind, to: encoder)
    }

    /// Whether both are of one kind with the same settings.
    public static func == (a: Preparation, b: Preparation) -> Bool { isEqual(a.choice, b.choice) }
}

private func isEqual<Kind: PreparationKind>(_ a: Kind, _ b: any PreparationKind) -> Bool { (b as? Kind) == a }
