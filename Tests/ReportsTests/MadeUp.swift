import Foundation
import Recognition
import Reports
import SleepRecognition
import Testing

/// Made-up values for pages.
enum MadeUp {
    static let stages = ["wake", "N1", "N2", "N3", "REM"]

    /// A generator of numbers that are the same each time (Knuth's MMIX).
    struct Numbers: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    static func fixture(_ name: String) throws -> Data {
        try Data(contentsOf: try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: "json")))
    }

    /// What `ssrm evaluate --json` printed of made-up nights.
    static func evaluation(replacing texts: [(String, String)] = []) throws -> EvaluationFigures {
        var text = String(decoding: try fixture("evaluation"), as: UTF8.self)
        for (old, new) in texts { text = text.replacing(old, with: new) }
        return try JSONDecoder().decode(EvaluationFigures.self, from: Data(text.utf8))
    }

    static func baselines() throws -> BaselineFigures {
        try JSONDecoder().decode(BaselineFigures.self, from: try fixture("baselines"))
    }

    static func curve() throws -> LabelCurveFigures {
        try JSONDecoder().decode(LabelCurveFigures.self, from: try fixture("curve"))
    }

    /// Nights of so many sleep epochs, two a person, whose names begin so.
    static func nights(_ count: Int, epochs: Int = 960, name: String = "person ", seed: UInt64 = 1) -> [RecordedNight] {
        var numbers = Numbers(state: seed)
        return (0..<count).map { night in
            var scored: [Int] = []
            while scored.count < epochs {
                scored += [Int](
                    repeating: Int.random(in: 0..<5, using: &numbers), count: Int.random(in: 3..<40, using: &numbers))
            }
            scored = Array(scored.prefix(epochs))
            let recognised = scored.map {
                Int.random(in: 0..<10, using: &numbers) < 8 ? $0 : Int.random(in: 0..<5, using: &numbers)
            }
            let probabilities = recognised.map { class_ in (0..<5).map { $0 == class_ ? Float(0.6) : Float(0.1) } }
            return RecordedNight(
                subject: "\(name)\(night / 2)", recording: "\(name)\(night / 2) night \(night % 2)",
                positions: Array(0..<epochs), scored: scored.map(\.self), recognised: recognised,
                probabilities: probabilities,
                signals: [
                    .init(
                        name: "heart-rate", unit: "1/min",
                        values: (0..<epochs).map { 60 + 8 * Float($0 % 100) / 100 })
                ])
        }
    }

    /// A run directory's files: so many lines of metrics, so many workers, with joins, deaths and checkpoints.
    static func run(
        lines: Int, workers: Int, stepsPerLine: Int = 1, isFinished: Bool = true, name: String = "node"
    ) -> (job: Data, metrics: Data, events: Data) {
        let steps = lines * stepsPerLine
        var metrics = ""
        for line in 1...max(lines, 1) where line <= lines {
            let loss = 1.5 / (1 + Double(line) / Double(lines) * 4) + 0.05 * Double(line * 7919 % 101) / 101
            metrics += """
                {"loss":\(loss),"pairs_found":\(1 - loss / 2),"rows_per_s":\(3000 + line % 50),"seconds":\(Double(line) / 10),\
                "step":\(line * stepsPerLine),"workers":\(min(workers, 1 + line))
                """
            if line % max(1, lines / 50) == 0 {
                let times = (0..<workers).map { worker in
                    """
                    {"worker":"\(name)\(worker % 40):\(worker)","compute_ms":\(10 + worker % 7),"exchange_ms":3.5,\
                    "wait_ms":\(worker % 5)}
                    """
                }
                metrics += ",\"round_ms\":20,\"time\":[\(times.joined(separator: ","))]"
            }
            metrics += "}\n"
        }
        func event(_ name: String, _ seconds: Double, _ more: String) -> String {
            """
            {"event":"\(name)","seconds":\(seconds),"time":"2026-01-02T03:04:05.678Z","text":"\(name) happened"\(more)}\n
            """
        }
        var events = event("started", 0, ",\"step\":0,\"steps\":\(steps),\"resumed\":false")
        for worker in 0..<workers {
            events += event("joined", Double(worker) / 100, ",\"worker\":\"\(name)\(worker % 40):\(worker)\"")
        }
        for worker in 0..<workers / 5 {
            events += event("silent", 1 + Double(worker) / 10, ",\"worker\":\"\(name)\(worker % 40):\(worker)\"")
            events += event("overdue", 1 + Double(worker) / 10, ",\"worker\":\"\(name)0:0\",\"step\":\(1 + worker)")
        }
        for part in 1...10 where lines > 0 {
            events += event("checkpoint_written", Double(lines * part) / 100, ",\"step\":\(steps * part / 10)")
        }
        if isFinished { events += event("finished", Double(lines) / 10, ",\"step\":\(steps)") }
        let job = """
            {"job":{"steps":\(steps),"preset":"psg","seed":7},"job_digest":"abcdef","run":{"data":"nights.safetensors"}}
            """
        return (Data(job.utf8), Data(metrics.utf8), Data(events.utf8))
    }

    static func runPart(
        lines: Int, workers: Int, stepsPerLine: Int = 1, isFinished: Bool = true, name: String = "node"
    ) throws -> RunPart {
        let files = run(
            lines: lines, workers: workers, stepsPerLine: stepsPerLine, isFinished: isFinished, name: name)
        return try RunPart(name: "runs/a", job: files.job, metrics: files.metrics, events: files.events)
    }

    /// A page of everything.
    static func report() throws -> Report {
        var report = Report(title: "made up", version: "0")
        report.evaluation = try EvaluationPart(try evaluation(), baselines: try baselines())
        report.labelCurve = try LabelCurvePart(try curve())
        report.nights = try NightsPart(nights(10), classes: stages, acquaintance: .heldOut)
        report.run = try runPart(lines: 300, workers: 5)
        report.postures = try postures(60)
        report.features = FeaturesPart(
            (0..<90).map { .init(x: Double($0 % 7), y: Double($0 % 11), label: $0 % 3, person: $0 % 4) }, of: 900,
            features: 128, variance: [0.4, 0.2], classes: ["supine", "right", "left"],
            people: ["A", "B", "C", "D"])
        return report
    }

    /// A recording of so many maps of 6 by 5, turned every ten, of which every seventh is taken for another.
    static func postures(_ count: Int, name: String = "sleeper") throws -> PosturesPart {
        let maps = (0..<count).map { place in
            let scored = place / 10 % 3
            return PosturesPart.Map(
                subject: name, recording: "night", position: place, scored: scored,
                recognised: place % 7 == 0 ? (scored + 1) % 3 : scored, probability: 0.5 + Double(place % 5) / 10)
        }
        return try PosturesPart(
            maps, classes: ["supine", "right", "left"], acquaintance: .heldOut, sampleSeconds: 30, columns: 5,
            isTurned: false
        ) { place in (0..<30).map { Float(($0 * 7 + place) % 13) } }
    }
}
