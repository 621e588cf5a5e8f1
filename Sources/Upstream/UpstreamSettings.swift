public import Encoders
public import Numerics

/// What the upstream stage learns and how: everything of a job but its data, seed, size and length.
public struct UpstreamSettings: Codable, Equatable, Sendable {
    /// The network that is trained.
    public var network: NetworkSettings
    /// What it learns from.
    public var task: TaskSettings
    /// What moves its parameters.
    public var optimiser: OptimiserSettings
    /// What it computes in, and what travels.
    public var arithmetic: Arithmetic

    /// Settings of one's own.
    public init(
        network: NetworkSettings, task: TaskSettings, optimiser: OptimiserSettings,
        arithmetic: Arithmetic = Arithmetic()
    ) {
        (self.network, self.task, self.optimiser, self.arithmetic) = (network, task, optimiser, arithmetic)
    }

    /// Refuses values that make no sense, whatever the samples are.
    ///
    /// - Throws: `SettingFault` for the first of them, under its name in preset files.
    public func validate() throws(SettingFault) {
        try task.validate()
        try network.validate()
        try optimiser.validate()
        let products = type(of: network.choice).products
        try SettingFault.check(
            products.contains(arithmetic.products), "products", arithmetic.products.rawValue,
            "\(products.map(\.rawValue).joined(separator: " or ")): network \(network.kind) has no other")
    }
}
