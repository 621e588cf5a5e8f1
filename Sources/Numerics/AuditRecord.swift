/// What the sums of a run rest on: how many workers computed them, and whether their arithmetic is one.
public struct AuditRecord: Equatable, Sendable {
    /// Whether all workers' probes were the run's.
    public var probesAgree: Bool
    /// Leaves whose sums were taken.
    public var leaves: Int
    /// How many of them two workers computed, to the same bits.
    public var audited: Int
    /// By workers' names, the first exchange of which their sums were taken on their word since they were last found
    /// right; of runs without audits nothing is noted.
    public var unaudited: [String: Int]
    /// The last such exchange, of this process's: in an earlier one's all exchanges were over.
    private var newest: [String: Int] = [:]
    /// The names of workers whose sums were wrong: they are not taken in again.
    public var shutOut: Set<String>
    /// How often leaves were given to a second worker because the first one's answer was overdue.
    public var backups: Int

    /// A record; of a run that begins, where nothing is given.
    public init(
        probesAgree: Bool = true, leaves: Int = 0, audited: Int = 0, backups: Int = 0, unaudited: [String: Int] = [:],
        shutOut: Set<String> = []
    ) {
        (self.probesAgree, self.leaves, self.audited) = (probesAgree, leaves, audited)
        (self.backups, self.unaudited, self.shutOut) = (backups, unaudited, shutOut)
    }

    /// Takes note that a worker's sums of an exchange were taken: on its word, or because another's were the same.
    public mutating func note(sumsOf exchange: Int, by worker: String, isAudited: Bool) {
        // Where two exchanges are computed at once, the sums of the later one may have been taken before.
        if isAudited {
            guard let since = unaudited[worker], since < exchange else { return }
            unaudited[worker] = newest[worker].flatMap { $0 > exchange ? $0 : nil }
            if unaudited[worker] == nil { newest[worker] = nil }
            return
        }
        unaudited[worker] = min(unaudited[worker] ?? exchange, exchange)
        newest[worker] = max(newest[worker] ?? exchange, exchange)
        if unaudited.count > Self.nameLimit { forgetOldest() }
    }

    /// Workers that come and go under ever new names are not all remembered.
    public static let nameLimit = 1000

    private mutating func forgetOldest() {
        guard let oldest = unaudited.min(by: { ($0.value, $0.key) < ($1.value, $1.key) }) else { return }
        (unaudited[oldest.key], newest[oldest.key]) = (nil, nil)
    }

    /// Takes note that a worker's sums were wrong; where that is remembered, nobody of its name is taken in again.
    public mutating func shutOut(_ worker: String, isRemembered: Bool) {
        (unaudited[worker], newest[worker]) = (nil, nil)
        if isRemembered, shutOut.count < Self.nameLimit { shutOut.insert(worker) }
    }

    /// Forgets whose sums were taken in exchanges that are done again.
    public mutating func forget(since exchange: Int) {
        unaudited = unaudited.filter { $0.value < exchange }
        newest = newest.filter { unaudited[$0.key] != nil }.mapValues { min($0, exchange - 1) }
    }
}
