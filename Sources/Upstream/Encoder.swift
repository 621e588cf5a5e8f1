import Foundation
import Layers
public import Numerics
public import Signals

/// A trained upstream network as a source of features: the last hidden layer's activations.
public struct Encoder: Sendable {
    /// What a file keeps of an encoder beside its parameters.
    public struct Record: Codable, Equatable, Sendable {
        /// Rows of a sample.
        public let rows: Int
        /// Columns of a sample.
        public let columns: Int
        /// Units of the network from inputs to outputs.
        public let sizes: [Int]
    }

    /// What a file keeps beside the parameters.
    public let record: Record
    /// The network's parameters, flat.
    public let parameters: FloatBlock
    private let network: MLP

    /// An encoder from its parts.
    ///
    /// - Throws: `UpstreamError.unfit` when they don't belong together, or a parameter is not finite.
    public init(record: Record, parameters: FloatBlock) throws {
        let sizes = record.sizes
        // Below these limits no product of two sizes overflows, nor their sum.
        let isBounded =
            (3...64).contains(sizes.count) && sizes.allSatisfy { (1..<1 << 28).contains($0) }
            && (1..<1 << 28).contains(record.rows) && (1..<1 << 28).contains(record.columns)
        let network = isBounded ? MLP(sizes: sizes) : nil
        guard let network, record.rows > 0, record.columns > 0, sizes[0] == record.rows * record.columns,
            network.parameterCount == parameters.count
        else {
            throw UpstreamError.unfit(
                "\(parameters.count) parameters are no encoder of sizes \(sizes) for samples [\(record.rows), \(record.columns)]"
            )
        }
        // The last step of a training that diverges leaves such parameters, and no later gradient tells.
        guard parameters.isFinite else {
            throw UpstreamError.unfit(
                "a parameter of the encoder is infinite or not a number: pretrain with a lower learning rate or weight deviation"
            )
        }
        (self.record, self.parameters, self.network) = (record, parameters, network)
    }

    /// The encoder in a checkpoint.
    public init(_ checkpoint: TrainingCheckpoint) throws {
        let job = checkpoint.job
        try self.init(
            record: Record(rows: job.rows, columns: job.columns, sizes: job.network.sizes),
            parameters: checkpoint.state.parameters)
    }

    /// Rows of a sample.
    public var rows: Int { record.rows }

    /// Columns of a sample.
    public var columns: Int { record.columns }

    /// Features a sample: the units of the last hidden layer.
    public var featureCount: Int { network.sizes[network.layerCount - 1] }

    /// SHA-256 of the parameters.
    public var identity: String { sha256(of: parameters) }

    /// The features of these samples, `[indices.count, featureCount]`: ReLU activations for the sample divided by its norm.
    ///
    /// - Precondition: the samples have the encoder's rows and columns.
    public func features(of samples: Samples, _ indices: Range<Int>) -> Matrix {
        precondition(samples.rows == rows && samples.columns == columns, "samples of another shape")
        let batch = 256
        let inputs = network.sizes[0]
        let workspace = MLP.Workspace(for: network, rows: batch)
        workspace.take(parameters: parameters)
        let rows = FloatBlock(count: batch * inputs)
        var result = Matrix(rows: indices.count, columns: featureCount)
        for start in stride(from: 0, to: indices.count, by: batch) {
            let count = min(batch, indices.count - start)
            let first = indices.lowerBound + start
            normalise(samples, Array(first..<first + count), into: rows.base)
            network.forward(rows.base, rows: count, workspace, layers: network.layerCount - 1)
            let hidden = workspace.outputs[network.layerCount - 2].values
            let place = start * featureCount
            for i in 0..<count * featureCount { result.elements[place + i] = hidden[i] }
        }
        return result
    }
}
