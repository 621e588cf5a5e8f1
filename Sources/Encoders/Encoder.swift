public import Checkpoints
public import Numerics
public import Signals

/// A trained upstream network as a source of features.
public struct Encoder: Sendable {
    /// What a file keeps of an encoder beside its parameters.
    public struct Record: Codable, Equatable, Sendable {
        /// The network.
        public let network: NetworkSettings
        /// What is done to a sample before the network reads it.
        public let preparation: Preparation
        /// Rows of a prepared sample.
        public let rows: Int
        /// Columns of a prepared sample.
        public let columns: Int
        /// What the values of its samples are, as their dataset says; empty where it does not.
        public let content: [String]
        /// The values' units, as their dataset says; empty where it does not.
        public let units: [String]

        /// A record.
        public init(
            network: NetworkSettings, preparation: Preparation = .norm, rows: Int, columns: Int, content: [String],
            units: [String]
        ) {
            (self.network, self.preparation, self.rows, self.columns) = (network, preparation, rows, columns)
            (self.content, self.units) = (content, units)
        }
    }

    /// What a file keeps beside the parameters.
    public let record: Record
    /// The network's parameters, flat.
    public let parameters: FloatBlock
    private let body: any Network

    /// An encoder from its parts.
    ///
    /// - Throws: `EncoderError.unfit` when they don't belong together, or a parameter is not finite.
    public init(record: Record, parameters: FloatBlock) throws(EncoderError) {
        let network = try Self.network(of: record)
        guard network.parameterCount == parameters.count else {
            throw .unfit("\(parameters.count) parameters for a network of \(network.parameterCount)")
        }
        // The last step of a training that diverges leaves such parameters, and no later gradient tells.
        guard parameters.isFinite else {
            throw .unfit(
                """
                a parameter of the encoder is infinite or not a number: pretrain with a lower learning rate or weight \
                deviation
                """)
        }
        (self.record, self.parameters, body) = (record, parameters, network)
    }

    /// The network of an encoder with this record.
    ///
    /// - Throws: `EncoderError.unfit` when there is none for such samples.
    public static func network(of record: Record) throws(EncoderError) -> any Network {
        do throws(SettingFault) {
            try record.preparation.validate()
            try record.network.validate(rows: record.rows, columns: record.columns)
        } catch {
            throw .unfit("no encoder of samples [\(record.rows), \(record.columns)]: \(error)")
        }
        return record.network.makeNetwork(rows: record.rows, columns: record.columns)
    }

    /// Rows of a prepared sample.
    public var rows: Int { record.rows }

    /// Columns of a prepared sample.
    public var columns: Int { record.columns }

    /// Features a sample.
    public var featureCount: Int { network.featureCount }

    /// SHA-256 of the parameters.
    public var identity: String { sha256(of: parameters) }

    /// What computes with the network, for one thread; see `Network`.
    public var network: any Network { body }

    /// The features of these samples, `[indices.count, featureCount]`.
    ///
    /// - Parameters:
    ///   - samples: prepared as the record says, with the encoder's rows and columns.
    ///   - indices: which of them.
    ///   - progress: told how many are done, now and then.
    /// - Returns: a row a sample.
    /// - Precondition: the samples are so.
    public func features(
        of samples: PreparedSamples, _ indices: Range<Int>, progress: (Int) -> Void = { _ in }
    ) -> Matrix {
        precondition(samples.rows == rows && samples.columns == columns, "samples of another shape")
        let batch = 256
        let pass = network.makePass(rows: batch, arithmetic: Arithmetic())
        pass.take(parameters: parameters)
        let rows = FloatBlock(count: batch * network.inputCount)
        var result = Matrix(rows: indices.count, columns: featureCount)
        for start in stride(from: 0, to: indices.count, by: batch) {
            let count = min(batch, indices.count - start)
            let first = indices.lowerBound + start
            samples.copy(Array(first..<first + count), into: rows.base)
            let features = pass.forward(rows.base, rows: count)
            let place = start * featureCount
            for i in 0..<count * featureCount { result.elements[place + i] = features[i] }
            progress(start + count)
        }
        return result
    }
}

extension Encoder {
    /// The tensors that a file keeps of it: each part of its parameters as `PREFIX.PART`.
    public func tensors(prefix: String) -> [(name: String, type: TensorType, shape: [Int])] {
        network.parts.map { (name: "\(prefix).\($0.name)", type: .float32, shape: $0.shape) }
    }

    /// Appends the values of its tensors, in their order.
    ///
    /// - Throws: `TensorFileError.unwritable`.
    public func append(to writer: inout TensorFileWriter) throws(TensorFileError) {
        try writer.append(parameters.bytes)
    }

    /// The encoder with this record whose tensors stand in `file`.
    ///
    /// - Throws: `EncoderError.unfit`, or `TensorFileError` for a tensor that is missing or of another shape.
    public init(record: Record, tensorsOf file: TensorFile, prefix: String) throws {
        let parts = try Self.network(of: record).parts
        // Every shape is held against the file before anything is allocated for it.
        for part in parts { _ = try file.floats("\(prefix).\(part.name)", shape: part.shape) }
        let parameters = FloatBlock(count: parts.last?.end ?? 0)
        for part in parts {
            let values = try file.floats("\(prefix).\(part.name)", shape: part.shape)
            if let base = values.baseAddress { (parameters.base + part.offset).update(from: base, count: values.count) }
        }
        withExtendedLifetime(file) {}
        try self.init(record: record, parameters: parameters)
    }
}
