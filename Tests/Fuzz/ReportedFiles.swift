import Datasets
import Foundation
import Reports
import Service
import SleepRecognition
import Upstream

/// What pages and other texts for people are made of, and what people write themselves.
enum ReportedFiles {
    /// Whether an input is the one in so many with which more is done than to read it, by what it has.
    private static func isOne(in count: UInt8, _ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.reduce(0, &+) % count == 0
    }

    /// Draws a page of a report, of one input in eight: it takes many times as long as reading what it is made of.
    private static func draw(of bytes: UnsafeRawBufferPointer, _ add: (inout Report) throws -> Void) {
        guard isOne(in: 8, bytes) else { return }
        var report = Report(title: "fuzz", version: "0")
        guard (try? add(&report)) != nil else { return }
        _ = (report.html.count, try? JSONEncoder().encode(report))
    }

    static func run(_ bytes: UnsafeRawBufferPointer) {
        let parts = bytes.parts(4)
        let folder = RunFolder(Scratch.path("run"))
        for (name, part) in zip(["metrics.jsonl", "events.jsonl", "job.json", "progress.json"], parts) {
            _ = Scratch.file("run/\(name)", part)
        }
        if let history = RunHistory(of: folder) {
            _ = (history.lines, history.counts, try? JSONEncoder().encode(history))
        }
        if let status = try? RunStatus(of: folder, at: Date(timeIntervalSince1970: 1_800_000_000)) {
            _ = (status.lines, try? JSONEncoder().encode(status))
        }
        // Its lines are read by the same decoders.
        if isOne(in: 4, bytes) {
            let follower = RunFollower(folder)
            _ = follower.read()
            _ = follower.status(at: Date(timeIntervalSince1970: 1_800_000_000))?.lines
        }
        draw(of: bytes) {
            $0.run = try RunPart(name: "run", job: Data(parts[2]), metrics: Data(parts[0]), events: Data(parts[1]))
        }
    }

    static func answers(_ bytes: UnsafeRawBufferPointer) {
        guard let answers = try? HeldOutAnswers(csv: bytes, path: "answers.csv") else { return }
        let number = Dictionary(answers.classes.enumerated().map { ($1, $0) }, uniquingKeysWith: min)
        let nights = Dictionary(grouping: answers.rows) { [$0.subject, $0.recording] }.map { _, rows in
            var seen: Set<Int> = []
            let own = rows.filter { seen.insert($0.position).inserted }.sorted { $0.position < $1.position }
            return RecordedNight(
                subject: own[0].subject, recording: own[0].recording, positions: own.map(\.position),
                scored: own.map { $0.position % 3 == 0 ? nil : number[$0.label] },
                recognised: own.map { number[$0.label] ?? 0 }, probabilities: own.map(\.probabilities), clock: 22.5)
        }
        // A page has a night's every sleep epoch; thirty days of them would take a second.
        guard nights.allSatisfy({ $0.positions[$0.positions.count - 1] - $0.positions[0] < 5000 }) else {
            _ = try? NightsPart(nights, classes: answers.classes, acquaintance: .unknown)
            return
        }
        draw(of: bytes) { $0.nights = try NightsPart(nights, classes: answers.classes, acquaintance: .heldOut) }
    }

    static func figures(_ bytes: UnsafeRawBufferPointer) {
        guard let figures = try? ReportedFigures(json: Data(bytes), path: "figures.json") else { return }
        draw(of: bytes) {
            switch figures {
            case .evaluation(let figures): $0.evaluation = try EvaluationPart(figures)
            case .labelCurve(let figures): $0.labelCurve = try LabelCurvePart(figures)
            case .baselines: break
            }
        }
    }

    static func starts(_ bytes: UnsafeRawBufferPointer) {
        guard let starts = try? RecordingStarts(csv: bytes, path: "starts.csv") else { return }
        let known = RecordingStart("22:47")
        let recordings = ["night1", "night2"].map { RecordingStarts.Recording(name: $0, first: 0, known: known) }
        for recording in recordings { _ = try? starts.start(of: recording).clock(position: Int(Int32.max)) }
        _ = starts.notes(on: recordings)
    }

    static func settings(_ bytes: UnsafeRawBufferPointer) {
        let parts = bytes.parts(2)
        let assignments = String(decoding: parts[1], as: UTF8.self).split(separator: "\n").map(String.init)
        let path = Scratch.file("settings.yaml", parts[0])
        guard let settings = try? NamedSettings(file: path, replacing: assignments) else { return }
        // What is written of them is read as the same; that takes twice as long as reading them.
        guard isOne(in: 4, bytes) else { return }
        let copy = Scratch.file("copy.yaml", Array(settings.values.yaml.utf8))
        guard let again = try? NamedSettings(file: copy), again.values == settings.values else {
            fatalError("settings that are read as others:\n\(settings.values.yaml)")
        }
        guard let json = try? JSONEncoder().encode(settings.values),
            (try? JSONDecoder().decode(PresetSettings.self, from: json)) == settings.values
        else { fatalError("settings whose JSON is read as others") }
    }
}
