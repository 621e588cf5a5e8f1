import Coordination
package import Foundation
import Numerics

/// The part of a report about a pre-training run, from what its run directory tells.
package struct RunPart: Encodable, Sendable {
    /// A figure of the task over the run.
    package struct TaskFigure: Encodable, Sendable, Equatable {
        /// Its name.
        package let name: String
        /// In the first line of the metrics that has it.
        package let first: Double?
        /// In the last one.
        package let last: Double?
        /// The smallest.
        package let smallest: Double?
        /// The largest.
        package let largest: Double?
    }

    /// What a machine, or a worker, did of the run.
    package struct Share: Encodable, Sendable, Equatable {
        /// Its name.
        package let name: String
        /// How many workers it had, one after another or at once.
        package let workers: Int
        /// Its part of all the time that workers computed, 0 to 1.
        package let computingShare: Double
        /// Parts of its own time, 0 to 1: computing, exchanging, waiting.
        package let computing, exchanging, waiting: Double

        private enum CodingKeys: String, CodingKey {
            case name, workers, computing, exchanging, waiting
            case computingShare = "share_of_computing"
        }
    }

    /// A line of the metrics.
    package struct Line: Encodable, Sendable, Equatable {
        /// The step after which it was written.
        package let step: Int
        /// Since the begin of its part of the run.
        package let seconds: Double
        /// How many workers there were.
        package let workers: Int
        /// Rows through the network each second.
        package let rowsPerSecond: Double?
        /// The task's figures, by name; those that are no numbers are missing.
        package let figures: [String: Double]

        private enum CodingKeys: String, CodingKey {
            case step, seconds, workers, figures
            case rowsPerSecond = "rows_per_s"
        }
    }

    /// How far the run is.
    package enum State: String, Encodable, Sendable {
        /// All steps are done.
        case finished
        /// It was asked to end before.
        case stopped
        /// It could not go on.
        case failed
        /// It goes on, or it was ended without being asked.
        case unfinished
    }

    /// The run directory.
    package let name: String
    /// The settings' name; nil where no job tells of it.
    package let preset: String?
    /// The job's digest, likewise.
    package let jobDigest: String?
    /// The dataset's path, likewise.
    package let data: String?
    /// The job's seed, likewise.
    package let seed: UInt64?
    /// Steps to do, likewise.
    package let steps: Int?
    /// The step at which it ended, or the last one that is told of; 0 before the first.
    package let step: Int
    /// How far it is.
    package let state: State
    /// How often it was started or resumed.
    package let parts: Int
    /// When it was first started, by the wall clock (ISO 8601).
    package let began: String?
    /// When it finished or was stopped, likewise; nil of a run that is unfinished, which may go on.
    package let ended: String?
    /// When something was last told of it, likewise.
    package let lastEvent: String?
    /// The largest number of workers that a line of the metrics tells of.
    let mostWorkers: Int
    /// Median rows a second; nil where no line has them.
    package let rowsPerSecond: Double?
    /// The figures.
    package let figures: [TaskFigure]
    /// How often what happened, by the events' names.
    package let events: [String: Int]
    /// The steps of which checkpoints were written.
    package let checkpoints: [Int]
    /// What each machine did, most first.
    package let machines: [Share]
    /// What each worker did, most first.
    package let workers: [Share]
    /// Some lines of the metrics, evenly: the first and the last are among them.
    package let lines: [Line]
    /// How many lines the metrics have, and how many lines of both files can't be read.
    package let lineCount, unreadableLines: Int
    let metrics: [RunMetrics]
    let happened: [EventLine]

    private enum CodingKeys: String, CodingKey {
        case name, preset, data, seed, steps, step, state, parts, began, ended, figures, events, checkpoints, machines
        case workers, lines
        case jobDigest = "job_digest"
        case lastEvent = "last_event"
        case rowsPerSecond = "rows_per_s"
        case mostWorkers = "most_workers"
        case lineCount = "metrics_lines"
        case unreadableLines = "unreadable_lines"
    }

    private struct Record: Decodable {
        struct Job: Decodable {
            let steps: Int?
            let preset: String?
            let seed: UInt64?
        }
        struct Run: Decodable { let data: String? }
        let job: Job?
        let run: Run?
        let jobDigest: String?
        private enum CodingKeys: String, CodingKey {
            case job, run
            case jobDigest = "job_digest"
        }
    }

    /// A part.
    ///
    /// - Parameters:
    ///   - name: what the run is called.
    ///   - job: the content of `job.json`; nil where there is none.
    ///   - metrics: the content of `metrics.jsonl`, likewise.
    ///   - events: the content of `events.jsonl`, likewise.
    /// - Throws: `ReportError.empty` where there is none of them, `ReportError.otherForm` for a job that can't be read.
    package init(name: String, job: Data?, metrics: Data?, events: Data?) throws(ReportError) {
        guard job != nil || metrics != nil || events != nil else {
            throw .empty(
                file: name, reason: "no job.json, metrics.jsonl or events.jsonl there; is it a run of `ssrm pretrain`?")
        }
        var lines = RunLines()
        if let metrics { lines.add(metrics: metrics) }
        if let events { lines.add(events: events) }
        try self.init(name: name, job: job, lines: lines)
    }

    /// A part of a run whose files were read.
    ///
    /// - Parameters:
    ///   - name: what the run is called.
    ///   - job: the content of `job.json`; nil where there is none.
    ///   - lines: those of its other files.
    /// - Throws: `ReportError.otherForm` for a job that can't be read.
    package init(name: String, job: Data?, lines: RunLines) throws(ReportError) {
        let record: Record?
        do { record = try job.map { try JSONDecoder().decode(Record.self, from: $0) } } catch {
            throw .otherForm(
                file: name + "/job.json",
                reason: "it can't be read; was it altered, or written by another version of ssrm?")
        }
        let (kept, happened) = (lines.metrics, lines.events)
        self.name = name
        (preset, seed, jobDigest, data) = (record?.job?.preset, record?.job?.seed, record?.jobDigest, record?.run?.data)
        steps = record?.job?.steps ?? happened.last { $0.kind == .started }?.steps
        self.metrics = kept
        self.happened = happened
        let end = happened.lastEnd
        switch end?.kind {
        case .finished: state = .finished
        case .stopped: state = .stopped
        case .brokenOff: state = .failed
        default: state = .unfinished
        }
        // Metrics tell of every so many steps alone.
        step = (state == .unfinished ? nil : end?.step) ?? kept.last?.step ?? 0
        parts = happened.count { $0.kind == .started }
        (began, lastEvent) = (happened.first?.time, happened.last?.time)
        ended = state == .unfinished ? nil : lastEvent
        let rates = kept.compactMap(\.rowsPerSecond)
        mostWorkers = kept.map(\.workers).max() ?? 0
        rowsPerSecond = rates.isEmpty ? nil : Percentiles(rates).at(0.5)
        let names = Set(kept.flatMap(\.figures.keys)).sorted { ($0 == "loss" ? 0 : 1, $0) < ($1 == "loss" ? 0 : 1, $1) }
        figures = names.map { name in
            let values = kept.compactMap { $0.figures[name] }.filter(\.isFinite)
            return TaskFigure(
                name: name, first: values.first, last: values.last, smallest: values.min(), largest: values.max())
        }
        self.events = Dictionary(grouping: happened, by: \.name).mapValues(\.count)
        checkpoints = Set(happened.filter { $0.kind == .checkpointWritten }.compactMap(\.step)).sorted()
        workers = Self.shares(kept, by: { $0 }) { $0.first ?? "" }
        machines = Self.shares(kept, by: WorkerName.machine) { WorkerName.machine(ofAll: $0) }
        lineCount = lines.metricsLineCount
        unreadableLines = lines.unreadableMetrics + lines.unreadableEvents
        let shown = min(kept.count, 20)
        self.lines = (0..<shown).map { place in
            let line = kept[shown > 1 ? place * (kept.count - 1) / (shown - 1) : 0]
            return Line(
                step: line.step, seconds: line.seconds, workers: line.workers, rowsPerSecond: line.rowsPerSecond,
                figures: line.figures.filter(\.value.isFinite))
        }
    }

    /// What workers of each group did: sums over lines, each for as many steps as it is of.
    private static func shares(
        _ lines: [RunMetrics], by group: (String) -> String, called name: (Set<String>) -> String
    ) -> [Share] {
        struct Sum { var (computing, exchanging, waiting, names) = (0.0, 0.0, 0.0, Set<String>()) }
        var sums: [String: Sum] = [:]
        var before = 0
        for line in lines {
            let steps = Double(max(line.step - before, 1))
            before = line.step
            for worker in line.time {
                var sum = sums[group(worker.worker)] ?? Sum()
                sum.computing += steps * worker.computing
                sum.exchanging += steps * worker.exchanging
                sum.waiting += steps * worker.waiting
                sum.names.insert(worker.worker)
                sums[group(worker.worker)] = sum
            }
        }
        let all = max(sums.values.reduce(0) { $0 + $1.computing }, 1e-12)
        return sums.values.map { sum in
            let own = max(sum.computing + sum.exchanging + sum.waiting, 1e-12)
            return Share(
                name: name(sum.names), workers: sum.names.count, computingShare: sum.computing / all,
                computing: sum.computing / own, exchanging: sum.exchanging / own, waiting: sum.waiting / own)
        }.sorted { ($1.computingShare, $0.name) < ($0.computingShare, $1.name) }
    }

    /// The step at which something happened, told by the time since the begin of its part of the run.
    ///
    /// - Parameters:
    ///   - place: which of the events.
    ///   - part: the steps after which its part of the run began and the next one did.
    /// - Returns: its own step where it has one, otherwise one between the lines around it.
    func step(ofEvent place: Int, part: (first: Int, last: Int)) -> Double {
        let event = happened[place]
        if let step = event.step, event.kind != .started { return Double(step) }
        guard let seconds = event.seconds, event.kind != .started else { return Double(part.first) }
        var (low, high) = (lowerBound(ofStep: part.first), lowerBound(ofStep: part.last))
        let end = high
        while low < high {
            let middle = (low + high) / 2
            if metrics[middle].seconds < seconds { low = middle + 1 } else { high = middle }
        }
        guard low < end else { return Double(end > 0 ? metrics[end - 1].step : part.first) }
        let (after, before) = (metrics[low], low > 0 && metrics[low - 1].step > part.first ? metrics[low - 1] : nil)
        let (fromStep, fromTime) = (before?.step ?? part.first, before?.seconds ?? 0)
        let way = (seconds - fromTime) / max(after.seconds - fromTime, 1e-9)
        return Double(fromStep) + min(1, max(0, way)) * Double(after.step - fromStep)
    }

    /// The first line whose step is above this one.
    private func lowerBound(ofStep step: Int) -> Int {
        var (low, high) = (0, metrics.count)
        while low < high {
            let middle = (low + high) / 2
            if metrics[middle].step <= step { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
