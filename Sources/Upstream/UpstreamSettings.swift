public import Encoders
public import Numerics
public import Signals

/// What the upstream stage learns and how: everything of a job but its data, seed, size and length.
public struct UpstreamSettings: Codable, Equatable, Sendable {
    /// The network that is trained.
    public var network: NetworkSettings
    /// What it learns from.
    public var task: TaskSettings
    /// What moves its parameters.
    public var optimiser: OptimiserSettings
    /// When what was learnt is exchanged.
    public var exchange: ExchangeSettings
    /// What it computes in, and what travels.
    public var arithmetic: Arithmetic
    /// What is done to a sample before it is read.
    public var preparation: Preparation
    /// What is done to a prepared sample each time that it is trained on, by tasks that use it.
    public var augmentation: Augmentation
    /// In which order the samples are taken.
    public var order: OrderSettings

    /// Settings of one's own.
    public init(
        network: NetworkSettings, task: TaskSettings, optimiser: OptimiserSettings,
        arithmetic: Arithmetic = Arithmetic(), preparation: Preparation = .norm, augmentation: Augmentation = .none,
        exchange: ExchangeSettings = .synchronous, order: OrderSettings = OrderSettings()
    ) {
        self.exchange = exchange
        (self.network, self.task, self.optimiser, self.arithmetic) = (network, task, optimiser, arithmetic)
        (self.preparation, self.augmentation, self.order) = (preparation, augmentation, order)
    }

    private enum CodingKeys: String, CodingKey {
        case network, task, optimiser, arithmetic, preparation, augmentation, exchange, order
    }

    /// Reads settings; without a preparation it is the paper's, without an augmentation none, without an exchange every
    /// step's.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            network: try values.decode(NetworkSettings.self, forKey: .network),
            task: try values.decode(TaskSettings.self, forKey: .task),
            optimiser: try values.decode(OptimiserSettings.self, forKey: .optimiser),
            arithmetic: try values.decode(Arithmetic.self, forKey: .arithmetic),
            preparation: try values.decodeIfPresent(Preparation.self, forKey: .preparation) ?? .norm,
            augmentation: try values.decodeIfPresent(Augmentation.self, forKey: .augmentation) ?? .none,
            exchange: try values.decodeIfPresent(ExchangeSettings.self, forKey: .exchange) ?? .synchronous,
            order: try values.decodeIfPresent(OrderSettings.self, forKey: .order) ?? OrderSettings())
    }

    /// Writes settings; what is read where nothing is there is left out, so that the jobs of before have their digests.
    public func encode(to encoder: any Swift.Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(network, forKey: .network)
        try values.encode(task, forKey: .task)
        try values.encode(optimiser, forKey: .optimiser)
        try values.encode(arithmetic, forKey: .arithmetic)
        if preparation != .norm { try values.encode(preparation, forKey: .preparation) }
        if augmentation != .none { try values.encode(augmentation, forKey: .augmentation) }
        if exchange != .synchronous { try values.encode(exchange, forKey: .exchange) }
        if order != OrderSettings() { try values.encode(order, forKey: .order) }
    }

    /// The optimiser of each step: the job's, or a replica's with its own step size.
    var innerOptimiser: OptimiserSettings {
        exchange.localSteps.map { optimiser.withStepSize(times: $0.rateScale) } ?? optimiser
    }

    /// Refuses values that make no sense, whatever the samples are.
    ///
    /// - Throws: `SettingFault` for the first of them, under its name in preset files.
    public func validate() throws(SettingFault) {
        try task.validate()
        try network.validate()
        try optimiser.validate()
        try exchange.validate()
        try innerOptimiser.validate()
        try SettingFault.check(
            arithmetic.wire != .int8 || exchange.localSteps?.innerState != .averaged, "wire", arithmetic.wire.rawValue,
            "float32 or bfloat16: 8 bits have no room for second moments, which local steps average where "
                + "upstream.inner_state is averaged (fresh sends none)")
        try preparation.validate()
        try augmentation.validate()
        try order.validate()
        try SettingFault.check(
            augmentation == .none || task.choice.usesAugmentation, "augmentation", augmentation.kind,
            "none: task \(task.kind) makes its rows without one")
        let products = type(of: network.choice).products
        try SettingFault.check(
            products.contains(arithmetic.products), "products", arithmetic.products.rawValue,
            "\(products.map(\.rawValue).joined(separator: " or ")): network \(network.kind) has no other")
    }
}
