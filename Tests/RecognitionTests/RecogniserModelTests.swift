import Checkpoints
import Encoders
import Foundation
import Numerics
import Recognition
import Signals
import TestKit
import Testing

/// A model of samples `[2, 2]` that reads their features, components, Fisher vectors and values.
private func model(
    scheme: LabelScheme = .three, units: [String] = ["m", "1"]
) throws -> (RecogniserModel, Nights, Matrix, Samples) {
    let nights = Nights(recordings: 3)
    let samples = nights.samples
    let settings = RecogniserSettings(
        cell: .gru, hiddenUnits: 5, sequenceLength: nil, epochs: 2, principalComponents: 2, fisherComponents: 3,
        includeInputs: true)
    let inputs = try RecogniserInputs(
        of: Preparation.none.prepared(samples), training: Array(0..<samples.count), settings: settings)
    let features = inputs.matrix(nights.features, samples: Preparation.none.prepared(samples))
    let recogniser = try Recogniser.fit(
        features, recordings: nights.recordings, labels: nights.labels, classes: 3, settings: settings)
    let record = Encoder.Record(
        network: NetworkSettings(MLPSettings(hiddenUnits: [4], weightDeviation: 0.1)), rows: 2, columns: 2,
        content: ["a", "b"], units: ["m", "1"])
    let model = RecogniserModel(
        encoders: [try Encoder(record: record, parameters: FloatBlock((0..<20).map { Float($0) / 7 }))], rows: 2,
        columns: 2, inputs: inputs,
        recogniser: recogniser, scheme: scheme, vocabulary: .stage, classes: ["wake", "NREM", "REM"],
        content: ["a", "b"], units: units, preset: "paper",
        provenance: RecogniserModel.Provenance(
            encoderJob: "0123", encoderDataset: "4567", encoderSubjects: ["Anna", "Cy"], dataset: "89ab",
            subjects: ["Anna", "Bo, the second"]))
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
    #expect(read.inputs.matrix(nights.features, samples: Preparation.none.prepared(samples)) == features)
    #expect(read.recogniser.settings == model.recogniser.settings)
    #expect(read.scheme == .three && read.vocabulary == .stage && read.preset == "paper")
    #expect(read.classes == ["wake", "NREM", "REM"] && read.content == ["a", "b"] && read.units == ["m", "1"])
    #expect(read.encoders.map(\.record) == model.encoders.map(\.record))
    #expect(read.encoders.map(\.identity) == model.encoders.map(\.identity))
    #expect(read.provenance == model.provenance)
}

@Test func aModelsFileNamesThePartsOfItsEncoder() throws {
    let folder = try TemporaryFolder()
    try model().0.write(to: folder.path("model.safetensors"))
    let file = try TensorFile(opening: folder.path("model.safetensors"))
    let names = ["hidden0.weight", "hidden0.bias"]
    #expect(file.tensors.map(\.name).prefix(2) == names.map { "encoder.\($0)" }[...])
    #expect(file.metadata["encoder_job"] == "0123" && file.metadata["encoder_dataset"] == "4567")
}

@Test(arguments: ["ssrm.model.1", "ssrm.model.2", "ssrm.model.3"])
func aModelOfAnEarlierProgramIsToBeTrainedAgain(format: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    var writer = try TensorFileWriter(path: path, tensors: [], metadata: ["format": format])
    _ = try writer.finish()
    let error = #expect(throws: RecognitionError.oldModel(path: path, format: format)) {
        try RecogniserModel(opening: path)
    }
    #expect(error?.description.contains("run `ssrm train` again") == true)
}

/// Files whose digest is right and whose content is not: made by another program.
private func altered(
    _ path: String, to other: String, metadata: [String: String] = [:], tensor: String = "", value: Float = 0
) throws {
    let file = try TensorFile(opening: path)
    var writer = try TensorFileWriter(
        path: other, tensors: file.tensors.map { (name: $0.name, type: $0.type, shape: $0.shape) },
        metadata: file.metadata.merging(metadata) { $1 })
    for entry in file.tensors {
        var values = Array(try file.floats(entry.name))
        if entry.name == tensor { values[0] = value }
        try values.withUnsafeBytes { try writer.append($0) }
    }
    _ = try writer.finish()
}

@Test(arguments: [
    (
        "encoder", #"{"columns":2,"content":[],"units":[],"network":{"kind":"oracle"},"outputs":3,"rows":2}"#,
        "network is oracle"
    ),
    ("encoder", "{}", "its encoder can't be read"), ("classes", #"["wake"]"#, "its classes are not those of scheme"),
    ("recogniser", "{}", "its recogniser can't be read"), ("subjects", "Anna", "its subjects can't be read"),
])
func aModelWithImpossibleMetadataIsRefused(key: String, text: String, words: String) throws {
    let folder = try TemporaryFolder()
    let (path, other) = (folder.path("model.safetensors"), folder.path("other.safetensors"))
    try model().0.write(to: path)
    try altered(path, to: other, metadata: [key: text])
    let error = #expect(throws: RecognitionError.self) { try RecogniserModel(opening: other) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "none")")
}

@Test(arguments: ["encoder.hidden0.weight", "recogniser.0.linear.bias", "scaling.means"])
func aModelWithAParameterThatIsNoNumberIsRefused(tensor: String) throws {
    let folder = try TemporaryFolder()
    let (path, other) = (folder.path("model.safetensors"), folder.path("other.safetensors"))
    try model().0.write(to: path)
    try altered(path, to: other, tensor: tensor, value: .nan)
    let error = #expect(throws: RecognitionError.self) { try RecogniserModel(opening: other) }
    #expect(error?.description.contains("not a number") == true)
}

@Test func aTensorFileOfAnotherFormatIsNoModel() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("dataset.safetensors")
    var writer = try TensorFileWriter(path: path, tensors: [], metadata: ["format": "ssrm.dataset.1"])
    _ = try writer.finish()
    #expect(
        throws: RecognitionError.notAModel(
            path: path, reason: "its format is ssrm.dataset.1, not ssrm.model.5 or ssrm.model.6")
    ) { try RecogniserModel(opening: path) }
}

@Test(arguments: [["m"], ["m", "1", "s"]])
func aModelWithAnotherNumberOfUnitsThanKindsOfValuesIsRefused(units: [String]) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("model.safetensors")
    try model(units: units).0.write(to: path)
    #expect(
        throws: RecognitionError.notAModel(path: path, reason: "it has \(units.count) units for 2 kinds of values")
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

@Test(arguments: ["components.variances", "mixture.weights", "mixture.variances"])
func aModelWithAnImpossibleMixtureIsRefused(name: String) throws {
    let folder = try TemporaryFolder()
    let (path, other) = (folder.path("model.safetensors"), folder.path("other.safetensors"))
    try model().0.write(to: path)
    try altered(path, to: other, tensor: name, value: 0)
    #expect(
        throws: RecognitionError.notAModel(
            path: other, reason: "its components or its mixture have impossible values")
    ) { try RecogniserModel(opening: other) }
}
