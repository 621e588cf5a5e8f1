import Coordination
import Service
import Upstream

extension RunPlan {
    /// A table for people, with the advice below it.
    func text(of job: Job) -> String {
        let (workers, threads) = (machines.workers, machines.threads)
        var lines = [
            """
            a shard of \(many(job.rowsPerStep / job.shardsPerStep, "row")) takes \(milliseconds(measured.leafSeconds)) on one \
            thread here, the coordinator's step \(milliseconds(measured.outerSeconds)); alone: \(Int(aloneRowsPerSecond)) rows/s
            """
        ]
        if workers * threads > job.shardsPerStep {
            lines.append(
                """
                note: \(many(workers, "worker")) have \(many(workers * threads, "thread")) and a step has \
                \(many(job.shardsPerStep, "shard")); with more --shards all of them would compute
                """)
        }
        let hasRelays = self.lines.contains { $0.relays > 0 }
        let most = min(workers, job.shardsPerStep)
        let areFewAsked = self.lines.contains { $0.asked.map { $0 < most } ?? false }
        let ofRelays = (hasRelays ? "relays  " : "") + (areFewAsked ? "asked  " : "")
        lines.append("local steps  wire       \(ofRelays)rows/s      round      computing  all steps   MB a step")
        for line in self.lines {
            let steps = line.localSteps > 0 ? "\(line.localSteps)" : line.overlap ? "overlap" : "every step"
            let relays = hasRelays ? pad("\(line.relays)", 7, left: true) : ""
            let asked = areFewAsked ? pad(line.asked.map { "\($0)" } ?? "", 7, left: true) : ""
            let name = pad(steps, 11, left: true) + "  " + pad(line.wire.rawValue, 9) + relays + asked
            guard let rate = line.rowsPerSecond, let round = line.roundSeconds, let seconds = line.seconds,
                let efficiency = line.efficiency, let bytes = line.bytesPerStep
            else {
                lines.append(name + "  " + (line.fault ?? ""))
                continue
            }
            lines.append(
                [
                    name, pad("\(Int(rate))", 11), pad(milliseconds(round), 10),
                    pad("\(fixed(100 * efficiency, 0)) %", 10), pad(seconds.asClock, 11),
                    fixed(bytes / 1e6, 2),
                ].joined(separator: " "))
        }
        if areFewAsked {
            lines.append(
                """
                note: where fewer are asked than \(most), messages would take most of a round with all: those are given all \
                shards, as a run finds out by itself
                """)
        }
        if let slowest = self.lines.max(by: { $0.leaseSeconds < $1.leaseSeconds }), slowest.leaseSeconds > 10 {
            lines.append(
                """
                note: messages take so long on this link that the coordinator needs up to --heartbeat \
                \(Int(slowest.heartbeatSeconds)) --lease \(Int(slowest.leaseSeconds)), or it takes what is on its way for lost
                """)
        }
        if let plain = advised.flatMap({ self.lines[$0].rowsPerSecond }), plain >= aloneRowsPerSecond, let behindRelays,
            let rate = behindRelays.rowsPerSecond
        {
            let count = behindRelays.relays
            lines.append(
                """
                note: behind \(count) relays (\(Self.starting(relays: count))) what is advised would be \(fixed(rate / plain, 1)) \
                times as fast; --relays 0,\(count) tells what else is
                """)
        }
        return (lines + advice(for: job)).joined(separator: "\n")
    }

    /// Why nothing is advised, and what to do; nil where something is.
    var fault: String? {
        advised == nil
            ? """
            none of these settings could be planned, and the plan says why of each; ask for other --local-steps or another \
            --wire, for fewer --workers or a faster --link
            """ : nil
    }

    private func advice(for job: Job) -> [String] {
        guard let advised, let rate = lines[advised].rowsPerSecond, let efficiency = lines[advised].efficiency else {
            return []
        }
        let relays = lines[advised].relays
        let behind = relays > 0 ? " behind \(many(relays, "relay")) (\(Self.starting(relays: relays)))" : ""
        let (flags, percent) = (flags(of: lines[advised], for: job) + behind, fixed(100 * efficiency, 0))
        let every = lines[advised].localSteps == 0 && !lines[advised].overlap ? "every step exchanged, " : ""
        let times = "\(every)about \(fixed(rate / aloneRowsPerSecond, 1)) times one thread's rate"
        if efficiency >= Self.goodEfficiency {
            return ["advice: \(flags) (\(times)): workers compute for \(percent) % of the time"]
        }
        if rate < aloneRowsPerSecond {
            return [
                """
                advice: stay on one machine, which needs none of this: the fastest of these is \(flags) (\(times)); more \
                --local-steps or a faster link might change that
                """
            ]
        }
        // Most of them wait for a shard then, whatever the link is.
        let isShort = machines.workers > job.shardsPerStep
        let help = isShort ? "more --shards" : "more --local-steps, a faster link"
        return [
            """
            advice: \(flags) (\(times)), the fastest of these: workers compute for \(percent) % of the time, so \(help) or \
            fewer workers would help
            """
        ]
    }

    /// What to add to `ssrm pretrain` or `ssrm coordinator` for a line.
    private func flags(of line: Line, for job: Job) -> String {
        var flags: [String] = []
        switch job.settings.exchange {
        case .local: flags.append("--local-steps \(line.localSteps)")
        case .delayed where line.localSteps == 0 && !line.overlap:
            flags.append("--set upstream.exchange=synchronous")
        case .delayed where line.localSteps > 0:
            // The task's own way, which --local-steps alone stands for where no exchange is set.
            let local = job.settings.task.choice.localSteps(line.localSteps)
            flags.append(
                """
                --set upstream.exchange=local --set upstream.inner_state=\(local.innerState.rawValue) --set \
                upstream.rate_scale=\(local.rateScale) --local-steps \(line.localSteps)
                """)
        case _ where line.localSteps > 0: flags.append("--local-steps \(line.localSteps)")
        default: break
        }
        if line.overlap { flags.append("--overlap") }
        flags.append("--wire \(line.wire.rawValue)")
        if line.leaseSeconds > 10 {
            flags.append("--heartbeat \(Int(line.heartbeatSeconds)) --lease \(Int(line.leaseSeconds))")
        }
        return flags.joined(separator: " ")
    }

    private func milliseconds(_ seconds: Double) -> String {
        seconds < 10 ? "\(fixed(1000 * seconds, seconds < 0.01 ? 2 : 1)) ms" : "\(fixed(seconds, 1)) s"
    }

    private func pad(_ text: String, _ width: Int, left: Bool = false) -> String {
        let space = String(repeating: " ", count: max(0, width - text.count))
        return left ? space + text : text + space
    }
}
