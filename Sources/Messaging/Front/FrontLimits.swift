/// What peers may make a process hold, and for how long.
package struct FrontLimits: Equatable, Sendable {
    /// One message.
    package var message: MessageLimits
    /// What messages that have not been taken yet may cost, all of them together; one that is begun may be ended beyond
    /// it, so that there always is one that ends.
    package var inFlight: Int
    /// What may wait for one peer that does not read.
    package var waiting: Int
    /// How many peers.
    package var connections: ConnectionLimits
    /// How often a peer may ask for what costs more than its asking, like to be taken in.
    package var requests = Rate(burst: 4, perSecond: 1)
    /// The same for all connections of a machine.
    var requestsOfMachine = Rate(burst: 256, perSecond: 8)
    /// How many frames of messages a peer may say; what comes faster is left with the system, so that it waits.
    package var pace = Rate(burst: 20_000, perSecond: 10_000)
    /// The same for all connections of a machine, but for two with each larger frame: whoever sends sums says them, and
    /// need not wait for others of its machine.
    package var paceOfMachine = Rate(burst: 20_000, perSecond: 10_000)
    /// How many connections are taken at all, to be admitted or closed; others wait with the system, which turns away
    /// who finds no room there.
    package var accepts = Rate(burst: 4096, perSecond: 1500)
    /// How often a peer may say what needs no saying: signs of life beyond those asked for, and what is refused.
    package var talk = Rate(burst: 64, perSecond: 32)
    /// The same for all connections of a machine.
    package var talkOfMachine = Rate(burst: 4096, perSecond: 512)
    /// How many frames a peer may say for a while after it said what was passed over: more than is looked at, so that
    /// it shows whether it goes on.
    var slowPace: Rate { Rate(burst: 16, perSecond: 2 * talk.perSecond) }
    /// For how long a peer may take to greet.
    package var greeting = Duration.seconds(5)
    /// For how long it may take to say something.
    package var firstMessage = Duration.seconds(10)
    /// For how long it may say nothing later.
    package var silence = Duration.seconds(60)
    /// For how long others may wait because of a message that does not end.
    package var pressure = Duration.seconds(2)

    /// Limits.
    package init(message: MessageLimits, inFlight: Int, waiting: Int, connections: ConnectionLimits) {
        (self.message, self.inFlight, self.waiting) = (message, inFlight, waiting)
        self.connections = connections
    }
}

/// How many connections there may be.
package struct ConnectionLimits: Equatable, Sendable {
    /// In all.
    package var count: Int
    /// Of one machine: an IPv4 address, or the first 64 bits of an IPv6 one.
    package var countOfMachine: Int
    /// New ones of one machine.
    package var rate: Rate

    /// Limits of connections.
    package init(count: Int, countOfMachine: Int, rate: Rate) {
        (self.count, self.countOfMachine, self.rate) = (count, countOfMachine, rate)
    }
}
