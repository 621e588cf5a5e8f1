/// Where the time of a run's steps went, from the end of the first step on that all of this machine's workers were
/// there for; of the first of all while they never were.
package struct StepTimes {
    /// The end of the first step that counts; nil before it.
    private var start: Duration?
    /// Whether all workers were there by then.
    private var wereAllThere = false
    /// How many workers these are.
    private let workers: Int
    private var end = Duration.zero
    /// Steps since then.
    package private(set) var steps = 0
    /// How long the coordinator waited for messages.
    var waiting = Duration.zero
    /// How long it updated parameters.
    var optimising = Duration.zero
    /// How long workers computed, all of them together.
    var computing = Duration.zero
    /// The ends of the steps so far, where they are kept.
    private var ends: [Duration]?

    /// Times before the first step, of a run with so many workers of this machine's; of one that is measured, with each
    /// step's end.
    package init(workers: Int, keepsEnds: Bool) { (self.workers, ends) = (workers, keepsEnds ? [] : nil) }

    /// Notes a step that is done while so many workers could compute; with the first, and with the first that all
    /// workers are there for, counting starts anew; after that they are not counted any more.
    package mutating func onStep(at now: Duration, readyCount: @autoclosure () -> Int) {
        let areAllThere = wereAllThere || readyCount() >= workers
        if start == nil || areAllThere != wereAllThere {
            self = StepTimes(workers: workers, keepsEnds: ends != nil)
            (start, end, wereAllThere) = (now, now, areAllThere)
        } else {
            (end, steps) = (now, steps + 1)
        }
        ends?.append(now)
    }

    /// Seconds a step, of ten stretches of equal length; the mean alone where there are fewer steps.
    ///
    /// A machine that others use too stands still now and then; a median leaves that out.
    package var perStep: MeasuredTimes {
        guard let ends, ends.count > 10 else {
            return MeasuredTimes([(end - (start ?? end)).seconds / Double(max(steps, 1))])
        }
        let length = (ends.count - 1) / 10
        return MeasuredTimes(
            (0..<10).map { (ends[($0 + 1) * length] - ends[$0 * length]).seconds / Double(length) })
    }

    /// The means over steps, in microseconds.
    package func means(workers: Int) -> Means {
        let whole = end - (start ?? end)
        func mean(_ time: Duration) -> Double { (time.seconds * 1e6 / Double(max(steps, 1))).rounded() }
        return Means(
            step: mean(whole),
            coordinator: .init(
                waiting: mean(waiting), optimising: mean(optimising), messages: mean(whole - waiting - optimising)),
            worker: .init(computing: mean(computing / workers), rest: mean(whole - computing / workers)))
    }

    /// Microseconds of a step, per role.
    package struct Means: Encodable {
        /// The coordinator's step: it waits for workers, updates parameters, and takes and sends messages (sums among
        /// them).
        package struct Coordinator: Encodable {
            package let waiting, optimising, messages: Double
            enum CodingKeys: String, CodingKey {
                case waiting = "wait_us"
                case optimising = "optimiser_us"
                case messages = "messages_us"
            }
        }
        /// A worker's step, a mean over workers: it computes, and the rest goes into exchange and waiting.
        package struct Worker: Encodable {
            package let computing, rest: Double
            enum CodingKeys: String, CodingKey {
                case computing = "compute_us"
                case rest = "exchange_and_wait_us"
            }
        }
        package let step: Double
        package let coordinator: Coordinator
        package let worker: Worker
        enum CodingKeys: String, CodingKey {
            case coordinator, worker
            case step = "step_us"
        }
    }
}
