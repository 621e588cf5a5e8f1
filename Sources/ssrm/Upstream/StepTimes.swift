/// Where the time of a run's steps went, from the end of the first step on.
struct StepTimes {
    /// The end of the first step; nil before it.
    private var start: Duration?
    private var end = Duration.zero
    /// Steps since then.
    private(set) var steps = 0
    /// How long the coordinator waited for messages.
    var waiting = Duration.zero
    /// How long it updated parameters.
    var optimising = Duration.zero
    /// How long workers computed, all of them together.
    var computing = Duration.zero

    /// Times before the first step, or from its end on.
    init(from start: Duration? = nil) { self.start = start }

    /// Notes a step that is done; true when it was the first, so that counting starts anew.
    mutating func onStep(at now: Duration) -> Bool {
        guard start != nil else { return true }
        (end, steps) = (now, steps + 1)
        return false
    }

    /// The means over steps, in microseconds.
    func means(workers: Int) -> Means {
        let whole = end - (start ?? end)
        func mean(_ time: Duration) -> Double { (time.seconds * 1e6 / Double(max(steps, 1))).rounded() }
        return Means(
            step: mean(whole),
            coordinator: .init(
                waiting: mean(waiting), optimising: mean(optimising), messages: mean(whole - waiting - optimising)),
            worker: .init(computing: mean(computing / workers), rest: mean(whole - computing / workers)))
    }

    /// Microseconds of a step, per role.
    struct Means: Encodable {
        /// The coordinator's step: it waits for workers, updates parameters, and takes and sends messages (sums among them).
        struct Coordinator: Encodable {
            let waiting, optimising, messages: Double
            enum CodingKeys: String, CodingKey {
                case waiting = "wait_us"
                case optimising = "optimiser_us"
                case messages = "messages_us"
            }
        }
        /// A worker's step, a mean over workers: it computes, and the rest goes into exchange and waiting.
        struct Worker: Encodable {
            let computing, rest: Double
            enum CodingKeys: String, CodingKey {
                case computing = "compute_us"
                case rest = "exchange_and_wait_us"
            }
        }
        let step: Double
        let coordinator: Coordinator
        let worker: Worker
        enum CodingKeys: String, CodingKey {
            case coordinator, worker
            case step = "step_us"
        }
    }
}
