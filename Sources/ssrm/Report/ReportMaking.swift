import Datasets
import Foundation
import Reports
import Service
import SleepRecognition
import Upstream

/// The making of a report from what was given.
struct ReportMaking {
    private let things: [(path: String, thing: ReportThing)]
    private let threads: Int
    private let sampleSeconds: Double?
    private let starts: RecordingStarts?

    /// Opens what was given.
    ///
    /// - Parameters:
    ///   - paths: files and folders.
    ///   - threads: how many threads to use.
    ///   - sampleSeconds: how long from one pressure map to the next; nil where nobody knows.
    ///   - starts: when recordings begin, likewise.
    /// - Throws: for what is nothing to report, and for two things of a kind.
    init(_ paths: [String], threads: Int, sampleSeconds: Double?, starts: RecordingStarts?) throws {
        things = try paths.map { ($0, try ReportThing(opening: $0)) }
        (self.threads, self.sampleSeconds, self.starts) = (threads, sampleSeconds, starts)
        for (place, own) in things.enumerated() {
            if let same = things[..<place].first(where: { $0.thing.kind == own.thing.kind }) {
                throw ProgramError("\(same.path) and \(own.path) are both \(own.thing.kind): a page is of one")
            }
        }
    }

    private func first<Value>(_ value: (ReportThing) -> Value?) -> (path: String, value: Value)? {
        for (path, thing) in things {
            if let found = value(thing) { return (path, found) }
        }
        return nil
    }

    /// The report of everything that was given.
    ///
    /// - Throws: `ProgramError` and `ReportError` where things don't go together.
    func report(title: String?) throws -> Report {
        let names = things.map { URL(filePath: $0.path).lastPathComponent }
        var report = Report(title: title ?? names.joined(separator: ", "), version: SSRM.configuration.version)
        let evaluation = first { if case .evaluation(let figures) = $0 { figures } else { nil } }
        let baselines = first { if case .baselines(let figures) = $0 { figures } else { nil } }
        let dataset = first { if case .dataset(let dataset) = $0 { dataset } else { nil } }
        let model = first { if case .model(let model, let digest) = $0 { (model: model, digest: digest) } else { nil } }
        let answers = first { if case .answers(let answers) = $0 { answers } else { nil } }
        if let baselines, evaluation == nil {
            throw ProgramError("\(baselines.path): plain tools stand beside an evaluation; give its JSON, too")
        }
        let run = first { if case .run(let folder) = $0 { folder } else { nil } }
        if let dataset, model == nil, answers == nil, run == nil {
            throw ProgramError(
                "\(dataset.path): a dataset alone has nothing to report; give a model, a CSV file of answers or a run "
                    + "directory, too")
        }
        report.datasets = things.compactMap(\.thing.partDataset)
        if let evaluation {
            report.evaluation = try EvaluationPart(
                evaluation.value, file: evaluation.path, baselines: baselines?.value, baselinesFile: baselines?.path)
        }
        if let curve = first({ if case .labelCurve(let figures) = $0 { figures } else { nil } }) {
            report.labelCurve = try LabelCurvePart(curve.value, file: curve.path)
        }
        if let model { report.model = ModelPart(model.value.model, file: model.path, digest: model.value.digest) }
        if let run {
            report.run = try Self.part(of: run.value, name: run.path)
            if let dataset {
                report.features = try ReportedFeatures.part(
                    dataset.value,
                    by: try PretrainedEncoder(opening: run.path) { Terminal.error("skipped a checkpoint: \($0)") },
                    threads: threads)
            }
        }
        func acquaintance(_ answers: HeldOutAnswers, areOwn: Bool) -> Acquaintance {
            guard let model else { return .unknown }
            return Acquaintance(
                of: model.value.model.provenance, with: answers.rows.lazy.map(\.subject), isOwn: areOwn)
        }
        if let answers {
            // Nobody knows whether they are the model's.
            try add(
                answers.value, path: answers.path, dataset: dataset?.value, evaluation: evaluation?.value,
                acquaintance(answers.value, areOwn: false), to: &report)
        } else if let dataset, let model {
            let found = try Prediction(of: dataset.value, by: model.value.model, name: model.path).run(threads: threads)
            let own = HeldOutAnswers(classes: found.classes, rows: found.rows)
            try add(
                own, path: model.path, dataset: dataset.value, evaluation: nil, acquaintance(own, areOwn: true),
                to: &report)
        }
        return report
    }

    private static func part(of run: RunFolder, name: String) throws -> RunPart {
        if let fault = run.faultOfFiles { throw ProgramError(fault) }
        func content(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }
        let part = try RunPart(
            name: name, job: content(run.jobFile), metrics: content(run.metricsFile), events: content(run.eventsFile))
        guard !part.lines.isEmpty else { throw withoutMetrics(run.metricsFile, part.state) }
        if part.unreadableLines > 0 {
            Terminal.error("note: left out \(many(part.unreadableLines, "line")) of \(name)'s files that can't be read")
        }
        return part
    }

    /// A run of which nothing was measured.
    private static func withoutMetrics(_ file: String, _ state: RunPart.State) -> ProgramError {
        let remedy =
            switch state {
            case .unfinished:
                "a run that goes on writes its first each --report-every steps (`ssrm status RUN` tells how it stands)"
            case .stopped: "where the run was stopped before its first step there are none; --resume goes on with it"
            default: "put it back from a copy of the run directory"
            }
        return ProgramError("\(file) is missing or has no line that can be read, and figures come from it: \(remedy)")
    }

    /// Nights or postures, as the dataset's labels say.
    private func add(
        _ answers: HeldOutAnswers, path: String, dataset: Dataset?, evaluation: EvaluationFigures?,
        _ acquaintance: Acquaintance, to report: inout Report
    ) throws {
        if let dataset, dataset.vocabulary != .stage {
            report.postures = try ReportedPostures(answers, path: path, of: dataset)
                .part(acquaintance, evaluation: evaluation, sampleSeconds: sampleSeconds)
            return
        }
        report.nights = try ReportedNights(answers, path: path, of: dataset, starts: starts)
            .part(acquaintance, evaluation: evaluation)
    }
}
