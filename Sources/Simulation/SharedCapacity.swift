/// What several have a part of at a time, each as much as the others: one direction of a link, or the processors of a
/// machine.
///
/// Amounts are in what the capacity is of (bytes, microseconds of a thread), times in microseconds.
struct SharedCapacity<User> {
    private var total: Double
    private let each: Double
    /// What a user that was there from the beginning would have had by now.
    private var served = 0.0
    private var servedAt = 0
    private var users = EventQueue<User>()
    private(set) var userCount = 0
    /// Counts changes, so that an event that an earlier one foretold is known as such.
    private(set) var version = 0

    /// A capacity of so much a microsecond, of which nobody gets more than `each`.
    init(total: Double, each: Double) { (self.total, self.each) = (total, each) }

    private var rate: Double { min(each, total / Double(max(userCount, 1))) }

    /// From now on there is so much of it; returns whether that is another thing.
    mutating func set(total: Double, at now: Int) -> Bool {
        if total == self.total { return false }
        advance(to: now)
        self.total = total
        version += 1
        return true
    }

    private mutating func advance(to now: Int) {
        served += rate * Double(now - servedAt)
        servedAt = now
    }

    /// Takes a user in until it has had an amount.
    mutating func put(_ user: User, amount: Double, at now: Int) {
        advance(to: now)
        users.put(user, at: Int((served + amount).rounded(.up)))
        userCount += 1
        version += 1
    }

    /// When the next user will have had its amount, if nothing changes.
    var nextEnd: Int? {
        users.nextTime.map { servedAt + max(0, Int(((Double($0) - served) / rate).rounded(.up))) }
    }

    /// Takes out one user that has had its amount by now.
    mutating func takeOut(at now: Int) -> User? {
        advance(to: now)
        guard let end = users.nextTime, Double(end) <= served + 1e-6, let next = users.next() else { return nil }
        userCount -= 1
        version += 1
        return next.event
    }
}
