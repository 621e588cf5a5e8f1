import ArgumentParser
import Checkpoints
import Exports
import Foundation
import Recognition
import Service
import Upstream

/// `ssrm export`: models and runs for other programs.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a model as ONNX, or a run's figures for TensorBoard.",
        discussion: """
            --onnx takes a model that `ssrm train` made. The graph (opset 17) reads a recording's samples in order, as a dataset has \
            them, and makes emissions: scores of each class at each sample; preparation, trees, scaling, all members and mirrors \
            are in it. Pressure maps may have any size, and beside them go baseline and feet_first, as the mat has them (a dataset \
            says both, as its frame). Labels come of emissions by a conditional random field, whose transitions, start and end \
            stand in a JSON file beside the graph, OUT.json, with classes, what goes in, its units and how recordings were \
            read; the same text is in the graph's metadata. Sequences are sequence_length samples long, or whole recordings where \
            it is missing. Where trees have a part in answers, tree_share says which, and tree_probabilities come out, too.

            --tensorboard takes a run directory, of a run that goes on, too; give the command again for what came since, or \
            --tensorboard to `ssrm pretrain` or `ssrm coordinator`, which write it as they go on. The folder may hold several \
            runs, each in a folder of its own.

            Example:
              ssrm export stages.safetensors --onnx stages.onnx
              ssrm export runs/nights --tensorboard board/nights
              tensorboard --logdir board
            """)

    @Argument(help: "A model that `ssrm train` made, or a run directory of `ssrm pretrain`.", completion: .file())
    var thing: String

    @Option(
        help: ArgumentHelp("The ONNX file to write; OUT.json comes beside it.", valueName: "out"), completion: .file())
    var onnx: String?

    @Flag(help: "With --onnx: the graph takes maps that `ssrm data join --prepare` made.")
    var preparedMaps = false

    @Option(
        help: ArgumentHelp("The folder for an event file; it is made where it is not there.", valueName: "dir"),
        completion: .directory)
    var tensorboard: String?

    @Flag(help: "Print what was written as one JSON object.")
    var json = false

    private struct Summary: Encodable { let files: [String] }

    func validate() throws {
        guard (onnx == nil) != (tensorboard == nil) else {
            throw ValidationError("give either --onnx or --tensorboard")
        }
        guard onnx != nil || !preparedMaps else { throw ValidationError("--prepared-maps goes with --onnx") }
    }

    func run() throws {
        if let onnx { try writeONNX(to: onnx) }
        if let tensorboard { try writeEvents(to: tensorboard) }
    }

    private func writeONNX(to path: String) throws {
        let beside = path + ".json"
        try requireWritable([path, beside], inputs: [thing])
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: thing, isDirectory: &isFolder), isFolder.boolValue {
            throw ProgramError("\(thing) is a folder: --onnx takes a model that `ssrm train` made")
        }
        let model = try RecogniserModel(opening: thing)
        let exported: ONNXModel
        do {
            exported = try ONNXModel(
                model, digest: TensorFile(opening: thing).digest, mapsArePrepared: preparedMaps)
        } catch let error as ExportError {
            throw ProgramError("\(thing): \(error)")
        }
        // Whoever finds the graph finds what belongs to it, and never what belongs to an older one.
        try WholeFile.write(together: [
            (exported.description, beside), (exported.graph, path),
        ])
        try tell([path, beside])
    }

    private func writeEvents(to folder: String) throws {
        let run = RunFolder(thing)
        if let fault = run.faultOfFiles { throw ProgramError(fault) }
        guard let metrics = FileManager.default.contents(atPath: run.metricsFile) else {
            throw ProgramError("\(thing) is no run directory with figures: there is no \(run.metricsFile)")
        }
        let events: TensorBoardEvents
        do {
            events = try TensorBoardEvents(
                metrics: metrics, events: FileManager.default.contents(atPath: run.eventsFile))
        } catch {
            throw ProgramError("\(run.metricsFile): \(error)")
        }
        let follower = RunFollower(run)
        _ = follower.read()
        let board = try TensorBoardFolder(folder, job: follower.job, stepCounts: run.stepCounts)
        try board.requireNoOthers()
        // The command given again replaces its file, so that no figure is there twice.
        let own = try board.ownFiles()
        if let live = own.first(where: { $0.number != 0 }) {
            throw ProgramError(
                """
                \(folder) has the event file that the run writes itself (\(live.name)) where it goes on with \
                --tensorboard; name another folder for a copy
                """)
        }
        try DurableFolder.make(folder)
        let path = board.file(0)
        try WholeFile.write(events.bytes, to: path)
        for file in own where board.file(named: file.name) != path { unlink(board.file(named: file.name)) }
        try tell([path])
    }

    private func tell(_ files: [String]) throws {
        if json { try printJSON(Summary(files: files)) } else { print("wrote \(files.joined(separator: " and "))") }
    }
}
