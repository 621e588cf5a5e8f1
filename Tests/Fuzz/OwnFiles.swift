import Checkpoints
import Datasets
import Encoders
import Foundation
import Numerics
import Recognition
import Reports
import Signals
import SleepRecognition
import Upstream

/// Files that this program writes, and others may have altered.
enum OwnFiles {
    static func tensors(_ bytes: UnsafeRawBufferPointer) {
        let path = Scratch.file("tensors.safetensors", bytes)
        _ = try? TensorFile.metadata(at: path)
        _ = Dataset.kind(ofFile: path)
        guard let file = try? TensorFile(opening: path) else { return }
        for tensor in file.tensors { _ = try? file.floats(tensor.name).reduce(0, +) }
    }

    static func dataset(_ bytes: UnsafeRawBufferPointer) {
        let path = mended(bytes)
        _ = Dataset.kind(ofFile: path)
        guard let dataset = try? Dataset(opening: path) else { return }
        for scheme in LabelScheme.allCases { _ = try? dataset.labels(under: scheme) }
        for sample in 0..<min(dataset.samples.count, 16) {
            _ = (dataset.code(of: sample), dataset.position(of: sample), dataset.samples[sample].last)
        }
        _ = try? dataset.preparationLeft(for: .norm)
        _ = try? dataset.samples(prepared: .norm, threads: 1)
    }

    static func checkpoint(_ bytes: UnsafeRawBufferPointer) {
        let path = mended(bytes)
        guard let checkpoint = try? TrainingCheckpoint(reading: path) else { return }
        _ = (checkpoint.parametersDigest, try? checkpoint.job.digest)
        if let encoder = try? checkpoint.encoder { tryOut(encoder) }
        // What was read is written as it was.
        let copy = Scratch.path("copy.safetensors")
        guard (try? checkpoint.write(to: copy)) != nil, let again = try? TrainingCheckpoint(reading: copy),
            again.parametersDigest == checkpoint.parametersDigest
        else { fatalError("a checkpoint that is read as another") }
    }

    static func model(_ bytes: UnsafeRawBufferPointer) {
        let path = mended(bytes)
        guard let model = try? RecogniserModel(opening: path) else { return }
        for encoder in model.encoders { tryOut(encoder) }
        tryOut(model)
        // A page takes many times as long as all else together.
        guard bytes.reduce(0, &+) & 7 == 0 else { return }
        var report = Report(title: "fuzz", version: "0")
        report.model = ModelPart(model, file: "model", digest: "0")
        _ = (report.html.count, try? JSONEncoder().encode(report))
    }

    /// What an encoder makes of samples of zeros; of those of many values nothing.
    private static func tryOut(_ encoder: Encoder) {
        guard encoder.rows * encoder.columns <= mostValues else { return }
        let samples = zeros(rows: encoder.rows, columns: encoder.columns, count: 3)
        _ = encoder.features(of: Preparation.none.prepared(samples, frame: nil, threads: 1), 0..<3)
    }

    private static let mostValues = 256

    private static func zeros(rows: Int, columns: Int, count: Int) -> Samples {
        let block = FloatBlock(count: count * rows * columns)
        return Samples(count: count, rows: rows, columns: columns, base: UnsafePointer(block.base), owner: block)
    }

    /// What a model makes of a night of zeros.
    private static func tryOut(_ model: RecogniserModel) {
        guard model.rows * model.columns <= mostValues,
            model.units.isEmpty || model.units.count == max(model.content.count, 1)
        else { return }
        let outline = DatasetOutline(
            kind: "fuzz", vocabulary: model.vocabulary, rows: model.rows, columns: model.columns,
            content: model.content, units: model.units, subjects: ["a"], codes: [],
            recordings: [.init(name: "b", subject: 0, labels: Array(repeating: nil, count: 12))])
        let path = Scratch.path("zeros.safetensors")
        let values = [Float](repeating: 0, count: 12 * model.rows * model.columns)
        guard (try? outline.write(values, to: path)) != nil, let dataset = try? Dataset(opening: path) else { return }
        _ = try? Prediction(of: dataset, by: model, name: "model").run(threads: 1)
    }

    // MARK: - Files with the right length and digest

    private static let mark = Array("\"ssrm_sha256\":\"".utf8)
    private static let digits = 64
    private static let largestData = 1 << 20

    /// A tensor file of a header, a byte 0, and the start of its data; the rest of them is zeros.
    private static func mended(_ bytes: UnsafeRawBufferPointer) -> String {
        let end = bytes.firstIndex(of: 0) ?? bytes.count
        var header = Array(bytes[..<end])
        while (8 + header.count) % 64 != 0 { header.append(UInt8(ascii: " ")) }
        let start = withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init)
        let given = Array(bytes[min(end + 1, bytes.count)...])
        var data = given
        var path = Scratch.file("mended.safetensors", sealed(start + header + data))
        if case .failure(.wrongLength(_, let length, let expected)) = opened(path), expected != length {
            let count = expected - start.count - header.count
            guard (0...largestData).contains(count) else { return path }
            data = Array(given.prefix(count)) + Array(repeating: 0, count: max(0, count - given.count))
            path = Scratch.file("mended.safetensors", sealed(start + header + data))
        }
        return path
    }

    private static func opened(_ path: String) -> Result<TensorFile, TensorFileError> {
        do throws(TensorFileError) { return .success(try TensorFile(opening: path)) } catch { return .failure(error) }
    }

    private static func sealed(_ bytes: [UInt8]) -> [UInt8] {
        // `firstRange(of:)` takes a fifth of an input's time.
        let starts = bytes.indices.dropLast(mark.count + digits - 1)
        guard let start = starts.first(where: { bytes[$0] == mark[0] && bytes[$0...].starts(with: mark) }) else {
            return bytes
        }
        var bytes = bytes
        let range = start + mark.count..<start + mark.count + digits
        bytes.replaceSubrange(range, with: Array(repeating: UInt8(ascii: "0"), count: digits))
        let digest = bytes.withUnsafeBytes { SHA256Digest.hex(of: $0) }
        bytes.replaceSubrange(range, with: Array(digest.utf8))
        return bytes
    }
}
