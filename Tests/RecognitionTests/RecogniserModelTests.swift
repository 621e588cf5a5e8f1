import Checkpoints
import Foundation
import Numerics
import Recognition
import Signals
import TestKit
import Testing

/// A model of samples `[2, 2]` that reads their features, components, Fisher vectors and values.
private func model(scheme: LabelScheme = .three) throws -> (RecogniserModel, Nights, Matrix, Samples) {
    let nights = Nights(recordings: 3)
    let samples = nights.samples
    let settings = RecogniserSettings(
        cell: .gru, hiddenUnits: 5, sequenceLength: nil, epochs: 2, principalComponents: 2, fisherComponents: 3,
        includeInputs: true)
    let inputs = try RecogniserInputs(of: samples, training: Array(0..<samples.count), settings: settings)
    let features = inputs.matrix(nights.features, samples: samples)
    let recogniser = try Recogniser.fit(
        features, recordings: nights.recordings, labels: nights.labels, classes: 3, settings: settings)
    let model = RecogniserModel(
        recogniser: recogniser, inputs: inputs, scheme: scheme, vocabulary: .stage, classes: ["wake", "NREM", "REM"],
        preset: "paper", rows: 2, columns: 2, encoderRecord: #"{"hidden":3}"#, encoderJob: #"{"seed":3}"#,
        encoderParameters: FloatBlock([1, 2, 3.5]))
    return (model, nights, features, samples)
}

@Test func aModelReadBackRecognisesWithTheSameBits() throws {
    let folder = try TemporaryFolder()
    let (model, nights, features, samples) = try model()
    let digest = try model.write(to: folder.path("model.safetensors"))
    #expect(try folder.contents == ["model.safetensors"])
    #expect(try TensorFile(opening: folder.path("model.safetensors")).digest == digest)
    let read = try RecogniserModel(opening: folder.path("model.safetensors"))
    #expect(
        read.recogniser.recognise(features, recordings: nights.recordings)
            == model.recogniser.recognise(features, recordings: nights.recordings))
    #expect(read.inputs == model.inputs)
    #expect(read.inputs.matrix(nights.features, samples: samples) == features)
    #expect(read.recogniser.settings == model.recogniser.settings)
    #expect(read.scheme == .three && read.vocabulary == .stage && read.preset == "paper")
    #expect(read.classes == ["wake", "NREM", "REM"] && read.rows == 2 && read.columns == 2)
    #expect(read.encoderRecord == #"{"hidden":3}"# && read.encoderJob == #"{"seed":3}"#)
    let encoder = read.encoderParameters
    #expect(Array(encoder.values) == [1, 2, 3.5])
}

@Test func aTensorFileOfAnotherFormatIsNoModel() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("dataset.safetensors")
    var writer = try TensorFileWriter(path: path, tensors: [], metadata: ["format": "ssrm.dataset.1"])
    _ = try writer.finish()
    #expect(
        throws: RecognitionError.notAModel(path: path, reason: "its format is ssrm.dataset.1, not ssrm.model.2")
    ) { try RecogniserModel(opening: path) }
}

@Test(arguments: ["missing", "short", "altered"])
func aModelThatIsMissingOrDamagedIsRefused(damage: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    if damage != "missing" {
        try model().0.write(to: path)
        var bytes = try Data(contentsOf: URL(filePath: path))
        if damage == "short" { bytes.removeLast() } else { bytes[bytes.count - 9] ^= 1 }
        try bytes.write(to: URL(filePath: path))
    }
    let error = #expect(throws: TensorFileError.self) { try RecogniserModel(opening: path) }
    #expect(error?.description.contains(path) == true)
}

/// A file whose digest is right and whose content is not: made by another program.
@Test(arguments: ["components.variances", "mixture.weights", "mixture.variances"])
func aModelWithAnImpossibleMixtureIsRefused(name: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    try model().0.write(to: path)
    let file = try TensorFile(opening: path)
    let other = folder.path("other.safetensors")
    var writer = try TensorFileWriter(
        path: other, tensors: file.tensors.map { (name: $0.name, type: $0.type, shape: $0.shape) },
        metadata: file.metadata)
    for tensor in file.tensors {
        var values = Array(try file.floats(tensor.name))
        if tensor.name == name { values[0] = 0 }
        try values.withUnsafeBytes { try writer.append($0) }
    }
    _ = try writer.finish()
    #expect(
        throws: RecognitionError.notAModel(
            path: other, reason: "its components or its mixture have impossible values")
    ) { try RecogniserModel(opening: other) }
}
