/// What peers may make a process hold, and for how long.
public struct FrontLimits: Equatable, Sendable {
    /// One message.
    public var message: MessageLimits
    /// What messages that have not been taken yet may cost, all of them together; one that is begun may be ended beyond
    /// it, so that there always is one that ends.
    public var inFlight: Int
    /// What may wait for one peer that does not read.
    public var waiting: Int
    /// How many peers.
    public var connections: ConnectionLimits
    /// How often a peer may ask for what costs more than its asking, like to be taken in.
    public var requests = Rate(burst: 4, perSecond: 1)
    /// The same for all connections of a machine.
    public var requestsOfMachine = Rate(burst: 256, perSecond: 8)
    /// How many frames of messages a peer may say; what comes faster is left with the system, so that it waits.
    public var pace = Rate(burst: 20_000, perSecond: 10_000)
    /// The same for all connections of a machine, but for two with each larger frame: whoever sends sums says them, and
    /// need not wait for others of its machine.
    public var paceOfMachine = Rate(burst: 20_000, perSecond: 10_000)
    /// How many connections are taken at all, to be admitted or closed; others wait with the system, which turns away
    /// who finds no room there.
    public var accepts = Rate(burst: 4096, perSecond: 1500)
    /// How often a peer may say what needs no saying: signs of life beyond those asked for, and what is refused.
    public var talk = Rate(burst: 64, perSecond: 32)
    /// The same for all connections of a machine.
    public var talkOfMachine = Rate(burst: 4096, perSecond: 512)
    /// How many frames a peer may say for a while after it said what was passed over: more than is looked at, so that
    /// it shows whether it goes on.
    var slowPace: Rate { Rate(burst: 16, perSecond: 2 * talk.perSecond) }
    /// For how long a peer may take to greet.
    public var greeting = Duration.seconds(5)
    /// For how long it may take to say something.
    public var firstMessage = Duration.seconds(10)
    /// For how long it may say nothing later.
    public var silence = Duration.seconds(60)
    /// For how long others may wait because of a message that does not end.
    public var pressure = Duration.seconds(2)

    /// Limits.
    public init(message: MessageLimits, inFlight: Int, waiting: Int, connections: ConnectionLimits) {
        (self.message, self.inFlight, self.waiting) = (message, inFlight, waiting)
        self.connections = connections
    }
}

/// How many connections there may be.
public struct ConnectionLimits: Equatable, Sendable {
    /// In all.
    public var count: Int
    /// Of one machine: an IPv4 address, or the first 64 bits of an IPv6 one.
    public var countOfMachine: Int
    /// New ones of one machine.
    public var rate: Rate

    /// Limits of connections.
    public init(count: Int, countOfMachine: Int, rate: Rate) {
        (self.count, self.countOfMachine, self.rate) = (count, countOfMachine, rate)
    }
}
