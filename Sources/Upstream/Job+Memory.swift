import Encoders
import Foundation

extension Job {
    /// Why a worker of so many threads can't compute the job's leaves in this machine's memory, in one line; nil where
    /// it can.
    ///
    /// What is counted is what a leaf takes: its rows, its passes, what its task keeps, its vector, and the parameters.
    ///
    /// - Parameter threads: how many leaves are computed at a time.
    /// - Precondition: the job is valid.
    /// - Returns: a line that says what to do.
    public func memoryFault(threads: Int) -> String? {
        let network = network
        let rows = originalsPerShard * settings.task.choice.rowsPerOriginal
        // Sizes are below 2^29 and rows below 2^28, so these have room in a Double and not always in an Int.
        let shape = preparedShape
        let perLeaf =
            Double(rows) * Double(network.inputCount) + network.passFloats(rows: rows)
            + settings.task.choice.taskFloats(originals: originalsPerShard, rows: shape.rows, columns: shape.columns)
        // A replica's parameters, gradient and the optimiser's vectors.
        let replica =
            settings.exchange.localSteps == nil
            ? 0 : Double((2 + settings.optimiser.vectorNames.count) * network.parameterCount)
        let sums = Double((1 + roundsAtOnce) * exchangeCount)
        let bytes = 4 * Double(threads) * (perLeaf + sums + replica)
        let memory = Double(ProcessInfo.processInfo.physicalMemory)
        guard bytes > memory else { return nil }
        func mebibytes(_ bytes: Double) -> String { String(format: "%.0f", bytes / 1_048_576) }
        return """
            leaves of \(rows) rows take \(mebibytes(bytes)) MiB on \(threads) thread\(threads == 1 ? "" : "s") and this machine \
            has \(mebibytes(memory)) MiB; take fewer originals with --shard-size, or a smaller network
            """
    }
}
