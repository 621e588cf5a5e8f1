public import Numerics

/// When workers and coordinator exchange what was learnt.
public enum ExchangeSettings: Equatable, Sendable {
    /// At every step: a leaf is one shard's gradient.
    case synchronous
    /// At every step, and one behind: gradients are taken at the parameters of a step earlier, so that the next step is
    /// computed while the sums of one are on their way.
    case delayed
    /// After several steps of each shard's own: a leaf is what they changed.
    case local(LocalSteps)

    /// The exchange's name in jobs and presets.
    public enum Kind: String, CaseIterable, Sendable {
        /// At every step.
        case synchronous
        /// At every step, and one behind.
        case delayed
        /// After several steps.
        case local

        /// The exchange of this name.
        ///
        /// - Throws: `SettingFault` that names those there are.
        public static func named(_ name: String) throws(SettingFault) -> Kind {
            guard let kind = Kind(rawValue: name) else {
                throw SettingFault(
                    "exchange", String(name.prefix(60)), wanted: allCases.map(\.rawValue).joined(separator: " or "))
            }
            return kind
        }

        /// What is meant where nothing else is said.
        public var standard: ExchangeSettings {
            switch self {
            case .synchronous: .synchronous
            case .delayed: .delayed
            case .local: .local(LocalSteps(steps: 25))
            }
        }
    }

    /// Which exchange it is.
    public var kind: Kind {
        switch self {
        case .synchronous: .synchronous
        case .delayed: .delayed
        case .local: .local
        }
    }

    /// The local steps' settings; nil where every step is exchanged.
    public var localSteps: LocalSteps? {
        if case .local(let settings) = self { settings } else { nil }
    }

    /// Steps of the optimiser from one exchange to the next.
    public var stepsPerRound: Int { localSteps?.steps ?? 1 }

    /// How many rounds are computed at once: one, or two where the second's parameters don't wait for the first's sums.
    public var roundsAtOnce: Int { self == .delayed ? 2 : 1 }

    /// Refuses numbers that make no sense.
    ///
    /// - Throws: `SettingFault` for the first of them.
    public func validate() throws(SettingFault) { try localSteps?.validate() }
}

extension ExchangeSettings: Codable {
    /// Reads the exchange's name, then its numbers.
    public init(from decoder: any Decoder) throws {
        switch try Kind.named(KindName.read(from: decoder)) {
        case .synchronous: self = .synchronous
        case .delayed: self = .delayed
        case .local: self = .local(try LocalSteps(from: decoder))
        }
    }

    /// Writes its numbers and its name.
    public func encode(to encoder: any Encoder) throws {
        try localSteps?.encode(to: encoder)
        try KindName.write(kind.rawValue, to: encoder)
    }
}
