package import Checkpoints
public import Encoders
import Foundation
public import Numerics
public import Signals

/// A training state in a file, with the job that it belongs to.
///
/// A safetensors file: the parameters as one tensor for each of the network's parts, in flat order, then the
/// optimiser's vectors under their names, flat; the job, its digest, the run's probe and what its sums rest on stand in
/// the metadata.
public struct TrainingCheckpoint: Sendable {
    /// The file format's name in the metadata.
    public static let format = "ssrm.checkpoint.2"

    /// The job.
    public let job: Job
    /// The state.
    public let state: TrainingState
    /// What workers' arithmetic was held against; nil where no worker had joined.
    public let probe: ArithmeticProbe?

    /// What the run's sums rest on.
    public let record: AuditRecord
    /// How the maps lie that are trained on as they are; nil where they are brought into one form, are no maps, or
    /// nobody said.
    ///
    /// The bits do not depend on it, so it is no part of the job.
    public let frame: MapFrame?
    /// What was in doubt and is not in this checkpoint any more.
    public let doubts: [Doubt]

    /// A job's state.
    public init(
        job: Job, state: TrainingState, probe: ArithmeticProbe? = nil, record: AuditRecord = AuditRecord(),
        frame: MapFrame? = nil, doubts: [Doubt] = []
    ) {
        (self.job, self.state, self.probe, self.record) = (job, state, probe, record)
        (self.frame, self.doubts) = (frame, doubts)
    }

    /// The same, in which nothing is of what these doubts say.
    public func naming(_ doubts: [Doubt]) -> TrainingCheckpoint {
        TrainingCheckpoint(job: job, state: state, probe: probe, record: record, frame: frame, doubts: doubts)
    }

    /// SHA-256 of the float32 parameters in file order, 64 hexadecimal digits.
    public var parametersDigest: String { sha256(of: state.parameters) }

    /// The encoder that these parameters are.
    ///
    /// - Throws: `EncoderError.unfit` where a parameter is not finite.
    public var encoder: Encoder {
        get throws(EncoderError) { try job.encoder(of: state.parameters) }
    }

    /// Writes the checkpoint whole or not at all.
    ///
    /// - Throws: `TensorFileError`.
    public func write(to path: String) throws { try write(to: path, in: nil) }

    /// Writes the checkpoint whole or not at all, into a folder that is open already where there is one.
    ///
    /// - Throws: `TensorFileError`.
    package func write(to path: String, in folder: OpenFolder?) throws {
        let network = job.network
        let parts = network.parts.map { (name: $0.name, type: TensorType.float32, shape: $0.shape) }
        let vectors = job.stateVectorNames.map {
            (name: $0, type: TensorType.float32, shape: [network.parameterCount])
        }
        var metadata = [
            "format": Self.format, "step": String(state.step), "job": try job.json, "job_digest": try job.digest,
            "parameters_sha256": parametersDigest,
        ]
        metadata.merge(record.metadata) { $1 }
        if let frame {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            metadata["frame"] = String(decoding: try encoder.encode(frame), as: UTF8.self)
        }
        if let probe { (metadata["probe_sha256"], metadata["probe_worker"]) = (probe.digest, probe.name) }
        if !doubts.isEmpty { metadata["doubts"] = Doubt.text(of: doubts) }
        var writer = try TensorFileWriter(path: path, in: folder, tensors: parts + vectors, metadata: metadata)
        try writer.append(state.parameters.bytes)
        for vector in state.vectors { try writer.append(vector.bytes) }
        _ = try writer.finish()
    }

    /// The job of a checkpoint, of which nothing else is looked at.
    ///
    /// - Throws: as the initialiser, where it can't be read.
    package static func job(of path: String) throws -> Job {
        guard let json = try TensorFile.metadata(at: path)["job"] else {
            throw UpstreamError.noCheckpoint(path: path, reason: "its job can't be read")
        }
        return try Job(json: json)
    }

