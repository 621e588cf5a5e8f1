import ArgumentParser
import Foundation

/// The program: one executable, a subcommand a task.
@main
struct SSRM: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ssrm",
        abstract: "Learns sleep from unlabelled recordings on several machines, recognises it from few labels.",
        discussion: """
            recordings --ssrm data--> dataset --ssrm pretrain--> encoder --ssrm train--> model --ssrm predict--> labels

            Example: ssrm data synthetic --kind pressure --subjects 6 --seed 1 --out maps.safetensors
            """,
        version: "0.1.0",
        subcommands: [
            DataCommand.self, PretrainCommand.self, CoordinatorCommand.self, WorkerCommand.self, InspectCommand.self,
            TrainCommand.self, EvaluateCommand.self, PredictCommand.self,
        ])

    /// Parses and runs. Exit codes: 0 done, 1 it could not be done, 2 wrong usage, 128 + n ended by signal n.
    static func main() {
        do {
            var command = try parseAsRoot()
            do {
                try command.run()
            } catch let error where !isUsage(error) {
                Terminal.error("ssrm: \(error)")
                Foundation.exit(1)
            }
        } catch {
            let code = exitCode(for: error)
            let text = fullMessage(for: error)
            if code.isSuccess {
                print(text)
                Foundation.exit(0)
            }
            if !text.isEmpty { Terminal.error(text) }
            Foundation.exit(error is ExitCode ? code.rawValue : 2)
        }
    }

    /// Whether ArgumentParser has more to say of an error that a command threw than its description.
    private static func isUsage(_ error: any Error) -> Bool {
        error is ValidationError || error is CleanExit || error is ExitCode
    }
}
