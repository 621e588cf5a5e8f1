import ArgumentParser

/// `ssrm bench`: the project's own timings, of the code that users run.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measures this program's speed on this machine.",
        discussion: "Example: ssrm bench pretrain --workers 1 --views 1 --shard-size 128 --json",
        subcommands: [
            BenchPretrainCommand.self, BenchExchangeCommand.self, BenchLossCommand.self, BenchConvolutionCommand.self,
            BenchRecogniseCommand.self,
            BenchReadCommand.self, BenchRoundsCommand.self, BenchSchedulesCommand.self,
        ])
}
