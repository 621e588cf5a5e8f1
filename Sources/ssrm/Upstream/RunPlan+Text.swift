import Service
import Upstream

extension RunPlan {
    /// A table for people, with the advice below it.
    func text(of job: Job) -> String {
        let (workers, threads) = (machines.workers, machines.threads)
        var lines = [
            """
            a shard of \(job.rowsPerStep / job.shardsPerStep) rows takes \(milliseconds(measured.leafSeconds)) on one thread here, \
            the coordinator's step \(milliseconds(measured.outerSeconds)); alone: \(Int(aloneRowsPerSecond)) rows/s
            """
        ]
        if workers * threads > job.shardsPerStep {
            lines.append(
                """
                note: \(workers) workers have \(workers * threads) threads and a step has \(job.shardsPerStep) shards; with more \
                --shards all of them would compute
                """)
        }
        lines.append("local steps  wire       rows/s      round      computing  all steps   MB a step")
        for line in self.lines {
            let steps = line.overlap ? "overlap" : "\(line.localSteps)"
            let name = pad(steps, 11, left: true) + "  " + pad(line.wire.rawValue, 9)
            guard let rate = line.rowsPerSecond, let round = line.roundSeconds, let seconds = line.seconds,
                let efficiency = line.efficiency, let bytes = line.bytesPerStep
            else {
                lines.append(name + "  " + (line.fault ?? ""))
                continue
            }
            lines.append(
                [
                    name, pad("\(Int(rate))", 11), pad(milliseconds(round), 10),
                    pad("\(fixed(100 * efficiency, 0)) %", 10), pad(Duration.seconds(seconds).asClock, 11),
                    fixed(bytes / 1e6, 2),
                ].joined(separator: " "))
        }
        if let slowest = self.lines.max(by: { $0.leaseSeconds < $1.leaseSeconds }), slowest.leaseSeconds > 10 {
            lines.append(
                """
                note: messages take so long on this link that the coordinator needs up to --heartbeat \
                \(Int(slowest.heartbeatSeconds)) --lease \(Int(slowest.leaseSeconds)), or it takes what is on its way for lost
                """)
        }
        lines.append(adviceText)
        return lines.joined(separator: "\n")
    }

    private var adviceText: String {
        guard let advised, let rate = lines[advised].rowsPerSecond, let efficiency = lines[advised].efficiency else {
            return "advice: none of these gets on over such a link; ask for more --local-steps or fewer --workers"
        }
        let line = lines[advised]
        let percent = fixed(100 * efficiency, 0)
        let setting = (line.overlap ? "--overlap" : "\(line.localSteps) local steps") + " in \(line.wire.rawValue)"
        if efficiency >= Self.goodEfficiency {
            return "advice: \(setting): workers compute for \(percent) % of the time"
        }
        let times = fixed(rate / aloneRowsPerSecond, 1)
        return """
            advice: \(setting), the fastest of these, with \(times) times one thread's rate; workers compute for \(percent) % of the \
            time, so more --local-steps, a faster link or fewer workers would help
            """
    }

    private func milliseconds(_ seconds: Double) -> String {
        seconds < 10 ? "\(fixed(1000 * seconds, seconds < 0.01 ? 2 : 1)) ms" : "\(fixed(seconds, 1)) s"
    }

    private func pad(_ text: String, _ width: Int, left: Bool = false) -> String {
        let space = String(repeating: " ", count: max(0, width - text.count))
        return left ? space + text : text + space
    }
}
