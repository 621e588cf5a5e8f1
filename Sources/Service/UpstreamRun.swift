import Checkpoints
import Coordination
package import Datasets
import Foundation
import Numerics
import Signals
package import Upstream

/// One run of the upstream stage by a coordinator in this process: run directory, resuming, training, result.
package struct UpstreamRun {
    /// How a run ended, unless it failed.
    package enum Outcome {
        case complete(RunResult)
        case stopped(signal: Int32)
    }
    private let settings: RunSettings
    private let job: Job
    private let dataset: Dataset
    private let folder: RunFolder
    /// Where its checkpoints are written too.
    private let copy: RunFolder?
    private let follower: ((MetricsFollower.Part) throws -> Void)?
    private let terminal: TerminalSink

    /// A run of this job on this dataset.
    ///
    /// - Parameters:
    ///   - settings: how it is run.
    ///   - job: what is trained.
    ///   - dataset: on what.
    ///   - follower: is told of the lines of `metrics.jsonl`, as `MetricsFollower` says.
    package init(
        _ settings: RunSettings, job: Job, dataset: Dataset, follower: ((MetricsFollower.Part) throws -> Void)? = nil
    ) {
        (self.settings, self.job, self.dataset, self.follower) = (settings, job, dataset, follower)
        terminal = TerminalSink(job: job)
        folder = RunFolder(settings.folder)
        copy = settings.checkpointCopy.map { RunFolder($0) }
    }

    /// Runs until all steps are done or one of `signals` asks to stop.
    ///
    /// A run that can't begin leaves nothing that was not there before.
    package func run(signals: SignalInbox) throws -> Outcome {
        let taken = try RunPlaces(folder, copy: copy)
        do { return try run(signals: signals, in: taken) } catch {
            taken.removeUnlessBegun()
            throw error
        }
    }

    private func run(signals: SignalInbox, in taken: RunPlaces) throws -> Outcome {
        let folders = places
        signals.opening?.say { Self.ending(in: folders) }
        let arithmetic = job.settings.arithmetic
        if let workers = settings.workers {
            let lanes = workers.count * min(workers.threads, job.shardsPerStep)
            if let fault = arithmetic.fault ?? job.memoryFault(threads: lanes) { throw ServiceError(fault) }
        }
        let holds = try taken.take(for: job)
        for place in places { removeLeftovers(in: place.checkpointFolder) }
        unlink(folder.endpointFile)  // a coordinator that was killed can't be reached there any more
        let tally = RunTally(rowsPerStep: job.rowsPerStep)
        let page = try settings.status.map {
            try StatusSink($0, folder: folder.path, rowsPerStep: job.rowsPerStep)
        }
        let events = RunEvents(try sinks(heldBy: holds.own) + [tally] + (page.map { [$0] } ?? []))
        defer { events.end() }
        if settings.workers != nil, let note = arithmetic.note {
            events.tell(.slowProducts(note: note))
        }
        let start = try startingPoint(events)
        signals.opening?.end()  // from here on there are files to take away, which the loop's end does
        events.tell(.started(step: start.state.step, steps: job.steps, isResumed: settings.resumes))
        do {
            let begun = Begun(taken: taken, holds: holds, events: events, tally: tally, page: page)
            return try run(begun, from: start, signals: signals)
        } catch {
            events.tell(.brokenOff(reason: "\(error)"))
            throw error
        }
    }

    /// What a run has once all its places are taken.
    private struct Begun {
        let taken: RunPlaces
        let holds: (own: RunHold, copy: RunHold?)
        let events: RunEvents
        let tally: RunTally
        let page: StatusSink?
    }

    /// Goes on from a state with all places taken, to the end.
    private func run(_ begun: Begun, from start: TrainingCheckpoint, signals: SignalInbox) throws -> Outcome {
        let (state, hold, events) = (start.state, begun.holds.own, begun.events)
        try hold.write(try RunRecord(job, settings).json + "\n", to: folder.jobFile)
        if state.step == job.steps {
            for path in places.map({ $0.checkpointFile(step: state.step) })
            where (try? TrainingCheckpoint(reading: path))?.job != job {  // none, torn, or of a job of other steps
                try start.write(to: path)
            }
            begun.taken.begin()
            events.tell(.finished(step: state.step))
            return .complete(try result(state, start.record, begun.tally))
        }

        try requireRoomForCheckpoints()
        let checkpoints = try CheckpointPlaces(
            folder: folder, copy: copy, kept: settings.coordinator.keepCheckpoints, from: state.step,
            former: start.doubts, hold: hold, copyHold: begun.holds.copy)
        let shell = try shell(from: start, checkpoints: checkpoints, signals: signals, events: events)
        begun.page?.traffic = { [weak shell] in (shell?.sentBytes ?? 0, shell?.receivedBytes ?? 0) }
        try hold.write(shell.endpoint + "\n", to: folder.endpointFile)
        defer { if hold.isInPlace() { unlink(folder.endpointFile) } }
        begun.taken.begin()
        events.tell(.listening(endpoint: shell.endpoint))
        let notes = [
            shell.memoryFault.map {
                "note: there is no shared memory here (\($0)); floats go through sockets, which is slower"
            }, settings.workersReason,
        ]
        for note in notes.compactMap(\.self) { Terminal.error(note) }
        let workers = try settings.workers.map {
            try LocalWorkers($0, endpoint: shell.localEndpoint, data: settings.data)
        }
        switch try shell.run(with: workers) {
        case .complete:
            events.tell(.finished(step: shell.finalState.step))
            return .complete(try result(shell.finalState, shell.record, begun.tally))
        case .stopped(let signal):
            events.tell(.stopped(step: shell.finalState.step, steps: job.steps))
            checkpoints.doubtNote.map(Terminal.error)
            return .stopped(signal: signal)
        }
    }

    private func shell(
        from start: TrainingCheckpoint, checkpoints: CheckpointPlaces, signals: SignalInbox, events: RunEvents
    ) throws -> CoordinatorShell {
        var coordinator = settings.coordinator
        coordinator.localWorkers = settings.workers?.count ?? 0
        let shell = try CoordinatorShell(
            coordinator, from: start, samples: dataset.samples, checkpoints: checkpoints, signals: signals,
            events: events)
        terminal.sampleAdvice = { [weak shell] in shell?.sampleAdvice }
        return shell
    }

    /// What a person reads of a run in these folders that was ended before its first step.
    package static func ending(in folders: [RunFolder]) -> String {
        let beliefs: [RunFolder.Belief]
        do { beliefs = try CheckpointPlaces.beliefs(in: folders) } catch { return "before its first step: \(error)" }
        let newest = zip(folders, beliefs).compactMap { folder, belief in
            belief.believed.last.map { (folder.path, $0) }
        }
        guard let (path, step) = newest.max(by: { $0.1 < $1.1 }) else {
            if let i = beliefs.firstIndex(where: { !$0.doubted.isEmpty }) {
                return "before its first step: all checkpoints of \(folders[i].path) are in doubt, as workers "
                    + "disagreed about sums that are in them; --resume begins anew"
            }
            return "before its first step: \(folders[0].path) has no checkpoint, so there is nothing to resume"
        }
        return "before a step was done: \(path) has the checkpoint of step \(step), and --resume goes on from it"
    }

    /// Who is told of what happens in the run: a line a sink.
    private func sinks(heldBy hold: RunHold) throws -> [any RunEventSink] {
        [
            terminal,
            try MetricsSink(job: job, folder: folder, every: settings.reportEvery, isHeld: hold.isInPlace),
            try EventsFile(folder: folder, isHeld: hold.isInPlace),
            ProgressFile(job: job, folder: folder, isHeld: hold.isInPlace),
        ] + (follower.map { [MetricsFollower(folder, tell: $0)] } ?? [])
    }

    private var places: [RunFolder] { [folder] + (copy.map { [$0] } ?? []) }

    /// Refuses a run whose checkpoints could never be written, before it computes for hours.
    private func requireRoomForCheckpoints() throws {
        let byteCount = job.stateVectorCount * job.network.parameterCount * MemoryLayout<Float>.size
        guard let limit = TensorFileError.fileSizeLimit, byteCount > limit else { return }
        throw ServiceError(
            """
            a checkpoint of this job has at least \(byteCount) bytes, and files of this process may have \(limit) \
            (ulimit -f): raise that limit
            """)
    }

    /// Removes what a coordinator that was killed while writing left behind; the lock says that nobody writes now.
    private func removeLeftovers(in path: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in names where name.hasSuffix(".part") { unlink(path + "/" + name) }
    }

    private func startingPoint(_ events: RunEvents) throws -> TrainingCheckpoint {
        let newest = try CheckpointPlaces.newest(
            in: places, of: settings.resumes ? job : nil, skipped: { events.tell(.checkpointSkipped(reason: $0)) })
        guard let (path, checkpoint) = newest else {
            // Where it resumes and no checkpoint is to be believed, it begins anew.
            if !settings.resumes, let place = try places.first(where: { try !$0.checkpointSteps.isEmpty }) {
                throw Self.ofAnEarlierRun(place)
            }
            let doubts = try CheckpointPlaces.dropDoubted(in: places)
            return TrainingCheckpoint(job: job, state: TrainingState(startOf: job), frame: frame, doubts: doubts)
        }
        guard settings.resumes else {
            let place = places.last { path.hasPrefix($0.path + "/") } ?? folder
            throw Self.ofAnEarlierRun(place)
        }
        if checkpoint.state.step > job.steps {
            throw ServiceError("\(path) is at step \(checkpoint.state.step), beyond --steps \(job.steps)")
        }
        let doubts = try CheckpointPlaces.dropDoubted(in: places)
        // The steps to do may be others than when it was written.
        return TrainingCheckpoint(
            job: job, state: checkpoint.state, probe: checkpoint.probe, record: checkpoint.record, frame: frame,
            doubts: doubts)
    }

    private static func ofAnEarlierRun(_ place: RunFolder) -> ServiceError {
        ServiceError(
            "\(place.path) has checkpoints of an earlier run; go on with --resume or choose another --run folder")
    }

    private var frame: MapFrame? { job.frameKept(of: dataset.frame) }

    private func result(_ state: TrainingState, _ record: AuditRecord, _ tally: RunTally) throws -> RunResult {
        RunResult(
            run: settings.folder, checkpoint: folder.checkpointFile(step: state.step), step: state.step,
            startStep: tally.startStep, loss: tally.lastLoss, seconds: tally.pace.seconds,
            rowsPerSecond: tally.pace.rate.rounded(),
            roundMilliseconds: tally.costs.rounds > 0 ? tally.costs.round : nil, time: tally.costs.workers,
            probesAgree: record.probesAgree, leaves: record.leaves, auditedLeaves: record.audited,
            backups: record.backups, parametersSHA256: sha256(of: state.parameters), jobDigest: try job.digest)
    }
}
