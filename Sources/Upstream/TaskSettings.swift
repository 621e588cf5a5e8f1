public import Numerics

/// What the upstream stage learns from: a kind of pretext task and its settings.
///
/// As JSON: the kind's own settings, and its name as `kind`.
public struct TaskSettings: Sendable {
    /// The kinds that there are.
    public static let kinds = KindTable<any TaskKind.Type>(
        "task",
        [
            (ViewSettings.kind, ViewSettings.self), (ContrastSettings.kind, ContrastSettings.self),
            (MaskedSettings.kind, MaskedSettings.self),
        ])

    /// The kind's settings.
    public var choice: any TaskKind

    /// The task that these settings make.
    public init(_ choice: any TaskKind) { self.choice = choice }

    /// The kind's name.
    public var kind: String { type(of: choice).kind }

    /// Refuses settings that make no sense.
    ///
    /// - Throws: `SettingFault` for the first of them.
    public func validate() throws(SettingFault) {
        try choice.validate()
        try SettingFault.check(
            (1...256).contains(choice.rowsPerOriginal), "task", kind, "one that makes 1 to 256 rows of an original")
    }
}

extension TaskSettings: Codable, Equatable {
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
    public static func == (a: TaskSettings, b: TaskSettings) -> Bool { isEqual(a.choice, b.choice) }
}

private func isEqual<Kind: TaskKind>(_ a: Kind, _ b: any TaskKind) -> Bool { (b as? Kind) == a }
