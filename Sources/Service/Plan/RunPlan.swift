import Coordination
package import Numerics
import Simulation
package import Upstream

/// What a job would take on several machines: what was measured on this one, and a simulation of the rest.
package struct RunPlan: Encodable {
    /// One way to run the job, and what it comes to.
    package struct Line: Encodable, Sendable {
        /// Steps that each shard makes on its own between two exchanges; 0 where every step is exchanged, as
        /// `ssrm pretrain --local-steps` has it.
        package let localSteps: Int
        /// Whether a step is computed while the one before it is exchanged.
        package let overlap: Bool
        /// What a preset calls that: the exchange.
        package let exchange: String
        /// How sums and the published state travel.
        package let wire: ElementType
        /// Relays among which the workers are divided, each on a machine with a link like theirs; 0 where all connect
        /// to the coordinator.
        package let relays: Int
        /// Why it does not get on; then the figures are nil.
        package internal(set) var fault: String?
        /// Seconds of a round.
        package internal(set) var roundSeconds: Double?
        /// Rows a second over all workers.
        package internal(set) var rowsPerSecond: Double?
        /// The part of all workers' threads' time in which they compute.
        package internal(set) var efficiency: Double?
        /// Seconds for the whole job.
        package internal(set) var seconds: Double?
        /// Seconds between signs of life, and of the lease, with which it gets on.
        package internal(set) var heartbeatSeconds = 1.0
        package internal(set) var leaseSeconds = 10.0
        /// How many of the workers are given shards, as rounds are shortest with.
        package internal(set) var asked: Int?
        /// Bytes that cross the coordinator's link for each step of the optimiser, both ways.
        package internal(set) var bytesPerStep: Double?

        init(localSteps: Int, overlap: Bool, wire: ElementType, relays: Int) {
            (self.localSteps, self.overlap, self.wire, self.relays) = (localSteps, overlap, wire, relays)
            let kind: ExchangeSettings.Kind = localSteps > 0 ? .local : overlap ? .delayed : .synchronous
            exchange = kind.rawValue
        }

        private enum CodingKeys: String, CodingKey {
            case wire, fault, efficiency, seconds, overlap, exchange, relays, asked
            case localSteps = "local_steps"
            case roundSeconds = "round_s"
            case rowsPerSecond = "rows_per_s"
            case bytesPerStep = "bytes_per_step"
            case heartbeatSeconds = "heartbeat_s"
            case leaseSeconds = "lease_s"
        }
    }
    /// The machines that the job would run on.
    package struct Machines: Encodable, Sendable {
        /// How many workers, and compute threads of each.
        package var workers, threads: Int
        /// Each one's link, in bits a second, and seconds from one end to the other.
        package var bitsPerSecond, delaySeconds: Double

        /// Workers of so many threads on links of one kind.
        package init(workers: Int, threads: Int, bitsPerSecond: Double, delaySeconds: Double) {
            (self.workers, self.threads) = (workers, threads)
            (self.bitsPerSecond, self.delaySeconds) = (bitsPerSecond, delaySeconds)
        }

        private enum CodingKeys: String, CodingKey {
            case workers, threads
            case bitsPerSecond = "bits_per_s"
            case delaySeconds = "delay_s"
        }
    }
    /// Where exchanges take less than this part of the time, fewer of them are not worth what they may cost in loss.
    package static let goodEfficiency = 0.8
    /// Relays are worth their trouble where they make a job so many times as fast.
    private static let relaysAreWorth = 1.1
    private static let longestLease = Duration.seconds(3000)
    /// The machines.
    package let machines: Machines
    /// What was measured here.
    package let measured: MeasuredWorker
    /// Rows a second of one thread that exchanges nothing.
    package let aloneRowsPerSecond: Double
    /// What each setting comes to, in the order asked for.
    package let lines: [Line]
    /// The setting advised, as a place among the lines; nil where none gets on.
    package let advised: Int?
    /// The same setting behind relays, where nobody asked for some and that is worth it.
    package let behindRelays: Line?

    private enum CodingKeys: String, CodingKey {
        case machines, measured, advised
        case behindRelays = "behind_relays"
        case aloneRowsPerSecond = "alone_rows_per_s"
        case lines = "settings"
    }

    /// A plan for each of these numbers of local steps in each of these formats behind each of these numbers of relays;
    /// for 0 local steps, which is every step exchanged, with overlap as well.
    ///
    /// Without numbers of relays, for none, and what is advised also behind some.
    package init(
        _ job: Job, measured: MeasuredWorker, machines: Machines, localSteps: [Int], wires: [ElementType],
        relays: [Int]?
    ) {
        (self.machines, self.measured) = (machines, measured)
        aloneRowsPerSecond =
            Double(job.rowsPerStep) / (Double(job.shardsPerStep) * measured.leafSeconds + measured.outerSeconds)
        let asked = localSteps.flatMap { steps in
            (steps == 0 ? [false, true] : [false]).flatMap { overlap in
                wires.flatMap { wire in
                    (relays ?? [0]).map { Line(localSteps: steps, overlap: overlap, wire: wire, relays: $0) }
                }
            }
        }
        let lines = asked.map { Self.planned($0, job, measured, machines) }
        (self.lines, advised) = (lines, Self.advice(lines))
        behindRelays = relays == nil ? Self.behindRelays(advised.map { lines[$0] }, job, measured, machines) : nil
    }

    /// What starts so many relays.
    package static func starting(relays: Int) -> String {
        "ssh-launch --relays \(relays); with Slurm SSRM_RELAYS=\(relays)"
    }

    /// How many relays suit so many workers: the busiest link has the fewest vectors then, those of the relays and
    /// those of one relay's workers.
    static func relays(suiting workers: Int) -> Int { Int(Double(workers).squareRoot().rounded()) }

    /// A line's setting behind as many relays as suit the workers, where that is worth it.
    private static func behindRelays(
        _ plain: Line?, _ job: Job, _ measured: MeasuredWorker, _ machines: Machines
    ) -> Line? {
        let count = relays(suiting: machines.workers)
        guard let plain, count > 1 else { return nil }
        let other = planned(
            Line(localSteps: plain.localSteps, overlap: plain.overlap, wire: plain.wire, relays: count), job, measured,
            machines)
        let gain = (other.rowsPerSecond ?? 0) / (plain.rowsPerSecond ?? 1)
        return gain > relaysAreWorth ? other : nil
    }

    /// The fewest local steps with which exchanges take little of the time, without overlap if that does, in the widest
    /// format that does, behind the fewest relays; else the fastest.
    private static func advice(_ lines: [Line]) -> Int? {
        let good = lines.indices.filter { lines[$0].efficiency ?? 0 >= goodEfficiency }
        let least = good.map { lines[$0].localSteps }.min()
        let fewest = good.filter { lines[$0].localSteps == least }
        let plainest = fewest.filter { !lines[$0].overlap }
        let simplest = (plainest.isEmpty ? fewest : plainest).min {
            let (one, other) = (lines[$0], lines[$1])
            return (-one.wire.byteCount(of: 1024), one.relays) < (-other.wire.byteCount(of: 1024), other.relays)
        }
        return simplest
            ?? lines.indices.filter { lines[$0].rowsPerSecond != nil }.max {
                lines[$0].rowsPerSecond ?? 0 < lines[$1].rowsPerSecond ?? 0
            }
    }

    /// A line with its figures, or with why it has none.
    private static func planned(
        _ asked: Line, _ job: Job, _ measured: MeasuredWorker, _ machines: Machines
    ) -> Line {
        var line = asked
        let planned = planned(job, as: line)
        do {
            try planned.validate()
        } catch {
            line.fault = "\(error)"
            return line
        }
        var scenario = scenario(planned, measured, machines)
        (scenario.relays, scenario.room) = (line.relays, scenario.link)
        while true {
            do {
                let (figures, asked) = try fastest(scenario)
                let round = figures.round.seconds
                line.asked = asked
                line.roundSeconds = round
                line.rowsPerSecond = Double(job.rowsPerStep * max(line.localSteps, 1)) / round
                let computed = (scenario.leafTime * scenario.leafCount).seconds
                // The rounds that are counted may hold a little of a leaf of one before them.
                line.efficiency = min(1, computed / (round * Double(machines.workers * machines.threads)))
                line.seconds = round * Double(planned.rounds)
                line.bytesPerStep = figures.bytes / Double(max(line.localSteps, 1))
                (line.heartbeatSeconds, line.leaseSeconds) = (scenario.heartbeat.seconds, scenario.lease.seconds)
                return line
            } catch {
                // Whoever is slow to hear of is not dead: signs of life further apart, and more patience.
                (scenario.heartbeat, scenario.lease) = (scenario.heartbeat * 4, scenario.lease * 4)
                guard scenario.lease > Self.longestLease else { continue }
                line.fault = error.reason
                return line
            }
        }
    }

    /// What a scenario comes to with as many of its workers as rounds are shortest with, and how many these are.
    ///
    /// Behind relays all are asked: relays are there so that all may be.
    private static func fastest(
        _ scenario: Scenario
    ) throws(Simulation.Failure) -> (figures: ScenarioFigures, asked: Int) {
        var best = (figures: try scenario.simulated(), asked: min(scenario.workers, scenario.leafCount))
        guard scenario.relays == 0 else { return best }
        var fewer = scenario
        fewer.workers = best.asked
        // Where they compute for half of a round, half of them would take longer.
        while fewer.workers > 1, best.figures.computing < best.figures.round / 2 {
            fewer.workers = (fewer.workers + 1) / 2
            let figures = try fewer.simulated()
            guard figures.round < best.figures.round * 0.95 else { break }
            best = (figures, fewer.workers)
        }
        return best
    }

    /// The job with a line's local steps, or overlap, in its format, otherwise as it is.
    private static func planned(_ job: Job, as line: Line) -> Job {
        var planned = job
        planned.settings.arithmetic.wire = line.wire
        var local = job.settings.exchange.localSteps ?? job.settings.task.choice.localSteps(line.localSteps)
        local.steps = line.localSteps
        planned.settings.exchange = line.localSteps > 0 ? .local(local) : line.overlap ? .delayed : .synchronous
        return planned
    }

    private static func scenario(_ job: Job, _ measured: MeasuredWorker, _ machines: Machines) -> Scenario {
        let (count, wire) = (job.exchangeCount, job.settings.arithmetic.wire)
        let own = Double(job.stepsPerRound) * (measured.leafSeconds + measured.optimiserSeconds)
        var scenario = Scenario(
            workers: machines.workers, leafCount: job.shardsPerStep,
            leafTime: .seconds(job.settings.exchange.localSteps == nil ? measured.leafSeconds : own),
            outerTime: .seconds(measured.outerSeconds), sumBytes: wire.byteCount(of: count),
            publishedBytes: wire.ofParameters.byteCount(of: count),
            link: Scenario.Link(bitsPerSecond: machines.bitsPerSecond, delay: .seconds(machines.delaySeconds)))
        scenario.parts = min(64, VectorParts(travelling: count).count)
        (scenario.threads, scenario.isDelayed) = (machines.threads, job.roundsAtOnce > 1)
        scenario.handlingPerByte = measured.handlingNanoseconds
        scenario.rounds = machines.workers > 100 ? Scenario.fewestRounds : 12
        return scenario
    }
}
