public import Numerics
import Signals

/// Which network is trained: a kind and its settings.
///
/// As JSON: the kind's own settings, and its name as `kind`.
public struct NetworkSettings: Sendable {
    /// The kinds that there are.
    public static let kinds = KindTable<any NetworkKind.Type>(
        "network",
        [
            (MLPSettings.kind, MLPSettings.self), (ConvolutionSettings.kind, ConvolutionSettings.self),
            (WavesSettings.kind, WavesSettings.self),
        ])

    /// The kind's settings.
    public var choice: any NetworkKind

    /// The network that these settings make.
    public init(_ choice: any NetworkKind) { self.choice = choice }

    /// The kind's name.
    public var kind: String { type(of: choice).kind }

    /// Refuses settings that make no sense.
    ///
    /// - Throws: `SettingFault` for the first of them.
    public func validate() throws(SettingFault) { try choice.validate() }

    /// Refuses settings that make no sense, and shapes that they make no network for; whoever it came from, nothing was
    /// allocated for it yet.
    ///
    /// - Throws: `SettingFault`.
    public func validate(rows: Int, columns: Int) throws(SettingFault) {
        try validate()
        try SampleShape.validate(rows: rows, columns: columns)
        try choice.validate(rows: rows, columns: columns)
    }

    /// As `validate(rows:columns:)`, and refuses a head that would make the whole too large.
    ///
    /// - Throws: `SettingFault`.
    public func validate(rows: Int, columns: Int, head: Head) throws(SettingFault) {
        try validate(rows: rows, columns: columns)
        let sizes = head.hiddenUnits + [head.outputs]
        for size in sizes { try SettingFault.check((1..<1 << 28).contains(size), "outputs", size, "1 to 2^28 outputs") }
        let network = makeNetwork(rows: rows, columns: columns)
        var (parameters, inputs) = (network.parameterCount, network.featureCount)
        for size in sizes where parameters < 1 << 29 {
            parameters += (inputs + 1) * size  // no overflow: features are below 2^29, sizes below 2^28
            inputs = size
        }
        try SettingFault.check(
            parameters < 1 << 29, "network", kind,
            "a smaller one, or a smaller task: from its features to \(head.outputs) outputs there would be more than "
                + "2^29 parameters")
    }

    /// The network for samples `[rows, columns]`.
    ///
    /// - Precondition: the validation for them passes.
    public func makeNetwork(rows: Int, columns: Int) -> any Network { choice.makeNetwork(rows: rows, columns: columns) }
}

extension NetworkSettings: Codable, Equatable {
    /// Reads the kind's name, then what that kind reads.
    public init(from decoder: any Decoder) throws {
        choice = try Self.kinds.kind(named: KindName.read(from: decoder)).init(from: decoder)
    }

    /// Writes the kind's settings and its name.
    public func encode(to encoder: any Swift.Encoder) throws {
        try choice.encode(to: encoder)
        try KindName.write(kind, to: encoder)
    }

    /// Whether both are of one kind with the same settings.
    public static func == (a: NetworkSettings, b: NetworkSettings) -> Bool { isEqual(a.choice, b.choice) }
}

private func isEqual<Kind: NetworkKind>(_ a: Kind, _ b: any NetworkKind) -> Bool { (b as? Kind) == a }
