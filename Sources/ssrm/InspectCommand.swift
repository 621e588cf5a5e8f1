import ArgumentParser
import Checkpoints
import Encoders
import Foundation
import Recognition
import Service
import Upstream

/// `ssrm inspect`: what a checkpoint or a model holds, and what happened in a run.
struct InspectCommand: ParsableCommand {
    private struct Result: Encodable {
        let step: Int
        let steps: Int
        let preset: String
        let seed: UInt64
        let network: NetworkSettings
        let inputs: Int
        let features: Int
        let outputs: Int
        let parameterCount: Int
        let parametersSHA256: String
        let jobDigest: String
        let datasetDigest: String
        /// Of a run directory: what its `events.jsonl` tells.
        let history: RunHistory?

        enum CodingKeys: String, CodingKey {
            case step, steps, preset, seed, network, inputs, features, outputs, history
            case parameterCount = "parameter_count"
            case parametersSHA256 = "parameters_sha256"
            case jobDigest = "job_digest"
            case datasetDigest = "dataset_digest"
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Tells what a checkpoint, a run directory's newest checkpoint or a model holds.",
        discussion: """
            Of a run directory it tells also what happened in the run, in order and with times (UTC): who joined, \
            left or failed, what was refused or given to others, checkpoints, and each time that it was started \
            again. Where much happened, events of a kind are counted; --json has all of them (history.events).

            Example:
              ssrm inspect runs/a --json
              ssrm inspect posture.safetensors
            """)

    @Argument(help: "A checkpoint file, a run directory, or a model that `ssrm train` made.", completion: .file())
    var file: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let format = try format ?? ""
        if format.hasPrefix("ssrm.model.") { return try ModelContents(opening: file).show(asJSON: json) }
        if format.hasPrefix("ssrm.dataset.") {
            throw ProgramError("\(file) is a dataset: `ssrm data inspect \(file)` tells what it holds")
        }
        if isFolder, let fault = RunFolder(file).faultOfFiles { Terminal.error("note: \(fault)") }
        let history = RunHistory(of: RunFolder(file))
        let found: TrainingCheckpoint
        do {
            found = try RunFolder.checkpoint(at: file) { Terminal.error("skipped a checkpoint: \($0)") }
        } catch {
            if !json { history.map(show) }  // it may say why there is no checkpoint
            throw error
        }
        let job = found.job
        let network = job.network
        let result = Result(
            step: found.state.step, steps: job.steps, preset: job.preset, seed: job.seed,
            network: job.settings.network, inputs: network.inputCount, features: network.body.featureCount,
            outputs: network.outputCount, parameterCount: network.parameterCount,
            parametersSHA256: found.parametersDigest,
            jobDigest: try job.digest, datasetDigest: job.datasetDigest, history: history)
        if json { return try printJSON(result) }
        print(
            """
            step               \(result.step) of \(result.steps)
            preset, seed       \(result.preset), \(result.seed)
            network            \(result.network.kind): \(result.inputs) values, \(result.features) features, \(result.outputs) outputs
            parameter_count    \(result.parameterCount)
            parameters_sha256  \(result.parametersSHA256)
            job_digest         \(result.jobDigest)
            dataset            \(result.datasetDigest)
            """)
        history.map(show)
    }

    private func show(_ history: RunHistory) {
        if history.events.isEmpty { return }
        print("events             " + history.counts.map { "\($0.count) \($0.kind)" }.joined(separator: ", "))
        for line in history.lines { print("  \(line)") }
    }

    private var isFolder: Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: file, isDirectory: &isFolder) && isFolder.boolValue
    }

    /// The format that the file names, whatever it is; nil for a folder, and for a file that names none.
    private var format: String? {
        get throws {
            guard FileManager.default.fileExists(atPath: file), !isFolder else { return nil }
            return try TensorFile(opening: file).metadata["format"]
        }
    }
}
