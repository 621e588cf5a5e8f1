package import Coordination
import Foundation
import Upstream

/// How a run stands, from what is in its directory: wherever it was started, while it goes on and when it is over.
///
/// A value made of what was read; `RunStatus(of:at:)` reads it.
package struct RunStatus: Encodable {
    /// What one machine's workers do.
    package struct Machine: Encodable {
        /// The host name that its workers tell.
        package let name: String
        /// How many of them take part now, or did at the end.
        package let workers: Int
        /// What its processor is called.
        package let processor: String
        /// Its part of the leaves of the last steps that were measured, 0 to 1; nil where none were.
        package let share: Double?
        /// Of the rounds' time, how much its workers computed and exchanged, 0 to 1; the rest they waited.
        package let computing, exchanging: Double?
    }
    /// Something that went wrong since the run was last started.
    package struct Problem: Encodable {
        /// When it was last, as ISO 8601 has it.
        package let time: String
        /// Its event's name.
        package let kind: String
        /// How often.
        package let count: Int
        /// The line for people of the last one.
        package let text: String
    }
    /// What was found in a run's directory.
    struct Findings {
        let job: Job
        let events: [EventLine]
        /// The last lines, in order.
        let metrics: [RunMetrics]
        /// How far it was a few seconds ago, while it goes on; nil where it has not said.
        var progress: RunProgress?
        /// The step of the newest checkpoint that is to be believed, and when it was written.
        let checkpoint: (step: Int, time: Date)?
        /// How many others are in doubt.
        let doubtedCount: Int
        /// Why none of that can be told; nil where it can.
        var checkpointFault: String?
        /// Whether a coordinator of this machine holds the directory; nil where that can't be told.
        let isHeld: Bool?
        /// When the run last wrote anything.
        let lastSign: Date?
    }

    /// The run directory.
    package let run: String
    /// Whether it goes on.
    package let state: RunState
    /// Where its coordinator listens or did.
    package let endpoint: String?
    /// Steps done, of all.
    package let step, steps: Int
    /// The last loss that was told, a mean over some steps.
    package let loss: Double?
    /// Over which steps; nil where that can't be told, as where steps were done again.
    package let lossSteps: ClosedRange<Int>?
    /// Rows through the network each second, lately.
    package let rowsPerSecond: Double?
    /// Seconds from the begin of its last part until now, or until it ended.
    package let seconds: Double?
    /// Seconds since the last of its workers went, or since that begin, while it waits for some.
    package let waitingSeconds: Double?
    /// Whether it has workers and has written nothing for many rounds' time: its coordinator stands still.
    package let isStill: Bool
    /// Seconds until the last step at that rate, while it goes on.
    package let secondsLeft: Double?
    /// The step of the newest checkpoint that is to be believed; nil where there is none.
    package let checkpointStep: Int?
    /// How many checkpoints are in doubt, as workers disagreed about sums that are in them.
    let doubtedCount: Int
    /// Why nothing can be told of its checkpoints; nil where it can.
    let checkpointFault: String?
    /// How many seconds old that is.
    package let checkpointAge: Double?
    /// How many seconds ago the run last wrote anything.
    package let silence: Double?
    /// Workers that take part now.
    package let workers: Int
    /// Machines that take part, or did at the end, by name.
    package let machines: [Machine]
    /// What went wrong, the latest last.
    package let problems: [Problem]
    /// What the launcher said last.
    package let launcher: [String]

    private enum CodingKeys: String, CodingKey {
        case run, state, endpoint, step, steps, loss, seconds, workers, machines, problems, launcher
        case rowsPerSecond = "rows_per_s"
        case waitingSeconds = "waiting_s"
        case isStill = "stands_still"
        case secondsLeft = "seconds_left"
        case checkpointStep = "checkpoint_step"
        case checkpointAge = "checkpoint_age_s"
        case doubtedCount = "checkpoints_in_doubt"
        case checkpointFault = "checkpoints_fault"
        case silence = "silence_s"
    }

    /// Where nobody can look whether a coordinator is there, files that were written so recently tell that one is.
    private static let signOfLife = 120.0
    /// For so many seconds a run with workers may write nothing beside some of its rounds' time.
    private static let quietTime = 30.0

    init(_ found: Findings, run: String, launcher: [String], at now: Date) {
        (self.run, self.launcher) = (run, launcher)
        let first = found.events.lastIndex(where: \.isBegin)
        let part = found.events[(first ?? 0)...]
        let members = Members(of: part)
        // What was measured last tells who takes part, where the events are not there from the run's begin.
        let measured = found.metrics.last { !$0.time.isEmpty }?.time.map(\.worker) ?? []
        let others = first == nil ? measured.filter { !members.all.contains($0) } : []
        let names = others + members.names
        let silence = found.lastSign.map { max(0, now.timeIntervalSince($0)) }
        state =
            switch part.lastEnd {
            case let end? where end.is(.finished): .finished
            case let end? where end.is(.stopped) && found.isHeld != true: .stopped
            case let end? where end.is(.brokenOff) && found.isHeld != true: .failed
            default:
                if found.isHeld ?? (silence.map { $0 < Self.signOfLife } ?? false) {
                    names.isEmpty ? .waiting : .running
                } else {
                    found.isHeld == nil ? .unknown : .interrupted
                }
            }
        let goesOn = state == .running || state == .waiting
        self.silence = silence
        workers = goesOn ? names.count : 0
        endpoint = part.last { $0.is(.listening) }?.text("endpoint")
        let last = found.metrics.last
        let progress = goesOn ? found.progress : nil
        steps = found.job.steps
        step =
            [
                last?.step, state == .finished ? found.job.steps : nil, found.checkpoint?.step,
                part.last { $0.is(.stopped) }?.step, progress?.step,
            ].compactMap(\.self).filter { (0...found.job.steps).contains($0) }.max() ?? 0
        loss = last?.figures["loss"].flatMap { $0.isFinite ? $0 : nil }
        rowsPerSecond = progress.map(\.rowsPerSecond) ?? last?.rowsPerSecond
        // A line is of what was done since the one before it, or since its part of the run began or went back.
        let begins = part.filter { $0.is(.started) || $0.is(.wentBack) }.compactMap(\.step)
        lossSteps = last.flatMap { last in
            let before = (begins + [found.metrics.dropLast().last?.step ?? 0]).filter { 0..<last.step ~= $0 }.max()
            return before.map { $0 + 1...last.step }
        }
        let begin = part.first.flatMap { Self.date($0.time) }
        let end = goesOn ? now : part.last.flatMap { Self.date($0.time) }
        // Of what is over, the time by a clock that nobody sets.
        let told = goesOn ? nil : part.last?.seconds.flatMap { end in part.first?.seconds.map { max(0, end - $0) } }
        seconds = told ?? begin.flatMap { begin in end.map { max(0, $0.timeIntervalSince(begin)) } }
        let emptied = members.emptied.flatMap { Self.date($0) } ?? begin
        waitingSeconds = state == .waiting ? emptied.map { max(0, now.timeIntervalSince($0)) } : nil
        let rowsLeft = Double((steps - step) * found.job.rowsPerStep)
        let round = rowsPerSecond.flatMap { rate in
            rate > 0 ? Double(found.job.stepsPerRound * found.job.rowsPerStep) / rate : nil
        }
        let isStill = state == .running && (silence ?? 0) > Self.quietTime + 5 * (round ?? .infinity)
        self.isStill = isStill
        secondsLeft = state == .running && !isStill ? Self.seconds(forRows: rowsLeft, at: rowsPerSecond) : nil
        (checkpointStep, doubtedCount) = (found.checkpoint?.step, found.doubtedCount)
        checkpointFault = found.checkpointFault
        checkpointAge = found.checkpoint.map { max(0, now.timeIntervalSince($0.time)) }
        machines = Self.machines(
            of: goesOn ? names : measured, processors: members.processors, found.metrics.last { !$0.time.isEmpty })
        problems = Self.problems(in: part)
    }

    /// How long so many rows take at a rate; nil where that is none, and above a hundred years, which is no forecast.
    package static func seconds(forRows rows: Double, at rate: Double?) -> Double? {
        rate.flatMap { $0 > 0 && rows / $0 < 3e9 ? max(0, rows / $0) : nil }
    }

    /// Who takes part by the events of a part of a run.
    private struct Members {
        private(set) var names: [String] = []
        /// The processors of all who ever did.
        private(set) var processors: [String: String] = [:]
        /// All of whom anything is told.
        private(set) var all: Set<String> = []
        /// When the last one went; nil where none did, or somebody came since.
        private(set) var emptied: String?

        init(of part: ArraySlice<EventLine>) {
            for event in part {
                guard let worker = event.text("worker") else { continue }
                if event.is(.joined) || event.removesWorker { all.insert(worker) }
                if event.is(.joined) {
                    names.append(worker)
                    processors[worker] = event.text("processor")
                    emptied = nil
                } else if event.removesWorker {
                    guard let place = names.firstIndex(of: worker) else { continue }
                    names.remove(at: place)
                    if names.isEmpty { emptied = event.time }
                }
            }
        }
    }

    private static func machines(
        of names: [String], processors: [String: String], _ measured: RunMetrics?
    ) -> [Machine] {
        let times = Dictionary((measured?.time ?? []).map { ($0.worker, $0) }) { first, _ in first }
        let leaves = times.values.reduce(0) { $0 + ($1.leaves ?? 0) }
        return Dictionary(grouping: names, by: WorkerName.machine).sorted { $0.key < $1.key }.map { _, workers in
            let own = workers.compactMap { times[$0] }
            let round = measured?.round.map { $0 * Double(own.count) } ?? 0
            func part(_ time: KeyPath<RunMetrics.Worker, Double>) -> Double? {
                round > 0 ? min(1, own.reduce(0) { $0 + $1[keyPath: time] } / round) : nil
            }
            return Machine(
                name: WorkerName.machine(ofAll: workers), workers: workers.count,
                processor: workers.compactMap { processors[$0] }.first ?? "",
                share: leaves > 0 ? own.reduce(0) { $0 + ($1.leaves ?? 0) } / leaves : nil,
                computing: part(\.computing), exchanging: part(\.exchanging))
        }
    }

    private static func problems(in part: ArraySlice<EventLine>) -> [Problem] {
        var counts: [String: Int] = [:]
        var places: [String: Int] = [:]
        for i in part.indices where part[i].kind?.isProblem == true {
            counts[part[i].name, default: 0] += 1
            places[part[i].name] = i
        }
        return places.sorted { $0.value < $1.value }.map { kind, i in
            Problem(time: part[i].time, kind: kind, count: counts[kind] ?? 0, text: part[i].line)
        }
    }

    private static func date(_ text: String) -> Date? {
        try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}

extension EventLine {
    /// Whether somebody takes no part any more by it.
    fileprivate var removesWorker: Bool { kind?.removesWorker ?? false }
}
