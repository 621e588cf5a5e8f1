/// How a worker comes to be taken in by a coordinator, and what a person is told while it is not.
struct Admission: Sendable {
    /// A connection may break by chance; so many in a row do not.
    private static let brokenLimit = 3
    /// How long after it was turned away it tries anew.
    private static let retryPause = Duration.seconds(1)
    /// How long nobody is there until a person is told.
    private static let absenceLimit = Duration.seconds(10)
    /// How long a worker is asked to wait until a person is told.
    private static let waitLimit = Duration.seconds(10)

    /// Where the coordinator is, for people.
    let endpoint: String
    /// The folder of the worker's keys; nil where it has none.
    let keys: String?
    /// How long a silent coordinator is waited for.
    let patience: Duration
    /// Whether the shell tells of handshakes: a hello that waits for one is not said again.
    let hearsOfHandshakes: Bool
    /// Why the other side did not take it in last, and how often that was so since it did.
    private var rejection: (outcome: Employment.Handshake, count: Int)?
    /// Whether the other side took the connection in, and whether a hello waits for that.
    private var (isTakenIn, helloWaits) = (false, false)
    /// Since when nobody has been there, and whether a person knows.
    private var absentSince: Duration?
    private var isToldOfAbsence = false
    /// When it tries anew, where ZeroMQ does not by itself.
    private(set) var retry: Duration?
    /// Since when it was asked to wait, and whether a person knows; nil from a welcome on.
    private var waitingSince: Duration?
    private var isToldOfWait = false

    /// Of a worker that nobody has heard of.
    init(endpoint: String, keys: String?, patience: Duration, hearsOfHandshakes: Bool) {
        (self.endpoint, self.keys, self.patience) = (endpoint, keys, patience)
        self.hearsOfHandshakes = hearsOfHandshakes
    }

    /// Takes note of what became of an attempt to be taken in.
    ///
    /// - Returns: what a person is to know of it: once each time, why it failed.
    mutating func onHandshake(_ outcome: Employment.Handshake, at now: Duration) -> WorkerEvent? {
        isTakenIn = outcome == .succeeded
        switch outcome {
        case .ended: return nil
        case .succeeded:
            rejection = nil
            onHearing()
            return nil
        case .notListed, .otherMechanism: retry = now + Self.retryPause
        case .broken: break
        }
        let count = rejection?.outcome == outcome ? (rejection?.count ?? 0) + 1 : 1
        rejection = (outcome, count)
        guard count == (outcome == .broken ? Self.brokenLimit : 1) else { return nil }
        return rejectionReason.map { .notTakenIn(reason: $0) }
    }

    /// Whether a connection is to be made anew by now, which is asked for once.
    mutating func takeRetry(at now: Duration) -> Bool {
        guard let retry, now >= retry else { return false }
        self.retry = nil
        return true
    }

    /// Where a connection is made anew, nothing waits in it.
    mutating func onNewConnection() { (isTakenIn, helloWaits) = (false, false) }

    /// Whatever is heard shows that the connection was taken in, also where the end of one before it is told of later.
    mutating func onHearing() { (isTakenIn, helloWaits, absentSince) = (true, false, nil) }

    /// Takes note that the coordinator knows the worker.
    mutating func onWelcome() { (waitingSince, isToldOfWait, isToldOfAbsence) = (nil, false, false) }

    /// Takes note that it was asked to wait.
    ///
    /// - Returns: what a person is to know of it, once.
    mutating func onWait(byRelay: Bool, at now: Duration) -> WorkerEvent? {
        let since = waitingSince ?? now
        waitingSince = since
        guard now - since >= min(Self.waitLimit, patience / 2), !isToldOfWait else { return nil }
        isToldOfWait = true
        return .askedToWait(endpoint: endpoint, byRelay: byRelay)
    }

    /// Takes note that it is time for a hello.
    ///
    /// - Returns: whether it is said: not where one waits in a connection that nobody took in yet, for all of them
    ///   would be read at once by whoever comes at last, as those of a peer that says nothing else. And, once, that
    ///   nobody is there.
    mutating func onTimeForHello(at now: Duration) -> (isSaid: Bool, event: WorkerEvent?) {
        let isSaid = !helloWaits
        if isSaid, hearsOfHandshakes, !isTakenIn { (helloWaits, absentSince) = (true, absentSince ?? now) }
        guard let absentSince, rejectionReason == nil, !isToldOfAbsence, now - absentSince >= Self.absenceLimit else {
            return (isSaid, nil)
        }
        isToldOfAbsence = true
        return (isSaid, .nobodyThere(endpoint: endpoint, patience: patience))
    }

    /// Why it was not taken in, and what to do about it; nil where that is not known.
    var rejectionReason: String? {
        guard let (outcome, count) = rejection else { return nil }
        switch (outcome, keys) {
        case (.succeeded, _), (.ended, _), (.broken, nil): return nil
        case (.notListed, let keys):
            let file = keys.map { "\($0)/public" } ?? "its file 'public'"
            return
                "the coordinator at \(endpoint) does not list this key: `ssrm keys authorize` there, with \(file), lets it come"
        case (.otherMechanism, nil): return "whoever is at \(endpoint) takes those with keys alone: give --keys FOLDER"
        case (.otherMechanism, _?):
            return "whoever is at \(endpoint) has no keys: give it --keys FOLDER, or none to this one"
        case (.broken, let keys?):
            if count < Self.brokenLimit { return nil }
            return
                """
                whoever is at \(endpoint) has another key than \(keys)/coordinator says, or is no coordinator, like a \
                forwarded port that nothing listens behind yet: compare it with the file 'public' there; only where that is \
                another, `ssrm keys trust \(keys) FILE` takes it
                """
        }
    }
}
