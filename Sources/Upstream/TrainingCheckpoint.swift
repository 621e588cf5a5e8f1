import Checkpoints
import Foundation
public import Numerics

/// A training state in a file, with the job that it belongs to.
///
/// A safetensors file: the parameters as one tensor a layer's weight and bias, in flat order, then the optimiser's moments as flat
/// vectors; the job and its digest stand in the metadata.
public struct TrainingCheckpoint: Sendable {
    /// The file format's name in the metadata.
    public static let format = "ssrm.checkpoint.1"
    /// The job.
    public let job: Job
    /// The state.
    public let state: TrainingState

    /// A job's state.
    public init(job: Job, state: TrainingState) {
        (self.job, self.state) = (job, state)
    }

    /// SHA-256 of the float32 parameters in file order, 64 hexadecimal digits.
    public var parametersDigest: String { sha256(of: state.parameters) }

    /// Writes the checkpoint whole or not at all.
    ///
    /// - Throws: `TensorFileError`.
    public func write(to path: String) throws {
        let network = job.network
        var tensors = network.tensors.map { (name: $0.name, type: TensorType.float32, shape: $0.shape) }
        tensors.append(("adam.first_moment", .float32, [network.parameterCount]))
        tensors.append(("adam.second_moment", .float32, [network.parameterCount]))
        var writer = try TensorFileWriter(
            path: path, tensors: tensors,
            metadata: [
                "format": Self.format, "step": String(state.step), "job": try job.json, "job_digest": try job.digest,
                "parameters_sha256": parametersDigest,
            ])
        try writer.append(state.parameters.bytes)
        try writer.append(state.firstMoment.bytes)
        try writer.append(state.secondMoment.bytes)
        _ = try writer.finish()
    }

    /// Reads a checkpoint and checks all of it.
    ///
    /// - Throws: `TensorFileError` for a file that is no whole tensor file, `UpstreamError` for one that is no checkpoint.
    public init(reading path: String) throws {
        let file = try TensorFile(opening: path)
        func fail(_ reason: String) -> UpstreamError { .noCheckpoint(path: path, reason: reason) }
        guard file.metadata["format"] == Self.format else {
            throw fail("not a checkpoint (its format is \(file.metadata["format"] ?? "not given"))")
        }
        guard let json = file.metadata["job"], let job = try? Job(json: json),
            let step = Int(file.metadata["step"] ?? ""), step >= 0
        else { throw fail("its job or step can't be read") }
        if let fault = job.fault { throw fail(fault) }
        let network = job.network
        let parameters = FloatBlock(count: network.parameterCount)
        var place = parameters.base
        for tensor in network.tensors {
            let values = try file.floats(tensor.name, shape: tensor.shape)
            Self.copy(values, to: place)
            place += values.count
        }
        let (first, second) = (FloatBlock(count: parameters.count), FloatBlock(count: parameters.count))
        Self.copy(try file.floats("adam.first_moment", shape: [parameters.count]), to: first.base)
        Self.copy(try file.floats("adam.second_moment", shape: [parameters.count]), to: second.base)
        self.job = job
        state = TrainingState(
            step: step, parameters: parameters, firstMoment: first, secondMoment: second, job: job)
        withExtendedLifetime((file, first, second)) {}
        guard file.metadata["parameters_sha256"] == parametersDigest else {
            throw fail("its parameters are not those that its header tells of")
        }
    }

    private static func copy(_ values: UnsafeBufferPointer<Float>, to start: UnsafeMutablePointer<Float>) {
        if let base = values.baseAddress { start.update(from: base, count: values.count) }
    }
}

/// SHA-256 of a block's bytes, 64 hexadecimal digits.
public func sha256(of block: FloatBlock) -> String {
    SHA256Digest.hex(of: block.bytes)
}
