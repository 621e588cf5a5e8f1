import Wire

/// A message on its way, with what goes with it.
struct Parcel {
    let message: Message
    var blockLengths: [Int] = []
    /// Whether the cells are the sender's own.
    var isShared = false
    /// Whether the cells came in parts ahead of it.
    var isAhead = false
    var cells: [Cell] = []

    /// A report once more, under a claim that it is not of; nil of what is none.
    func underAnotherClaim(_ difference: UInt64) -> Parcel? {
        guard case .leafReport(var report) = message else { return nil }
        report.claim &+= difference
        return Parcel(
            message: .leafReport(report), blockLengths: blockLengths, isShared: isShared, isAhead: isAhead, cells: cells
        )
    }
}

/// A worker's connection to the coordinator, as ZeroMQ has it over TCP.
///
/// What is sent on one connection comes in its order. A connection that breaks takes some of what is underway with it
/// and is made again; at the coordinator, what still comes of the old one is mixed with what comes of the new one.
struct Link {
    /// Counts connections.
    private(set) var connection = 0
    /// Per earlier connection, until when what was underway still arrives.
    private var cuts: [Int] = []
    /// When the connection is there.
    private var openFrom = 0
    private var lastUp = 0
    private var lastDown = 0

    /// Breaks the connection.
    mutating func breaks(at now: Int, _ draw: inout SplitMix) {
        let cut = draw.happens(500) ? now : now + draw.draw(0...60_000)
        cuts.append(cut)
        connection += 1
        openFrom = now + draw.draw(1000...150_000)
        (lastUp, lastDown) = (0, max(lastDown, cut))
    }

    /// When a message that a worker sends comes; it waits until there is a connection.
    mutating func timeUp(at now: Int, _ draw: inout SplitMix) -> Int {
        lastUp = max(lastUp + 1, max(now, openFrom) + draw.draw(100...20_000))
        return lastUp
    }

    /// When a message that the coordinator sends comes; nil where there is no connection to send it on.
    mutating func timeDown(at now: Int, _ draw: inout SplitMix) -> Int? {
        if now < openFrom { return nil }
        lastDown = max(lastDown + 1, now + draw.draw(100...20_000))
        return lastDown
    }

    /// Whether what was sent on a connection and comes now was not lost with it.
    func delivers(from connection: Int, at now: Int) -> Bool {
        connection == self.connection || now <= cuts[connection]
    }
}
