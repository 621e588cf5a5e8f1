import Coordination
import Foundation
import Reports
import Service
import Upstream

/// Makes snapshots of a run, for one thread; neither how it stands nor the run drawn anew costs more of its time than a
/// hundredth.
struct StatusMaker {
    private static let leastInterval = 1.0
    /// What is made takes no more than this part of the time.
    private static let share = 0.01
    private let name, version, session: String
    private let follower: RunFollower
    private var pages = LivePages()
    private var lines = RunLines()
    private var run: RunPart?
    private var isRunBehind = false
    /// When the next one is due, and when the next one with the whole run drawn anew.
    private var (next, nextRun) = (0.0, 0.0)
    private(set) var newest: StatusSnapshot?
    /// Processor time that the last one took without the run drawn anew.
    private var liveTime = 0.0
    /// What the run told last; nil where nobody tells.
    var beat: RunBeat?

    /// Of the run in a directory.
    init(_ folder: RunFolder, version: String, session: String) {
        (name, self.version, self.session) = (folder.path, version, session)
        follower = RunFollower(folder)
    }

    /// Whether another one may be made.
    var isDue: Bool { Self.now >= next }

    /// Makes one.
    ///
    /// - Parameters:
    ///   - isLast: whether none comes after it: then it has everything, whatever it costs.
    ///   - followers: how many follow them.
    /// - Returns: the newest.
    /// - Throws: never, unless what is told can't be written as JSON, or the run's record is not as runs have it.
    mutating func make(isLast: Bool = false, followers: Int) throws -> StatusSnapshot {
        let start = Self.processorTime
        let growth = follower.read()
        if growth.areMetricsAnew { lines.removeMetrics() }
        if growth.areEventsAnew { lines.removeEvents() }
        lines.add(metrics: growth.metrics)
        lines.add(events: growth.events)
        isRunBehind = isRunBehind || !growth.isEmpty
        let partStart = Self.processorTime
        let isRunAnew = (isRunBehind || run == nil) && (isLast || Self.now >= nextRun)
        if isRunAnew {
            // A job that can't be read has no settings to show; how the run stands is not told either then.
            run = try RunPart(name: name, job: follower.job == nil ? nil : follower.jobContent, lines: lines)
            isRunBehind = false
        }
        let number = (newest?.number ?? 0) + 1
        let report = LiveReport(
            version: version, snapshot: "\(session).\(number)", live: live(at: Date(), isLast: isLast), run: run)
        let made = try StatusSnapshot(
            report, pages.page(report, isRunAnew: isRunAnew), number: number, after: newest, isLast: isLast,
            followers: followers)
        newest = made
        // Reading a long run for the first time is left out: it is not done again.
        if isRunAnew {
            nextRun = Self.now + (Self.processorTime - partStart) / Self.share
            if number > 1 { liveTime = max(liveTime, partStart - start) }
        } else {
            liveTime = Self.processorTime - start
        }
        next = Self.now + max(Self.leastInterval, liveTime / Self.share)
        return made
    }

    /// How a run stands that has ended, by its events.
    private static func end(of state: RunPart.State?) -> RunState {
        switch state {
        case .stopped: .stopped
        case .failed: .failed
        case .finished, .unfinished, nil: .interrupted
        }
    }

    private func live(at now: Date, isLast: Bool) -> LivePart {
        let time = now.formatted(Date.ISO8601FormatStyle())
        guard let status = follower.status(at: now), let job = follower.job else {
            // A run's process tells of it before it has written its files; once a step is done they were there.
            let fault = beat?.figures.isEmpty ?? false ? nil : follower.fault
            var live = LivePart(name: name, state: fault == nil ? .waiting : .unknown, step: 0, of: 0, time: time)
            live.problems = fault.map { [LivePart.Problem(time: time, kind: "unreadable", count: 1, text: $0)] } ?? []
            return live
        }
        let goesOn = status.state == .running || status.state == .waiting
        let beat = goesOn || status.state == .finished ? beat : nil
        var state = status.state
        // The run's process, which is about to end, still holds the directory.
        if isLast, goesOn { state = Self.end(of: run?.state) }
        let step = state == .finished ? status.steps : beat?.step ?? status.step
        var live = LivePart(name: name, state: state, step: step, of: status.steps, time: time)
        live.endpoint = status.endpoint
        let told = beat?.figures.map { LivePart.Figure(name: $0.name, value: $0.value) } ?? []
        live.figures = told.isEmpty ? status.loss.map { [LivePart.Figure(name: "loss", value: $0)] } ?? [] : told
        live.figureSteps = told.isEmpty ? .mean(status.lossSteps) : .last
        live.rowsPerSecond = beat.flatMap { $0.rowsPerSecond > 0 ? $0.rowsPerSecond : nil } ?? status.rowsPerSecond
        (live.seconds, live.waitingSeconds) = (status.seconds, status.waitingSeconds)
        if state == .running {
            let rowsLeft = Double(status.steps - step) * Double(job.rowsPerStep)
            live.secondsLeft = RunStatus.seconds(forRows: rowsLeft, at: live.rowsPerSecond)
        }
        live.workers = state == .running ? status.workers : 0
        live.machines = status.machines.map {
            LivePart.Machine(
                name: $0.name, workers: $0.workers, processor: $0.processor, share: $0.share, computing: $0.computing,
                exchanging: $0.exchanging)
        }
        (live.checkpointStep, live.checkpointAge) = (status.checkpointStep, status.checkpointAge)
        (live.sentBytes, live.receivedBytes) = (self.beat?.sentBytes, self.beat?.receivedBytes)
        live.problems = status.problems.map {
            LivePart.Problem(time: $0.time, kind: $0.kind, count: $0.count, text: $0.text)
        }
        if let fault = follower.fault {
            live.problems.append(LivePart.Problem(time: time, kind: "unreadable", count: 1, text: fault))
        }
        live.launcher = status.launcher
        if let stillness = status.stillness {
            (live.rowsPerSecond, live.secondsLeft) = (nil, nil)
            live.problems.append(LivePart.Problem(time: time, kind: "stands still", count: 1, text: "it \(stillness)"))
        }
        return live
    }

    private static var now: Double { time(CLOCK_MONOTONIC) }
    private static var processorTime: Double { time(CLOCK_THREAD_CPUTIME_ID) }

    private static func time(_ clock: Int32) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
}
