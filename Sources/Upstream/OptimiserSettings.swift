public import Layers
public import Numerics

/// Which optimiser moves the parameters, and its numbers.
///
/// A new one is a case here and in `Optimiser`, with the names of the vectors that it keeps from step to step.
public enum OptimiserSettings: Equatable, Sendable {
    /// Adam.
    case adam(AdamSettings)
    /// Adam with a schedule and decoupled weight decay.
    case adamw(AdamWSettings)

    /// The optimiser's name in jobs and presets.
    public enum Kind: String, CaseIterable, Sendable {
        /// Adam.
        case adam
        /// Adam with a schedule and decoupled weight decay.
        case adamw

        /// The optimiser of this name.
        ///
        /// - Throws: `SettingFault` that names those there are.
        public static func named(_ name: String) throws(SettingFault) -> Kind {
            guard let kind = Kind(rawValue: name) else {
                throw SettingFault(
                    "optimiser", String(name.prefix(60)), wanted: allCases.map(\.rawValue).joined(separator: " or "))
            }
            return kind
        }

        /// What is meant where nothing else is said.
        public var standard: OptimiserSettings {
            switch self {
            case .adam: .adam(AdamSettings(learningRate: 0.001))
            case .adamw:
                .adamw(
                    AdamWSettings(
                        adam: AdamSettings(learningRate: 0.003), weightDecay: 1e-4, warmupSteps: 20, schedule: .cosine))
            }
        }
    }

    /// Which optimiser it is.
    public var kind: Kind {
        switch self {
        case .adam: .adam
        case .adamw: .adamw
        }
    }

    /// Refuses numbers that make no sense as the 32-bit floats that they are computed with.
    ///
    /// - Throws: `SettingFault` for the first of them.
    public func validate() throws(SettingFault) {
        switch self {
        case .adam(let settings): try settings.validate()
        case .adamw(let settings): try settings.validate()
        }
    }

    /// The vectors that it keeps beside the parameters, each as long as they are, by their names in checkpoints.
    public var vectorNames: [String] {
        switch self {
        case .adam, .adamw: ["adam.first_moment", "adam.second_moment"]
        }
    }

    /// Which of these vectors can't be negative.
    var areNeverNegative: [Bool] {
        switch self {
        case .adam, .adamw: [false, true]
        }
    }

    /// The same with its step size multiplied.
    func withStepSize(times scale: Double) -> OptimiserSettings {
        switch self {
        case .adam(var adam):
            adam.learningRate *= scale
            return .adam(adam)
        case .adamw(var adamw):
            adamw.adam.learningRate *= scale
            return .adamw(adamw)
        }
    }

    /// Whether a step depends on how many there will be.
    public var dependsOnStepCount: Bool {
        switch self {
        case .adam: false
        case .adamw(let settings): settings.schedule != .constant
        }
    }
}

extension OptimiserSettings: Codable {
    /// Reads the optimiser's name, then its numbers.
    public init(from decoder: any Decoder) throws {
        switch try Kind.named(KindName.read(from: decoder)) {
        case .adam: self = .adam(try AdamSettings(from: decoder))
        case .adamw: self = .adamw(try AdamWSettings(from: decoder))
        }
    }

    /// Writes its numbers and its name.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .adam(let settings): try settings.encode(to: encoder)
        case .adamw(let settings): try settings.encode(to: encoder)
        }
        try KindName.write(kind.rawValue, to: encoder)
    }
}