    /// Reads a checkpoint and checks all of it.
    ///
    /// - Throws: `TensorFileError` for a file that is no whole tensor file, `UpstreamError` for one that is no
    ///   checkpoint.
    public init(reading path: String) throws {
        let file = try TensorFile(opening: path)
        func fail(_ reason: String) -> UpstreamError { .noCheckpoint(path: path, reason: reason) }
        let (job, step) = try Self.jobAndStep(of: file, fail)
        self.job = job
        state = try Self.state(of: file, step: step, job: job)
        probe = file.metadata["probe_sha256"].map {
            ArithmeticProbe(digest: $0, name: file.metadata["probe_worker"] ?? "")
        }
        guard let record = AuditRecord(metadata: file.metadata, exchanges: step / job.stepsPerRound) else {
            throw fail("what its metadata tell of workers' sums can't be read")
        }
        self.record = record
        do {
            frame = try file.metadata["frame"].map { try JSONDecoder().decode(MapFrame.self, from: Data($0.utf8)) }
        } catch {
            throw fail("how its maps lie can't be read")
        }
        guard let doubts = Doubt.all(in: file.metadata["doubts"] ?? "") else {
            throw fail("what was in doubt before it can't be read")
        }
        self.doubts = doubts
        try file.requireWhole()
        guard file.metadata["parameters_sha256"] == parametersDigest else {
            throw fail("its parameters are not those that its header tells of")
        }
    }

    /// The job of a checkpoint and the steps done; what is wrong with either is told by `fail`.
    private static func jobAndStep(
        of file: TensorFile, _ fail: (String) -> UpstreamError
    ) throws(UpstreamError) -> (Job, step: Int) {
        let format = file.metadata["format"] ?? "not given"
        if format == "ssrm.checkpoint.1" {
            throw fail("a checkpoint of ssrm before 0.3, whose jobs had another form: run `ssrm pretrain` again")
        }
        guard format == Self.format else { throw fail("not a checkpoint (its format is \(format))") }
        guard let json = file.metadata["job"], let step = Int(file.metadata["step"] ?? ""), step >= 0 else {
            throw fail("its job or step can't be read")
        }
        let job: Job
        do {
            job = try Job(json: json)
            try job.validate()
        } catch let error as UpstreamError {
            throw fail("\(error)")
        } catch {
            throw fail("its job can't be read")
        }
        guard step % job.stepsPerRound == 0 else {
            throw fail("its step \(step) is in the middle of a round of \(job.stepsPerRound)")
        }
        guard step <= job.steps else { throw fail("its step \(step) is beyond the \(job.steps) of its job") }
        return (job, step)
    }

    private static func state(of file: TensorFile, step: Int, job: Job) throws -> TrainingState {
        let (network, names) = (job.network, job.stateVectorNames)
        // Every shape is held against the file before anything is allocated for it.
        for part in network.parts { _ = try file.floats(part.name, shape: part.shape) }
        for name in names { _ = try file.floats(name, shape: [network.parameterCount]) }
        let parameters = FloatBlock(count: network.parameterCount)
        for part in network.parts {
            copy(try file.floats(part.name, shape: part.shape), to: parameters.base + part.offset)
        }
        let vectors = try names.map { name in
            let vector = FloatBlock(count: network.parameterCount)
            copy(try file.floats(name, shape: [vector.count]), to: vector.base)
            return vector
        }
        return TrainingState(step: step, parameters: parameters, vectors: vectors, job: job)
    }

    private static func copy(_ values: UnsafeBufferPointer<Float>, to start: UnsafeMutablePointer<Float>) {
        if let base = values.baseAddress { start.update(from: base, count: values.count) }
    }
}

extension AuditRecord {
    /// The record as entries of a file's metadata.
    fileprivate var metadata: [String: String] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        func json(_ value: some Encodable) -> String? {
            (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) }
        }
        return [
            "probes_agree": probesAgree ? "true" : "false", "leaves": String(leaves),
            "audited_leaves": String(audited), "backups": String(backups),
            "unaudited_since": json(unaudited) ?? "{}", "shut_out": json(shutOut.sorted()) ?? "[]",
        ]
    }

    /// No run has so many leaves.
    private static let largestCount = 1 << 48

    /// The record in a file's metadata, of a run after so many exchanges.
    ///
    /// Files of before there was one have none of it. Nil where something is there that no run wrote.
    fileprivate init?(metadata: [String: String], exchanges: Int) {
        func count(_ key: String) -> Int? {
            metadata[key].map { Int($0) ?? -1 }.map { (0...Self.largestCount).contains($0) ? $0 : nil } ?? 0
        }
        func value<T: Decodable>(_ key: String, or none: T) -> T? {
            metadata[key].map { try? JSONDecoder().decode(T.self, from: Data($0.utf8)) } ?? none
        }
        guard let leaves = count("leaves"), let audited = count("audited_leaves"), let backups = count("backups"),
            let unaudited = value("unaudited_since", or: [String: Int]()),
            unaudited.values.allSatisfy((0...exchanges).contains), let shutOut = value("shut_out", or: Set<String>())
        else { return nil }
        self.init(
            probesAgree: metadata["probes_agree"] != "false", leaves: leaves, audited: audited, backups: backups,
            unaudited: unaudited, shutOut: shutOut)
    }
}
