public import Numerics

/// What is done to each prepared sample whenever it is trained on: a kind and its settings.
///
/// As JSON: the kind's own settings, and its name as `kind`.
public struct Augmentation: Sendable {
    /// The kinds that there are.
    public static let kinds = KindTable<any AugmentationKind.Type>(
        "augmentation",
        [
            (NoAugmentation.kind, NoAugmentation.self), (MapAugmentation.kind, MapAugmentation.self),
            (WindowAugmentation.kind, WindowAugmentation.self),
        ])

    /// The kind's settings.
    public var choice: any AugmentationKind

    /// The augmentation that these settings describe.
    public init(_ choice: any AugmentationKind) { self.choice = choice }

    /// None.
    public static let none = Augmentation(NoAugmentation())

    /// The kind's name.
    public var kind: String { type(of: choice).kind }

    /// Whether it may mirror a sample that nobody says must not be: labels must then have a mirror, too.
    public var mirrors: Bool { choice.mirrors }

    /// Refuses settings that make no sense.
    ///
    /// - Throws: `SettingFault` for the first of them.
    public func validate() throws(SettingFault) { try choice.validate() }

    /// Refuses settings that make no sense, and prepared samples that they can't be used on.
    ///
    /// - Throws: `SettingFault`.
    public func validate(rows: Int, columns: Int) throws(SettingFault) {
        try validate()
        try SampleShape.validate(rows: rows, columns: columns)
        try choice.validate(rows: rows, columns: columns)
    }

    /// Changes one prepared sample `[rows, columns]` in place.
    ///
    /// - Parameters:
    ///   - row: the sample.
    ///   - rows: its rows.
    ///   - columns: its columns.
    ///   - draws: what is drawn from; how many numbers are drawn does not depend on the sample's values.
    ///   - mirrored: whether to mirror it; nil leaves it to the draws. Ignored by kinds that know no mirror.
    /// - Returns: whether it was mirrored.
    /// - Precondition: the validation for such samples passes.
    @discardableResult
    public func augment(
        _ row: UnsafeMutablePointer<Float>, rows: Int, columns: Int, draws: inout RandomSequence,
        mirrored: Bool? = nil
    ) -> Bool {
        choice.augment(row, rows: rows, columns: columns, draws: &draws, mirrored: mirrored)
    }
}

extension Augmentation: Codable, Equatable {
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
    public static func == (a: Augmentation, b: Augmentation) -> Bool { isEqual(a.choice, b.choice) }
}

private func isEqual<Kind: AugmentationKind>(_ a: Kind, _ b: any AugmentationKind) -> Bool { (b as? Kind) == a }
